"""Action items, whatever their kind: completing, cancelling, reopening, linking (AI1 to AI3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import find
from engine.enums import ErrorCode, HistoryAction, ItemKind, JobState, PendingItems, TaskStatus
from engine.errors import Pending, Refused, counted, invalid, missing, stale
from engine.work import Work, changed
from store.database import Row
from store.writes import items, jobs


@dataclass(frozen=True, slots=True)
class CompleteItem:
    """Completes an item."""

    item_id: str


@dataclass(frozen=True, slots=True)
class CancelItem:
    """Cancels an item: it blocks no more."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ReopenItem:
    """Opens a completed or cancelled item again; moves no job back (AI3)."""

    item_id: str


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


@dataclass(frozen=True, slots=True)
class PendingItemChoice:
    """What becomes of one item when its job leaves the stage, instead of what becomes of all (MV5)."""

    item_id: str
    choice: PendingItems


async def complete_item(work: Work, command: CompleteItem) -> str:
    """Completes an item; answers its id. One that is completed stays so."""
    return await _set(work, command.item_id, TaskStatus.COMPLETED)


async def cancel_item(work: Work, command: CancelItem) -> str:
    """Cancels an item; answers its id."""
    return await _set(work, command.item_id, TaskStatus.CANCELLED)


async def reopen_item(work: Work, command: ReopenItem) -> str:
    """Reopens an item; answers its id. One that is open stays as it is."""
    row = await locked_task(work, command.item_id, "item_id")
    if row["status"] in (TaskStatus.COMPLETED, TaskStatus.CANCELLED):
        await set_status(work, row, TaskStatus.TO_DO)
    return command.item_id


async def _set(work: Work, item_id: str, status: TaskStatus) -> str:
    row = await locked_task(work, item_id, "item_id")
    await set_status(work, row, status)
    return item_id


async def link_item(work: Work, command: LinkItem) -> str:
    """Links an item to a job that the viewer sees; a task to at most one (AI2). Answers the item's id."""
    await find.live_job(work, command.job_id, "job_id")
    row = await locked_task(work, command.item_id, "item_id")
    visit_id = await jobs.current_visit(work.db, work.firm_id, command.job_id)
    if not await items.link(
        work.db, work.firm_id, command.job_id, command.item_id, ItemKind.TASK, visit_id, command.blocking
    ):
        raise invalid(ErrorCode.ALREADY_LINKED, "The task is linked to a job already: unlink it first.", "item_id")
    work.touch("task", command.item_id)
    work.touch_job(command.job_id)
    work.reconsider(command.job_id)  # the item may be closed
    work.history(command.job_id, HistoryAction.TASK_ADDED, changed("task", None, row["id"]))
    return command.item_id


async def unlink_item(work: Work, command: UnlinkItem) -> str:
    """Unlinks an item from a job; answers the item's id."""
    await find.live_job(work, command.job_id, "job_id")
    row = await locked_task(work, command.item_id, "item_id")
    if not await items.unlink(work.db, work.firm_id, command.job_id, command.item_id):
        raise missing("link", "job_id")
    work.touch("task", command.item_id, unlinked=[command.job_id])
    work.touch_job(command.job_id)
    work.reconsider(command.job_id)
    work.history(command.job_id, HistoryAction.TASK_REMOVED, changed("task", row["id"], None))
    return command.item_id


async def locked_task(work: Work, task_id: str, *path: str) -> Row:
    """A task that the viewer sees, locked after its job; refused while the job is archived (ST1)."""
    linked = await items.jobs_of(work.db, work.firm_id, [task_id])
    held = await work.lock_jobs(linked)
    row = await find.task(work, task_id, *path)
    if set(await items.jobs_of(work.db, work.firm_id, [task_id])) - set(linked):
        raise stale("task", task_id, *path)
    if any(job["state"] == JobState.ARCHIVED for job in held):
        raise invalid(ErrorCode.ARCHIVED, "The task's job is archived: unarchive it first.", *path)
    return row


async def set_status(work: Work, task: Row, status: TaskStatus) -> None:
    """Puts a locked task into a status."""
    if task["status"] == status:
        return
    is_open = status not in (TaskStatus.COMPLETED, TaskStatus.CANCELLED)
    await items.set_task_status(work.db, work.firm_id, [task["id"]], status, is_open, work.now)
    work.touch("task", task["id"])
    for job_id in await items.jobs_of(work.db, work.firm_id, [task["id"]]):
        work.touch_job(job_id)
        work.reconsider(job_id)
        line = changed("status", task["status"], status)
        work.history(job_id, HistoryAction.TASK_CHANGED, changed("task", task["id"], task["id"]), line)


async def settle(
    work: Work, job: Row, choice: PendingItems | None, exceptions: Sequence[PendingItemChoice]
) -> dict[str, str]:
    """MV5: decides what becomes of the open blocking items of a job that is about to leave its stage.

    Answers those that it has closed, with their statuses before.
    """
    open_items = await items.pending(work.db, work.firm_id, job["id"])
    choices = {exception.item_id: exception.choice for exception in exceptions}
    if len(set(exceptions)) > len(choices):
        raise invalid(ErrorCode.INVALID, "An item is named with two different choices.", "pending_item_choices")
    if set(choices) - {row["id"] for row in open_items}:
        raise missing("pending item", "pending_item_choices")
    undecided = tuple(row["id"] for row in open_items if choice is None and row["id"] not in choices)
    if undecided:
        number = counted(len(undecided), "open item blocks", "open items block")
        message = f"{number} this stage: keep, complete or cancel {'it' if len(undecided) == 1 else 'them'}."
        raise Refused([Pending(ErrorCode.PENDING_ITEMS, message, ("pending_items",), undecided)])
    settled: dict[str, str] = {}
    for row in open_items:
        decided = choices.get(row["id"], choice)
        if decided is not PendingItems.KEEP:
            status = TaskStatus.COMPLETED if decided is PendingItems.COMPLETE else TaskStatus.CANCELLED
            task = await find.any_task(work, row["id"])
            settled[task["id"]] = task["status"]
            await set_status(work, task, status)
    return settled
