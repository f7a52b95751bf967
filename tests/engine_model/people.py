"""What people do with jobs."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.engine_model import strategies
from tests.engine_model.house import ACCOUNTS
from tests.engine_model.job import Item, Job
from tests.engine_model.machine import NUMBERS, Machine, pick
from tests.engine_model.plan import ARCHIVED
from tests.support.api import Json

DAYS = st.none() | st.integers(-3, 9)
CHOICES = st.sampled_from((None, "KEEP", "COMPLETE", "CANCEL"))


class People(Machine):
    """Rules by which jobs are made, moved, edited; and their items."""

    def due_date(self, days: int | None) -> date | None:
        """A date so many days from now."""
        return None if days is None else self.clock.now.date() + timedelta(days=days)

    @initialize(data=st.data(), stages=st.tuples(NUMBERS, NUMBERS, NUMBERS))
    def open(self, data: st.DataObject, stages: tuple[int, ...]) -> None:
        """Two pipelines with three jobs."""
        for name in ("P", "Q"):
            plan = data.draw(strategies.pipelines(name, self.numbers), label=name)
            self.model.pipelines[name] = plan
            self.run(self.house.build(plan))
        for number, stage in enumerate(stages):
            self.create_job(number, stage, "MEDIUM", number)

    @precondition(lambda self: len(self.jobs) < ACCOUNTS)
    @rule(pipeline=NUMBERS, stage=NUMBERS, priority=st.sampled_from(strategies.PRIORITIES), days=DAYS)
    def create_job(self, pipeline: int, stage: int, priority: str, days: int | None) -> None:
        """JB1: a job in any stage."""
        number = next(self.numbers)
        name, plan = f"J{number}", self.pipeline(pipeline)
        where = pick(plan.stages, stage).name
        job = Job(name, plan.name, priority=priority, due_date=self.due_date(days))
        job_id = f"job_0192a0b1c2d37e4f8a5b{number:012x}"
        self.house.ids[name] = job_id
        self.both(
            "createJob",
            lambda: self.model.create(job, where),
            id=job_id,
            name=name,
            accountId=self.house.ids[f"account {len(self.jobs)}"],
            pipelineId=self.house.ids[plan.name],
            stageId=self.house.ids[where],
            priority=priority,
            dueDate=job.due_date and job.due_date.isoformat(),
        )

    def moving(self, job: Job, stage: str, choices: dict[str, str | None], *, skip: bool = False) -> Json:
        """What a move says."""
        items = {item.title: self.item_id(job, item) for item in job.pending()}
        return {
            "jobId": self.house.ids[job.name],
            "stageId": self.house.ids[stage],
            "expect": {"version": self.seen[job.name]["version"]},
            "pendingItems": choices[""],
            "pendingItemChoices": [
                {"itemId": items[title], "choice": choice} for title, choice in choices.items() if title in items
            ],
            "skipAutomations": skip,
        }

    def target(self, job: Job, pipeline: int, stage: int) -> tuple[str, str]:
        """A stage of the job's own pipeline (0), or of the other (1)."""
        plans = sorted(self.model.pipelines, key=lambda name: name != job.pipeline)
        plan = self.model.pipelines[plans[pipeline]]
        return plan.name, pick(plan.stages, stage).name

    @rule(
        number=NUMBERS,
        pipeline=st.sampled_from((0, 0, 0, 1)),
        stage=NUMBERS,
        choice=CHOICES,
        exception=CHOICES,
        skip=st.sampled_from((False, False, False, True)),
    )
    def move(
        self, number: int, pipeline: int, stage: int, choice: str | None, exception: str | None, *, skip: bool
    ) -> None:
        """MV1 to MV8: to any stage, with a choice for all pending items and perhaps another for the first."""
        job = self.job(number)
        target, where = self.target(job, pipeline, stage)
        choices = {"": choice}
        if exception and job.pending():
            choices[job.pending()[0].title] = exception
        given = self.moving(job, where, choices, skip=skip)
        self.both("moveJob", lambda: self.model.move(job, target, where, choices, skip=skip), **given)

    @precondition(lambda self: any(job.status != ARCHIVED for job in self.jobs))
    @rule(number=NUMBERS, stage=NUMBERS)
    def move_too_late(self, number: int, stage: int) -> None:
        """MV4: who has not seen the last change moves nothing."""
        job = pick([job for job in self.jobs if job.status != ARCHIVED], number)
        _, where = self.target(job, 0, stage)
        given = self.moving(job, where, {"": "KEEP"})
        version = given["expect"]["version"] - 1
        [error] = self.run(self.house.owner.refused("moveJob", **{**given, "expect": {"version": version}}))
        assert (error["code"], error["current"]["version"]) == ("CONFLICT", version + 1)
        self.compare()

    @rule(number=NUMBERS, status=st.sampled_from(("ACTIVE", "ACTIVE", "COMPLETED", "ARCHIVED", "HOLD", "WAIT")))
    def set_status(self, number: int, status: str) -> None:
        """ST1: any status."""
        job = self.job(number)
        given = {"jobId": self.house.ids[job.name], "statusId": self.house.ids[status]}
        self.both("setJobStatus", lambda: self.model.set_status(job, status), **given)

    @rule(
        number=NUMBERS,
        priority=st.sampled_from(strategies.PRIORITIES),
        who=strategies.some(strategies.MEMBERS),
        days=DAYS,
    )
    def edit(self, number: int, priority: str, who: tuple[str, ...], days: int | None) -> None:
        """AU4, CN1: what delays and conditions look at."""
        job, day = self.job(number), self.due_date(days)
        self.both(
            "updateJob",
            lambda: self.model.edit(job, priority, who, day),
            jobId=self.house.ids[job.name],
            priority=priority,
            dueDate=day and day.isoformat(),
            addAssigneeIds=self.house.all(who),
            removeAssigneeIds=self.house.all(set(strategies.MEMBERS) - set(who)),
        )

    @rule(number=NUMBERS, tags=strategies.some(strategies.TAGS))
    def tag(self, number: int, tags: tuple[str, ...]) -> None:
        """CN1: the tags of the account."""
        job = self.job(number)
        self.both(
            "updateAccount",
            lambda: setattr(job, "tags", set(tags)),
            accountId=self.seen[job.name]["account"]["id"],
            addTagIds=self.house.all(tags),
            removeTagIds=self.house.all(set(strategies.TAGS) - set(tags)),
        )

    @rule(number=NUMBERS, blocking=st.booleans())
    def add_task(self, number: int, *, blocking: bool) -> None:
        """AI2: by hand."""
        job, title = self.job(number), f"task {next(self.numbers)}"
        given = {"jobId": self.house.ids[job.name], "title": title, "blocking": blocking}
        self.both("createTask", lambda: self.model.add(job, title, blocking=blocking), **given)

    def items(self) -> list[tuple[Job, Item]]:
        """All items of all jobs."""
        return [(job, item) for job in self.jobs for item in job.items]

    @precondition(lambda self: self.items())
    @rule(
        number=NUMBERS,
        how=st.sampled_from(("completeItem", "completeItem", "completeItem", "cancelItem", "reopenItem")),
    )
    def close_item(self, number: int, how: str) -> None:
        """AI1, AI3: any item."""
        job, item = pick(self.items(), number)
        status = {"completeItem": "COMPLETED", "cancelItem": "CANCELLED", "reopenItem": "TO_DO"}[how]
        self.both(how, lambda: self.model.close(job, item, status), itemId=self.item_id(job, item))

    @precondition(lambda self: self.items())
    @rule(number=NUMBERS)
    def unlink(self, number: int) -> None:
        """AI2: any item."""
        job, item = pick(self.items(), number)
        given = {"itemId": self.item_id(job, item), "jobId": self.house.ids[job.name]}
        self.both("unlinkItem", lambda: self.model.unlink(job, item), **given)
