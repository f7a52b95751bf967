"""Message threads: a talk with a client, who may have tasks in it (AI1: done with the last of those, or answered)."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import find
from engine.checks import TEXT_LENGTH, Checks
from engine.enums import Delivery, ErrorCode, ItemKind, Outcome
from engine.errors import invalid, missing
from engine.items import changing, clients, closing, contents, mailing
from engine.items.rules import Fill, kinds
from engine.mail import drafts
from engine.pipeline import rank
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store.database import Row
from store.ids import new_id
from store.writes import client_items
from store.writes import threads as writes

MOST_TASKS = 50
"""Of a client in one thread."""

KIND = ItemKind.MESSAGE_THREAD


@dataclass(frozen=True, slots=True)
class ThreadContent:
    """How a thread begins: with a message, and with tasks for the client."""

    text: str
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostMessage:
    """Writes to the client in a thread."""

    item_id: str
    text: str
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class AddClientTask:
    """Gives the client another task in a thread."""

    item_id: str
    title: str
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class RemoveClientTask:
    """Takes a task of the client out of its thread."""

    client_task_id: str


@dataclass(frozen=True, slots=True)
class PostPortalMessage:
    """Answers the firm in a thread."""

    item_id: str
    text: str
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class SetClientTaskDone:
    """Says whether one of one's own tasks is done."""

    client_task_id: str
    done: bool = True


def check(checks: Checks, content: ThreadContent, path: tuple[str, ...]) -> ThreadContent:
    """A thread begins with words, and has no more than so many tasks."""
    text = checks.text(content.text, *path, "text")
    if not text:
        checks.add(ErrorCode.REQUIRED, "Say something.", *path, "text")
    if len(content.tasks) > MOST_TASKS:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_TASKS} tasks.", *path, "tasks")
    titles = content.tasks[:MOST_TASKS]
    return ThreadContent(
        text or "", tuple(checks.name(title, *path, "tasks", str(n)) for n, title in enumerate(titles))
    )


def texts(content: ThreadContent) -> Sequence[str]:
    """All that shortcodes may stand in."""
    return [content.text, *content.tasks]


def fill(content: ThreadContent, filled: Fill) -> ThreadContent:
    """The same with shortcodes filled in."""
    return ThreadContent(filled(content.text), tuple(filled(title)[:200] for title in content.tasks))


async def made(work: Work, rows: Sequence[Row]) -> None:
    """Writes how fresh threads begin."""
    rules = kinds()[KIND]
    lines = []
    for row in rows:
        content: ThreadContent = contents.loaded(rules, row)
        keys = rank.spread(None, None, len(content.tasks))
        tasks = [
            {"id": new_id("clienttask"), "title": title, "rank": key}
            for title, key in zip(content.tasks, keys, strict=True)
        ]
        line = {"item_id": row["id"], "message_id": new_id("message"), "member_id": work.actor_id}
        lines.append(line | {"text": content.text, "tasks": tasks})
    await writes.make(work.db, work.firm_id, work.now, lines)


async def post_message(work: Work, command: PostMessage) -> str:
    """Writes to the client, who gets an e-mail; answers the message's id. A finished thread may go on."""
    text = _said(command.text)
    message_id, again = await find.new(work, "thread_messages", "message", command)
    if again:
        await _thread(work, command.item_id)
        return message_id
    item = await _thread(work, command.item_id)
    await writes.post(work.db, work.firm_id, message_id, item["id"], text, work.now, member_id=work.actor_id)
    await _changed(work, item)
    if item["delivery"] == Delivery.SENT:
        await drafts.make(work, (await mailing.letters(work, [mailing.going(item)]))[item["id"]])
    return message_id


