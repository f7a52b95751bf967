"""Task templates: what new tasks start with."""

from collections.abc import Sequence
from typing import Any, Final

from engine.enums import AccessRight
from engine.items import task_templates
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import task_templates as reads
from store.reads.log import decoded
from store.reads.paging import Order, Source, fixed

BY_NAME: Final = Order("taskTemplate.name", (("lower(tt.name)", "text"), ("tt.id", "text")))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Task templates of the firm."""
    return in_order(await reads.by_ids(context.db, context.firm_id, present(ids)), ids)


@query(may=READER, depends=Depends.NONE)
async def page(context: Context, **args: Any) -> Connection:
    """The firm's task templates."""
    source = Source(fixed(reads.TEMPLATE), "task_templates tt", lambda p: f"tt.firm_id = {p(context.firm_id)}")
    return (await pages(context, source, BY_NAME, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def subtasks(context: Context, rows: Sequence[Row]) -> list[Any]:
    """The check lists of templates."""
    return [decoded(row, "subtasks") for row in rows]


_TEMPLATES: Final = right(AccessRight.MANAGE_TEMPLATES)

create_task_template = command(task_templates.create_task_template, "task_template", by_ids, may=_TEMPLATES)
update_task_template = command(task_templates.update_task_template, "task_template", by_ids, may=_TEMPLATES)
delete_task_template = removal(task_templates.delete_task_template, may=_TEMPLATES)
