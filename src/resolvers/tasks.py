"""Tasks and their subtasks; what they share with other items is in ``resolvers.items``."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.items import tasks
from resolvers import items, orders
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, WRITER, Depends, Payload, batch, mutation, query
from resolvers.lookup import in_order, present
from resolvers.orders import TaskOrder, TaskOrderField
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import jobs as reads
from store.reads import things
from store.reads.filters import TaskFilter, condition
from store.reads.paging import Source, fixed
from store.sql import Params

BY_AGE: Final = orders.of_tasks(TaskOrder(TaskOrderField.CREATED_AT))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Tasks that the viewer sees."""
    found = await reads.tasks(
        context.db,
        context.firm_id,
        present(ids),
        lambda p: access.sees_task(context.viewer, p, "t"),
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE | Depends.SELF)
async def page(
    context: Context,
    *,
    filter: TaskFilter | None,
    order_by: TaskOrder | None,
    **args: Any,
) -> Connection:
    """Tasks that the viewer sees, by due date where no order is wanted."""

    def where(p: Params) -> str:
        seen = access.sees_task(context.viewer, p, "t")
        return f"t.firm_id = {p(context.firm_id)} AND {seen} AND ({condition(p, filter, context.asker)})"

    source = Source(fixed(reads.TASK), reads.TASKS, where)
    return (await pages(context, source, orders.of_tasks(order_by), PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_jobs(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """The tasks of jobs, oldest first."""

    def where(p: Params) -> str:
        return f"l.firm_id = {p(context.firm_id)} AND l.job_id = parent.id"

    source = Source(fixed(reads.TASK), reads.LINKED_TASKS, where)
    return await pages(context, source, BY_AGE, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def assignees(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Members assigned to tasks."""
    ids = {row["id"] for row in rows}
    found = await things.assignees(context.db, context.firm_id, "task_assignees", "task_id", ids)
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def subtasks(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Check lists of tasks."""
    found = await reads.subtasks(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_of(context: Context, rows: Sequence[Row]) -> list[Any]:
    """The jobs of tasks, where the viewer sees them."""
    return [found[0]["job"] if found else None for found in await items.links(context, rows)]


async def subtasks_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Subtasks of tasks that the viewer sees."""
    found = await reads.subtasks_by_id(
        context.db,
        context.firm_id,
        present(ids),
        lambda p: access.sees_task(context.viewer, p, "t"),
    )
    return in_order(found, ids)


@mutation(may=WRITER)
async def create_subtask(context: Context, given: tasks.CreateSubtask) -> Payload:
    """Adds a subtask."""
    subtask_id = await context.perform(tasks.create_subtask, given)
    return {
        "task": (await by_ids(context, [given.task_id]))[0],
        "subtask": (await subtasks_by_ids(context, [subtask_id]))[0],
    }


@mutation(may=WRITER)
async def update_subtask(context: Context, given: tasks.UpdateSubtask) -> Payload:
    """Changes a subtask."""
    task_id = await context.perform(tasks.update_subtask, given)
    return {
        "task": (await by_ids(context, [task_id]))[0],
        "subtask": (await subtasks_by_ids(context, [given.subtask_id]))[0],
    }


create_task = command(tasks.create_task, "task", by_ids, may=WRITER)
update_task = command(tasks.update_task, "task", by_ids, may=WRITER)
delete_subtask = command(tasks.delete_subtask, "task", by_ids, may=WRITER)
