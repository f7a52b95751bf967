"""Linking items to jobs, and unlinking them: a task belongs to one job at most, other kinds to many (AI2)."""

from dataclasses import dataclass

from engine import find
from engine.enums import ErrorCode, HistoryAction, ItemKind
from engine.errors import invalid, missing
from engine.items.closing import locked, touch
from engine.work import Work, changed
from store.database import Row
from store.writes import items, jobs


@dataclass(frozen=True, slots=True)
class LinkItem:
    """Links an item to a job, in its current visit."""

    item_id: str
    job_id: str
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class UnlinkItem:
    """Unlinks an item from a job; deletes nothing (AI2)."""

    item_id: str
    job_id: str


async def link_item(work: Work, command: LinkItem) -> str:
    """Links an item to a job that the viewer sees, of the same client. Answers the item's id."""
    await _hold(work, command.item_id, command.job_id)
    job = await find.live_job(work, command.job_id, "job_id")
    item = await locked(work, command.item_id, "item_id")
    if item["account_id"] not in (None, job["account_id"]):
        raise invalid(ErrorCode.INVALID, "The item is for another account than the job.", "job_id")
    visit_id = await jobs.current_visit(work.db, work.firm_id, job["id"])
    if not await items.link(work.db, work.firm_id, job["id"], item["id"], item["kind"], visit_id, command.blocking):
        what = "task" if item["kind"] == ItemKind.TASK else "item"
        raise invalid(ErrorCode.ALREADY_LINKED, f"The {what} is linked to a job already: unlink it first.", "item_id")
    _say(work, item, job["id"], linked=True)
    return command.item_id


async def unlink_item(work: Work, command: UnlinkItem) -> str:
    """Unlinks an item from a job; answers the item's id."""
    await _hold(work, command.item_id, command.job_id)
    await find.live_job(work, command.job_id, "job_id")
    item = await locked(work, command.item_id, "item_id")
    if not await items.unlink(work.db, work.firm_id, command.job_id, command.item_id):
        raise missing("link", "job_id")
    _say(work, item, command.job_id, linked=False)
    return command.item_id


async def _hold(work: Work, item_id: str, job_id: str) -> None:
    """Locks the job with all those that the item belongs to, in order."""
    await work.lock_jobs({job_id, *await items.jobs_of(work.db, work.firm_id, [item_id])})


def _say(work: Work, item: Row, job_id: str, *, linked: bool) -> None:
    touch(work, item)
    is_task = item["kind"] == ItemKind.TASK
    name = "task" if is_task else "item"
    if linked:
        action = HistoryAction.TASK_ADDED if is_task else HistoryAction.ITEM_ADDED
        line = changed(name, None, item["id"], to_label=item["title"])
    else:
        action = HistoryAction.TASK_REMOVED if is_task else HistoryAction.ITEM_REMOVED
        line = changed(name, item["id"], None, from_label=item["title"])
        work.touch(name, item["id"], unlinked=[job_id])
    work.touch_job(job_id)
    work.reconsider(job_id)  # the item may be closed, or may have been what it waited for
    work.history(job_id, action, line)
