"""Logging in and out, and API tokens (API5). A token is opaque; the database keeps its hash."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from engine.access import Client, Party, Viewer
from engine.checks import PASSWORD_LENGTH, Checks
from engine.enums import AccessRight, CauseKind, ErrorCode, Role, SessionKind, TokenScope
from engine.errors import denied, invalid, missing
from engine.firm.secrets import digest, new_token, passwords
from engine.time import calendar
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Caller, Clock, Work, of_client, system_clock
from store import models
from store.database import Database, Db, Row
from store.ids import new_id
from store.sql import Params
from store.writes import log, records, sessions

SESSION: Final = timedelta(hours=12)
WINDOW: Final = timedelta(minutes=15)  # within which tries to log in are counted
TRIES_PER_EMAIL: Final = 10
TRIES_PER_ADDRESS: Final = 100
USE_NOTED: Final = timedelta(minutes=5)  # how exact last_used_at is
EVERY_SCOPE: Final = frozenset(TokenScope)
MOST_CLAIMS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: a live session, and the member or client whose it is."""

    session_id: str
    kind: SessionKind
    expires_at: datetime | None
    party: Party

    @property
    def viewer(self) -> Viewer:
        """The member. Raises Refused (FORBIDDEN) for a client: what is for members is not for clients (AC5)."""
        if isinstance(self.party, Client):
            raise denied("This is for members of the firm. Clients ask `portal`.")
        return self.party

    @property
    def client(self) -> Client | None:
        """The client, if it is one."""
        return self.party if isinstance(self.party, Client) else None

    def caller(self, address: str | None = None, mutation_id: str | None = None) -> Caller:
        """The same, as the sender of a command. Raises Refused for a client."""
        kind = CauseKind.API_TOKEN if self.kind is SessionKind.API_TOKEN else CauseKind.MEMBER
        return Caller(self.viewer, kind, address, mutation_id)

    def client_caller(self, address: str | None = None, mutation_id: str | None = None) -> Caller:
        """A client as the sender of a command of the portal, which the system carries out."""
        client = self.client
        assert client is not None  # the rule of the portal's commands lets nobody else through
        return of_client(client, address, mutation_id)


@dataclass(frozen=True, slots=True)
class Login:
    """Logs a user into a firm; the firm is needed where the user has several."""

    email: str
    password: str
    firm_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A fresh session; or, without one, the firms to choose from."""

    token: str | None
    expires_at: datetime | None
    identity: Identity | None
    memberships: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token stood for when it was looked up last. Nobody is told anything until it is proven to be so still."""

    token_hash: bytes
    identity: Identity
    proof: str
    until: datetime
    """When it is to be looked up again in any case, so that its use is noted."""

    def query(self, p: Params, now: datetime) -> str:
        """A query that may stand in any statement. It answers the proof, if all is as it was."""
        return sessions.proof(p, self.token_hash, now)

    async def again(self, db: Db, now: datetime) -> Identity | None:
        """The identity as it is in a snapshot; None if its session is over."""
        row = await sessions.by_token(db, self.token_hash, now)
        return None if row is None else identity_of(row)


class Claims:
    """Claims of this process. The one that was not asked for the longest goes first."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Claim] = OrderedDict()

    def add(self, claim: Claim) -> None:
        """Remembers one in the place of an older one."""
        self._known[claim.token_hash] = claim
        self._known.move_to_end(claim.token_hash)
        if len(self._known) > MOST_CLAIMS:
            self._known.popitem(last=False)

    def of(self, token: str, now: datetime) -> Claim | None:
        """What a token claims."""
        found = self._known.get(digest(token))
        if found is None or found.until <= now:
            return None
        self._known.move_to_end(found.token_hash)
        return found


async def authenticate(
    database: Database, token: str, *, clock: Clock = system_clock, claims: Claims | None = None
) -> Identity:
    """The identity of a token, which may be claimed again.

    Raises Refused (UNAUTHENTICATED) for a token that is unknown, expired or revoked.
    """
    now, token_hash = clock(), digest(token)
    row = await sessions.by_token(database, token_hash, now)
    if row is None:
        raise invalid(ErrorCode.UNAUTHENTICATED, "The token is unknown, expired or revoked. Log in again.")
    noted = row["last_used_at"] if row["kind"] == SessionKind.API_TOKEN else now
    if noted is None or noted <= now - USE_NOTED:
        await _note_use(database, row, now)
        noted = now
    identity = identity_of(row)
    if claims is not None:
        claims.add(Claim(token_hash, identity, row["proof"], noted + USE_NOTED))
    return identity


async def _note_use(database: Database, row: Row, now: datetime) -> None:
    """AC7: the use of a token is in the audit log, once in five minutes."""
    async with database.transaction() as db:
        if await sessions.used(db, row["id"], now, now - USE_NOTED):
            who = row["member_id"] or row["contact_id"]
            await audit(db, row["firm_id"], who, now, None, "token.used", row["id"])


def identity_of(row: Row) -> Identity:
    """The identity that a session's row tells of."""
    return Identity(row["id"], SessionKind(row["kind"]), row["expires_at"], _party(row))


