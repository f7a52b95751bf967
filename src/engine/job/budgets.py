"""Time budgets of jobs (JB1): who works on a job, or follows it, is told that most of its budget is spent, or all."""

from collections.abc import Collection
from typing import Final

from engine import notifications
from engine.checks import Checks
from engine.enums import ErrorCode, NotificationKind
from engine.work import Work
from store.database import Row
from store.writes import followers, jobs
from store.writes import time_entries as writes

MOST: Final = 1_000_000
"""Minutes of one budget."""
LEVELS: Final = (80, 100)
"""Of how many percent of a budget it is told that they are spent."""


def checked(checks: Checks, minutes: int | None, *path: str) -> int | None:
    """A budget in minutes, or none."""
    if minutes is not None and not 1 <= minutes <= MOST:
        checks.add(ErrorCode.INVALID, f"A time budget has from 1 to {MOST:,} minutes.", *path)
    return minutes


async def look(work: Work, job_ids: Collection[str], *, anew: bool = False) -> None:
    """Tells of locked jobs how much of their budget is spent, now that this has changed: each level once.

    ``anew``: the budget itself was changed. What it leaves room for again is news when it is spent again.
    """
    rows = await writes.budgets(work.db, work.firm_id, job_ids)
    fresh: dict[str, str] = {}
    for row in rows:
        passed, told = _passed(row), set(row["told"])
        kept = passed if anew else passed | told
        if kept != told:
            await writes.set_told(work.db, work.firm_id, row["id"], kept)
        if passed - told:
            fresh[row["id"]] = _text(row, max(passed))
    if fresh:
        await _tell(work, fresh)


def _passed(row: Row) -> set[int]:
    if row["budget"] is None:
        return set()
    return {level for level in LEVELS if row["spent"] * 100 >= row["budget"] * level}


async def _tell(work: Work, texts: dict[str, str]) -> None:
    following = await followers.of(work.db, work.firm_id, texts)
    assigned = await jobs.assignees(work.db, work.firm_id, texts)
    people = {job_id: [*assigned.get(job_id, ()), *following.get(job_id, ())] for job_id in texts}
    await notifications.notify(work, NotificationKind.TIME_BUDGET, people, texts)


def _text(row: Row, level: int) -> str:
    part = "The time budget" if level == max(LEVELS) else f"{level}% of the time budget"
    return f"{part} of {row['name']} is spent: {_hours(row['spent'])} of {_hours(row['budget'])} hours."


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
