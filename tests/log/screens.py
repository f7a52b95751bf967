"""Clients that draw something else than a board: one job, one's own work, a dashboard (LV5).

Each asks for a snapshot once, with its cursor, and from then on only applies what ``changes`` says.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.api import Client, Json

SHARED = """
fragment Row on Job {
  id name description version rank dueDate startDate overdue priority stageDueAt stageOverdue
  account { ...Client } pipeline { ...Place } stage { id name } status { id name color } assignees { id name }
  clientStatus { id name color }
}
fragment Client on Account { id name tags { id name } }
fragment Place on Pipeline { id name stages { id name } statuses { id name color } }
fragment Line on Task {
  id title status open priority dueDate description version
  assignees { id name } subtasks { id title done } job { ...Row } links { job { id } blocking }
}
fragment Form on Organizer { id title open state version details { sections { shown questions { key missing } } } }
fragment Talk on MessageThread {
  id title state open dueDate version account { ...Client } links { job { id } blocking }
  sending { message sentAt seenAt reminders { everyDays times } } clientTasks { id title done }
  messages(first: 5) { nodes { id text author { id name } contact { id } } }
}
fragment Bill on Invoice {
  id title state open dueDate version account { ...Client } links { job { id } blocking } sending { sentAt }
  details { number total paid left overdue payments { id amount paidOn method recordedBy { id } } }
}
fragment Wanted on DocumentRequest {
  id title state open dueDate version account { ...Client } links { job { id } blocking } sending { sentAt }
  details { submittedAt lines { id title documents { document { id name } state comment reviewer { id } } } }
}
fragment Offer on Proposal {
  id title state open dueDate version links { job { id } blocking }
  details { currency content { terms } contentSha256 invoice { id } signers { name signedName declinedAt } }
}
fragment Paper on SignatureRequest {
  id title state open dueDate version links { job { id } blocking }
  details { content { document { id } } contentSha256 signers { name signedName } }
}
fragment Check on Approval {
  id title state open dueDate version links { job { id } blocking }
  details { content { document { id } } }
}
fragment Thing on ActionItem {
  ... on Task { ...Line } ... on MessageThread { ...Talk } ... on Invoice { ...Bill }
  ... on Proposal { ...Offer } ... on SignatureRequest { ...Paper } ... on Approval { ...Check }
  ... on DocumentRequest { ...Wanted } ... on Organizer { ...Form }
}
fragment Said on Comment {
  id text version editedAt deletedAt author { id name } mentions { id name } documents { id name }
}
fragment Spent on TimeEntry {
  id version day minutes running billable note startedAt endedAt member { id name } task { id title }
}
fragment Around on Job {
  linkedJobs(first: 3) { nodes { kind linkedBy { id name } job { id } } } followers { id name } followedByMe
  timeBudgetMinutes timeSpentMinutes timeByMember { member { id name } minutes billableMinutes }
}
fragment File on Document { id name mediaType size sha256 state sharedAt version account { id } job { id } }
fragment Told on Notification { id kind text readAt job { id } subject { id } }
fragment Turn on AutomationRun { id state reason attempts dueAt finishedAt visit { id } }
fragment Counts on PipelineCounts {
  pipeline { id name } jobCount overdueCount stages { stage { id name } jobCount overdueCount }
}
"""
BESIDE = """
    ... on PipelineChanged { pipeline { ...Place } }
    ... on AccountChanged { account { ...Client } }
    ... on MemberChanged { member { id name } }
    ... on StreamReset { why: reason }