def _party(row: Row) -> Party:
    if row["contact_id"] is not None:
        return Client(**{name: row[name] for name in Client.__slots__})
    return Viewer(
        firm_id=row["firm_id"],
        member_id=row["member_id"],
        user_id=row["user_id"],
        role=Role(row["role"]),
        rights=frozenset(AccessRight(right) for right in row["rights"]),
        scopes=frozenset(TokenScope(scope) for scope in row["scopes"]),
        time_zone=row["time_zone"],
        clock_date=row["clock_date"],
    )


async def log_in(
    database: Database,
    command: Login,
    *,
    address: str | None = None,
    lifetime: timedelta = SESSION,
    clock: Clock = system_clock,
) -> LoggedIn:
    """Checks the password and opens a session.

    Raises Refused: BAD_CREDENTIALS (the same for an unknown e-mail), THROTTLED, or FIRM_REQUIRED where the user has
    several firms and named none; then ``memberships`` of the answer to a second try tell which.
    """
    now = clock()
    email = command.email.strip().lower()
    await throttle(database, f"email:{email[:200]}".replace("\x00", ""), address, now, "email")
    user = await sessions.user_by_email(database, email) if "\x00" not in email else None
    usable = len(command.password) <= PASSWORD_LENGTH[1]
    fits = await passwords.verify(user["password_hash"] if user and usable else None, command.password[:1000])
    if user is None or not fits:
        raise invalid(ErrorCode.BAD_CREDENTIALS, "This e-mail and password do not fit.", "password")
    found = await sessions.memberships(database, user["id"])
    member = _choose(found, None if command.firm_id is UNSET else command.firm_id)
    if member is None:
        return LoggedIn(None, None, None, found)
    async with database.transaction() as db:
        await sessions.forgive(db, f"email:{email}")
        token, identity = await open_session(db, member["firm_id"], member["id"], now, lifetime)
        await audit(db, member["firm_id"], member["id"], now, address, "login", user["id"])
    return LoggedIn(token, identity.expires_at, identity, found)


def _choose(found: Sequence[Row], firm_id: str | None) -> Row | None:
    if firm_id is not None:
        found = [row for row in found if row["firm_id"] == firm_id]
        if not found:
            raise missing("firm", "firm_id")
    elif not found:
        raise invalid(ErrorCode.BAD_CREDENTIALS, "This login belongs to no firm.", "email")
    return found[0] if len(found) == 1 else None


