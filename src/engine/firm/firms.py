"""Firms: the tenants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import partial
from typing import Any, Final

from engine import find
from engine.access import Viewer
from engine.changes import differing
from engine.checks import Checks
from engine.enums import ErrorCode, JobState, Role, TokenScope, Weekday
from engine.errors import invalid
from engine.firm.secrets import passwords
from engine.mail import emails
from engine.portal import addresses
from engine.time import days_off
from engine.time.calendar import is_region, today
from engine.unset import UNSET, Maybe
from engine.work import Clock, Work, system_clock
from store import models
from store.database import Database, Db, Row
from store.ids import new_id
from store.writes import people, records, recurrences

BUILT_IN: Final = {  # what every firm starts with (ST1): name, whether it shows on boards
    JobState.ACTIVE: ("Active", True),
    JobState.COMPLETED: ("Completed", True),
    JobState.ARCHIVED: ("Archived", False),
}

_CALENDAR: Final = {"time_zone", "working_days", "holiday_region"}


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
    """Changes the firm's name, calendar, currency, how its mail goes out, or its quiet hours."""

    name: Maybe[str] = UNSET
    time_zone: Maybe[str] = UNSET
    currency: Maybe[str] = UNSET
    working_days: Maybe[Sequence[Weekday]] = UNSET
    holiday_region: Maybe[str | None] = UNSET
    add_holidays: Maybe[Sequence[days_off.Holiday] | None] = UNSET
    remove_holidays: Maybe[Sequence[date] | None] = UNSET
    holds_client_mail: Maybe[bool] = UNSET
    sender_name: Maybe[str | None] = UNSET
    sender_address: Maybe[str | None] = UNSET
    reply_to: Maybe[str | None] = UNSET
    portal_url: Maybe[str | None] = UNSET
    quiet_from: Maybe[time] = UNSET
    quiet_until: Maybe[time] = UNSET


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
        now = clock()
        values = {"name": name, "time_zone": time_zone, "currency": currency, "created_at": now}
        await records.make(db, models.Firm, id=firm_id, clock_date=today(time_zone, now), **values)
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
            joined_at=now,
        )
        for state, (label, on_board) in BUILT_IN.items():
            status = {"name": label, "state": state, "pauses": state is JobState.ARCHIVED, "on_board": on_board}
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
    """Changes the firm; a new time zone moves the midnight at which jobs become overdue, and resets boards (LV7).

    Time limits and delays that run already end when they would have (PL4).
    """
    work.viewer.need_manager()
    row = await find.firm(work)
    checks = Checks()
    values = _values(checks, row, command)
    holidays = days_off.checked(checks, command.add_holidays or (), "add_holidays")
    gone = checks.few(list(command.remove_holidays or ()), "remove_holidays")
    checks.done()
    off = await days_off.change(work, holidays, gone)
    if values or off:
        clock = {"clock_date": today(values["time_zone"], work.now)} if "time_zone" in values else {}
        await people.change_firm(work.db, work.firm_id, work.now, values | clock)
        if off or _CALENDAR & values.keys():
            await recurrences.hasten(work.db, work.firm_id, work.now)
        if values.get("holds_client_mail"):
            await emails.stop(work)
        work.touch("firm", work.firm_id, fields=[*values, *(["holidays"] if off else [])])
        await work.audit("firm.updated", work.firm_id, **values, **({"holidays": True} if off else {}))
    return work.firm_id


def _values(checks: Checks, row: Row, command: UpdateFirm) -> dict[str, Any]:
    """The columns that change."""
    return differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        time_zone=checks.given(checks.time_zone, command.time_zone, "time_zone"),
        currency=checks.given(checks.currency, command.currency, "currency"),
        working_days=_working_days(checks, command.working_days),
        holiday_region=checks.or_none(partial(_region, checks), command.holiday_region, "holiday_region"),
        holds_client_mail=command.holds_client_mail,
        sender_name=checks.or_none(checks.name, command.sender_name, "sender_name"),
        sender_address=checks.or_none(checks.email, command.sender_address, "sender_address"),
        reply_to=checks.or_none(checks.email, command.reply_to, "reply_to"),
        portal_url=checks.or_none(partial(addresses.check, checks), command.portal_url, "portal_url"),
        quiet_from=command.quiet_from,
        quiet_until=command.quiet_until,
    )


def _working_days(checks: Checks, days: Maybe[Sequence[Weekday]]) -> Maybe[str]:
    """Days of the week as they are stored: their numbers in order."""
    if days is UNSET:
        return UNSET
    if not days:
        checks.add(ErrorCode.TOO_FEW, "A firm has at least one working day.", "working_days")
    return "".join(sorted({str(day.value) for day in checks.few(list(days), "working_days")}))


def _region(checks: Checks, region: str, *path: str) -> str:
    if not is_region(region):
        message = "Public holidays are known of countries such as DE and of their parts such as DE-BY."
        checks.add(ErrorCode.INVALID, message, *path)
    return region


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
