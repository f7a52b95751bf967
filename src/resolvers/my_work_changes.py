"""What a range of the log means for what one member has to do and to know (LV5). Nobody is shown another's."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from engine import access
from live.sight import Onlooker, Story, story
from resolvers import shown_beside, time_entries
from resolvers.context import Context
from resolvers.declare import Depends
from resolvers.log_pages import Change
from resolvers.onlookers import onlooker
from store.database import Row
from store.reads import jobs as job_reads
from store.reads import notifications as notification_reads
from store.reads import streams
from store.reads.filters import TaskFilter, condition
from store.reads.log import LoggedEvent
from store.sql import Params

TOO_MANY_THINGS: Final = 500
"""Tasks, jobs or notifications of one page: querying again costs less."""

_MEANT_FOR_ALL: Final = frozenset({"account", "member", "pipeline", "status", "clock", "firm"})
_SOMEBODYS: Final = frozenset({"job", "task", "notification", "notifications", "time"})


class MyWorkPart(StrEnum):
    """A part of one's own work."""

    TASKS = "TASKS"
    JOBS = "JOBS"
    NOTIFICATIONS = "NOTIFICATIONS"
    TIMER = "TIMER"


@dataclass(frozen=True, slots=True)
class MyWorkStream:
    """The stream of the viewer's own work, or of parts of it."""

    parts: Sequence[MyWorkPart] | None = None


@dataclass(slots=True)
class MyWorkSource:
    """The viewer's own work as a source of events."""

    stream: MyWorkStream
    typename: str = "MyWorkEvent"
    depends: Depends = Depends.SELF
    in_one_pipeline: bool = False
    parts: frozenset[MyWorkPart] = field(init=False)

    def __post_init__(self) -> None:
        self.parts = frozenset(MyWorkPart if self.stream.parts is None else self.stream.parts)

    def concerned(self, events: Sequence[LoggedEvent]) -> bool:
        """Whatever may be somebody's own, or be shown beside it."""
        kinds = _MEANT_FOR_ALL | _SOMEBODYS
        return any(change["type"] in kinds for event in events for change in event.changes)

    async def begin(self, context: Context, *, told: bool) -> None:
        """There is nothing to be found: everybody has work, if only none."""

    async def sight_changed(self, context: Context, after: int) -> bool:
        """Whether the viewer's rights, accounts or pipelines changed."""
        return await streams.own_sight_changed(context.db, context.firm_id, after, context.viewer.member_id)

    async def show(self, context: Context, events: Sequence[LoggedEvent]) -> list[Change] | None:
        """What the viewer is to be shown of the events; None where querying again is better."""
        if not any(_concerns(context.viewer.member_id, event.changes) for event in events):
            return []  # as most of what happens: it costs no statement, though every member follows this
        who = await onlooker(context)
        found = story(events, who)
        if found.rights or found.listings or found.time_zone:
            return None
        look = _Look(context, events, who, found)
        shown = await _beside(context, found) if self.parts - {MyWorkPart.NOTIFICATIONS, MyWorkPart.TIMER} else []
        for part, show in _SHOWS.items():
            some = await show(look) if part in self.parts else []
            if some is None:
                return None
            shown += some
        return shown


def _concerns(me: str, changes: Sequence[dict[str, Any]]) -> bool:
    """Whether a transaction may mean anything for a member; False is certain.

    A task that belongs to a job comes with it, and the job says to whom its tasks are assigned; of one that belongs to
    none it takes a look.
    """
    with_jobs = any(change["type"] == "job" for change in changes)
    for change in changes:
        match change["type"]:
            case "job":
                mine = _names(me, change)
            case "task":
                mine = not with_jobs or me in (*change.get("assigned", ()), *change.get("unassigned", ()))
            case "notification" | "time":
                mine = change["member"] == me
            case "notifications":
                mine = change["id"] == me
            case other:
                mine = other in _MEANT_FOR_ALL
        if mine:
            return True
    return False


def _names(me: str, change: dict[str, Any]) -> bool:
    """Whether a changed job is or was a member's to do, or came to where others see it, with what they were told.

    To others it comes with another pipeline, and out of the trash; it goes from all into it.
    """
    keys = [key for key in (change["before"], change["after"]) if key]
    assigned = any(me in key["assignees"] or me in key["task_assignees"] for key in keys)
    moved = len({key["pipeline"] for key in keys}) > 1 or not change["after"] or change.get("restored", False)
    return assigned or moved


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at a range of events."""

    context: Context
    events: Sequence[LoggedEvent]
    who: Onlooker
    found: Story


async def _tasks(look: _Look) -> list[Change] | None:
    """Tasks that are the viewer's now, by themselves or because of their jobs, and those that were and are not."""
    context, found, me = look.context, look.found, look.who.member_id
    touched, of_jobs = found.of("task"), found.of("job")
    if not touched and not of_jobs:
        return []
    mine = TaskFilter(assigned_to_me=True)

    def where(p: Params) -> str:
        changed = f"(t.id = ANY({p(list(touched))}) OR {streams.linked_to_any(p, of_jobs)})"
        return f"{changed} AND {condition(p, mine, context.asker)}"

    rows = await streams.tasks_where(context.db, context.firm_id, where, TOO_MANY_THINGS + 1)
    if len(rows) > TOO_MANY_THINGS:
        return None
    gone = {one["id"] for one in found.changes("task") if me in one.get("unassigned", ())} - rows.keys()
    now: list[Change] = [{"__typename": "TaskChanged", "task": rows[task_id]} for task_id in sorted(rows)]
    return now + [{"__typename": "TaskRemoved", "task_id": task_id} for task_id in sorted(gone)]


