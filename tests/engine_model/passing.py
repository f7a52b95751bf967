"""What happens by itself: time passes, and workers work, or end in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.engine_model.job import Job
from tests.engine_model.machine import NUMBERS, pick
from tests.engine_model.model import No
from tests.engine_model.people import People
from tests.engine_model.plan import ARCHIVED


class Passing(People):
    """Rules of the clock and of the worker."""

    @rule()
    def work(self) -> None:
        """The worker does all that is due."""
        self.run(self.worker.drain())
        self.compare(lambda job: self.model.ways(job)[1])

    @rule(hours=st.sampled_from((1, 5, 24, 100, 400)))
    def tick(self, hours: int) -> None:
        """Time passes, and the worker is always there."""
        end = self.clock.now + timedelta(hours=hours)
        while True:
            self.run(self.worker.drain())
            self.compare(lambda job: self.model.ways(job)[1])
            times = [
                at for job in self.jobs if job.status != ARCHIVED and (at := self.model.next_time(job)) and at <= end
            ]
            if self.clock.now == end:
                return
            self.clock.now = self.model.now = min(times, default=end)

    @rule(hours=st.sampled_from((1, 24, 400)))
    def nobody_works(self, hours: int) -> None:
        """Time passes without a worker."""
        self.clock.tick(timedelta(hours=hours))
        self.model.now = self.clock.now
        self.compare()

    @rule(statement=st.integers(1, 60), how=st.sampled_from(("dies", "cancelled")))
    def worker_ends(self, statement: int, how: str) -> None:
        """AU1: at any statement."""
        self.run(self.worker.dies_at(statement) if how == "dies" else self.worker.is_cancelled(statement))
        self.on_the_way()

    @rule(transaction=st.integers(1, 3), after=st.booleans())
    def worker_ends_at_commit(self, transaction: int, *, after: bool) -> None:
        """AU1: right before or after it."""
        self.run(self.worker.dies_at_commit(transaction, after=after))
        self.on_the_way()

    @rule()
    def two_workers(self) -> None:
        """AU1, AM3: a round of each at the same time."""
        self.run(self.worker.race())
        self.on_the_way()

    @rule(number=NUMBERS, stage=NUMBERS)
    def move_while_it_works(self, number: int, stage: int) -> None:
        """MV4: either comes first; a move that comes second is a conflict, or finds all as it expected."""
        job = self.job(number)
        pipeline, where = self.target(job, 0, stage)
        choices: dict[str, str | None] = {"": "CANCEL"}
        given = self.moving(job, where, choices)
        self.at_once(job, lambda way: self.model.move(way, pipeline, where, choices, skip=False), "moveJob", **given)

    @rule(number=NUMBERS, status=st.sampled_from(("ACTIVE", "COMPLETED", "ARCHIVED", "HOLD", "WAIT")))
    def set_status_while_it_works(self, number: int, status: str) -> None:
        """AM4: either comes first."""
        job = self.job(number)
        given = {"jobId": self.house.ids[job.name], "statusId": self.house.ids[status]}
        self.at_once(job, lambda way: self.model.set_status(way, status), "setJobStatus", **given)

    @precondition(lambda self: any(len(job.pending()) > 1 for job in self.jobs))
    @rule(number=NUMBERS)
    def finish_at_once(self, number: int) -> None:
        """AM3: items completed at the same instant, with workers around, move the job once."""
        job = pick([job for job in self.jobs if len(job.pending()) > 1 and job.status != ARCHIVED] or self.jobs, number)
        ids = [self.item_id(job, item) for item in job.pending()]
        if job.status != ARCHIVED:
            finishing = [self.house.owner.do("completeItem", itemId=one) for one in ids]
            self.run(together(*finishing, self.worker.race(), self.worker.race()))
            for item in job.pending():
                item.status = "COMPLETED"
            self.work()

    def at_once(self, job: Job, doing: Callable[[Job], None], mutation: str, /, **given: Any) -> None:
        """Somebody does something while two workers have a round: before it, after it, or in between."""
        payload, _ = self.run(together(self.house.owner.payload(mutation, **given), self.worker.race()))
        refused = {error["code"] for error in payload["errors"]}

        def ways(one: Job) -> list[Job]:
            found = self.model.ways(one)[0]
            if one is not job:
                return found
            return found if refused else [end for way in found if did(way) for end in self.model.ways(way)[0]]

        def did(way: Job) -> bool:
            try:
                doing(way)
            except No:
                return False
            return True

        self.model.limits = False
        self.compare(ways)
        self.model.limits = True


async def together(*doing: Any) -> Any:
    """Does things at the same time."""
    return await asyncio.gather(*doing)
