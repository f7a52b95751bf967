"""Firms: the tenants."""

from dataclasses import dataclass
from typing import Final

from engine import find
from engine.access import Viewer
from engine.calendar import today
from engine.changes import differing
from engine.checks import Checks
from engine.enums import ErrorCode, JobState, Role, TokenScope
from engine.errors import invalid
from engine.secrets import passwords
from engine.unset import UNSET, Maybe
from engine.work import Clock, Work, system_clock
from store import models
from store.database import Database, Db
from store.ids import new_id
from store.writes import people, records

BUILT_IN: Final = {  # what every firm starts with (ST1): name, whether it shows on boards
    JobState.ACTIVE: ("Active", True),
    JobState.COMPLETED: ("Completed", True),
    JobState.ARCHIVED: ("Archived", False),
}


@dataclass(frozen=True, slots=True)
class CreateFirm:
    """Makes a firm and its first owner."""

    name: str
    owner_name: str
    owner_email: str
    password: str
    time_zone: str = "UTC"
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class UpdateFirm:
    """Changes the firm's name, time zone or currency."""

    name: Maybe[str] = UNSET
    time_zone: Maybe[str] = UNSET
    currency: Maybe[str] = UNSET


async def create_firm(database: Database, command: CreateFirm, *, clock: Clock = system_clock) -> str:
    """Makes a firm with its owner, who can log in at once; answers its id.

    A user who exists becomes the owner only with the password of that user. Raises Refused.
    """
    checks = Checks()
    name = checks.name(command.name, "name")
    owner_name = checks.name(command.owner_name, "owner_name")
    email = checks.email(command.owner_email, "owner_email")
    password = checks.password(command.password, "password")
    time_zone = checks.time_zone(command.time_zone, "time_zone")
    currency = checks.currency(command.currency, "currency")
    checks.done()
    firm_id = new_id("firm")
    password_hash = await passwords.hash(password)
    async with database.transaction() as db:
        values = {"name": name, "time_zone": time_zone, "currency": currency}
        await records.make(db, models.Firm, id=firm_id, clock_date=today(time_zone, clock()), **values)
        await people.open_log(db, firm_id)
        user_id = await _owner_login(db, email, owner_name, password, password_hash)
        await records.make(
            db,
            models.Member,
            id=new_id("member"),
            firm_id=firm_id,
            user_id=user_id,
            name=owner_name,
            role=Role.OWNER,
            rights=[],
            joined_at=clock(),
        )
        for state, (label, on_board) in BUILT_IN.items():
            status = {"name": label, "state": state, "pauses": False, "on_board": on_board}
            await records.make(db, models.JobStatus, id=new_id("status"), firm_id=firm_id, **status)
    return firm_id


async def _owner_login(db: Db, email: str, name: str, password: str, password_hash: str) -> str:
    user_id = await people.user(db, new_id("user"), email, name)
    stored = await people.password_hash(db, user_id)
    if stored is None:
        await people.set_password(db, user_id, password_hash)
    elif not await passwords.verify(stored, password):
        raise invalid(ErrorCode.BAD_CREDENTIALS, "This person has a login already: give its password.", "password")
    return user_id


async def update_firm(work: Work, command: UpdateFirm) -> str:
    """Changes the firm; a new time zone moves the midnight at which jobs become overdue, and resets boards (LV7)."""
    work.viewer.need_manager()
    row = await find.firm(work)
    checks = Checks()
    values = differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        time_zone=checks.given(checks.time_zone, command.time_zone, "time_zone"),
        currency=checks.given(checks.currency, command.currency, "currency"),
    )
    checks.done()
    if values:
        clock = {"clock_date": today(values["time_zone"], work.now)} if "time_zone" in values else {}
        await people.change_firm(work.db, work.firm_id, work.now, values | clock)
        work.touch("firm", work.firm_id, fields=list(values))
        await work.audit("firm.updated", work.firm_id, **values)
    return work.firm_id


async def owner_by_email(database: Database, email: str) -> Viewer | None:
    """The owner of a firm, to act for them; None where there is no such owner."""
    row = await people.owner_by_email(database, email)
    if row is None:
        return None
    return Viewer(
        firm_id=row["firm_id"],
        member_id=row["member_id"],
        user_id=row["user_id"],
        role=Role.OWNER,
        rights=frozenset(),
        scopes=frozenset(TokenScope),
        time_zone=row["time_zone"],
        clock_date=row["clock_date"],
    )
