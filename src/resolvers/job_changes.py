"""What a range of the log means for the screen of one job (LV5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine import access
from engine.errors import missing
from live.sight import Story, story
from resolvers import documents, jobs, shown_beside, time_entries
from resolvers.context import Context
from resolvers.declare import Depends
from resolvers.log_pages import Change
from resolvers.onlookers import onlooker
from store.database import Row
from store.reads import automations, comments, items, streams
from store.reads.log import LoggedEvent

TOO_MANY_THINGS: Final = 500
"""Items, comments, documents, time and turns of automations of one page: querying again costs less."""

_SHOWN_BESIDE: Final = frozenset({"account", "member", "pipeline", "status", "clock", "firm"})


@dataclass(frozen=True, slots=True)
class JobStream:
    """The stream of one job."""

    job_id: str


@dataclass(slots=True)
class JobSource:
    """A job as a source of events. ``path`` is the argument that names it.

    A stream begins with a job that is seen. If it is not any more, the stream says so and waits until it is again.
    """

    stream: JobStream
    path: tuple[str, ...]
    typename: str = "JobEvent"
    depends: Depends = Depends.NONE
    in_one_pipeline: bool = False
    job: Row | None = field(default=None, init=False)

    def concerned(self, events: Sequence[LoggedEvent]) -> bool:
        """The job and what belongs to it, and whatever its screen shows beside it. Tasks come with their jobs."""
        return any(self._concerns(change) for event in events for change in event.changes)

    def _concerns(self, change: dict[str, Any]) -> bool:
        match change["type"]:
            case "job" | "runs" | "links" | "followers":
                return bool(change["id"] == self.stream.job_id)
            case "item":
                return self.stream.job_id in change.get("jobs", ())
            case "comment" | "document" | "time":
                return bool(change["job"] == self.stream.job_id)
            case other:
                return other in _SHOWN_BESIDE

    async def begin(self, context: Context, *, told: bool) -> None:
        """Finds the job; raises Refused where the viewer does not see it, unless this stream has shown it (AC4)."""
        self.job = (await jobs.by_ids(context, [self.stream.job_id]))[0]
        if self.job is None and not told:
            raise missing("job", *self.path)

    async def sight_changed(self, context: Context, after: int) -> bool:
        """Whether the viewer's rights, accounts or pipelines changed."""
        return await streams.own_sight_changed(context.db, context.firm_id, after, context.viewer.member_id)

    async def show(self, context: Context, events: Sequence[LoggedEvent]) -> list[Change] | None:
        """What the viewer is to be shown of the events; None where querying again is better."""
        job_id = self.stream.job_id
        known = await streams.keys(context.db, context.firm_id, {job_id, *_linked(events, job_id)})
        found = story(events, await onlooker(context), known)
        if self.job is None:
            if found.rights:  # whether it was seen before, nobody knows
                return None
            gone = {"__typename": "JobRemoved", "job_id": job_id, "reason": "NOT_VISIBLE"}
            return [gone] if found.seen.get(job_id) else []
        if found.rights or found.listings or found.time_zone or job_id not in found.began_with:
            return None
        if len(_named(found, job_id)) > TOO_MANY_THINGS:
            return None
        beside = await _beside(context, self.job, found)
        itself = _itself(self.job, found, _linked(events, job_id))
        return [*itself, *beside, *await _belongings(context, job_id, found)]


def _linked(events: Sequence[LoggedEvent], job_id: str) -> set[str]:
    """The other jobs to which a job was linked, or is not any more."""
    changes = (change for event in events for change in event.changes)
    return {
        one for change in changes if change["type"] == "links" and change["id"] == job_id for one in change["others"]
    }


def _named(found: Story, job_id: str) -> list[str]:
    """What may belong to the job."""
    own = [*_comments(found, job_id), *_documents(found, job_id), *_time(found, job_id), *_runs(found, job_id)]
    return [*found.of("task", "item"), *own]


def _itself(job: Row, found: Story, linked: Collection[str]) -> list[Change]:
    """The job, also where its links to jobs that the viewer sees, its followers or its sums of time have changed."""
    since = found.due_since
    became_overdue = since is not None and job["overdue"] and job["due_date"] >= since
    around = job["id"] in found.of("followers") or _time(found, job["id"]) or not found.seen.keys().isdisjoint(linked)
    if job["id"] in found.of("job") or became_overdue or around:
        return [{"__typename": "JobChanged", "job": job}]
    return []


