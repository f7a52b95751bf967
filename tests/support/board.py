"""A client that draws one board: it asks for a snapshot once, and from then on only applies what ``changes`` says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.api import Client, Json

PAGE = 200
"""Jobs of a column in one page: as many as the API gives at once."""

SHARED = """
fragment Card on Job {
  id name description version rank startDate dueDate overdue enteredStageAt stageDueAt stageOverdue priority
  pipeline { id } stage { id } status { ...Status } account { ...Account } assignees { id name }
  clientStatus { id name color description }
}
fragment Status on JobStatus { id name state color pauses onBoard }
fragment Account on Account { id name tags { id name color } }
fragment Pipeline on Pipeline {
  id name description jobSort archivedAt statuses { ...Status }
  stages { id name position automove automations { id position kind } }
}
"""
DRAWN = """
fragment Drawn on Board {
  cursor
  pipeline { ...Pipeline }
  columns {
    stage { id name position } jobCount overdueCount
    jobs(first: $size) { nodes { ...Card } pageInfo { hasNextPage endCursor } }
  }
}
"""
HAPPENED = """
fragment Happened on BoardEvent {
  cursor at
  cause { kind clientMutationId actor { ... on Member { id } } }
  changes {
    __typename
    ... on JobUpserted { job { ...Card } previousStageId }
    ... on JobRemoved { jobId reason }
    ... on ColumnCountsChanged { stageId jobCount overdueCount }
    ... on PipelineChanged { pipeline { ...Pipeline } }
    ... on AccountChanged { account { ...Account } }
    ... on MemberChanged { member { id name } }
    ... on StreamReset { why: reason }
  }
}
"""
PAGE_OF_CHANGES = "fragment PageOfChanges on Changes { cursor hasMore events { ...Happened } }" + HAPPENED
BOARD = (
    "query ($pipeline: ID!, $filter: JobFilter, $size: Int)"
    " { board(pipelineId: $pipeline, filter: $filter) { ...Drawn } }" + DRAWN + SHARED
)
COLUMN = """query ($pipeline: ID!, $filter: JobFilter, $stage: ID!, $size: Int, $below: String) {
  board(pipelineId: $pipeline, filter: $filter) { column(stageId: $stage) {
    jobs(first: $size, after: $below) { nodes { ...Card } pageInfo { hasNextPage endCursor } }
  } }
}
fragment Card""" + SHARED.partition("fragment Card")[2].rpartition("fragment Pipeline")[0]
CHANGES = (
    "query ($stream: StreamInput!, $after: String!, $first: Int)"
    " { changes(stream: $stream, after: $after, first: $first) { ...PageOfChanges } }" + PAGE_OF_CHANGES + SHARED
)
EVENTS = (
    "subscription ($pipeline: ID!, $filter: JobFilter, $after: String)"
    " { boardEvents(pipelineId: $pipeline, filter: $filter, after: $after) { ...Happened } }" + HAPPENED + SHARED
)
PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")


@dataclass
class Board:
    """A board as one client has drawn it, and the cursor from which it goes on."""

    client: Client
    pipeline_id: str
    filter: Json | None = None
    page: int = PAGE
    cursor: str = ""
    pipeline: Json = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    jobs: dict[str, Json] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)
    """The jobs of each column as the snapshot listed them."""
    resets: list[str] = field(default_factory=list)
    """The reasons of the resets so far."""
    removed: list[str] = field(default_factory=list)
    """The ids that removals have named so far."""
    pages: list[Json] = field(default_factory=list)
    """The pages of changes that were taken last."""

    @classmethod
    async def open(
        cls,
        client: Client,
        pipeline_id: str,
        filter: Json | None = None,  # noqa: A002  # the argument's name in the API
        page: int = PAGE,
    ) -> Board:
        """Draw the board; the viewer must see its pipeline."""
        board = cls(client, pipeline_id, filter, page)
        assert await board.load(), "the viewer does not see this pipeline"
        return board

    async def load(self) -> bool:
        """Draw everything anew, however many pages it takes. False: the viewer does not see the pipeline."""
        asked = {"pipeline": self.pipeline_id, "filter": self.filter, "size": self.page}
        found = (await self.client.query(BOARD, **asked))["board"]
        if found is not None:
            await self.draw(found)
        return found is not None

    async def draw(self, found: Json) -> None:
        """Draw a snapshot, and ask for the pages that it lacks."""
        # Later pages are later snapshots: what happened in between comes with the changes after the first cursor.
        self.cursor, self.pipeline = found["cursor"], found["pipeline"]
        self.counts, self.jobs, self.order = {}, {}, {}
        for column in found["columns"]:
            stage = column["stage"]["id"]
            self.counts[stage] = (column["jobCount"], column["overdueCount"])
            self.order[stage] = []
            some = column["jobs"]
            self._list(stage, some["nodes"])
            while some["pageInfo"]["hasNextPage"]:
                asked = {"pipeline": self.pipeline_id, "filter": self.filter, "size": self.page, "stage": stage}
                data = await self.client.query(COLUMN, **asked, below=some["pageInfo"]["endCursor"])
                some = data["board"]["column"]["jobs"]
                self._list(stage, some["nodes"])

    def _list(self, stage_id: str, jobs: Sequence[Json]) -> None:
        for job in jobs:
            assert job["stage"]["id"] == stage_id
            self.order[stage_id].append(job["id"])
            self._upsert(job)

    async def ask(self, after: str | None = None, first: int | None = None) -> Json:
        """One page of changes, not applied."""
        page: Json = (await self.client.query(CHANGES, **self.asking(after, first)))["changes"]
        return page

    def asking(self, after: str | None = None, first: int | None = None) -> Json:
        """The variables that ask for one page of changes."""
        stream = {"board": {"pipelineId": self.pipeline_id, "filter": self.filter}}
        return {"stream": stream, "after": self.cursor if after is None else after, "first": first}

    async def catch_up(self, first: int | None = None) -> list[Json]:
        """Take changes until there are no more, drawing anew where a reset says so; the changes, in order."""
        self.pages = []
        taken: list[Json] = []
        while True:
            page = await self.ask(first=first)
            self.pages.append(page)
            taken += self.apply(page)
            if not page["hasMore"]:
                return taken

    async def take(self, first: int | None = None) -> list[Json]:
        """Take one page of changes and draw anew where a reset says so; the changes, in order."""
        page = await self.ask(first=first)
        taken = self.apply(page)
        if any(change["__typename"] == "StreamReset" for change in taken):
            assert await self.load(), "the viewer lost the pipeline"
        return taken

    def apply(self, page: Json) -> list[Json]:
        """Draw what a page says and move the cursor; the page's changes."""
        changes = [change for event in page["events"] for change in event["changes"]]
        for change in changes:
            self._apply(change)
        self.cursor = page["cursor"]
        return changes

    def _apply(self, change: Json) -> None:
        match change["__typename"]:
            case "JobUpserted":
                self._upsert(change["job"])
            case "JobRemoved":
                self.removed.append(change["jobId"])
                self.jobs.pop(change["jobId"], None)
            case "ColumnCountsChanged":
                self.counts[change["stageId"]] = (change["jobCount"], change["overdueCount"])
            case "PipelineChanged":
                self.pipeline = change["pipeline"]
            case "AccountChanged":
                self._replace("account", change["account"])
            case "MemberChanged":
                self._rename(change["member"])
            case "StreamReset":
                self.resets.append(change["why"])
            case other:
                raise AssertionError(f"no client knows {other}")

    def _upsert(self, job: Json) -> None:
        drawn = self.jobs.get(job["id"])
        if drawn is None or job["version"] >= drawn["version"]:
            self.jobs[job["id"]] = job

    def _replace(self, name: str, thing: Json) -> None:
        for job in self.jobs.values():
            if job[name]["id"] == thing["id"]:
                job[name] = thing

    def _rename(self, member: Json) -> None:
        for job in self.jobs.values():
            for assignee in job["assignees"]:
                if assignee["id"] == member["id"]:
                    assignee["name"] = member["name"]
            job["assignees"].sort(key=lambda one: (one["name"].lower(), one["id"]))

    def drawn(self) -> Json:
        """All that the client shows, to be compared."""
        return {
            "pipeline": self.pipeline,
            "columns": {stage["id"]: self.counts.get(stage["id"], (0, 0)) for stage in self.pipeline["stages"]},
            "jobs": {job_id: self.jobs[job_id] for job_id in sorted(self.jobs)},
            "order": {stage["id"]: self._column(stage["id"]) for stage in self.pipeline["stages"]},
        }

    def listed(self) -> dict[str, list[str]]:
        """The columns as the snapshot listed them."""
        return {stage["id"]: self.order[stage["id"]] for stage in self.pipeline["stages"]}

    def _column(self, stage_id: str) -> list[str]:
        jobs = [job for job in self.jobs.values() if job["stage"]["id"] == stage_id]
        return [job["id"] for job in sorted(jobs, key=self._place)]

    def _place(self, job: Json) -> tuple[Any, ...]:
        by = {
            "MANUAL": 0,
            "DUE_DATE": job["dueDate"] or "infinity",
            "PRIORITY": -PRIORITIES.index(job["priority"]),
            "NAME": job["name"].lower(),
            "ENTERED_STAGE": datetime.fromisoformat(job["enteredStageAt"]),
        }[self.pipeline["jobSort"]]
        return by, job["rank"], job["id"]


