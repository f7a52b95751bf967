"""Boards as the API answers them, and views of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from server.watch.board import Board, Card, Count, Json, Pipeline
from server.watch.look import Line
from server.watch.view import Link, State, View

NOW = datetime(2026, 11, 20, 12, 3, 4, tzinfo=UTC)
STAGES = ("Prepare", "Review", "Done")
ACTIVE: Json = {"id": "status_1", "name": "Active", "state": "ACTIVE", "color": None}
ON_HOLD: Json = {"id": "status_2", "name": "On hold", "state": "CUSTOM", "color": "#9ca3af"}
COMPLETED: Json = {"id": "status_3", "name": "Completed", "state": "COMPLETED", "color": None}
OLIVIA: Json = {"id": "member_1", "name": "Olivia Linden"}
EMIL: Json = {"id": "member_2", "name": "Emil Krause"}


def pipeline(stages: Sequence[str] = STAGES, **given: Any) -> Json:
    """What BoardPipeline answers; a stage's id is its name with ``stage_`` before it."""
    listed = [{"id": f"stage_{name}", "name": name, "position": place} for place, name in enumerate(stages)]
    statuses = [ACTIVE, ON_HOLD, COMPLETED]
    return {
        "id": "pipeline_1", "version": 1, "name": "Tax", "jobSort": "MANUAL", "stages": listed, "statuses": statuses
    } | given  # fmt: skip


def job(number: int = 1, stage: str = "Prepare", account: str = "Smith", **given: Any) -> Json:
    """What JobCard answers."""
    return {
        "id": f"job_{number}",
        "version": 1,
        "name": f"Return {number}",
        "rank": f"a{number:04}",
        "priority": "MEDIUM",
        "startDate": None,
        "dueDate": None,
        "overdue": False,
        "enteredStageAt": "2026-11-01T08:00:00+00:00",
        "stage": {"id": f"stage_{stage}"},
        "status": ACTIVE,
        "account": {"id": f"account_{account}", "name": account, "tags": []},
        "assignees": [],
    } | given


def board(*jobs: Json, **given: Any) -> Board:
    """A board of these jobs, with counts that fit."""
    shown = Pipeline.of(pipeline(**given))
    cards = [Card.of(one) for one in jobs]
    held = {stage.id: [card for card in cards if card.stage_id == stage.id] for stage in shown.stages}
    counts = {stage_id: Count(len(some), sum(card.overdue for card in some)) for stage_id, some in held.items()}
    return Board(shown, counts, {card.id: card for card in cards})


def live(drawn: Board, **given: Any) -> View:
    """A view of a board that is right."""
    return View(drawn, "Linden & Partners", state=State(Link.LIVE), **given)


def event(*changes: Json, cursor: str = "c1", kind: str = "MEMBER", actor: Json | None = OLIVIA) -> Json:
    """What BoardEvents answers."""
    cause = {"kind": kind, "clientMutationId": None, "actor": actor}
    return {"cursor": cursor, "at": "2026-11-20T12:03:03+00:00", "cause": cause, "changes": list(changes)}


def upserted(given: Json, previous: str | None = None) -> Json:
    """A job to draw."""
    return {"__typename": "JobUpserted", "previousStageId": previous, "job": given}


def removed(number: int, reason: str = "DELETED") -> Json:
    """A job to take away."""
    return {"__typename": "JobRemoved", "jobId": f"job_{number}", "removal": reason}


def names(drawn: Board) -> dict[str, list[str]]:
    """The names of the cards, by those of their stages."""
    return {column.stage.name: [card.name for card in column.cards] for column in drawn.columns}


def texts(lines: Iterable[Line]) -> list[str]:
    """What stands in the lines, without its colours."""
    return ["".join(part.text for part in line) for line in lines]
