"""What templates of every sort share: their versions, and what was made by them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from engine.enums import AccessRight
from engine.templates import copying, restoring
from engine.templates.sorts import Sort
from resolvers import firms, nodes
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch, right
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import template_versions as reads
from store.reads.paging import Order, Source, fixed

NEWEST_FIRST: Final = Order("template.versions", (("v.version", "int"),), descending=True)


def typename(sort: Sort) -> str:
    """The type of the versions of a sort of templates."""
    return "".join(word.capitalize() for word in sort.topic.split("_")) + "Version"


def versions(sort: Sort) -> Callable[..., Awaitable[list[Connection]]]:
    """The versions of templates of a sort, newest first."""

    @batch(may=WITH_PARENT, depends=Depends.NONE)
    async def resolve(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
        def where(p: Any) -> str:
            return f"v.firm_id = {p(context.firm_id)} AND v.template_id = parent.id"

        source = Source(fixed(reads.columns(typename(sort))), reads.tables(sort.table), where)
        return await pages(context, source, NEWEST_FIRST, PageArgs(**args), [row["id"] for row in rows])

    return resolve


def made_by(sort: Sort) -> Callable[..., Awaitable[list[Row | None]]]:
    """The versions of templates of a sort by which things were made; None for what was made without a template."""

    @batch(may=WITH_PARENT, depends=Depends.NONE, needs={"template_id", "template_version"})
    async def resolve(context: Context, rows: Sequence[Row]) -> list[Row | None]:
        keys = [(row["template_id"], row["template_version"]) for row in rows]
        wanted = {key for key in keys if key[0] is not None}
        found = await reads.by_keys(context.db, sort.table, typename(sort), context.firm_id, wanted)
        return [found.get(key) for key in keys]

    return resolve


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def templates_of(context: Context, rows: Sequence[Row]) -> list[Any]:
    """The templates of versions, as they are now."""
    return await nodes.by_ids(context, [row["template_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def changers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who has made templates what they are, or versions what they were."""
    return await firms.by_ids(context, [row["changed_by"] for row in rows])


_TEMPLATES: Final = right(AccessRight.MANAGE_TEMPLATES)

restore_template_version = command(restoring.restore_template_version, "template", nodes.by_ids, may=_TEMPLATES)
duplicate_template = command(copying.duplicate_template, "template", nodes.by_ids, may=_TEMPLATES)
