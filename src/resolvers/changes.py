"""What happened since a cursor: as a query (LV4) and as a subscription (LV1), by the same pages of the same log."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

import structlog

from engine.enums import ErrorCode
from engine.errors import Refused, invalid
from engine.firm.sessions import Identity, session_over
from live import cursor
from live.cursor import Position
from live.tail import Tail, Tails
from resolvers import log_pages
from resolvers.board_changes import BoardSource, BoardStream
from resolvers.context import Context
from resolvers.dashboard_changes import DashboardSource
from resolvers.dashboards import DashboardStream
from resolvers.declare import READER, Depends, query, subscription
from resolvers.following import Wanted
from resolvers.job_changes import JobSource, JobStream
from resolvers.log_pages import Event, Page, Source
from resolvers.my_work_changes import MyWorkPart, MyWorkSource, MyWorkStream
from store.database import is_outage
from store.reads import log
from store.reads.filters import JobFilter

DEFAULT: Final = 50  # events a page
MOST: Final = 200  # events a page

PACE_SECONDS: Final = 0.05
"""The shortest time between two looks of one subscriber: what happens meanwhile is joined."""

SILENCE_SECONDS: Final = 30.0
"""How long a subscriber is told nothing, while the log grows, before it gets a newer cursor all the same."""

OUTAGE_SECONDS: Final = 1.0
"""How long a subscriber waits before it tries a page again that could not be read."""

TRIES: Final = 5
"""How often it does so, where the database is not away: then the failure is told."""


_log = structlog.get_logger("stageline.streams")


@dataclass(frozen=True, slots=True)
class Stream:
    """Exactly one stream."""

    board: BoardStream | None = None
    job: JobStream | None = None
    my_work: MyWorkStream | None = None
    dashboard: DashboardStream | None = None

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
        raise invalid(ErrorCode.REQUIRED, "Name a stream.", "stream")


@query(may=READER, depends=Depends.NONE)
async def cursor_now(context: Context) -> str:
    """Where the log stands; runs inside a snapshot, so that it fits whatever is asked for beside it (LV1)."""
    return cursor.at(await log.head(context.db, context.firm_id), context.firm_id).encode()


@query(may=READER, depends=Depends.SCOPE | Depends.SELF)
async def changes(context: Context, *, stream: Stream, after: str, first: int | None) -> dict[str, Any] | None:
    """The next page of a stream; joins a page's events into one that shows the state now."""
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


def _wanted(context: Context, source: Source, after: str | None) -> Wanted:
    """What the hub is to follow; a client that comes back by itself names its cursor in a header. Raises Refused."""
    said = after if context.resume is None else context.resume
    return Wanted(source, None if said is None else log_pages.position(said))


async def follow(context: Context, source: Source, after: str | None) -> AsyncGenerator[Event, None]:
    """Everything since a cursor, or since now, and then what happens (LV1).

    The first event comes at once, so that a client knows to be live. There is no queue: who takes the last event late
    gets the next ones joined, so that a slow client holds no memory (LV3). An event is to be read from the snapshot
    that the context holds, which whoever reads it releases (AC4). Raises Refused.
    """
    tails = context.tails
    assert tails is not None  # transports that stream have them
    said = after if context.resume is None else context.resume
    position = None if said is None else log_pages.position(said)
    async with tails.follow(context.firm_id) as tail:
        told: float | None = None
        tries = 0
        while not context.leaving:
            began = time.monotonic()
            page = await _look(context, tails, source, position, patient=told is not None)
            if page is None:
                return
            silent = not page.has_more and (told is None or began - told >= SILENCE_SECONDS)
            if page.event or silent:
                context.sent, context.unsent = page.end.encode(), False
                yield page.event or log_pages.silence(context, source, page.end)
                if context.unsent:
                    tries += 1
                    if tries > TRIES or not await context.rest(asyncio.sleep(OUTAGE_SECONDS)):
                        return
                    continue
                told, tries = time.monotonic(), 0
            await context.release()
            position = page.end
            if not (page.has_more or await context.rest(_news(tail, position, began + PACE_SECONDS))):
                return


async def _news(tail: Tail, position: Position, not_before: float) -> None:
    await asyncio.sleep(not_before - time.monotonic())
    await tail.beyond(position)


async def _look(
    context: Context, tails: Tails, source: Source, after: Position | None, *, patient: bool
) -> Page | None:
    """A page in one snapshot, which the context holds; None for who leaves.

    Who is patient waits for a database that is away, and tries again what fails for another reason of ours.
    """
    identity = context.identity
    for tries in itertools.count(1):
        try:
            async with AsyncExitStack() as held:
                await held.enter_async_context(tails.looks.turn(context.viewer.member_id))
                if context.leaving:
                    break
                context.turn()
                await held.enter_async_context(context.snapshot())
                await _check_session(context, identity)
                page = await _page(context, source, after)
                context.held = held.pop_all()
                return page
        except Refused:
            raise
        except Exception as error:
            if not patient or (tries > TRIES and not is_outage(error)):
                raise
            _log.warning("stream_waits", error=repr(error), tries=tries)
        if not await context.rest(asyncio.sleep(OUTAGE_SECONDS)):
            break
    return None


async def _page(context: Context, source: Source, after: Position | None) -> Page:
    """The next page, or, to begin with, where the log stands."""
    if after is not None:
        return await log_pages.page(context, source, after, MOST)
    await source.begin(context)
    return Page(cursor.at(await log.head(context.db, context.firm_id), context.firm_id), None)


async def _check_session(context: Context, identity: Identity | None) -> None:
    """Raises Refused where the session is over: what comes after its end is not shown under it (LV6)."""
    over = await session_over(context.db, identity, context.now) if identity else None
    if over is not None:
        raise invalid(over, "The session is over: log in again, and go on from the last cursor.")
