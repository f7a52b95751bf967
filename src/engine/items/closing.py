"""Closing items and opening them again, whatever their kind (AI1, AI3), and what that means for their jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import find
from engine.enums import ErrorCode, HistoryAction, ItemKind, ItemState, JobState, Outcome
from engine.errors import invalid, stale
from engine.items import mailing
from engine.items.rules import ItemRules, kinds
from engine.work import Work, changed
from store.database import Row
from store.writes import items


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


async def complete_item(work: Work, command: CompleteItem) -> str:
    """Completes an item of a kind that members complete; answers its id. One that is completed stays so."""
    return await _close(work, command.item_id, Outcome.DONE)


async def cancel_item(work: Work, command: CancelItem) -> str:
    """Cancels an item; answers its id. What a client has finished is not cancelled any more."""
    return await _close(work, command.item_id, Outcome.CANCELLED)


async def _close(work: Work, item_id: str, outcome: Outcome) -> str:
    item = await locked(work, item_id, "item_id")
    rules = permitted(work, item, "item_id")
    if item["outcome"] != outcome:
        may_close(rules, item, outcome, "item_id")
        await put(work, item, outcome)
    return item_id


async def reopen_item(work: Work, command: ReopenItem) -> str:
    """Reopens an item; answers its id. One that is open stays as it is."""
    item = await locked(work, command.item_id, "item_id")
    rules = permitted(work, item, "item_id")
    if not item["open"]:
        if not rules.reopens:
            raise invalid(ErrorCode.CLOSED, f"What has become of {rules.noun} stays: make another one.", "item_id")
        await put(work, item, None)
    return command.item_id


def may_close(rules: ItemRules, item: Row, outcome: Outcome, *path: str) -> None:
    """Refuses to close an item as it is not to be closed by members (MV5)."""
    if outcome is Outcome.DONE and not rules.by_members:
        raise invalid(ErrorCode.INVALID, f"Only its client can complete {rules.noun}: keep or cancel it.", *path)
    if item["outcome"] is not None and rules.kind is not ItemKind.TASK:
        raise invalid(ErrorCode.CLOSED, f"It is {item['outcome'].lower()} already.", *path)


def permitted(work: Work, item: Row, *path: str) -> ItemRules:
    """The rules of an item's kind; refuses who may not manage that."""
    rules = kinds()[ItemKind(item["kind"])]
    rules.permit(work.viewer, *path)
    return rules


async def locked(work: Work, item_id: str, *path: str) -> Row:
    """An item that the viewer sees, locked after its jobs; refused while one of those is archived (ST1)."""
    await _lock_jobs(work, item_id, *path)
    return await find.item(work, item_id, *path)


async def _lock_jobs(work: Work, item_id: str, *path: str) -> None:
    linked = await items.jobs_of(work.db, work.firm_id, [item_id])
    held = await work.lock_jobs(linked)
    await items.lock(work.db, work.firm_id, item_id)
    if set(await items.jobs_of(work.db, work.firm_id, [item_id])) - set(linked):
        raise stale("item", item_id, *path)
    if any(job["state"] == JobState.ARCHIVED for job in held):
        raise invalid(ErrorCode.ARCHIVED, "The item's job is archived: unarchive it first.", *path)


async def put(work: Work, item: Row, outcome: Outcome | None) -> None:
    """Closes a locked item, or opens it again where the outcome is None; whoever waits for it goes on (AM3)."""
    own = kinds()[ItemKind(item["kind"])].put
    line = await own(work, item, outcome) if own else changed("state", item["state"], outcome or ItemState.OPEN)
    await items.put(work.db, work.firm_id, item["id"], outcome, work.now)
    if item["account_id"] is not None:
        await (mailing.resume(work, item) if outcome is None else mailing.stop(work, [item["id"]]))
    await tell(work, item, line, reconsider=True)


async def tell(work: Work, item: Row, *lines: dict[str, object], reconsider: bool = False) -> None:
    """Says that a locked item has changed, to its jobs, too; and has them looked at where it was closed or opened.

    What a client does on the way to an answer is for who looks at the item or its job: boards are not drawn for it.
    """
    job_ids = await items.jobs_of(work.db, work.firm_id, [item["id"]])
    is_task = item["kind"] == ItemKind.TASK
    touch(work, item, job_ids)
    for job_id in job_ids if is_task or lines else ():
        work.touch_job(job_id)
    if lines:
        record(work, item, job_ids, *lines)
    if reconsider:
        work.reconsider(*job_ids)


def record(work: Work, item: Row, job_ids: Sequence[str], *lines: dict[str, object]) -> None:
    """Has the histories of its jobs say what has become of an item."""
    is_task = item["kind"] == ItemKind.TASK
    name, action = ("task", HistoryAction.TASK_CHANGED) if is_task else ("item", HistoryAction.ITEM_CHANGED)
    named = changed(name, item["id"], item["id"], from_label=item["title"], to_label=item["title"])
    for job_id in job_ids:
        work.history(job_id, action, named, *lines)


async def record_quietly(work: Work, item: Row, *lines: dict[str, object]) -> None:
    """The same of what no board shows."""
    record(work, item, await items.jobs_of(work.db, work.firm_id, [item["id"]]), *lines)


def touch(work: Work, item: Row, job_ids: Sequence[str] = ()) -> None:
    """Says that an item has changed: to members, and to its account's clients where it is for them."""
    if item["kind"] == ItemKind.TASK:
        work.touch("task", item["id"])
    else:
        work.touch("item", item["id"], account=item["account_id"], jobs=[*job_ids])
