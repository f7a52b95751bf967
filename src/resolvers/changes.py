"""What happened to a board since a cursor, as a query (LV4). Shows the state now: applying it twice is harmless."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine import access
from engine.access import JobKey, Sight
from engine.enums import CauseKind, ErrorCode
from engine.errors import invalid, missing
from live import cursor
from live.cursor import BadCursor, Position, ResetReason
from live.replay import Key, Touched, Watcher, touched
from resolvers import boards, pipelines
from resolvers.context import Context
from resolvers.declare import READER, Depends, query
from store.database import Row
from store.reads import jobs as job_reads
from store.reads import log, things
from store.reads.filters import JobFilter
from store.reads.log import LoggedEvent
from store.sql import Params
from store.writes import links

DEFAULT: Final = 50  # events a page
MOST: Final = 200  # events a page
TOO_MANY_JOBS: Final = 500  # jobs of one page: querying again costs less
TOO_MANY_EVENTS: Final = 1_000  # events that are joined although fewer were asked for, likewise
Change = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BoardStream:
    """The stream of one board."""

    pipeline_id: str
    filter: JobFilter | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """Exactly one stream."""

    board: BoardStream | None = None


@query(may=READER, depends=Depends.SCOPE | Depends.SELF)
async def changes(context: Context, *, stream: Stream, after: str, first: int | None) -> dict[str, Any] | None:
    """The next page of a stream; joins a page's events into one that shows the state now."""
    size = DEFAULT if first is None else first
    if not 1 <= size <= MOST:
        raise invalid(ErrorCode.INVALID, f"A page has from 1 to {MOST} events.", "first")
    try:
        position = cursor.decode(after)
    except BadCursor as error:
        raise invalid(ErrorCode.INVALID, str(error), "after") from error
    if stream.board is None:
        raise invalid(ErrorCode.REQUIRED, "Name a stream.", "stream")
    return await _board_changes(context, stream.board, position, size)


async def _board_changes(context: Context, stream: BoardStream, position: Position, size: int) -> dict[str, Any] | None:
    pipeline = (await pipelines.by_ids(context, [stream.pipeline_id]))[0]
    if pipeline is None:
        raise missing("pipeline", "stream", "board", "pipelineId")
    head = await log.head(context.db, context.firm_id)
    reset = position.why_not(head, context.firm_id)
    if reset:
        return _reset(context, head, reset)
    size = min(await _size(context, stream, position, head, size), head.seq - position.seq)
    if size > TOO_MANY_EVENTS:
        return _reset(context, head, ResetReason.TOO_MANY_CHANGES)
    events = await log.events(context.db, context.firm_id, position.seq, size)
    if [event.seq for event in events] != list(range(position.seq + 1, position.seq + 1 + size)):
        return _reset(context, head, ResetReason.CURSOR_TOO_OLD)
    found = await _shown(context, stream, pipeline, events)
    if found is None:
        return _reset(context, head, ResetReason.TOO_MANY_CHANGES)
    end = cursor.at(head, context.firm_id, events[-1].seq if events else position.seq)
    has_more = end.seq < head.seq
    return {"events": _event(end, events, found), "cursor": end.encode(), "has_more": has_more}


async def _size(context: Context, stream: BoardStream, position: Position, head: log.Head, size: int) -> int:
    """How many events the page joins: all that there are where the viewer's own sight changed since the cursor.

    A page shows the state now and judges what was seen with the access of now, taken back through its own events.
    Behind a page that ends earlier, a change of access would make it name what was never seen, or forget what was
    (AC4, LV1).
    """
    behind = head.seq - position.seq - size
    if behind > 0 and await log.sight_changed(
        context.db, context.firm_id, position.seq, context.viewer.member_id, stream.pipeline_id
    ):
        return head.seq - position.seq
    return size


def _event(end: Position, events: Sequence[LoggedEvent], found: Sequence[Change]) -> list[dict[str, Any]]:
    if not found:
        return []
    cause = events[0].cause if len(events) == 1 else {"kind": CauseKind.COALESCED, "actor": None}
    return [
        {
            "__typename": "BoardEvent",
            "cursor": end.encode(),
            "at": events[-1].at,
            "cause": {"client_mutation_id": None, **cause},
            "changes": found,
        }
    ]


def _reset(context: Context, head: log.Head, reason: ResetReason) -> dict[str, Any]:
    """LV3: says to query again."""
    end = cursor.at(head, context.firm_id)
    event = {
        "__typename": "BoardEvent",
        "cursor": end.encode(),
        "at": context.now,
        "cause": {"kind": CauseKind.SYSTEM, "actor": None, "client_mutation_id": None},
        "changes": [{"__typename": "StreamReset", "reason": reason}],
    }
    return {"events": [event], "cursor": end.encode(), "has_more": False}