"""
HAPPENED = f"""
fragment Happened on Changes {{ cursor hasMore events {{
  __typename
  ... on JobEvent {{ cursor at cause {{ kind }} changes {{
    __typename
    ... on JobChanged {{ job {{ ...Row }} around: job {{ ...Around }} }}
    ... on TimeEntryChanged {{ timeEntry {{ ...Spent }} }}
    ... on TimeEntryRemoved {{ timeEntryId }}
    ... on ItemChanged {{ item {{ ...Thing }} }}
    ... on ItemRemoved {{ itemId }}
    ... on CommentChanged {{ comment {{ ...Said }} }}
    ... on DocumentChanged {{ document {{ ...File }} }}
    ... on DocumentRemoved {{ documentId }}
    ... on RunChanged {{ run {{ ...Turn }} }}
    ... on JobRemoved {{ jobId reason }}
    {BESIDE}
  }} }}
  ... on MyWorkEvent {{ cursor at cause {{ kind }} changes {{
    __typename
    ... on TaskChanged {{ task {{ ...Line }} }}
    ... on TaskRemoved {{ taskId }}
    ... on JobChanged {{ job {{ ...Row }} }}
    ... on JobRemoved {{ jobId reason }}
    ... on NotificationChanged {{ notification {{ ...Told }} }}
    ... on NotificationRemoved {{ notificationId }}
    ... on NotificationsRead {{ readAt }}
    ... on UnreadCountChanged {{ unreadCount }}
    ... on RunningTimerChanged {{ runningTimer {{ ...Spent }} }}
    {BESIDE}
  }} }}
  ... on DashboardEvent {{ cursor at cause {{ kind }} changes {{
    __typename
    ... on PipelineCountsChanged {{ counts {{ ...Counts }} }}
    ... on PipelineCountsRemoved {{ pipelineId }}
    ... on StreamReset {{ why: reason }}
  }} }}
}} }}
"""
FRAGMENTS = {
    text.split(maxsplit=2)[1]: text for text in re.split(r"\n(?=fragment )", f"{SHARED}{HAPPENED}") if text.strip()
}


@dataclass
class Screen(ABC):
    """What one client has drawn, and the cursor from which it goes on."""

    client: Client
    cursor: str = ""
    drawn: Json | None = None
    """None: there is nothing to draw for this client."""
    resets: list[str] = field(default_factory=list)

    @property
    @abstractmethod
    def stream(self) -> Json:
        """Which stream goes on from it."""

    @abstractmethod
    def snapshot(self, alias: str) -> str:
        """The fields that answer all of it, under aliases that begin with a text, which names its variable, too."""

    @property
    @abstractmethod
    def variable(self) -> tuple[str, Any]:
        """The type and value of that variable."""

    @abstractmethod
    def draw(self, data: Json, alias: str) -> None:
        """Draw a snapshot."""

    def apply(self, page: Json) -> list[Json]:
        """Do what a page says and move the cursor; the page's changes."""
        changes = [change for event in page["events"] for change in event["changes"]]
        for change in changes:
            self._apply(change)
        self.cursor = page["cursor"]
        return changes

    def _apply(self, change: Json) -> None:
        drawn = self.drawn
        assert drawn is not None, f"{change['__typename']} of what is not drawn"
        match change["__typename"]:
            case "StreamReset":
                self.resets.append(change["why"])
            case "MemberChanged":
                _rename(drawn, change["member"])
            case "AccountChanged":
                for thing in things(drawn):
                    if (thing.get("account") or {}).get("id") == change["account"]["id"]:
                        thing["account"] = change["account"]
            case "PipelineChanged":
                _redraw_place(drawn, change["pipeline"])
            case _:
                self._take(change, drawn)

    @abstractmethod
    def _take(self, change: Json, drawn: Json) -> None:
        """Do what a change of this kind of screen says."""


def things(drawn: Any) -> Iterator[Json]:
    """Everything that is drawn, however deep."""
    if isinstance(drawn, dict):
        yield drawn
    for part in drawn.values() if isinstance(drawn, dict) else drawn if isinstance(drawn, list) else ():
        yield from things(part)


def _rename(drawn: Json, member: Json) -> None:
    for thing in things(drawn):
        if thing.get("id") == member["id"]:
            thing["name"] = member["name"]
    for thing in things(drawn):
        for name in ("assignees", "mentions"):
            if name in thing:
                thing[name].sort(key=lambda one: (one["name"].lower(), one["id"]))


