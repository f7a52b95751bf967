"""Coming into the portal: by a password, or by a link that goes to the contact's e-mail address (API5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engine.access import Client
from engine.checks import PASSWORD_LENGTH, Checks
from engine.enums import CauseKind, ErrorCode
from engine.errors import Refused, invalid, missing
from engine.firm.secrets import digest, passwords
from engine.firm.sessions import SESSION, Identity, audit, open_client_session, throttle
from engine.portal import guests
from engine.unset import UNSET, Maybe
from engine.work import Caller, Clock, Work, perform, system_clock, system_of
from store.database import Database, Db, Row
from store.writes import log, members, portal, sessions

ANSWER: Final = """Hello {name},

somebody, we hope you, asked for a way into the client portal of {firm}. Here it is:

{place}

The link is yours alone, and good once, for three days. If you did not ask for it, there is nothing to do.
"""


@dataclass(frozen=True, slots=True)
class EnterPortal:
    """Comes in with a password; the firm is needed where there are several."""

    email: str
    password: str
    firm_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class EnterPortalByLink:
    """Comes in with the token of a link."""

    token: str


@dataclass(frozen=True, slots=True)
class RequestPortalLink:
    """Asks for a link by e-mail, for one firm or for all where one has access."""

    email: str
    firm_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class SetPortalPassword:
    """Sets the password to come in with. One that is set already has to be said."""

    password: str
    current_password: Maybe[str | None] = UNSET
    session_id: str = ""
    """The one that goes on; whoever else has come in as the contact is out."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A fresh session; or, without one, the firms to choose from."""

    token: str | None
    identity: Identity | None
    doors: Sequence[Row]


async def enter(
    database: Database,
    command: EnterPortal,
    *,
    address: str | None = None,
    lifetime: timedelta = SESSION,
    clock: Clock = system_clock,
) -> Entered:
    """Checks the password and opens a session.

    Raises Refused: BAD_CREDENTIALS (the same for an unknown e-mail), NOT_FOUND for a firm that is none of those, or
    THROTTLED. Each portal has its own password: a firm's pages see what is typed into them, and whoever invites
    somebody as a member can set a member's password in their place.
    """
    now, email = clock(), _plain(command.email)
    await throttle(database, f"portal:{email[:200]}", address, now, "email")
    doors = await _opened(await portal.doors(database, email), command.password)
    if not doors:
        raise _wrong()
    chosen = _named(doors, command.firm_id)
    if len(chosen) > 1:
        return Entered(None, None, doors)
    async with database.transaction() as db:
        if not await _holds(db, chosen[0]):
            raise _wrong()
        await sessions.forgive(db, f"portal:{email}")
        return await _come_in(db, chosen[0], now, lifetime, address, doors)


async def _opened(doors: Sequence[Row], password: str) -> list[Row]:
    """Those of the doors that a password opens. It is looked at as long where there is none."""
    usable = len(password) <= PASSWORD_LENGTH[1]
    locked = [door for door in doors if usable and door["password_hash"] is not None]
    if not locked:
        await passwords.verify(None, password[:1000])
    return [door for door in locked if await passwords.verify(door["password_hash"], password)]


def _wrong() -> Refused:
    return invalid(ErrorCode.BAD_CREDENTIALS, "This e-mail and password do not fit.", "password")


def _plain(email: str) -> str:
    return email.strip().lower().replace("\x00", "")


def _named(doors: Sequence[Row], firm_id: Maybe[str | None]) -> Sequence[Row]:
    if firm_id is UNSET or firm_id is None:
        return doors
    named = [row for row in doors if row["firm_id"] == firm_id]
    if not named:
        raise missing("firm", "firm_id")
    return named


