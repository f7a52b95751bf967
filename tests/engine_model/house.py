"""The real firm, through the API: what the model calls by name, found by its id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from store.database import Database
from tests.engine_model.plan import ARCHIVED, Automation, Condition, Delay, Pipeline, Stage, Status
from tests.support.api import Api, Client, Json

ACCOUNTS = 5
KINDS: dict[str, Callable[[House, Any], Json]] = {
    "CREATE_TASK": lambda house, given: {"title": given["title"], "blocking": given["blocking"]},
    "UPDATE_TAGS": lambda house, given: {
        "addTagIds": house.all(given["add"]),
        "removeTagIds": house.all(given["remove"]),
        "clear": given["clear"],
    },
    "UPDATE_ASSIGNEES": lambda house, given: {
        "addMemberIds": house.all(given["add"]),
        "removeMemberIds": house.all(given["remove"]),
        "replace": given["replace"],
    },
    "SET_PRIORITY": lambda house, given: given,
    "SET_JOB_STATUS": lambda house, given: {"statusId": house.ids[given["into"]]},
    "SET_CLIENT_STATUS": lambda house, given: {"clientStatusId": house.ids[given["status"]]},
    "ADD_COMMENT": lambda house, given: given,
    "NOTIFY_MEMBERS": lambda house, given: {"text": given["text"], "memberIds": [house.ids["m0"]]},
}
"""What each kind's configuration is in GraphQL."""


