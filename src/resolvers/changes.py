"""What happened since a cursor: as a query (LV4) and as a subscription (LV1), by the same pages of the same log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.enums import ErrorCode
from engine.errors import invalid
from live import cursor
from resolvers import log_pages
from resolvers.board_changes import BoardSource, BoardStream
from resolvers.bulk_changes import BulkSource, BulkStream
from resolvers.context import Context
from resolvers.dashboard_changes import DashboardSource
from resolvers.dashboards import DashboardStream
from resolvers.declare import CLIENT, READER, SOMEBODY, Depends, query, subscription
from resolvers.following import Wanted
from resolvers.job_changes import JobSource, JobStream
from resolvers.log_pages import Source
from resolvers.my_work_changes import MyWorkPart, MyWorkSource, MyWorkStream
from resolvers.portal_changes import PortalSource, PortalStream
from store.reads import log
from store.reads.filters import JobFilter

DEFAULT: Final = 50  # events a page
MOST: Final = 200  # events a page


@dataclass(frozen=True, slots=True)
class Stream:
    """Exactly one stream."""

    board: BoardStream | None = None
    job: JobStream | None = None
    my_work: MyWorkStream | None = None
    dashboard: DashboardStream | None = None
    portal: PortalStream | None = None
    bulk: BulkStream | None = None

    def source(self) -> Source:
        """What it shows of the log. Raises Refused where no stream is named."""
        if self.board is not None:
            return BoardSource(self.board, ("stream", "board", "pipelineId"))
        if self.job is not None:
            return JobSource(self.job, ("stream", "job", "jobId"))
        if self.my_work is not None:
            return MyWorkSource(self.my_work)
        if self.dashboard is not None:
            return DashboardSource(self.dashboard, ("stream", "dashboard", "pipelineIds"))
        if self.portal is not None:
            return PortalSource(self.portal, ("stream", "portal", "accountId"))
        if self.bulk is not None:
            return BulkSource(self.bulk, ("stream", "bulk", "operationId"))
        raise invalid(ErrorCode.REQUIRED, "Name a stream.", "stream")


@query(may=SOMEBODY, depends=Depends.NONE)
async def cursor_now(context: Context) -> str:
    """Where the log stands; runs inside a snapshot, so that it fits whatever is asked for beside it (LV1)."""
    return cursor.at(await log.head(context.db, context.firm_id), context.firm_id).encode()


@query(may=SOMEBODY, depends=Depends.SCOPE | Depends.SELF)
async def changes(context: Context, *, stream: Stream, after: str, first: int | None) -> dict[str, Any] | None:
    """The next page of a stream; joins a page's events into one that shows the state now."""
    if stream.portal is None:
        context.viewer  # noqa: B018  # refuses clients
    size = DEFAULT if first is None else first
    if not 1 <= size <= MOST:
        raise invalid(ErrorCode.INVALID, f"A page has from 1 to {MOST} events.", "first")
    position = log_pages.position(after)
    page = await log_pages.page(context, stream.source(), position, size)
    return {
        "events": [page.event] if page.event else [],
        "cursor": page.end.encode(),
        "has_more": page.has_more,
    }


@subscription(may=READER, depends=Depends.SCOPE | Depends.SELF)
def board_events(context: Context, *, pipeline_id: str, filter: JobFilter | None, after: str | None) -> Wanted:
    """A board's stream."""
    return _wanted(context, BoardSource(BoardStream(pipeline_id, filter), ("pipelineId",)), after)


@subscription(may=READER, depends=Depends.SCOPE | Depends.SELF)
def job_events(context: Context, *, job_id: str, after: str | None) -> Wanted:
    """A job's stream."""
    return _wanted(context, JobSource(JobStream(job_id), ("jobId",)), after)


@subscription(may=READER, depends=Depends.SCOPE | Depends.SELF)
def my_work_events(context: Context, *, parts: Sequence[MyWorkPart] | None, after: str | None) -> Wanted:
    """The stream of the viewer's own work."""
    return _wanted(context, MyWorkSource(MyWorkStream(parts)), after)


@subscription(may=READER, depends=Depends.SCOPE | Depends.SELF)
def dashboard_events(context: Context, *, pipeline_ids: Sequence[str] | None, after: str | None) -> Wanted:
    """A dashboard's stream."""
    return _wanted(context, DashboardSource(DashboardStream(pipeline_ids), ("pipelineIds",)), after)


@subscription(may=READER, depends=Depends.SCOPE | Depends.SELF)
def bulk_events(context: Context, *, operation_id: str, after: str | None) -> Wanted:
    """The stream of a bulk operation."""
    return _wanted(context, BulkSource(BulkStream(operation_id), ("operationId",)), after)


@subscription(may=CLIENT, depends=Depends.SELF)
def portal_events(context: Context, *, account_id: str | None, after: str | None) -> Wanted:
    """The stream of the client's portal."""
    return _wanted(context, PortalSource(PortalStream(account_id), ("accountId",)), after)


def _wanted(context: Context, source: Source, after: str | None) -> Wanted:
    """What the hub is to follow; a client that comes back by itself names its cursor in a header. Raises Refused."""
    said = after if context.resume is None else context.resume
    return Wanted(source, None if said is None else log_pages.position(said))