async def _jobs(look: _Look) -> list[Change] | None:
    """Jobs that are the viewer's now, and those that were and are not."""
    context, found, me = look.context, look.found, look.who.member_id
    wanted = found.of("job") | await _became_overdue(context, found)
    mine = await job_reads.ids_where(context.db, context.firm_id, wanted, "jobs j", lambda p: _my_job(context, p))
    was = {job_id for job_id, keys in found.seen.items() if any(me in key["assignees"] for key in keys)}
    if len(mine | was) > TOO_MANY_THINGS:
        return None
    seen = await job_reads.by_ids(
        context.db, context.firm_id, mine | was, context.today, lambda p: access.sees_job(context.viewer, p, "j")
    )
    shown: list[Change] = [{"__typename": "JobChanged", "job": seen[job_id]} for job_id in sorted(mine)]
    return shown + [
        {"__typename": "JobRemoved", "job_id": job_id, "reason": _reason(seen.get(job_id))}
        for job_id in sorted(was - mine)
    ]


def _my_job(context: Context, p: Params) -> str:
    me, firm = p(context.viewer.member_id), p(context.firm_id)
    assigned = f"SELECT job_id FROM job_assignees WHERE firm_id = {firm} AND member_id = {me}"
    return f"j.state <> 'ARCHIVED' AND j.id IN ({assigned}) AND {access.sees_job(context.viewer, p, 'j')}"


async def _became_overdue(context: Context, found: Story) -> set[str]:
    since = found.due_since
    if since is None:
        return set()

    def where(p: Params) -> str:
        return f"{streams.became_overdue(p, since, context.today)} AND {_my_job(context, p)}"

    rows = await streams.jobs_where(context.db, context.firm_id, where, TOO_MANY_THINGS + 1)
    return {row["id"] for row in rows}


def _reason(job: Row | None) -> str:
    if job is None:
        return "NOT_VISIBLE"
    return "ARCHIVED" if job["state"] == "ARCHIVED" else "LEFT_FILTER"


async def _notifications(look: _Look) -> list[Change] | None:
    """What the viewer was told, and what comes and goes with the sight of jobs; then how much of it is unread."""
    context, found, me = look.context, look.found, look.who.member_id
    mine = {one["id"]: one.get("job") for one in found.changes("notification") if one["member"] == me}
    read: list[str | None] = [one.get("at") for one in found.changes("notifications") if one["id"] == me]
    ids = mine.keys() | await _about_jobs(context, found)
    if len(ids) > TOO_MANY_THINGS or not all(read):
        return None
    now = await notification_reads.by_ids(context.db, context.firm_id, ids, lambda p: _sees(context, p))
    gone = await _were_there(look, mine, ids - now.keys())
    shown: list[Change] = [
        {"__typename": "NotificationsRead", "read_at": datetime.fromisoformat(at)} for at in read if at
    ]
    shown += [{"__typename": "NotificationChanged", "notification": now[one]} for one in sorted(now)]
    shown += [{"__typename": "NotificationRemoved", "notification_id": one} for one in sorted(gone)]
    if shown:
        unread = await notification_reads.count_unread(context.db, context.firm_id, lambda p: _sees(context, p))
        shown.append({"__typename": "UnreadCountChanged", "unread_count": unread})
    return shown


def _sees(context: Context, p: Params) -> str:
    return access.sees_notification(context.viewer, p, "n")


async def _about_jobs(context: Context, found: Story) -> set[str]:
    """The viewer's notifications about jobs that came into sight or went out of it."""
    if not found.flipped and not found.regranted:
        return set()
    me = context.viewer.member_id
    rows = await streams.notifications_about(
        context.db, context.firm_id, me, found.flipped, found.regranted, TOO_MANY_THINGS + 1
    )
    return {row["id"] for row in rows}


async def _were_there(look: _Look, mine: dict[str, str | None], ids: Collection[str]) -> set[str]:
    """Those of the notifications, none of which is there now, that the viewer has seen since the cursor (AC4).

    ``mine`` are the jobs of those that changed, which may have been taken back.
    """
    if not ids:
        return set()
    context = look.context
    jobs = mine | await streams.jobs_of_notifications(context.db, context.firm_id, ids)
    known = await streams.keys(context.db, context.firm_id, {job_id for job_id in jobs.values() if job_id})
    seen = story(look.events, look.who, known).seen
    return {one for one in ids if jobs[one] is None or jobs[one] in seen}


async def _timer(look: _Look) -> list[Change] | None:
    """The viewer's running timer, where it may be another one now."""
    if not any(change["member"] == look.who.member_id for change in look.found.changes("time")):
        return []
    return [{"__typename": "RunningTimerChanged", "running_timer": await time_entries.own_timer(look.context)}]


async def _beside(context: Context, found: Story) -> list[Change]:
    """Names that lists of tasks and jobs show, as far as the viewer's own do."""
    accounts, pipelines = found.of("account") | found.regranted, found.of("pipeline")
    statuses = bool(found.of("status"))
    renamed = {change["id"] for change in found.changes("member") if change.get("fields")}
    if accounts or pipelines or statuses:
        rows = await streams.work_of(context.db, context.firm_id, context.viewer.member_id)
        accounts &= {row["account_id"] for row in rows}
        here = {row["pipeline_id"] for row in rows}
        pipelines = here if statuses else pipelines & here
    return [
        *await shown_beside.pipelines_of(context, pipelines),
        *await shown_beside.accounts(context, accounts),
        *await shown_beside.members(context, renamed),
    ]


_SHOWS: Final[dict[MyWorkPart, Callable[[_Look], Awaitable[list[Change] | None]]]] = {
    MyWorkPart.TASKS: _tasks,
    MyWorkPart.JOBS: _jobs,
    MyWorkPart.NOTIFICATIONS: _notifications,
    MyWorkPart.TIMER: _timer,
}
