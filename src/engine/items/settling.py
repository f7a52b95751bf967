"""What becomes of a job's open items when a person moves it out of its stage (MV5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine import find
from engine.enums import ErrorCode, ItemKind, ItemState, Outcome, PendingItems, TaskStatus
from engine.errors import Pending, Refused, counted, invalid, missing
from engine.items import tasks
from engine.items.closing import may_close, permitted, put
from engine.work import Work
from store.database import Row
from store.writes import items


@dataclass(frozen=True, slots=True)
class PendingItemChoice:
    """What becomes of one item when its job leaves the stage, instead of what becomes of all (MV5)."""

    item_id: str
    choice: PendingItems


_OUTCOMES = {PendingItems.COMPLETE: Outcome.DONE, PendingItems.CANCEL: Outcome.CANCELLED}


async def settle(
    work: Work, job: Row, choice: PendingItems | None, exceptions: Sequence[PendingItemChoice]
) -> dict[str, str]:
    """MV5: decides what becomes of the open blocking items of a job that is about to leave its stage.

    Answers those that it has closed, with how they stood before. Raises Refused where a choice is missing, or is not
    for members to make.
    """
    open_items = await items.pending(work.db, work.firm_id, job["id"])
    choices = _choices(open_items, choice, exceptions)
    await _lock_others(work, [item_id for item_id, decided in choices.items() if decided in _OUTCOMES])
    settled: dict[str, str] = {}
    for item_id, decided in choices.items():
        if decided in _OUTCOMES:
            item = await find.any_item(work, item_id)
            if item["open"]:  # else its client has just finished it
                may_close(permitted(work, item, "pending_items"), item, _OUTCOMES[decided], "pending_items")
                settled[item_id] = item["status"] or ItemState.OPEN
                await put(work, item, _OUTCOMES[decided])
    return settled


def _choices(
    open_items: Sequence[Row], choice: PendingItems | None, exceptions: Sequence[PendingItemChoice]
) -> Mapping[str, PendingItems]:
    """What becomes of each."""
    named = {exception.item_id: exception.choice for exception in exceptions}
    if len(set(exceptions)) > len(named):
        raise invalid(ErrorCode.INVALID, "An item is named with two different choices.", "pending_item_choices")
    if set(named) - {row["id"] for row in open_items}:
        raise missing("pending item", "pending_item_choices")
    decided = {row["id"]: named.get(row["id"], choice) for row in open_items}
    undecided = tuple(item_id for item_id, one in decided.items() if one is None)
    if undecided:
        number = counted(len(undecided), "open item blocks", "open items block")
        message = f"{number} this stage: keep, complete or cancel {'it' if len(undecided) == 1 else 'them'}."
        raise Refused([Pending(ErrorCode.PENDING_ITEMS, message, ("pending_items",), undecided)])
    return {item_id: one for item_id, one in decided.items() if one is not None}


async def _lock_others(work: Work, item_ids: Sequence[str]) -> None:
    """Locks the other jobs to which items belong that are about to be closed: they may go on by that, too."""
    linked = await items.jobs_of(work.db, work.firm_id, item_ids) if item_ids else []
    if linked:
        await work.lock_jobs(linked)


async def restore(work: Work, item_ids: Sequence[str], settled: Mapping[str, str]) -> None:
    """Opens items again that ``settle`` has closed, as they stood before (MV7)."""
    await _lock_others(work, item_ids)
    for item_id in item_ids:
        item = await find.any_item(work, item_id)
        if item["kind"] == ItemKind.TASK:
            await tasks.set_status(work, item, TaskStatus(settled[item_id]))
        elif not item["open"]:
            await put(work, item, None)
