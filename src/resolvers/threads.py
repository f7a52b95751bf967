"""Message threads: what was said in them, and the client's tasks."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.items import threads
from resolvers import accounts, firms, items
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, WRITER, Depends, Payload, batch, mutation
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import threads as reads
from store.reads.paging import Order, Source, fixed
from store.sql import Params

OLDEST_FIRST: Final = Order("message", (("m.created_at", "timestamptz"), ("m.id", "text")))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Messages of threads that the viewer sees."""
    found = await reads.messages(
        context.db, context.firm_id, present(ids), lambda p: access.sees_item(context.viewer, p, "i")
    )
    return in_order(found, ids)


async def tasks_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """The client's tasks in threads that the viewer sees."""
    found = await reads.tasks_by_id(
        context.db, context.firm_id, present(ids), lambda p: access.sees_item(context.viewer, p, "i")
    )
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def messages(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """What was said in threads, oldest first."""

    def where(p: Params) -> str:
        return f"m.firm_id = {p(context.firm_id)} AND m.item_id = parent.id"

    source = Source(fixed(reads.MESSAGE), "thread_messages m", where)
    return await pages(context, source, OLDEST_FIRST, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def tasks(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The client's tasks in threads, in order."""
    found = await reads.tasks(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def authors(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Members who wrote messages."""
    return await firms.by_ids(context, [row["member_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def client_authors(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Clients who wrote messages, as far as the viewer sees them."""
    return await accounts.contacts_by_ids(context, [row["contact_id"] for row in rows])


@mutation(may=WRITER)
async def post_message(context: Context, given: threads.PostMessage) -> Payload:
    """Writes to the client."""
    message_id = await context.perform(threads.post_message, given)
    return {
        "message": (await by_ids(context, [message_id]))[0],
        "item": (await items.by_ids(context, [given.item_id]))[0],
    }


@mutation(may=WRITER)
async def add_client_task(context: Context, given: threads.AddClientTask) -> Payload:
    """Gives the client another task."""
    task_id = await context.perform(threads.add_client_task, given)
    return {
        "client_task": (await tasks_by_ids(context, [task_id]))[0],
        "item": (await items.by_ids(context, [given.item_id]))[0],
    }


remove_client_task = command(threads.remove_client_task, "item", items.by_ids, may=WRITER)
