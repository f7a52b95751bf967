"""What a job shows: drawn from the model, and read from the API, in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.engine_model.job import Job
from tests.support.api import Json

LOOK = """query ($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Job { id version pipeline { id } stage { id } status { id } priority assignees { id }
    clientStatus { id } dueDate stageDueAt stageOverdue account { id tags { id } }
    tasks(first: 60) { nodes { id title status links { visit { number } blocking } } }
    visits(first: 60) { nodes { number stage { id } enteredAt leftAt dueAt overdue } }
    comments(first: 60) { nodes { text } }
    runs(first: 100) { nodes { id automation { id } visit { number } state reason attempts dueAt startedAt finishedAt
      made { __typename } } } } }
  viewer { notifications(first: 200) { nodes { kind text job { id } } } } }"""
Picture = dict[str, Any]
ELSEWHERE = frozenset({"ASSIGNED"})
"""Has a model of its own (``tests.properties.test_assigned``): it is told of what a transaction changes in all."""


def drawn(job: Job, gone: set[str]) -> Picture:
    """A job of the model. ``gone`` are the automations that have been deleted."""
    last = job.visits[-1]
    return {
        "where": (job.pipeline, job.stage, job.status),
        "card": (job.priority, sorted(job.assignees), job.client_status, job.due_date),
        "limit": (_short(last.due), last.overdue),
        "tags": sorted(job.tags),
        "items": sorted((item.title, item.visit, item.blocking, item.status) for item in job.items),
        "visits": [
            (one.number, one.stage, *map(_short, (one.entered, one.left, one.due)), one.overdue) for one in job.visits
        ],
        "runs": [
            (
                None if run.automation.name in gone else run.automation.name,
                run.visit,
                run.state,
                _short(run.due) if run.state == "SCHEDULED" else None,
            )
            for run in job.runs
        ],
        "comments": job.comments,
        "told": sorted(job.told + ["AUTOMATION_FAILED" for run in job.runs if run.state == "FAILED"]),
    }


def read(job: Json, told: list[Json], names: Mapping[str, str]) -> Picture:
    """A job of the API's."""
    visits = sorted(job["visits"]["nodes"], key=lambda one: one["number"])
    return {
        "where": tuple(names[job[part]["id"]] for part in ("pipeline", "stage", "status")),
        "card": (
            job["priority"],
            sorted(names[one["id"]] for one in job["assignees"]),
            job["clientStatus"] and names[job["clientStatus"]["id"]],
            job["dueDate"] and datetime.fromisoformat(job["dueDate"]).date(),
        ),
        "limit": (_short(job["stageDueAt"]), job["stageOverdue"]),
        "tags": sorted(names[tag["id"]] for tag in job["account"]["tags"]),
        "items": sorted(_item(task) for task in job["tasks"]["nodes"]),
        "visits": [
            (
                one["number"],
                names[one["stage"]["id"]],
                *(_short(one[at]) for at in ("enteredAt", "leftAt", "dueAt")),
                one["overdue"],
            )
            for one in visits
        ],
        "runs": [
            (
                run["automation"] and names[run["automation"]["id"]],
                run["visit"]["number"],
                run["state"],
                _short(run["dueAt"]) if run["state"] == "SCHEDULED" else None,
            )
            for run in runs_of(job)
        ],
        "comments": [comment["text"] for comment in job["comments"]["nodes"]],
        "told": sorted(
            one["text"] if one["kind"] == "AUTOMATION" else one["kind"]
            for one in told
            if one["job"] and one["job"]["id"] == job["id"] and one["kind"] not in ELSEWHERE
        ),
    }


def runs_of(job: Json) -> list[Json]:
    """The runs of a job of the API's, in order: the clock of these tests stands still while jobs move."""
    return sorted(job["runs"]["nodes"], key=lambda run: int(run["visit"]["number"]))


def _item(task: Json) -> tuple[str, int, bool, str]:
    [link] = task["links"]
    return task["title"], link["visit"]["number"], link["blocking"], task["status"]


def _short(at: datetime | str | None) -> str | None:
    """A moment, to the second."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def differences(expected: Picture, found: Picture) -> str:
    """What is not as expected, a line each; nothing if all is."""
    return "\n".join(
        f"  {part}: expected {_unlike(expected[part], found[part])}\n"
        f"  {' ' * len(part)}  found    {_unlike(found[part], expected[part])}"
        for part in expected
        if expected[part] != found[part]
    )


def _unlike(one: Any, other: Any) -> str:
    """Of lists, only what is different, with its place."""
    if not isinstance(one, list):
        return str(one)
    return str({n: line for n, line in enumerate(one) if line not in other[n : n + 1]})
