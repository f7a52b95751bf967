"""Recurrences: what recurs, what comes next, and what became of what has come (RC1 to RC4)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight, ErrorCode
from engine.errors import Refused, invalid, missing
from engine.recurrence import pausing, previews, recurrences
from engine.recurrence.occurrences import Occurrence
from engine.recurrence.previews import PreviewRecurrence
from engine.recurrence.settings import Settings
from engine.time import calendar
from engine.time.calendar import Calendar
from resolvers import accounts, firms, job_templates, jobs, pipelines
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, error_row, query, right
from resolvers.firms import ACCOUNTS_BY_NAME
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import recurrences as reads
from store.reads import things
from store.reads.filters import RecurrenceFilter, condition
from store.reads.paging import Order, Source, fixed
from store.sql import Params

BY_NAME: Final = Order("recurrence.name", (("lower(rc.name)", "text"), ("rc.id", "text")))
NEWEST_FIRST: Final = Order("recurrence.run", (("rr.occurrence", "date"), ("rr.id", "text")), descending=True)
BY_ACCOUNT: Final = Order("recurrence.result", (("rj.account_id", "text"),))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Recurrences that the viewer sees."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_recurrence(context.viewer, p, "rc")
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def one(context: Context, *, id: str) -> Row | None:
    """One recurrence."""
    return (await by_ids(context, [id]))[0]


@query(may=READER, depends=Depends.SCOPE)
async def page(context: Context, *, filter: RecurrenceFilter | None, **args: Any) -> Connection:
    """Recurrences that the viewer sees."""

    def where(p: Params) -> str:
        seen = access.sees_recurrence(context.viewer, p, "rc")
        return f"rc.firm_id = {p(context.firm_id)} AND {seen} AND ({condition(p, filter, context.asker)})"

    source = Source(fixed(reads.RECURRENCE), "recurrences rc", where)
    return (await pages(context, source, BY_NAME, PageArgs(**args)))[0]


@query(may=READER, depends=Depends.SCOPE)
async def preview(context: Context, *, input: PreviewRecurrence, first: int) -> dict[str, Any]:
    """The next occurrences of a recurrence; why there can be none where its times make no sense."""
    if not 1 <= first <= previews.MOST:
        raise invalid(ErrorCode.INVALID, f"From 1 to {previews.MOST}.", "first")
    row = None
    if input.recurrence_id is not None:
        row = (await by_ids(context, [input.recurrence_id]))[0]
        if row is None:
            return {"occurrences": [], "errors": _errors(missing("recurrence", "recurrence_id"))}
    firm = await calendar.of_firm(context.db, context.firm_id)
    try:  # it may have to look through centuries
        found = await asyncio.to_thread(previews.preview, row, input, firm, context.now, first)
    except Refused as refused:
        return {"occurrences": [], "errors": _errors(refused)}
    return {"occurrences": [_source(one, firm) for one in found], "errors": []}


def _errors(refused: Refused) -> list[Any]:
    return [error_row(problem) for problem in refused.problems]


def _source(occurrence: Occurrence, firm: Calendar) -> dict[str, Any]:
    return {
        "date": occurrence.on,
        "day": occurrence.day,
        "creates_on": occurrence.creates_on,
        "creates_at": occurrence.creates_at(firm),
        "shifted": occurrence.shifted,
    }


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def coming(context: Context, rows: Sequence[Row]) -> list[dict[str, Any] | None]:
    """The next occurrences of recurrences."""
    firm = await calendar.of_firm(context.db, context.firm_id)
    found = [previews.coming(row, firm) for row in rows]
    return [_source(one, firm) if one is not None else None for one in found]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def pipelines_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The pipelines of recurrences."""
    return await pipelines.by_ids(context, [row["pipeline_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def stages_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The stages that their jobs begin in, where they are named."""
    return await pipelines.stages_by_ids(context, [row["stage_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def templates_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The templates of their jobs, where they are named."""
    return await job_templates.by_ids(context, [row["job_template_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def assignees(context: Context, rows: Sequence[Row]) -> list[list[Row] | None]:
    """The members whom recurrences name for their jobs; None where they leave that to the template."""
    wanted = [Settings.of(row).assignee_ids for row in rows]
    found = await things.members(context.db, context.firm_id, {one for some in wanted for one in some or ()})
    return [None if some is None else [found[one] for one in some if one in found] for some in wanted]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def start_spans(context: Context, rows: Sequence[Row]) -> list[Any]:
    """How long after their days jobs start, where recurrences say so."""
    return [span and span.stored() for span in (Settings.of(row).start_after for row in rows)]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def due_spans(context: Context, rows: Sequence[Row]) -> list[Any]:
    """How long after their days jobs are due, where recurrences say so."""
    return [span and span.stored() for span in (Settings.of(row).due_after for row in rows)]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def accounts_of(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """The accounts that recurrences list, as far as the viewer has access to them."""

    def where(p: Params) -> str:
        firm, seen = p(context.firm_id), access.sees_account(context.viewer, p, "a.id")
        listed = f"SELECT FROM recurrence_accounts x WHERE x.firm_id = {firm} AND x.recurrence_id = parent.id"
        return f"a.firm_id = {firm} AND {seen} AND EXISTS ({listed} AND x.account_id = a.id)"

    source = Source(fixed(things.ACCOUNT), "accounts a", where)
    return await pages(context, source, ACCOUNTS_BY_NAME, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def tags_of(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The tags by which recurrences choose accounts."""
    found = await reads.tags(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def makers(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who has made recurrences."""
    return await firms.by_ids(context, [row["created_by"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def editors(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """Who has said last how recurrences are."""
    return await firms.by_ids(context, [row["updated_by"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def runs_of(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """The occurrences of recurrences that have come, the last first."""

    def where(p: Params) -> str:
        return f"rr.firm_id = {p(context.firm_id)} AND rr.recurrence_id = parent.id"

    source = Source(fixed(reads.RUN), "recurrence_runs rr", where)
    return await pages(context, source, NEWEST_FIRST, PageArgs(**args), [row["id"] for row in rows])


async def runs_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Runs of recurrences that the viewer sees."""
    found = await reads.runs(
        context.db, context.firm_id, present(ids), lambda p: access.sees_recurrence_run(context.viewer, p, "rr")
    )
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_runs(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The recurrences of runs."""
    return await by_ids(context, [row["recurrence_id"] for row in rows])


def _count(name: str) -> Callable[..., Awaitable[list[int]]]:
    """How many accounts of runs came to this, of those that the viewer has access to."""

    @batch(may=WITH_PARENT, depends=Depends.SCOPE)
    async def numbers(context: Context, rows: Sequence[Row]) -> list[int]:
        if context.viewer.sees_all_accounts:
            return [row[name] for row in rows]
        ids = {row["id"] for row in rows}
        found = await reads.counted(
            context.db, context.firm_id, ids, lambda p: access.sees_account(context.viewer, p, "rj.account_id")
        )
        return [found[row["id"]][name] if row["id"] in found else 0 for row in rows]

    return numbers


totals, made, failed = _count("total"), _count("made"), _count("failed")


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def results_of(context: Context, rows: Sequence[Row], *, failed_only: bool, **args: Any) -> list[Connection]:
    """What became of the accounts of runs that the viewer has access to."""

    def where(p: Params) -> str:
        firm, seen = p(context.firm_id), access.sees_account(context.viewer, p, "rj.account_id")
        wanted = "rj.state = 'FAILED'" if failed_only else "TRUE"
        run = (
            f"SELECT FROM recurrence_runs rr WHERE rr.firm_id = {firm} AND rr.id = parent.id"
            " AND rr.recurrence_id = rj.recurrence_id AND rr.occurrence = rj.occurrence"
        )
        return f"rj.firm_id = {firm} AND EXISTS ({run}) AND {seen} AND {wanted}"

    source = Source(fixed(reads.RESULT), "recurrence_jobs rj", where)
    return await pages(context, source, BY_ACCOUNT, PageArgs(**args), [row["id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def accounts_of_results(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The accounts of results."""
    return await accounts.by_ids(context, [row["account_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def jobs_of_results(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs that were made, as far as the viewer sees them."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE, needs={"recurrence_id"})
async def of_jobs(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The recurrences that have made jobs."""
    return await by_ids(context, [row["recurrence_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_causes(context: Context, rows: Sequence[dict[str, Any]]) -> list[Row | None]:
    """The recurrences that have caused something, or problems; None once deleted, or where they are not seen."""
    return await by_ids(context, [cause.get("recurrence") for cause in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_problems(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The recurrences that name what is of no use any more."""
    return await by_ids(context, [row["recurrence_id"] for row in rows])


_RECURRENCES: Final = right(AccessRight.MANAGE_RECURRENCES)

create_recurrence = command(recurrences.create_recurrence, "recurrence", by_ids, may=_RECURRENCES)
update_recurrence = command(recurrences.update_recurrence, "recurrence", by_ids, may=_RECURRENCES)
delete_recurrence = removal(recurrences.delete_recurrence, may=_RECURRENCES)
pause_recurrence = command(pausing.pause_recurrence, "recurrence", by_ids, may=_RECURRENCES)
resume_recurrence = command(pausing.resume_recurrence, "recurrence", by_ids, may=_RECURRENCES)
skip_next_occurrence = command(pausing.skip_next_occurrence, "recurrence", by_ids, may=_RECURRENCES)
retry_recurrence_run = command(pausing.retry_recurrence_run, "run", runs_by_ids, may=_RECURRENCES)
