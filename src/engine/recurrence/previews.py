"""What a recurrence will do: its next occurrences, as it is or as it might be (RC4)."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from itertools import islice
from typing import Final

from engine.checks import Checks
from engine.enums import BusinessDays, ErrorCode
from engine.errors import invalid
from engine.recurrence.occurrences import Occurrence
from engine.recurrence.settings import Settings
from engine.recurrence.timing import Timing, with_ends
from engine.time.calendar import Calendar, today
from engine.unset import UNSET, Maybe
from store.database import Row

MOST: Final = 200
"""Occurrences in one preview."""

_ENDS: Final = ("end_date", "count")
"""What null says something of; all else is left out by it."""


@dataclass(frozen=True, slots=True)
class PreviewRecurrence:
    """When a recurrence would make jobs: one that there is, with changes perhaps, or one to be made."""

    recurrence_id: str | None = None
    rrule: Maybe[str | None] = UNSET
    start_date: Maybe[date | None] = UNSET
    end_date: Maybe[date | None] = UNSET
    count: Maybe[int | None] = UNSET
    create_ahead_days: Maybe[int | None] = UNSET
    business_days: Maybe[BusinessDays | None] = UNSET
    make_up: bool = False
    """Whether it is to make up for what is before today, or for the time in which it was paused."""


def preview(row: Row | None, asked: PreviewRecurrence, firm: Calendar, now: datetime, first: int) -> list[Occurrence]:
    """The next occurrences of a recurrence, or of one to be made. Raises Refused for times that make no sense."""
    checks, before = Checks(), Settings.of(row).timing if row is not None else None
    wanted = _wanted(asked, before).checked(checks, firm.time_zone)
    checks.done()
    begins = today(firm.time_zone, now)
    settled, since = (row["settled"], row["since"]) if row is not None else (None, None)
    goes_on = row is not None and (wanted == before if row["paused_at"] is None else asked.make_up)
    if not goes_on and not (row is None and asked.make_up):
        since = max(since or begins, begins)
    return list(islice(wanted.schedule.upcoming(firm, settled, since), first))


def _wanted(asked: PreviewRecurrence, before: Timing | None) -> Timing:
    said = {part.name: getattr(asked, part.name) for part in fields(Timing)}
    given = {name: value for name, value in said.items() if value is not UNSET and (name in _ENDS or value is not None)}
    if before is None:
        missing = [name for name in ("rrule", "start_date") if name not in given]
        if missing:
            raise invalid(ErrorCode.REQUIRED, "Say by which rule it recurs, and from when on.", missing[0])
        return Timing(**given)
    return replace(before, **with_ends(given))


def coming(row: Row, firm: Calendar) -> Occurrence | None:
    """The next occurrence of a recurrence, if there is one."""
    if row["next_date"] is None:
        return None
    return Settings.of(row).timing.schedule.at(row["next_date"], firm)