async def _shown(
    context: Context, stream: BoardStream, pipeline: Row, events: Sequence[LoggedEvent]
) -> list[Change] | None:
    """What the viewer is to be shown of the events; None where querying again is better."""
    watcher = await _watcher(context, stream.pipeline_id)
    found = touched(events, watcher)
    if found.everything:
        return None
    wanted = await _jobs_to_look_at(context, stream, found)
    if len(wanted) > TOO_MANY_JOBS:
        return None
    shown: list[Change] = []
    if found.pipeline:
        shown.append({"__typename": "PipelineChanged", "pipeline": pipeline})
    shown += await _accounts(context, stream.pipeline_id, found.accounts)
    shown += await _members(context, found.members)
    moved = await _jobs(context, stream, found, wanted)
    return shown + moved + (await _counts(context, stream, pipeline) if moved else [])


async def _watcher(context: Context, pipeline_id: str) -> Watcher:
    viewer = context.viewer
    all_accounts = viewer.sees_all_accounts
    owner = ("member_id", viewer.member_id)
    mine = (
        [] if all_accounts else await links.targets(context.db, "member_accounts", context.firm_id, owner, "account_id")
    )

    def sees(key: Key, accounts: frozenset[str]) -> bool:
        return Sight(viewer.member_id, all_accounts, accounts).sees(JobKey.of(key))

    return Watcher(viewer.member_id, pipeline_id, frozenset(mine), sees)


async def _jobs_to_look_at(context: Context, stream: BoardStream, found: Touched) -> set[str]:
    """Touched jobs, and those of accounts whose access or filtered traits changed."""
    accounts = found.regranted | (found.accounts if stream.filter else set())
    more = (
        await log.jobs_on_board(context.db, context.firm_id, stream.pipeline_id, accounts, TOO_MANY_JOBS + 1)
        if accounts
        else []
    )
    return found.jobs | set(more)


async def _jobs(context: Context, stream: BoardStream, found: Touched, wanted: Collection[str]) -> list[Change]:
    """Upserts of what is shown now; removals of what is not but was seen since the cursor."""
    now = await job_reads.by_ids(
        context.db, context.firm_id, wanted, context.today, lambda p: access.sees_job(context.viewer, p, "j")
    )
    shown = await _on_board(context, stream, wanted)
    lost = await _lost(context, found, set(wanted) - set(now) - found.jobs)  # of touched jobs `seen` knows
    result: list[Change] = []
    for job_id in sorted(wanted):
        if job_id in shown:
            before = found.stages_before.get(job_id)
            previous = before if before != now[job_id]["stage_id"] else None
            result.append({"__typename": "JobUpserted", "job": now[job_id], "previous_stage_id": previous})
        elif job_id in found.seen or job_id in lost or (job_id in now and stream.filter):
            reason = _reason(stream, now.get(job_id))
            result.append({"__typename": "JobRemoved", "job_id": job_id, "reason": reason})
    return result


def _reason(stream: BoardStream, job: Row | None) -> str:
    if job is None:
        return "NOT_VISIBLE"
    if job["pipeline_id"] != stream.pipeline_id:
        return "MOVED_AWAY"
    return "ARCHIVED" if job["state"] == "ARCHIVED" else "LEFT_FILTER"


async def _on_board(context: Context, stream: BoardStream, wanted: Collection[str]) -> set[str]:
    def where(p: Params) -> str:
        place = f"j.pipeline_id = {p(stream.pipeline_id)}"
        return f"{place} AND {boards.shown(context, stream.filter, p)}"

    return await job_reads.ids_where(context.db, context.firm_id, wanted, boards.TABLES, where)


async def _lost(context: Context, found: Touched, hidden: Collection[str]) -> set[str]:
    """Jobs that stood on the board untouched while the viewer lost access to their account."""
    if not found.lost or not hidden:
        return set()

    def where(p: Params) -> str:
        return f"js.on_board AND j.account_id = ANY({p(sorted(found.lost))})"

    return await job_reads.ids_where(context.db, context.firm_id, hidden, boards.TABLES, where)


async def _accounts(context: Context, pipeline_id: str, ids: Collection[str]) -> list[Change]:
    """Changed accounts that have a visible job here."""
    if not ids:
        return []
    seen = await log.accounts_on_board(
        context.db, context.firm_id, pipeline_id, ids, lambda p: access.sees_job(context.viewer, p, "j")
    )
    rows = await things.accounts(context.db, context.firm_id, seen)
    return [{"__typename": "AccountChanged", "account": rows[account_id]} for account_id in sorted(rows)]


async def _members(context: Context, ids: Collection[str]) -> list[Change]:
    rows = await things.members(context.db, context.firm_id, ids) if ids else {}
    return [{"__typename": "MemberChanged", "member": rows[member_id]} for member_id in sorted(rows)]


async def _counts(context: Context, stream: BoardStream, pipeline: Row) -> list[Change]:
    stages = (await pipelines.stages_of(context, [pipeline]))[0]
    counted = await boards.count_columns(context, [stage["id"] for stage in stages], stream.filter)
    empty = {"job_count": 0, "overdue_count": 0}
    return [
        {"__typename": "ColumnCountsChanged", "stage_id": stage["id"], **dict(counted.get(stage["id"], empty))}
        for stage in stages
    ]
