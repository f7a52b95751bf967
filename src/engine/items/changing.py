"""What of an item for clients changes after it was made: when it is sent, its title, message, date and reminders."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import find
from engine.checks import Checks
from engine.enums import Delivery, ErrorCode, ItemKind
from engine.errors import invalid, missing
from engine.items import closing, mailing, reminders
from engine.items.reminders import Reminders
from engine.items.rules import kinds
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store.database import Row
from store.writes import client_items, due


@dataclass(frozen=True, slots=True)
class SendItem:
    """Sends an item that was made without being sent."""

    item_id: str


@dataclass(frozen=True, slots=True)
class UpdateItem:
    """Changes an item for a client, whatever its kind."""

    item_id: str
    title: Maybe[str] = UNSET
    message: Maybe[str | None] = UNSET
    due_date: Maybe[date | None] = UNSET
    reminders: Maybe[Reminders | None] = UNSET


async def send_item(work: Work, command: SendItem) -> str:
    """Sends an item with its e-mails; answers its id. One that was sent, or waits to be, stays as it is."""
    item = await open_item(work, command.item_id, "item_id")
    if item["delivery"] == Delivery.DRAFT:
        if await mailing.unreachable(work, [item["account_id"]]):
            raise invalid(ErrorCode.UNREACHABLE, mailing.UNREACHABLE, "item_id")
        await mailing.send(work, [mailing.going(item)])
        await closing.tell(work, item, changed("sent", False, True))
    return command.item_id


async def update_item(work: Work, command: UpdateItem) -> str:
    """Changes an open item; answers its id. What its client has been written stays written."""
    item = await open_item(work, command.item_id, "item_id")
    checks = Checks()
    values: dict[str, Any] = {}
    if command.title is not UNSET:
        values["title"] = checks.name(command.title, "title")
    if command.message is not UNSET:
        values["message"] = checks.text(command.message, "message")
    if command.due_date is not UNSET:
        values["due_date"] = command.due_date
    if command.reminders is not UNSET:
        if command.reminders is not None:
            command.reminders.check(checks, "reminders")
        values |= _columns(command.reminders)
    checks.done()
    values = {name: value for name, value in values.items() if value != item[name]}
    if "title" in values:
        await _retitle(work, item)
    if values:
        await _change(work, item, values)
    return command.item_id


async def _retitle(work: Work, item: Row) -> None:
    """Refuses another title for what somebody has signed under this one."""
    stands = kinds()[ItemKind(item["kind"])].stands
    if stands is not None and await stands(work, item):
        raise invalid(ErrorCode.CLOSED, "Somebody has signed it: its title stays.", "title")


def _columns(wanted: Reminders | None) -> dict[str, Any]:
    if wanted is None:
        return {"remind_days": None, "remind_times": None}
    return {"remind_days": wanted.every_days, "remind_times": wanted.times}


async def _change(work: Work, item: Row, values: dict[str, Any]) -> None:
    await client_items.change(work.db, work.firm_id, item["id"], values, work.now)
    if not values.keys().isdisjoint({"remind_days", "remind_times"}) and item["delivery"] == Delivery.SENT:
        await due.drop(work.db, work.firm_id, [item["id"]])
        await reminders.plan(work, [await find.any_item(work, item["id"])])
    told = [changed("title", item["title"], values["title"])] if "title" in values else []
    if "due_date" in values:
        told.append(changed("due_date", None, None))  # to which day is for who manages items of the kind (AC3)
    await closing.tell(work, item, *told)
    quiet = [name for name in ("message", "remind_days", "remind_times") if name in values]
    if quiet:  # of these, as of the date, it is not said what they are
        await closing.record_quietly(work, item, *(changed(name, None, None) for name in quiet))


async def open_item(work: Work, item_id: str, *path: str, kind: ItemKind | None = None) -> Row:
    """An open item for a client, of a kind where one is named, that the viewer sees and manages; locked."""
    item = await closing.locked(work, item_id, *path)
    if item["account_id"] is None or kind not in (None, item["kind"]):
        raise missing("item", *path)
    closing.permitted(work, item, *path)
    if not item["open"]:
        raise invalid(ErrorCode.CLOSED, f"It is {item['outcome'].lower()} already.", *path)
    return item