async def throttle(database: Database, key: str, address: str | None, now: datetime, *path: str) -> None:
    """Counts a try before the password is looked at, so that tries at the same time count too. Raises Refused."""
    # The address first: one that is refused must not lock out whose e-mail it names.
    limits = [(f"address:{address}", TRIES_PER_ADDRESS)] if address else []
    limits.append((key, TRIES_PER_EMAIL))
    for one, limit in limits:
        if await sessions.strike(database, one, now, WINDOW) > limit:
            minutes = int(WINDOW.total_seconds() // 60)
            raise invalid(ErrorCode.THROTTLED, f"Too many tries. Try again in {minutes} minutes.", *path)


async def open_session(
    db: Db, firm_id: str, member_id: str, now: datetime, lifetime: timedelta
) -> tuple[str, Identity]:
    """A new login of a member: its token, which nobody can read again, and its identity."""
    opened = await _open(db, now, lifetime, firm_id=firm_id, member_id=member_id, scopes=sorted(EVERY_SCOPE))
    if opened is None:
        raise invalid(ErrorCode.BAD_CREDENTIALS, "This member has been deactivated.", "email")
    return opened


async def open_client_session(
    db: Db, firm_id: str, contact_id: str, now: datetime, lifetime: timedelta
) -> tuple[str, Identity]:
    """A new login of a contact into the portal. It has no scope: nothing of the members' is open to it (AC5)."""
    opened = await _open(db, now, lifetime, firm_id=firm_id, contact_id=contact_id, scopes=[])
    if opened is None:
        raise invalid(ErrorCode.BAD_CREDENTIALS, "The access to this portal has ended.", "email")
    return opened


async def _open(db: Db, now: datetime, lifetime: timedelta, **values: Any) -> tuple[str, Identity] | None:
    """A new login; None where it would be over at once."""
    token = new_token()
    hashed = digest(token)
    kept = {"kind": SessionKind.LOGIN, "token_hash": hashed, "expires_at": now + lifetime}
    await records.make(db, models.Session, id=new_id("session"), **kept, **values)
    row = await sessions.by_token(db, hashed, now)
    return None if row is None else (token, identity_of(row))


@dataclass(frozen=True, slots=True)
class LogOut:
    """Ends a login."""

    session_id: str


async def log_out(work: Work, command: LogOut) -> None:
    """Ends a login of the viewer. What is open under it closes by the event that this leaves (LV6)."""
    owner = work.viewer.member_id
    ended = await sessions.revoke(work.db, work.firm_id, command.session_id, owner, SessionKind.LOGIN, work.now)
    if ended:
        work.touch("session", command.session_id)
        await work.audit("logout", command.session_id)


async def session_over(db: Db, identity: Identity, now: datetime) -> ErrorCode | None:
    """Why a session is no longer good, SESSION_EXPIRED or SESSION_ENDED; None while it is (LV6)."""
    found = (await identities_now(db, identity.party.firm_id, [identity], now))[identity.session_id]
    return found if isinstance(found, ErrorCode) else None


async def identities_now(
    db: Db, firm_id: str, identities: Sequence[Identity], now: datetime
) -> dict[str, Identity | ErrorCode]:
    """Who callers of one firm are at this instant, by session: with the rights they have, or why it is over (LV6)."""
    rows = await sessions.by_ids(db, firm_id, {identity.session_id for identity in identities})
    return {one.session_id: _now(one, rows.get(one.session_id), now) for one in identities}


def _now(identity: Identity, row: Row | None, now: datetime) -> Identity | ErrorCode:
    if row is not None and (row["revoked_at"] is not None or row["ended"]):
        return ErrorCode.SESSION_ENDED
    expires_at = row["expires_at"] if row is not None else identity.expires_at
    if expires_at is not None and expires_at <= now:
        return ErrorCode.SESSION_EXPIRED
    return ErrorCode.SESSION_ENDED if row is None else identity_of(row)


@dataclass(frozen=True, slots=True)
class CreateApiToken:
    """Makes a token for a program that acts as the viewer."""

    name: str
    scopes: Sequence[TokenScope]
    expires_at: datetime | None = None
    lifetime: Duration | None = None


@dataclass(frozen=True, slots=True)
class RevokeApiToken:
    """Ends an API token: one's own, or as an owner or admin anybody's."""

    token_id: str


async def create_api_token(work: Work, command: CreateApiToken) -> tuple[str, str]:
    """Makes an API token; answers its id and the token, which nobody can read again."""
    checks = Checks()
    name = checks.name(command.name, "name")
    if not command.scopes:
        checks.add(ErrorCode.REQUIRED, "A token needs at least one scope.", "scopes")
    if command.expires_at is not None and command.expires_at <= work.now:
        checks.add(ErrorCode.INVALID, "The expiry is in the past.", "expires_at")
    if command.expires_at is not None and command.lifetime is not None:
        checks.add(ErrorCode.INVALID, "Give a time or a lifetime, not both.", "lifetime")
    if command.lifetime is not None:
        command.lifetime.check(checks, "lifetime")
    checks.done()
    expires_at = command.expires_at
    if command.lifetime is not None:
        expires_at = command.lifetime.after(work.now, await calendar.of_firm(work.db, work.firm_id))
    token, token_id = new_token(), new_id("session")
    await records.make(
        work.db,
        models.Session,
        id=token_id,
        firm_id=work.firm_id,
        member_id=work.viewer.member_id,
        kind=SessionKind.API_TOKEN,
        name=name,
        scopes=sorted(set(command.scopes)),
        token_hash=digest(token),
        expires_at=expires_at,
    )
    await work.audit("token.created", token_id, name=name, scopes=sorted(set(command.scopes)))
    return token_id, token


async def revoke_api_token(work: Work, command: RevokeApiToken) -> str:
    """Ends an API token."""
    owner = None if work.viewer.manages else work.viewer.member_id
    ended = await sessions.revoke(work.db, work.firm_id, command.token_id, owner, SessionKind.API_TOKEN, work.now)
    if ended is None:
        raise missing("API token", "token_id")
    work.touch("session", command.token_id)
    await work.audit("token.revoked", command.token_id, member=ended["member_id"])
    return command.token_id


async def audit(
    db: Db, firm_id: str, actor_id: str, now: datetime, address: str | None, action: str, subject_id: str
) -> None:
    """Adds to a firm's audit log what is no command: logins, uses of tokens (AC7)."""
    await log.append_audit(
        db,
        firm_id=firm_id,
        actor_id=actor_id,
        at=now,
        address=address,
        action=action,
        subject_id=subject_id,
        detail={},
    )