def named(changes: Sequence[Json]) -> set[str]:
    """The ids of all jobs that changes name."""
    upserted = {change["job"]["id"] for change in changes if change["__typename"] == "JobUpserted"}
    return upserted | {change["jobId"] for change in changes if change["__typename"] == "JobRemoved"}


async def assert_in_step(board: Board, where: str = "") -> Board:
    """Assert that the board shows just what a fresh one shows; the fresh one."""
    fresh = await Board.open(board.client, board.pipeline_id, board.filter)
    assert fresh.drawn()["order"] == fresh.listed(), f"{where}: the client sorts otherwise than the board"
    assert board.drawn() == fresh.drawn(), where
    return fresh


async def ask_all(boards: Sequence[Board], *, changes: bool = True, fresh: bool = True) -> Json:
    """The answer to one request for what is new on boards of one client, and for the boards as they are.

    The data holds, for the board number n, its changes as ``c<n>`` and its snapshot as ``b<n>``.
    """
    declared = ["$size: Int"] if fresh else []
    asked: list[str] = []
    values: Json = {"size": PAGE} if fresh else {}
    for n, board in enumerate(boards):
        if changes:
            declared.append(f"$s{n}: StreamInput!, $a{n}: String!")
            asked.append(f"c{n}: changes(stream: $s{n}, after: $a{n}) {{ ...PageOfChanges }}")
            values |= {f"s{n}": board.asking()["stream"], f"a{n}": board.cursor}
        if fresh:
            declared.append(f"$p{n}: ID!, $f{n}: JobFilter")
            asked.append(f"b{n}: board(pipelineId: $p{n}, filter: $f{n}) {{ ...Drawn }}")
            values |= {f"p{n}": board.pipeline_id, f"f{n}": board.filter}
    fragments = (PAGE_OF_CHANGES if changes else "") + (DRAWN if fresh else "") + SHARED
    document = f"query ({', '.join(declared)}) {{ {' '.join(asked)} }}{fragments}"
    return await boards[0].client.answer(document, **values)
