"""Editing locked jobs where they stand, any number at once."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from engine.changes import differing, lines
from engine.enums import ErrorCode, HistoryAction
from engine.errors import invalid
from engine.job import assignees, rescheduling
from engine.work import Work, changed
from store.writes import jobs, locks

DATES: Final = frozenset({"start_date", "due_date"})


async def edit(work: Work, edits: Mapping[str, Mapping[str, Any]]) -> None:
    """Changes columns of jobs; what is so already is left alone. Raises Refused for dates in the wrong order."""
    rows = {row["id"]: row for row in await locks.jobs(work.db, work.firm_id, list(edits))}
    changes = {job_id: differing(rows[job_id], **values) for job_id, values in edits.items()}
    for job_id, values in changes.items():
        start, due = (values.get(name, rows[job_id][name]) for name in ("start_date", "due_date"))
        if start and due and due < start:
            raise invalid(ErrorCode.DATES_REVERSED, "The due date would be before the start date.")
    changes = {job_id: values for job_id, values in changes.items() if values}
    if changes:
        await jobs.change_many(work.db, work.firm_id, work.now, changes)
    dated = [job_id for job_id, values in changes.items() if DATES & values.keys()]
    if dated:
        await rescheduling.follow_dates(work, dated)
    for job_id, values in changes.items():
        work.touch_job(job_id)
        work.history(job_id, HistoryAction.UPDATED, *lines(rows[job_id], values))


async def reassign(work: Work, added: Mapping[str, Collection[str]], removed: Mapping[str, Collection[str]]) -> None:
    """Assigns and unassigns members of jobs; nobody is in both."""
    came, went = await assignees.change(work, "job", added, removed)
    touched = sorted({*came, *went})
    if touched:
        await jobs.count_up(work.db, work.firm_id, touched, work.now)
    for job_id in touched:
        work.touch_job(job_id)
        line = changed("assignees", went.get(job_id, []), came.get(job_id, []))
        work.history(job_id, HistoryAction.ASSIGNEES_CHANGED, line)
