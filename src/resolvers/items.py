"""Action items of every kind, and what items for clients are made by."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight, ItemKind
from engine.items import changing, closing, contents, linking, making, templates
from engine.items.rules import kinds
from resolvers import accounts, firms, jobs
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, batch, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import items as reads
from store.reads import jobs as job_reads
from store.reads.filters import ItemFilter, condition
from store.reads.paging import Order, Source, fixed
from store.sql import Params

BY_AGE: Final = Order("item", (("i.created_at", "timestamptz"), ("i.id", "text")))
NEWEST_FIRST: Final = Order("item.newest", (("i.created_at", "timestamptz"), ("i.id", "text")), descending=True)
TEMPLATES_BY_NAME: Final = Order("itemtemplate.name", (("lower(it.name)", "text"), ("it.id", "text")))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Items that the viewer sees."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_item(context.viewer, p, "i")
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def page(context: Context, *, filter: ItemFilter | None, **args: Any) -> Connection:
    """Items that the viewer sees, newest first."""

    def where(p: Params) -> str:
        seen = access.sees_item(context.viewer, p, "i")
        return f"i.firm_id = {p(context.firm_id)} AND {seen} AND ({condition(p, filter, context.asker)})"

    source = Source(fixed(reads.ITEM), reads.ITEMS, where)
    return (await pages(context, source, NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_jobs(context: Context, rows: Sequence[Row], *, open: bool | None, **args: Any) -> list[Connection]:
    """The items of jobs, oldest first."""

    def where(p: Params) -> str:
        more = "TRUE" if open is None else "i.open" if open else "NOT i.open"
        return f"l.firm_id = {p(context.firm_id)} AND l.job_id = parent.id AND {more}"

    source = Source(fixed(reads.ITEM), reads.LINKED_ITEMS, where)
    return await pages(context, source, BY_AGE, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_accounts(
    context: Context, rows: Sequence[Row], *, open: bool | None, **args: Any
) -> list[Connection | None]:
    """The items for the clients of accounts, newest first; null without access to the account."""
    seen = sorted(await accounts.open_to(context, rows))

    def where(p: Params) -> str:
        more = "TRUE" if open is None else "i.open" if open else "NOT i.open"
        return f"ci.firm_id = {p(context.firm_id)} AND ci.account_id = parent.id AND {more}"

    source = Source(fixed(reads.ITEM), f"{reads.CLIENT_ITEMS} LEFT JOIN tasks t ON FALSE", where)
    found = dict(zip(seen, await pages(context, source, NEWEST_FIRST, PageArgs(**args), seen), strict=True))
    return [found.get(row["id"]) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def links(context: Context, rows: Sequence[Row]) -> list[Sequence[dict[str, Any]]]:
    """Links of items to jobs that the viewer sees."""
    found = await job_reads.links(
        context.db, context.firm_id, {row["id"] for row in rows}, lambda p: access.sees_job(context.viewer, p, "j")
    )
    linked = sorted({link["job_id"] for some in found.values() for link in some})
    seen = dict(zip(linked, await jobs.by_ids(context, linked), strict=True))
    return [[{**link, "job": seen[link["job_id"]]} for link in found.get(row["id"], ())] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def visit_of_links(context: Context, rows: Sequence[dict[str, Any]]) -> list[Row | None]:
    """The visit in which an item was linked."""
    return await jobs.visits_by_ids(context, [row["visit_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def accounts_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The accounts that items are for."""
    return await accounts.by_ids(context, [row["account_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.RIGHTS)
async def details(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Items for who may manage their kind: others see title, kind and state (AC3)."""
    return [row if kinds()[ItemKind(row["kind"])].permits(context.viewer) else None for row in rows]


@batch(may=WITH_PARENT, depends=Depends.RIGHTS)
async def due_dates(context: Context, rows: Sequence[Row]) -> list[Any]:
    """By when they are to be answered, for the same."""
    return [row["due_date"] if row else None for row in await details(context, rows)]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def messages(context: Context, rows: Sequence[Row]) -> list[str | None]:
    """What the e-mails of items say besides, for who has access to the account, as the e-mails are."""
    seen = await accounts.open_among(context, {row["account_id"] for row in rows})
    return [row["message"] if row["account_id"] in seen else None for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def makers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who made items by hand."""
    return await firms.by_ids(context, [row["created_by"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def reminders(context: Context, rows: Sequence[Row]) -> list[dict[str, Any] | None]:
    """How clients are reminded."""
    return [
        None if row["remind_days"] is None else {"every_days": row["remind_days"], "times": row["remind_times"]}
        for row in rows
    ]


async def templates_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Templates of the firm."""
    return in_order(await reads.templates(context.db, context.firm_id, present(ids)), ids)


@query(may=READER, depends=Depends.NONE)
async def template_page(context: Context, *, kind: ItemKind | None, **args: Any) -> Connection:
    """The firm's templates."""

    def where(p: Params) -> str:
        more = "TRUE" if kind is None else f"it.kind = {p(kind.value)}"
        return f"it.firm_id = {p(context.firm_id)} AND {more}"

    source = Source(fixed(reads.TEMPLATE), "item_templates it", where)
    return (await pages(context, source, TEMPLATES_BY_NAME, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def contents_of(context: Context, rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """What templates hold."""
    return [content(row) for row in rows]


def content(row: Row) -> Mapping[str, Any]:
    """The content of an item or a template as the source of its type."""
    rules = kinds()[ItemKind(row["kind"])]
    found = contents.loaded(rules, row)
    typename = rules.kind.title().replace("_", "") + "Content"
    return {name: getattr(found, name) for name in found.__dataclass_fields__} | {"__typename": typename}


_TEMPLATES: Final = right(AccessRight.MANAGE_TEMPLATES)

create_item = command(making.create_item, "item", by_ids, may=WRITER)
send_item = command(changing.send_item, "item", by_ids, may=WRITER)
update_item = command(changing.update_item, "item", by_ids, may=WRITER)
complete_item = command(closing.complete_item, "item", by_ids, may=WRITER)
cancel_item = command(closing.cancel_item, "item", by_ids, may=WRITER)
reopen_item = command(closing.reopen_item, "item", by_ids, may=WRITER)
link_item = command(linking.link_item, "item", by_ids, may=WRITER)
unlink_item = command(linking.unlink_item, "item", by_ids, may=WRITER)
create_item_template = command(templates.create_item_template, "template", templates_by_ids, may=_TEMPLATES)
update_item_template = command(templates.update_item_template, "template", templates_by_ids, may=_TEMPLATES)
delete_item_template = removal(templates.delete_item_template, may=_TEMPLATES)
