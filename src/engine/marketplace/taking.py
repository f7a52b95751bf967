"""A pipeline of a firm as a blueprint, whose local keys are ids."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import orjson

from engine.automating import conditions, configuring, setting
from engine.automating.configuring import NewAutomation
from engine.enums import Automove, Completion, JobSort, StatusAutomove
from engine.marketplace.blueprint import Blueprint, Enabled
from engine.pipeline.pipeline_settings import AllowedMove
from engine.pipeline.pipelines import CreatePipeline, NewStage
from engine.time.duration import Duration
from engine.work import Work
from store.database import Row
from store.writes import locks, places
from store.writes import marketplace as writes

Attached = dict[str, list[NewAutomation]]
"""Automations by the ids of their stages and statuses."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The configuration of an automation that an earlier release has written, and that means nothing any more."""


async def take(work: Work, row: Row) -> Blueprint:
    """The pipeline of a row, which the viewer sees and nobody edits meanwhile."""
    await locks.share_pipeline(work.db, row["id"])
    attached: Attached = {}
    for one in await writes.automations(work.db, work.firm_id, row["id"]):
        attached.setdefault(one["stage_id"] or one["status_id"], []).append(_automation(one))
    stages = await places.stages(work.db, work.firm_id, row["id"])
    statuses = await writes.statuses(work.db, work.firm_id, row["id"])
    moves = await writes.moves(work.db, work.firm_id, row["id"])
    return Blueprint(
        row["id"],
        _pipeline(row, tuple(_stage(stage, attached) for stage in stages)),
        tuple(stage["id"] for stage in stages),
        tuple(
            Enabled(one["id"], StatusAutomove(one["automove"]), tuple(attached.get(one["id"], ()))) for one in statuses
        ),
        tuple(AllowedMove(move["from_stage_id"], move["to_stage_id"]) for move in moves),
    )


def _automation(row: Row) -> NewAutomation:
    try:
        return NewAutomation(*configuring.loaded(row))
    except setting.UNREADABLE:
        return NewAutomation(Unreadable())


def _pipeline(row: Row, stages: tuple[NewStage, ...]) -> CreatePipeline:
    others = {"stages", "available_to_ids", "status_ids", "id", "job_sort"}
    return CreatePipeline(stages=stages, job_sort=JobSort(row["job_sort"]), **_columns(CreatePipeline, row, others))


def _stage(row: Row, attached: Attached) -> NewStage:
    others = {"automove", "completion", "time_limit", "condition", "automations"}
    return NewStage(
        automove=Automove(row["automove"]),
        completion=Completion(row["completion"]),
        time_limit=Duration.of(orjson.loads(row["time_limit"])) if row["time_limit"] else None,
        condition=conditions.parsed(orjson.loads(row["condition"])) if row["condition"] else None,
        automations=tuple(attached.get(row["id"], ())),
        **_columns(NewStage, row, others),
    )


def _columns(kind: Any, row: Row, but: set[str]) -> Mapping[str, Any]:
    return {part.name: row[part.name] for part in fields(kind) if part.name not in but}