async def add_client_task(work: Work, command: AddClientTask) -> str:
    """Gives the client another task in an open thread; answers the task's id."""
    checks = Checks()
    title = checks.name(command.title, "title")
    checks.done()
    task_id, again = await find.new(work, "client_tasks", "clienttask", command)
    item = await changing.open_item(work, command.item_id, "item_id", kind=KIND)
    if again:
        return task_id
    there = await writes.tasks(work.db, work.firm_id, item["id"])
    if len(there) >= MOST_TASKS:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST_TASKS} tasks.", "item_id")
    key = rank.between(there[-1]["rank"] if there else None, None)
    await writes.add_task(work.db, work.firm_id, task_id, item["id"], title, key)
    await _changed(work, item)
    await closing.record_quietly(work, item, changed("client_task", None, task_id, to_label=title))
    return task_id


async def remove_client_task(work: Work, command: RemoveClientTask) -> str:
    """Takes a task out of an open thread; answers the thread's id. The thread is done if it was the last open one."""
    row = await _task(work, command.client_task_id)
    item = await changing.open_item(work, row["item_id"], "client_task_id", kind=KIND)
    await _task(work, command.client_task_id)
    await writes.drop_task(work.db, work.firm_id, row["id"])
    await _changed(work, item)
    await closing.record_quietly(work, item, changed("client_task", row["id"], None, from_label=row["title"]))
    left = await writes.tasks(work.db, work.firm_id, item["id"])
    if left and all(task["done_at"] for task in left):
        await closing.put(work, item, Outcome.DONE)
    return str(item["id"])


async def post_portal_message(work: Work, command: PostPortalMessage) -> str:
    """Answers the firm; answers the message's id. That finishes a thread without tasks."""
    text = _said(command.text)
    message_id, again = await find.new(work, "thread_messages", "message", command)
    item = await clients.own(work, command.item_id, "item_id", kind=KIND)
    if again:
        return message_id
    _alive(item)
    contact_id = work.client.contact_id
    await writes.post(work.db, work.firm_id, message_id, item["id"], text, work.now, contact_id=contact_id)
    if item["open"] and not await writes.tasks(work.db, work.firm_id, item["id"]):
        await clients.finish(work, item, "has answered")
        return message_id
    await clients.begin(work, item)
    await clients.tell(work, item, "has written about")
    return message_id


async def set_client_task_done(work: Work, command: SetClientTaskDone) -> str:
    """Says that a task is done, or is not after all; answers the thread's id. The last one finishes the thread."""
    row = await _task(work, command.client_task_id)
    item = await clients.own_open(work, row["item_id"], "client_task_id", kind=KIND)
    row = await _task(work, command.client_task_id)
    if bool(row["done_at"]) == command.done:
        return str(item["id"])
    by = (work.now, work.client.contact_id) if command.done else (None, None)
    await writes.set_done(work.db, work.firm_id, row["id"], *by)
    if all(task["done_at"] for task in await writes.tasks(work.db, work.firm_id, item["id"])):
        await clients.finish(work, item, "has done all of")
    else:
        await clients.begin(work, item)
    return str(item["id"])


async def _thread(work: Work, item_id: str) -> Row:
    """A thread that the viewer sees, locked, unless it was cancelled."""
    item = await closing.locked(work, item_id, "item_id")
    if item["kind"] != KIND:
        raise missing("message thread", "item_id")
    _alive(item)
    return item


def _alive(item: Row) -> None:
    if item["outcome"] == Outcome.CANCELLED:
        raise invalid(ErrorCode.CLOSED, "The thread was cancelled.", "item_id")


async def _task(work: Work, task_id: str) -> Row:
    row = await writes.task(work.db, work.firm_id, task_id)
    if row is None:
        raise missing("item", "client_task_id")  # in the words of a thread that is not there
    return row


async def _changed(work: Work, item: Row) -> None:
    await client_items.count(work.db, work.firm_id, item["id"], work.now)
    await closing.tell(work, item)


def _said(text: str) -> str:
    checks = Checks()
    said = checks.text(text, "text", length=TEXT_LENGTH)
    if not said:
        checks.add(ErrorCode.REQUIRED, "Say something.", "text")
    checks.done()
    return said or ""
