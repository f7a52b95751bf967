"""Job templates: what new jobs start with (JB1)."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from engine.enums import AccessRight
from engine.job import job_templates
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import job_templates as reads
from store.reads import task_templates as task_reads
from store.reads import things
from store.reads.log import decoded
from store.reads.paging import Order, Source, fixed

BY_NAME: Final = Order("jobTemplate.name", (("lower(jt.name)", "text"), ("jt.id", "text")))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Job templates of the firm."""
    found = await reads.by_ids(context.db, context.firm_id, present(ids))
    return in_order(found, ids)


@query(may=READER, depends=Depends.NONE)
async def page(context: Context, **args: Any) -> Connection:
    """The firm's job templates."""
    source = Source(fixed(reads.TEMPLATE), "job_templates jt", lambda p: f"jt.firm_id = {p(context.firm_id)}")
    return (await pages(context, source, BY_NAME, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def assignees(context: Context, rows: Sequence[Row]) -> list[list[Row]]:
    """The members whom templates name."""
    wanted = [decoded(row, "people")["members"] for row in rows]
    found = await things.members(context.db, context.firm_id, {one for some in wanted for one in some})
    return [_by_name(some, found) for some in wanted]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def roles(context: Context, rows: Sequence[Row]) -> list[list[Row]]:
    """The account roles that templates name."""
    wanted = [decoded(row, "people")["roles"] for row in rows]
    found = await things.roles(context.db, context.firm_id, {one for some in wanted for one in some})
    return [_by_name(some, found) for some in wanted]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def tasks(context: Context, rows: Sequence[Row]) -> list[list[Row]]:
    """The task templates that templates name, in order."""
    wanted: list[list[str]] = [orjson.loads(row["tasks"] or "[]") for row in rows]
    found = await task_reads.by_ids(context.db, context.firm_id, {one for some in wanted for one in some})
    return [[found[one] for one in some if one in found] for some in wanted]


def _by_name(ids: Sequence[str], found: dict[str, Row]) -> list[Row]:
    return sorted((found[one] for one in ids if one in found), key=lambda row: (row["name"].lower(), row["id"]))


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def start_spans(context: Context, rows: Sequence[Row]) -> list[Any]:
    """How long after being made jobs start."""
    return [_span(row["start_after"]) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def due_spans(context: Context, rows: Sequence[Row]) -> list[Any]:
    """How long after being made jobs are due."""
    return [_span(row["due_after"]) for row in rows]


def _span(stored: str | None) -> Any:
    return stored and orjson.loads(stored)


_TEMPLATES = right(AccessRight.MANAGE_TEMPLATES)

create_job_template = command(job_templates.create_job_template, "job_template", by_ids, may=_TEMPLATES)
update_job_template = command(job_templates.update_job_template, "job_template", by_ids, may=_TEMPLATES)
delete_job_template = removal(job_templates.delete_job_template, may=_TEMPLATES)
