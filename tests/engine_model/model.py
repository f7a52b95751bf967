"""What people do, by the specification's rules: done, or refused with nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.engine_model.job import Item, Job, Run
from tests.engine_model.plan import ACTIVE, ARCHIVED
from tests.engine_model.rules import LATER, Rules

SETTLED_AS = {"COMPLETE": "COMPLETED", "CANCEL": "CANCELLED"}


class No(Exception):
    """What is refused, for any of the reasons that are its arguments."""


def need(reasons: Mapping[str, bool]) -> None:
    """Refuses where any of the reasons is one."""
    found = [reason for reason, given in reasons.items() if given]
    if found:
        raise No(*found)


@dataclass
class Model(Rules):
    """The firm with its jobs."""

    jobs: dict[str, Job] = field(default_factory=dict)
    limits: bool = True
    """Whether it is known which jobs are where, while people move jobs."""

    def full(self, pipeline: str, stage: str) -> bool:
        """PL2: whether a stage holds as many jobs as it may, and people may put no more."""
        most = self.pipelines[pipeline].stage(stage).most
        here = [job for job in self.jobs.values() if job.stage == stage and job.status != ARCHIVED]
        return self.limits and self.pipelines[pipeline].blocks and most is not None and len(here) >= most

    def create(self, job: Job, stage: str) -> None:
        """JB1: a job begins in a stage."""
        need({"OVER_LIMIT": self.full(job.pipeline, stage)})
        self.jobs[job.name] = job
        self.enter(job, job.pipeline, stage)

    def move(self, job: Job, pipeline: str, stage: str, choices: Mapping[str, str | None], *, skip: bool) -> None:
        """MV1 to MV8: ``choices`` say by title what becomes of pending items, and ``""`` what of all others."""
        need({"ARCHIVED": job.status == ARCHIVED})
        if (pipeline, stage) == (job.pipeline, job.stage):
            return
        chosen = [(item, choices.get(item.title, choices[""])) for item in job.pending()]
        need(
            {
                "MOVE_NOT_ALLOWED": not self.allowed(job, pipeline, stage),
                "OVER_LIMIT": self.full(pipeline, stage),
                "PENDING_ITEMS": any(choice is None for _, choice in chosen),
            }
        )
        for item, choice in chosen:
            item.status = SETTLED_AS.get(choice or "", item.status)
        self.leave(job)
        job.pipeline = pipeline
        if job.status not in self.usable(pipeline):
            self.put(job, ACTIVE)
        self.enter(job, pipeline, stage, skip=skip)

    def allowed(self, job: Job, pipeline: str, stage: str) -> bool:
        """PL2, MV8: from another pipeline, a job comes by the first stage where moves are listed."""
        target = self.pipelines[pipeline]
        if target.allowed is None:
            return True
        return (job.stage, stage) in target.allowed if pipeline == job.pipeline else stage == target.stages[0].name

    def set_status(self, job: Job, status: str) -> None:
        """ST1: a person gives the job a status."""
        need({"NOT_ENABLED": status not in self.usable(job.pipeline)})
        self.put(job, status)

    def set_pauses(self, status: str, *, pauses: bool) -> None:
        """PL6: the clocks of the jobs in a status stand still while it says so."""
        self.statuses[status].pauses = pauses
        for job in self.jobs.values():
            if job.status == status:
                self.pause(job, pauses=pauses)

    def edit(self, job: Job, priority: str, assignees: Iterable[str], due_date: date | None) -> None:
        """AU4: what waits for a date of the job moves with it."""
        need({"ARCHIVED": job.status == ARCHIVED})
        job.priority, job.assignees = priority, set(assignees)
        if due_date != job.due_date:
            job.due_date = due_date
            for run in job.runs:
                if run.state == "SCHEDULED":
                    self.schedule(job, run)

    def add(self, job: Job, title: str, *, blocking: bool) -> None:
        """AI2: an item made by hand."""
        need({"ARCHIVED": job.status == ARCHIVED})
        self.make_item(job, title, blocking=blocking)

    def close(self, job: Job, item: Item, status: str) -> None:
        """AI1, AI3: completed, cancelled or reopened."""
        need({"ARCHIVED": job.status == ARCHIVED})
        item.status = status

    def unlink(self, job: Job, item: Item) -> None:
        """AI2: it belongs to the job no more."""
        need({"ARCHIVED": job.status == ARCHIVED})
        job.items = [one for one in job.items if one is not item]

    def command(self, job: Job, run: Run, what: str) -> None:
        """AU2, AU4: cancelled, run now, tried again, or dismissed by hand."""
        wanted = {"cancelRun": LATER, "runNow": {"SCHEDULED"}, "retryRun": {"FAILED"}}
        need({"ARCHIVED": job.status == ARCHIVED, "INVALID": run.state not in wanted.get(what, {"FAILED"})})
        match what:
            case "cancelRun":
                run.state = "CANCELLED"
            case "dismissRun":
                run.state = "DISMISSED"
            case _:
                run.state = "QUEUED"