@dataclass
class House:
    """A firm with members m0 to m2, tags t0 to t2, statuses HOLD and WAIT, client-facing statuses, and accounts."""

    api: Api
    owner: Client
    ids: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """The database of all of it."""
        return self.api.database

    def again(self) -> House:
        """The house as it was opened."""
        statuses = {name: Status(name, status.pauses) for name, status in self.statuses.items()}
        return House(self.api, self.owner, dict(self.ids), statuses)

    @property
    def names(self) -> dict[str, str]:
        """What the model calls the things of these ids."""
        return {one: name for name, one in self.ids.items()}

    def all(self, names: Any) -> list[str]:
        """The ids of several."""
        return [self.ids[name] for name in names]

    async def make(self, label: str, mutation: str, thing: str, /, **given: Any) -> str:
        """Makes one thing, and keeps its id under a label."""
        made = await self.owner.do(mutation, f"{thing} {{ id }}", **given)
        self.ids[label] = made["id"]
        return str(made["id"])

    async def build(self, pipeline: Pipeline) -> None:
        """Makes a pipeline with all that is attached to it."""
        made = await self.owner.do(
            "createPipeline",
            "pipeline { id stages { id name } }",
            name=pipeline.name,
            stages=[self.stage(stage, name=stage.name) for stage in pipeline.stages],
            statusIds=self.all(sorted(pipeline.enabled)),
            blocksOverLimit=pipeline.blocks,
            listedMovesOnly=pipeline.allowed is not None,
        )
        self.ids[pipeline.name] = made["id"]
        self.ids |= {stage["name"]: stage["id"] for stage in made["stages"]}
        if pipeline.allowed:
            moves = [{"fromStageId": self.ids[one], "toStageId": self.ids[other]} for one, other in pipeline.allowed]
            await self.owner.do("updatePipeline", pipelineId=made["id"], addAllowedMoves=moves)
        for place in pipeline.places():
            for automation in pipeline.attached(place):
                await self.attach(pipeline, place, automation)
        for status in sorted(pipeline.returns):
            await self.set_return(pipeline, status, returns=True)

    async def attach(self, pipeline: Pipeline, place: str, automation: Automation) -> None:
        """Makes an automation, last in its stage or status."""
        at_stage = place not in pipeline.enabled
        given = {"stageId": self.ids[place]} if at_stage else self.status_in(pipeline, place)
        await self.make(automation.name, "createAutomation", "automation", **given, **self.automation(automation))

    def status_in(self, pipeline: Pipeline, status: str) -> Json:
        """Where an automation of a status is attached."""
        return {"pipelineId": self.ids[pipeline.name], "statusId": self.ids[status]}

    async def set_return(self, pipeline: Pipeline, status: str, *, returns: bool) -> None:
        """Says whether a status gives its jobs back by itself."""
        mode = {"statusId": self.ids[status], "automove": "WHEN_ITEMS_DONE" if returns else "OFF"}
        await self.owner.do("updatePipeline", pipelineId=self.ids[pipeline.name], setStatusAutomove=[mode])

    def stage(self, stage: Stage, **more: Any) -> Json:
        """A stage's settings in GraphQL."""
        hours = stage.limit and {"amount": int(stage.limit.total_seconds() // 3600), "unit": "HOURS"}
        condition = self.condition(stage.condition)
        modes = {"automove": stage.automove, "completion": stage.completion}
        return {**modes, "timeLimit": hours, "condition": condition, "jobLimit": stage.most, **more}

    def automation(self, automation: Automation) -> Json:
        """What an automation is in GraphQL."""
        kind = automation.kind.lower().split("_")
        name = kind[0] + "".join(map(str.title, kind[1:]))
        return {
            "config": {name: KINDS[automation.kind](self, automation.config)},
            "condition": self.condition(automation.condition),
            "delay": self.delay(automation.delay),
        }

    def delay(self, delay: Delay | None) -> Json | None:
        """What a delay is in GraphQL."""
        if delay is None:
            return None
        if delay.span is None:
            return {"until": {"date": "DUE_DATE", "days": delay.days}}
        return {"span": {"amount": int(delay.span.total_seconds() // 60), "unit": "MINUTES"}}

    def condition(self, condition: Condition | None) -> Json | None:
        """What a condition is in GraphQL."""
        if condition is None:
            return None
        test, wanted = condition
        return TESTS[test](self, wanted)


TESTS: dict[str, Callable[[House, Any], Json]] = {
    "all": lambda house, parts: {"all": [house.condition(part) for part in parts]},
    "any": lambda house, parts: {"any": [house.condition(part) for part in parts]},
    "not": lambda house, part: {"not": house.condition(part)},
    "tags": lambda house, tags: {"tags": house.all(tags)},
    "priority": lambda house, priorities: {"priority": list(priorities)},
    "members": lambda house, members: {"assignees": {"memberIds": house.all(members)}},
    "nobody": lambda house, wanted: {"assignees": {"nobody": wanted}},
}
"""What each test of a condition is in GraphQL."""


async def open_house(api: Api) -> House:
    """A new firm."""
    owner = await api.firm()
    house = House(api, owner, {"m0": owner.member_id})
    for number in (1, 2):
        house.ids[f"m{number}"] = (await api.member(owner, role="ADMIN")).member_id
    for number in range(3):
        await house.make(f"t{number}", "createTag", "tag", name=f"t{number}")
    for number in range(2):
        await house.make(f"c{number}", "createClientStatus", "clientStatus", name=f"c{number}")
    for number in range(ACCOUNTS):
        await house.make(f"account {number}", "createAccount", "account", name=f"Client {number}")
    for name, pauses in (("HOLD", True), ("WAIT", False)):
        await house.make(name, "createJobStatus", "status", name=name, pauses=pauses)
    data = await owner.query("{ jobStatuses { id name state pauses } }")
    for status in data["jobStatuses"]:
        name = status["name"] if status["state"] == "CUSTOM" else status["state"]
        house.ids[name] = status["id"]
        house.statuses[name] = Status(name, status["pauses"] or name == ARCHIVED)
    return house


@dataclass
class Clock:
    """The time, for the API and the worker alike."""

    now: datetime

    def __call__(self) -> datetime:
        """The time now."""
        return self.now

    def tick(self, span: timedelta) -> None:
        """Lets time pass."""
        self.now += span