def _redraw_place(drawn: Json, pipeline: Json) -> None:
    for thing in list(things(drawn)):
        if (thing.get("pipeline") or {}).get("id") == pipeline["id"]:
            thing["pipeline"] = pipeline
            for name, some in (("stage", pipeline["stages"]), ("status", pipeline["statuses"])):
                thing[name] = next((one for one in some if one["id"] == thing[name]["id"]), thing[name])


def by_id(rows: list[Json]) -> dict[str, Json]:
    """Rows by their ids."""
    return {row["id"]: row for row in rows}


SHOWN_OF_JOBS = {
    "ItemChanged": ("items", "item"),
    "ItemRemoved": ("items", "itemId"),
    "CommentChanged": ("comments", "comment"),
    "DocumentChanged": ("documents", "document"),
    "DocumentRemoved": ("documents", "documentId"),
    "TimeEntryChanged": ("timeEntries", "timeEntry"),
    "TimeEntryRemoved": ("timeEntries", "timeEntryId"),
    "RunChanged": ("runs", "run"),
}
SHOWN_OF_WORK = {
    "TaskChanged": ("tasks", "task"),
    "TaskRemoved": ("tasks", "taskId"),
    "JobChanged": ("jobs", "job"),
    "JobRemoved": ("jobs", "jobId"),
    "NotificationChanged": ("notifications", "notification"),
    "NotificationRemoved": ("notifications", "notificationId"),
}
"""For each change the list that it is about, and what of it names or holds the thing. No client knows any other."""


def _put_or_take(drawn: Json, change: Json, place: tuple[str, str]) -> None:
    """Put a thing into its list, or take away what is named by its id."""
    name, part = place
    if part.endswith("Id"):
        drawn[name].pop(change[part], None)
    else:
        drawn[name][change[part]["id"]] = change[part]


BELONGINGS = ("items", "comments", "documents", "timeEntries", "runs")


@dataclass
class JobScreen(Screen):
    """One job with its items, comments, documents, time and turns of automations."""

    job_id: str = ""

    @property
    def stream(self) -> Json:
        """Which stream goes on from it."""
        return {"job": {"jobId": self.job_id}}

    def snapshot(self, alias: str) -> str:
        """The job with all that belongs to it."""
        return f"""{alias}: job(id: ${alias}) {{ ...Row
            items(first: 50) {{ nodes {{ ...Thing }} }}
            comments(first: 100) {{ nodes {{ ...Said }} }}
            documents(first: 100) {{ nodes {{ ...File }} }}
            timeEntries(first: 20) {{ nodes {{ ...Spent }} }}
            runs(first: 100) {{ nodes {{ ...Turn }} }} }}
            {alias}a: job(id: ${alias}) {{ ...Around }}"""

    @property
    def variable(self) -> tuple[str, Any]:
        """Which job."""
        return "ID!", self.job_id

    def draw(self, data: Json, alias: str) -> None:
        """Draw a snapshot."""
        self.resets = []
        job = data[alias]
        if job is None:
            self.drawn = None
            return
        self.drawn = {name: by_id(job.pop(name)["nodes"]) for name in BELONGINGS} | {"job": job}
        self.drawn["around"] = data[f"{alias}a"]

    def _take(self, change: Json, drawn: Json) -> None:
        match change["__typename"]:
            case "JobChanged":
                drawn["job"], drawn["around"] = change["job"], change["around"]
                for task in (item for item in drawn["items"].values() if "job" in item):
                    task["job"] = change["job"]
            case "JobRemoved":
                self.drawn = None
            case other:
                _put_or_take(drawn, change, SHOWN_OF_JOBS[other])


