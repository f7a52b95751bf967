"""What a range of the log means for a board: jobs to draw and to take away, counts, and what cards show beside them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine import access
from engine.access import JobKey, Sight
from engine.errors import missing
from live.replay import Key, Touched, Watcher, touched
from resolvers import boards, seers
from resolvers.context import Context
from resolvers.declare import Depends
from resolvers.log_pages import Change
from store.database import Row
from store.reads import jobs as job_reads
from store.reads import log, things
from store.reads.filters import JobFilter, is_personal
from store.reads.log import LoggedEvent
from store.sql import Params

_SHOWN_BESIDE: Final = frozenset({"account", "member", "status", "clock", "firm"})
"""Changes of these may be seen on any board; see ``live.replay``."""

TOO_MANY_JOBS: Final = 500  # jobs of one page: querying again costs less
_WITH_STATUS: Final = "jobs j JOIN job_statuses js ON js.firm_id = j.firm_id AND js.id = j.status_id"


@dataclass(frozen=True, slots=True)
class BoardStream:
    """The stream of one board."""

    pipeline_id: str
    filter: JobFilter | None = None


@dataclass(slots=True)
class BoardSource:
    """A board as a source of events. ``path`` is the argument that names its pipeline."""

    stream: BoardStream
    path: tuple[str, ...]
    typename: str = "BoardEvent"
    pipeline: Row = field(init=False)
    in_one_pipeline: bool = True

    @property
    def depends(self) -> Depends:
        """A filter may ask for what is assigned to the viewer."""
        return Depends.SELF if is_personal(self.stream.filter) else Depends.NONE

    def concerned(self, events: Sequence[LoggedEvent]) -> bool:
        """Jobs that were or are in the pipeline, and whatever cards and columns show beside them."""
        return any(_concerns(self.stream.pipeline_id, change) for event in events for change in event.changes)

    async def begin(self, context: Context, *, told: bool) -> None:
        """Finds the pipeline; raises Refused where the viewer does not see it (AC4)."""
        pipeline_id = self.stream.pipeline_id
        rows: dict[str, Row | None] = context.company.known("pipelines")
        if pipeline_id not in rows:
            found = await things.pipelines(context.db, context.firm_id, [pipeline_id])
            rows[pipeline_id] = found.get(pipeline_id)
        pipeline = rows[pipeline_id]
        if pipeline is None or not await seers.pipelines(context, [pipeline_id]):
            raise missing("pipeline", *self.path)
        self.pipeline = pipeline

    async def sight_changed(self, context: Context, after: int) -> bool:
        """Whether the viewer's rights, accounts or place on the pipeline's list changed."""
        viewer = context.viewer
        return await log.sight_changed(context.db, viewer.firm_id, after, viewer.member_id, self.stream.pipeline_id)

    async def show(self, context: Context, events: Sequence[LoggedEvent]) -> list[Change] | None:
        """What the viewer is to be shown of the events; None where querying again is better."""
        return await _shown(context, self.stream, self.pipeline, events)


def _concerns(pipeline_id: str, change: dict[str, Any]) -> bool:
    match change["type"]:
        case "job":
            return any(
                key is not None and key["pipeline"] == pipeline_id for key in (change["before"], change["after"])
            )
        case "pipeline":
            return bool(change["id"] == pipeline_id)
        case other:
            return other in _SHOWN_BESIDE


async def _shown(
    context: Context, stream: BoardStream, pipeline: Row, events: Sequence[LoggedEvent]
) -> list[Change] | None:
    """What the viewer is to be shown of the events; None where querying again is better."""
    watcher = await _watcher(context, stream.pipeline_id, events)
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
    return shown + moved + (await _counts(context, stream) if moved else [])


async def _watcher(context: Context, pipeline_id: str, events: Sequence[LoggedEvent]) -> Watcher:
    """The viewer, with the accounts that they see now of those that the events name."""
    viewer = context.viewer
    all_accounts = viewer.sees_all_accounts
    mine = set() if all_accounts else await seers.accounts(context, _accounts_named(events))

    def sees(key: Key, accounts: frozenset[str]) -> bool:
        return Sight(viewer.member_id, all_accounts, accounts).sees(JobKey.of(key))

    return Watcher(viewer.member_id, pipeline_id, frozenset(mine), sees)


def _accounts_named(events: Sequence[LoggedEvent]) -> set[str]:
    named: set[str] = set()
    for change in (change for event in events for change in event.changes):
        match change["type"]:
            case "job":
                named.update(key["account"] for key in (change["before"], change["after"]) if key is not None)
            case "member":
                named.update(change.get("accounts_added", ()), change.get("accounts_removed", ()))
    return named


async def _jobs_to_look_at(context: Context, stream: BoardStream, found: Touched) -> set[str]:
    """Touched jobs, those of accounts whose access or filtered traits changed, and those that became overdue."""
    accounts = found.regranted | (found.accounts if stream.filter else set())
    wanted = set(found.jobs)
    if accounts:
        wanted.update(
            await log.jobs_on_board(context.db, context.firm_id, stream.pipeline_id, accounts, TOO_MANY_JOBS + 1)
        )
    if found.days:
        since, before = min(day for day, _ in found.days), max(day for _, day in found.days)
        wanted.update(
            await log.jobs_overdue(context.db, context.firm_id, stream.pipeline_id, since, before, TOO_MANY_JOBS + 1)
        )
    return wanted


async def _jobs(context: Context, stream: BoardStream, found: Touched, wanted: Collection[str]) -> list[Change]:
    """Upserts of what is shown now; removals of what is not but was seen since the cursor."""
    now = await _jobs_now(context, stream, wanted)
    shown = {job_id for job_id, job in now.items() if job["here"]}
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


async def _jobs_now(context: Context, stream: BoardStream, wanted: Collection[str]) -> dict[str, Row]:
    """Those of the jobs that the viewer sees, with whether the board holds them (``here``)."""
    rows = context.company.known("jobs", stream.pipeline_id, stream.filter, _asker(context, stream))
    if unknown := set(wanted) - rows.keys():

        def here(p: Params) -> str:
            return f"j.pipeline_id = {p(stream.pipeline_id)} AND {boards.held(context, stream.filter, p)}"

        found = await job_reads.judged(context.db, context.firm_id, unknown, context.today, here)
        rows |= {job_id: found.get(job_id) for job_id in unknown}
    seen = await seers.jobs(context, wanted)
    return {job_id: rows[job_id] for job_id in seen if rows[job_id] is not None}


def _asker(context: Context, stream: BoardStream) -> str:
    """Whose answers a filter's are: the viewer's, if it asks for what is their own, or everybody's."""
    return context.viewer.member_id if is_personal(stream.filter) else ""


async def _lost(context: Context, found: Touched, hidden: Collection[str]) -> set[str]:
    """Jobs that stood on the board untouched while the viewer lost access to their account."""
    if not found.lost or not hidden:
        return set()

    def where(p: Params) -> str:
        return f"js.on_board AND j.account_id = ANY({p(sorted(found.lost))})"

    return await job_reads.ids_where(context.db, context.firm_id, hidden, _WITH_STATUS, where)


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


async def _counts(context: Context, stream: BoardStream) -> list[Change]:
    counted = await boards.count_all_columns(context, stream.pipeline_id, stream.filter)
    return [{"__typename": "ColumnCountsChanged", **row} for row in counted]