async def _beside(context: Context, job: Row, found: Story) -> list[Change]:
    """What its screen shows beside it."""
    changed_accounts = (found.of("account") | found.regranted) & {job["account_id"]}
    statuses = {job["pipeline_id"]} if found.of("status") else set()
    changed_pipelines = (found.of("pipeline") & {job["pipeline_id"]}) | statuses
    renamed = {change["id"] for change in found.changes("member") if change.get("fields")}
    return [
        *await shown_beside.pipelines_of(context, changed_pipelines),
        *await shown_beside.accounts(context, changed_accounts),
        *await shown_beside.members(context, renamed),
    ]


async def _belongings(context: Context, job_id: str, found: Story) -> list[Change]:
    """Its items, comments, documents, time and turns of automations."""
    return [
        *await _items(context, job_id, found),
        *await _comments_now(context, _comments(found, job_id)),
        *await _documents_now(context, _documents(found, job_id)),
        *await _time_now(context, _time(found, job_id)),
        *await _runs_now(context, _runs(found, job_id)),
    ]


async def _items(context: Context, job_id: str, found: Story) -> list[Change]:
    """Items that belong to the job now, and those that did and do not any more."""
    touched = found.of("task", "item")
    rows = await items.by_ids(context.db, context.firm_id, touched, lambda p: streams.linked_to(p, job_id))
    changes = [*found.changes("task"), *found.changes("item")]
    unlinked = {change["id"] for change in changes if job_id in change.get("unlinked", ())}
    now: list[Change] = [{"__typename": "ItemChanged", "item": rows[item_id]} for item_id in sorted(rows)]
    return now + [{"__typename": "ItemRemoved", "item_id": item_id} for item_id in sorted(unlinked - rows.keys())]


def _comments(found: Story, job_id: str) -> set[str]:
    return {change["id"] for change in found.changes("comment") if change["job"] == job_id}


def _documents(found: Story, job_id: str) -> set[str]:
    return {change["id"] for change in found.changes("document") if change["job"] == job_id}


async def _documents_now(context: Context, ids: Collection[str]) -> list[Change]:
    """Documents that are there, and those that are not any more."""
    wanted = sorted(ids)
    rows = dict(zip(wanted, await documents.by_ids(context, wanted), strict=True))
    now: list[Change] = [{"__typename": "DocumentChanged", "document": row} for row in rows.values() if row]
    return now + [{"__typename": "DocumentRemoved", "document_id": one} for one, row in rows.items() if row is None]


def _time(found: Story, job_id: str) -> set[str]:
    return {change["id"] for change in found.changes("time") if change["job"] == job_id}


async def _time_now(context: Context, ids: Collection[str]) -> list[Change]:
    """Entries of time that are there, and those that are not any more."""
    wanted = sorted(ids)
    rows = dict(zip(wanted, await time_entries.by_ids(context, wanted), strict=True))
    now: list[Change] = [{"__typename": "TimeEntryChanged", "time_entry": row} for row in rows.values() if row]
    return now + [{"__typename": "TimeEntryRemoved", "time_entry_id": one} for one, row in rows.items() if row is None]


async def _comments_now(context: Context, ids: Collection[str]) -> list[Change]:
    rows = await comments.by_ids(
        context.db, context.firm_id, ids, lambda p: access.sees_comment(context.viewer, p, "c")
    )
    return [{"__typename": "CommentChanged", "comment": rows[one]} for one in sorted(rows)]


def _runs(found: Story, job_id: str) -> set[str]:
    return {run_id for change in found.things.get("runs", {}).get(job_id, ()) for run_id in change["ids"]}


async def _runs_now(context: Context, ids: Collection[str]) -> list[Change]:
    """Turns of automations, but those in stays elsewhere that the viewer does not see."""
    rows = await automations.runs(context.db, context.firm_id, ids, lambda p: access.sees_run(context.viewer, p, "r"))
    return [{"__typename": "RunChanged", "run": rows[one]} for one in sorted(rows)]
