"""A firm that lives at random, beside a model of it: whatever is done to both, they show the same."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.engine_model import faults
from tests.engine_model.house import Clock, House
from tests.engine_model.job import Item, Job, Run
from tests.engine_model.model import Model, No
from tests.engine_model.picture import LOOK, differences, drawn, read, runs_of
from tests.engine_model.plan import Pipeline
from tests.engine_model.worker import Worker
from tests.rules.kit import restore
from tests.support.api import Json
from tests.support.databases import Wiper

T = TypeVar("T")
BEGIN = datetime(2031, 3, 3, 8, tzinfo=UTC)
NUMBERS = st.integers(0, 20)
"""Which of several: the remainder counts, so that any number names one."""
RETRIES = "SELECT due_at FROM due WHERE subject_id = $1 AND dead_at IS NULL"
"""When an automation is tried again: the run log does not say."""


@dataclass
class Ground:
    """A firm as it is before anything happens, and the way back to it."""

    house: House
    wiper: Wiper
    rows: dict[str, str]
    loop: asyncio.AbstractEventLoop
    clock: Clock = field(default_factory=lambda: Clock(BEGIN))

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Does something in the loop."""
        return self.loop.run_until_complete(doing)

    async def back(self) -> House:
        """The firm as it was."""
        await self.wiper.wipe()
        await faults.poison(self.house.database, set())
        await restore(self.house.database, self.rows)
        self.clock.now = BEGIN
        return self.house.again()


class Machine(RuleBasedStateMachine):
    """Two pipelines, in the database and in the model."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        self.run = self.ground.run
        self.house = self.run(self.ground.back())
        self.clock = self.ground.clock
        self.worker = Worker(self.house.database, self.clock)
        self.model = Model(BEGIN, self.house.statuses)
        self.seen: dict[str, Json] = {}
        self.gone: set[str] = set()
        self.numbers = count(1)

    @property
    def jobs(self) -> list[Job]:
        """The jobs of the model."""
        return list(self.model.jobs.values())

    def job(self, number: int) -> Job:
        """One of the jobs."""
        return pick(self.jobs, number)

    def pipeline(self, number: int) -> Pipeline:
        """One of the pipelines."""
        return pick(list(self.model.pipelines.values()), number)

    def both(self, mutation: str, expected: Callable[[], None], /, **given: Any) -> None:
        """A mutation that model and engine do, or both refuse for the same reason; then nothing is changed."""
        before = copy.deepcopy(self.model.jobs)
        reasons: tuple[str, ...] = ()
        try:
            expected()
        except No as refusal:
            self.model.jobs, reasons = before, refusal.args
        payload = self.run(self.house.owner.payload(mutation, **given))
        codes = {error["code"] for error in payload["errors"]}
        said = f"{mutation}: expected {reasons or 'no refusal'}, got {payload['errors']}"
        assert codes <= set(reasons), said
        assert codes or not reasons, said
        self.compare()

    def compare(self, ways: Callable[[Job], list[Job]] = lambda job: [job]) -> None:
        """Each job shows what the model's shows, or what is one of its ways."""
        data = self.run(self.house.owner.query(LOOK, ids=[self.house.ids[job.name] for job in self.jobs]))
        told, names, wrong = data["viewer"]["notifications"]["nodes"], self.house.names, []
        for seen, job in zip(data["nodes"], self.jobs, strict=True):
            found, possible = read(seen, told, names), ways(job)
            match = next((way for way in possible if drawn(way, self.gone) == found), None)
            if match is None:
                steps = "\n  or:\n".join(differences(drawn(way, self.gone), found) for way in possible)
                wrong.append(f"{job.name}\n{steps}")
            else:
                self.keep(match, seen)
        assert not wrong, "\n".join(wrong)

    def keep(self, job: Job, seen: Json) -> None:
        """What holds of every job; and when it is that a failed automation is tried again, which no rule says."""
        assert sum(one["leftAt"] is None for one in seen["visits"]["nodes"]) == 1
        assert seen["version"] >= self.seen.get(job.name, seen)["version"], "MV4: versions only grow"
        for run, theirs in zip(in_order(job.runs), runs_of(seen), strict=True):
            check_log(run, theirs)
            if run.state == "RETRYING":
                run.due = self.run(self.house.database.value(RETRIES, theirs["id"]))
        self.model.jobs[job.name], self.seen[job.name] = job, seen

    def on_the_way(self) -> None:
        """Each job has come some of its way, in whole transactions (AU1)."""
        self.compare(lambda job: self.model.ways(job)[0])

    def item_id(self, job: Job, item: Item) -> str:
        """The id of an item of the model."""
        tasks = self.seen[job.name]["tasks"]["nodes"]
        theirs = sorted(tasks, key=lambda task: (task["title"], task["links"][0]["visit"]["number"]))
        ours = sorted(job.items, key=lambda one: (one.title, one.visit))
        return str(theirs[[one is item for one in ours].index(True)]["id"])

    def run_id(self, job: Job, run: Run) -> str:
        """The id of a run of the model."""
        place = [one is run for one in in_order(job.runs)].index(True)
        return str(runs_of(self.seen[job.name])[place]["id"])


def pick(among: list[T], number: int) -> T:
    """One of several."""
    return among[number % len(among)]


def in_order(runs: list[Run]) -> list[Run]:
    """The runs, visit by visit."""
    return sorted(runs, key=lambda run: run.visit)


def check_log(run: Run, seen: Json) -> None:
    """AU3: the log says when a run ended, why it did not do what it should, and what it made."""
    ended = run.state not in {"QUEUED", "RETRYING", "SCHEDULED"}
    assert (seen["finishedAt"] is not None) == ended, f"AU3: {seen}"
    assert seen["reason"] or run.state not in {"SKIPPED", "FAILED", "RETRYING"}, f"AU3: {seen}"
    makes = {"CREATE_TASK": ["Task"], "ADD_COMMENT": ["Comment"]}.get(run.automation.kind, [])
    made = [thing["__typename"] for thing in seen["made"]]
    assert makes in (made, []) if run.state == "DONE" else not made, f"AU3: {seen}"