@dataclass
class MyWorkScreen(Screen):
    """Tasks and jobs assigned to one, what one is told, and one's timer."""

    parts: tuple[str, ...] | None = None

    @property
    def stream(self) -> Json:
        """Which stream goes on from it."""
        return {"myWork": {"parts": self.parts}}

    def snapshot(self, alias: str) -> str:
        """All of it."""
        mine = f"filter: {{assignedToMe: ${alias}}}, first: 200"
        return f"""{alias}t: tasks({mine}) {{ nodes {{ ...Line }} }} {alias}j: jobs({mine}) {{ nodes {{ ...Row }} }}
            {alias}v: viewer {{ unreadCount notifications(first: 200) {{ nodes {{ ...Told }} }}
                runningTimer {{ ...Spent }} }}"""

    @property
    def variable(self) -> tuple[str, Any]:
        """Whose work: one's own."""
        return "Boolean", True

    def draw(self, data: Json, alias: str) -> None:
        """Draw a snapshot."""
        self.resets = []
        viewer = data[f"{alias}v"]
        self.drawn = {
            "tasks": by_id(data[f"{alias}t"]["nodes"]),
            "jobs": by_id(data[f"{alias}j"]["nodes"]),
            "notifications": by_id(viewer["notifications"]["nodes"]),
            "unread": viewer["unreadCount"],
            "timer": viewer["runningTimer"],
        }

    def _take(self, change: Json, drawn: Json) -> None:
        match change["__typename"]:
            case "NotificationsRead":
                for one in drawn["notifications"].values():
                    one["readAt"] = one["readAt"] or change["readAt"]
            case "UnreadCountChanged":
                drawn["unread"] = change["unreadCount"]
            case "RunningTimerChanged":
                drawn["timer"] = change["runningTimer"]
            case other:
                _put_or_take(drawn, change, SHOWN_OF_WORK[other])


@dataclass
class DashboardScreen(Screen):
    """How many jobs stand where."""

    pipeline_ids: tuple[str, ...] | None = None

    @property
    def stream(self) -> Json:
        """Which stream goes on from it."""
        return {"dashboard": {"pipelineIds": self.pipeline_ids}}

    def snapshot(self, alias: str) -> str:
        """All of it."""
        return f"{alias}: dashboard(pipelineIds: ${alias}) {{ cursor pipelines {{ ...Counts }} }}"

    @property
    def variable(self) -> tuple[str, Any]:
        """Which pipelines."""
        return "[ID!]", self.pipeline_ids

    def draw(self, data: Json, alias: str) -> None:
        """Draw a snapshot."""
        self.resets = []
        self.drawn = {one["pipeline"]["id"]: one for one in data[alias]["pipelines"]}

    def _take(self, change: Json, drawn: Json) -> None:
        match change["__typename"]:
            case "PipelineCountsChanged":
                drawn[change["counts"]["pipeline"]["id"]] = change["counts"]
            case "PipelineCountsRemoved":
                drawn.pop(change["pipelineId"], None)
            case other:
                raise AssertionError(f"no client knows {other}")


async def ask(screen: Screen, *, changes: bool = True, first: int | None = None) -> Json:
    """The answer to one request for what is new on a screen, as ``changes``, and for the whole of it as it is now."""
    kind, value = screen.variable
    declared, asked, values = [f"$it: {kind}"], f"cursor {screen.snapshot('it')}", {"it": value}
    if changes:
        declared.append("$stream: StreamInput!, $after: String!, $first: Int")
        asked += " changes(stream: $stream, after: $after, first: $first) { ...Happened }"
        values |= {"stream": screen.stream, "after": screen.cursor, "first": first}
    document = with_fragments(f"query ({', '.join(declared)}) {{ {asked} }}")
    return await screen.client.answer(document, **values)


def with_fragments(document: str) -> str:
    """A document with the fragments that it spreads, and those that they do."""
    found: dict[str, str] = {}
    left = [document]
    while left:
        for name in re.findall(r"\.\.\.(\w+)", left.pop()):
            if name in FRAGMENTS and name not in found:
                found[name] = FRAGMENTS[name]
                left.append(FRAGMENTS[name])
    return document + "".join(found.values())
