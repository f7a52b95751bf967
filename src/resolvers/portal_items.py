"""What clients have to do and to see, whatever its kind (AC5): their own items, once they are sent."""

from collections.abc import Sequence
from typing import Any, Final

from engine.enums import ItemKind
from engine.items import clients, threads
from resolvers.context import Context
from resolvers.declare import CLIENT, WITH_PARENT, Depends, Payload, batch, mutation
from resolvers.lookup import in_order
from resolvers.pages import Connection, PageArgs, pages
from resolvers.portal import accounts_of, own
from store.database import Row
from store.reads import items as reads
from store.reads import portal as portal_reads
from store.reads import threads as thread_reads
from store.reads.paging import Order, Source, fixed
from store.sql import Params

NEWEST_FIRST: Final = Order("todo", (("ci.sent_at", "timestamptz"), ("ci.id", "text")), descending=True)
OLDEST_FIRST: Final = Order("said", (("m.created_at", "timestamptz"), ("m.id", "text")))

accounts = accounts_of


async def by_ids(context: Context, ids: Sequence[str]) -> list[Row | None]:
    """The client's own items."""
    found = await reads.of_client(context.db, context.firm_id, ids, lambda p: own(context, p, "ci.account_id"))
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def page(
    context: Context,
    portals: Sequence[Any],
    *,
    open: bool | None,
    kinds: Sequence[ItemKind] | None,
    account_id: str | None,
    **args: Any,
) -> list[Connection]:
    """The client's items, newest first."""

    def where(p: Params) -> str:
        mine = own(context, p, "ci.account_id", account_id)
        still = "TRUE" if open is None else "i.open" if open else "NOT i.open"
        some = "TRUE" if kinds is None else f"ci.kind = ANY({p([kind.value for kind in kinds])}::text[])"
        return f"ci.firm_id = {p(context.firm_id)} AND ci.delivery = 'SENT' AND {mine} AND {still} AND {some}"

    source = Source(fixed(reads.PORTAL_ITEM), reads.CLIENT_ITEMS, where)
    return await pages(context, source, NEWEST_FIRST, PageArgs(**args)) * len(portals)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def one(context: Context, portals: Sequence[Any], *, id: str) -> list[Row | None]:
    """One of the client's items."""
    return (await by_ids(context, [id])) * len(portals)


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def senders(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """Who sent items: the member who made them by hand, or the firm."""
    names = await portal_reads.sender_names(context.db, context.firm_id, {row["created_by"] for row in rows})
    return [names.get(row["created_by"] or "") for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def messages(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """What was said in threads, oldest first."""

    def where(p: Params) -> str:
        return f"m.firm_id = {p(context.firm_id)} AND m.item_id = parent.id"

    source = Source(fixed(thread_reads.PORTAL_MESSAGE), "thread_messages m", where)
    return await pages(context, source, OLDEST_FIRST, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def from_firm(context: Context, rows: Sequence[Row]) -> list[bool]:
    """Whether the firm wrote messages, and not a client."""
    return [row["contact_id"] is None for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def authors(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """What those are called who wrote messages."""
    members = await portal_reads.sender_names(context.db, context.firm_id, {row["member_id"] for row in rows})
    contacts = await portal_reads.contact_names(
        context.db, context.firm_id, {row["contact_id"] for row in rows if row["contact_id"]}
    )
    return [
        contacts.get(row["contact_id"]) if row["contact_id"] else members.get(row["member_id"] or "") for row in rows
    ]


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def client_tasks(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The client's tasks in threads, in order."""
    found = await thread_reads.tasks(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@mutation(may=CLIENT)
async def mark_seen(context: Context, given: clients.MarkPortalItemSeen) -> Payload:
    """Notes that the client has looked at an item."""
    item_id = await context.perform_as_client(clients.mark_portal_item_seen, given)
    return {"item": (await by_ids(context, [item_id]))[0]}


@mutation(may=CLIENT)
async def post_message(context: Context, given: threads.PostPortalMessage) -> Payload:
    """Answers the firm."""
    await context.perform_as_client(threads.post_portal_message, given)
    return {"item": (await by_ids(context, [given.item_id]))[0]}


@mutation(may=CLIENT)
async def set_client_task_done(context: Context, given: threads.SetClientTaskDone) -> Payload:
    """Says whether a task is done."""
    item_id = await context.perform_as_client(threads.set_client_task_done, given)
    return {"item": (await by_ids(context, [item_id]))[0]}
