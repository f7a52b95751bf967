"""The firm's dashboard: how many jobs stand where, as far as one sees them (LV5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine import access
from engine.enums import ErrorCode
from engine.errors import invalid
from live import cursor
from resolvers import pipelines
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query
from resolvers.pipelines import PIPELINES_BY_NAME
from store.database import Row
from store.reads import jobs as job_reads
from store.reads import log, streams
from store.sql import Params

MOST: Final = 100  # pipelines of a dashboard
_NONE: Final = {"job_count": 0, "overdue_count": 0}
Counts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DashboardStream:
    """The stream of a dashboard: of all pipelines in use, or of those named."""

    pipeline_ids: Sequence[str] | None = None

    def check(self, *path: str) -> None:
        """Refuses more pipelines than a dashboard has."""
        if len(self.pipeline_ids or ()) > MOST:
            raise invalid(ErrorCode.TOO_MANY, f"A dashboard has at most {MOST} pipelines.", *path)


@query(may=READER, depends=Depends.SCOPE | Depends.SELF)
async def dashboard(context: Context, *, pipeline_ids: Sequence[str] | None) -> dict[str, Any]:
    """The counts of now; runs inside a snapshot, so that the cursor fits them (LV1)."""
    stream = DashboardStream(pipeline_ids)
    stream.check("pipelineIds")
    head = await log.head(context.db, context.firm_id)
    rows = await shown(context, stream, ("pipelineIds",))
    return {"cursor": cursor.at(head, context.firm_id).encode(), "rows": rows}


@batch(may=WITH_PARENT, depends=Depends.SCOPE | Depends.SELF)
async def counts(context: Context, dashboards: Sequence[dict[str, Any]]) -> list[list[Counts]]:
    """The counts of pipelines."""
    return [await counted(context, one["rows"]) for one in dashboards]


async def shown(context: Context, stream: DashboardStream, path: tuple[str, ...]) -> list[Row]:
    """The pipelines on a dashboard, by name: those named, or all in use, as far as the viewer sees them."""

    def where(p: Params) -> str:
        wanted = "pl.archived_at IS NULL"
        if stream.pipeline_ids is not None:
            wanted = f"pl.id = ANY({p(list(stream.pipeline_ids))})"
        return f"{wanted} AND {access.sees_pipeline(context.viewer, p, 'pl.id')}"

    columns = ", ".join(column for column, _ in PIPELINES_BY_NAME.columns)
    rows = await streams.pipelines_where(context.db, context.firm_id, where, columns, MOST + 1)
    if len(rows) > MOST:
        message = f"There are more than {MOST} pipelines: name those to be shown."
        raise invalid(ErrorCode.TOO_MANY, message, *path)
    return rows


async def counted(context: Context, rows: Sequence[Row]) -> list[Counts]:
    """How many jobs pipelines hold for the viewer, and how many each of their stages; archived ones are left out."""
    stages = await pipelines.stages_of(context, rows)
    ids = [stage["id"] for some in stages for stage in some]
    found = await _by_stage(context, ids)
    return [_counts(row, some, found) for row, some in zip(rows, stages, strict=True)]


async def _by_stage(context: Context, stage_ids: Collection[str]) -> dict[str, dict[str, int]]:
    def where(p: Params) -> str:
        return f"j.state <> 'ARCHIVED' AND {access.sees_job(context.viewer, p, 'j')}"

    found = await job_reads.counts(context.db, context.firm_id, "stage_id", stage_ids, context.today, where)
    return {stage_id: {name: row[name] for name in _NONE} for stage_id, row in found.items()}


def _counts(pipeline: Row, stages: Sequence[Row], found: dict[str, dict[str, int]]) -> Counts:
    by_stage: list[Counts] = [{"stage": stage, **found.get(stage["id"], _NONE)} for stage in stages]
    totals = {name: sum(one[name] for one in by_stage) for name in _NONE}
    return {"pipeline": pipeline, **totals, "stages": by_stage}