async def enter_by_link(
    database: Database,
    command: EnterPortalByLink,
    *,
    address: str | None = None,
    lifetime: timedelta = SESSION,
    clock: Clock = system_clock,
) -> Entered:
    """Uses a link up and opens a session. Raises Refused for one that is unknown, used, expired, or too many tries."""
    now, hashed = clock(), digest(command.token)
    await throttle(database, f"link:{hashed.hex()}", address, now, "token")
    async with database.transaction() as db:
        door = await portal.link(db, hashed, now)
        if door is None or not await _holds(db, door) or not await portal.use_link(db, hashed):
            message = "This link is unknown, used or expired: ask for another one."
            raise invalid(ErrorCode.INVALID, message, "token")
        return await _come_in(db, door, now, lifetime, address, [])


async def _holds(db: Db, door: Row) -> bool:
    """Has the access last that has just been found; answers False where it has ended, or gone to somebody else."""
    return await members.holds_client(db, door["firm_id"], door["contact_id"], door["user_id"])


async def _come_in(
    db: Db, door: Row, now: datetime, lifetime: timedelta, address: str | None, doors: Sequence[Row]
) -> Entered:
    """Opens a session; that a contact came in for the first time is news to the firm."""
    firm_id, contact_id = door["firm_id"], door["contact_id"]
    token, identity = await open_client_session(db, firm_id, contact_id, now, lifetime)
    await audit(db, firm_id, contact_id, now, address, "portal.login", identity.party.user_id)
    if await portal.joined(db, firm_id, contact_id, now):
        cause = {"kind": CauseKind.CLIENT, "actor": contact_id, "client_mutation_id": None}
        await log.append_event(db, firm_id, cause, [{"type": "contact", "id": contact_id}])
    return Entered(token, identity, doors)


async def request_link(
    database: Database,
    command: RequestPortalLink,
    *,
    address: str | None = None,
    notify: Callable[[str], None] = lambda topic: None,
    clock: Clock = system_clock,
) -> None:
    """Writes to whoever has access with this e-mail; for all others nothing happens, and nobody is told which.

    Raises Refused where there were too many tries.
    """
    now, email = clock(), _plain(command.email)
    await throttle(database, f"link-for:{email[:200]}", address, now, "email")
    for door in await portal.doors(database, email):
        if command.firm_id in (UNSET, None, door["firm_id"]):
            caller = Caller(system_of(door["firm_id"]), CauseKind.CLIENT, address, initiator_id=door["contact_id"])
            await perform(database, caller, _send_link, door["contact_id"], notify=notify, clock=clock)


async def _send_link(work: Work, contact_id: str) -> None:
    await guests.write(work, contact_id, "has sent you a link", ANSWER)  # or nothing, where the access has just ended


async def count_try(database: Database, client: Client, address: str | None, now: datetime) -> None:
    """Counts a try to say a password until now. Raises Refused where there were too many."""
    await throttle(database, f"password:{client.contact_id}", address, now, "current_password")


async def set_portal_password(work: Work, command: SetPortalPassword) -> str:
    """Sets the client's password, which opens this portal alone, and ends other logins; answers the contact's id."""
    checks = Checks()
    password = checks.password(command.password, "password")
    checks.done()
    contact_id = work.client.contact_id
    stored = await portal.password_hash(work.db, work.firm_id, contact_id)
    said = "" if command.current_password in (UNSET, None) else str(command.current_password)
    if stored is not None and not await passwords.verify(stored, said[:1000]):
        raise invalid(ErrorCode.BAD_CREDENTIALS, "The password until now does not fit.", "current_password")
    await portal.set_password(work.db, work.firm_id, contact_id, await passwords.hash(password))
    for session_id in await portal.end_others(work.db, work.firm_id, contact_id, command.session_id, work.now):
        work.touch("session", session_id)
    work.touch("contact", contact_id)
    await work.audit("portal.password", contact_id)
    return contact_id


@dataclass(frozen=True, slots=True)
class LeavePortal:
    """Ends a login."""

    session_id: str


async def leave(work: Work, command: LeavePortal) -> None:
    """Ends a login of the client. What is open under it closes (LV6)."""
    if await portal.log_out(work.db, work.firm_id, work.client.contact_id, command.session_id, work.now):
        work.touch("session", command.session_id)
        await work.audit("portal.logout", command.session_id)
