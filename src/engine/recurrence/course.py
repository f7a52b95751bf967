"""The course of a recurrence: which of its occurrences are due, and when it is to be looked at next (RC2, RC3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Self

from engine.enums import CatchUp, DueKind, RecurrenceRunState
from engine.recurrence.occurrences import Occurrence
from engine.recurrence.settings import Settings
from engine.time.calendar import Calendar, of_firm, today
from engine.work import Work
from store.database import Row
from store.writes import due
from store.writes import recurrences as writes

MISSED = "Its day has passed without it, and it is not made up for."


@dataclass(slots=True)
class Course:
    """A locked recurrence, in the days of its firm, whose calendar is kept."""

    row: Row
    settings: Settings
    firm: Calendar
    today: date
    settled: date | None
    """The last of its dates that is made, or not to be made."""
    since: date | None
    """The day before which nothing is made that is not settled."""

    @classmethod
    async def of(cls, work: Work, row: Row) -> Self:
        """A recurrence as it stands."""
        firm = await of_firm(work.db, work.firm_id)
        now = today(firm.time_zone, work.now)
        return cls(row, Settings.of(row), firm, now, row["settled"], row["since"])

    @property
    def id(self) -> str:
        """The recurrence's id."""
        return str(self.row["id"])

    def upcoming(self) -> Iterator[Occurrence]:
        """What is still to be made, in order."""
        return self.settings.timing.schedule.upcoming(self.firm, self.settled, self.since)

    async def from_today(self, work: Work) -> None:
        """Leaves out what is before today and has not been made (RC3)."""
        self.since = max(self.since or self.today, self.today)
        await writes.put(work.db, work.firm_id, self.id, {"since": self.since})

    async def settle(self, work: Work) -> None:
        """Makes runs of the occurrences that are due, as far as they are made up for; the worker takes them on."""
        found = list(takewhile(lambda one: one.creates_on <= self.today, self.upcoming()))
        if found:
            wanted = made_up(self.settings.catch_up, found, self.today)
            await self.add(work, found, {one.on for one in wanted}, MISSED)

    async def add(self, work: Work, found: Sequence[Occurrence], wanted: set[date], reason: str) -> None:
        """Settles occurrences by runs: those whose dates are wanted are to be made, the others skipped."""
        lines = [
            {
                "occurrence": one.on,
                "day": one.day,
                "state": RecurrenceRunState.QUEUED if one.on in wanted else RecurrenceRunState.SKIPPED,
                "reason": None if one.on in wanted else reason,
            }
            for one in found
        ]
        await writes.add_runs(work.db, work.firm_id, self.id, work.now, lines)
        self.settled = found[-1].on
        await writes.put(work.db, work.firm_id, self.id, {"settled": self.settled})
        work.touch("recurrence", self.id)

    async def plan(self, work: Work) -> None:
        """Notes which occurrence is the next, and has it looked at when it is time; at once where a run is open."""
        await due.drop(work.db, work.firm_id, [self.id])
        if self.row["paused_at"] is not None:
            return
        coming = next(self.upcoming(), None)
        await writes.put(work.db, work.firm_id, self.id, {"next_date": coming and coming.on})
        if await writes.open_run(work.db, work.firm_id, self.id) is not None:
            work.later(DueKind.RECURRENCE, self.id)
        elif coming is not None:
            work.later(DueKind.RECURRENCE, self.id, at=coming.creates_at(self.firm))


def made_up(policy: CatchUp, due: Sequence[Occurrence], today: date) -> Sequence[Occurrence]:
    """Which of the occurrences that are due are made (RC3). What was missed is that whose day has passed.

    LATEST makes the last of what was missed only where nothing is on time.
    """
    on_time = [one for one in due if one.day >= today]
    match policy:
        case CatchUp.ALL:
            return due
        case CatchUp.LATEST:
            return on_time or due[-1:]
        case CatchUp.SKIP:
            return on_time
