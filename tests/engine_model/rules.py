"""What becomes of a job by itself, by the specification's rules: on entering, and whenever a worker looks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final

from tests.engine_model.job import Item, Job, Run, Visit
from tests.engine_model.plan import ACTIVE, ARCHIVED, COMPLETED, Automation, Pipeline, Stage, Status

NINE = time(9, tzinfo=UTC)
LATER = {"RETRYING", "SCHEDULED"}
UNSETTLED = {"QUEUED", "RETRYING", "FAILED"}
MOST_ATTEMPTS = 10
"""AU2 says that they are bounded, not by how many."""


@dataclass
class Rules:
    """The firm's configuration, the time, and what they make of a job."""

    now: datetime
    statuses: dict[str, Status]
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    poisoned: set[str] = field(default_factory=set)
    """Titles of tasks that cannot be made at the moment."""

    def pipeline_of(self, job: Job) -> Pipeline:
        """The pipeline in which a job is."""
        return self.pipelines[job.pipeline]

    def stage_of(self, job: Job) -> Stage:
        """The stage in which a job stands."""
        return self.pipeline_of(job).stage(job.stage)

    def usable(self, pipeline: str) -> set[str]:
        """The statuses that jobs of a pipeline may have."""
        return {ACTIVE, COMPLETED, ARCHIVED} | self.pipelines[pipeline].enabled

    # Entering a stage or a status

    def enter(self, job: Job, pipeline: str, stage: str, *, runs: bool = True, skip: bool = False) -> None:
        """MV2: a new visit, and the stage's automations in order."""
        self.leave(job)
        job.pipeline, job.stage = pipeline, stage
        plan = self.stage_of(job)
        due = self.now + plan.limit if plan.limit else None
        job.visits.append(Visit(len(job.visits) + 1, stage, self.now, due))
        if runs:
            self.attach(job, plan.automations, None, skip=skip)
        if self.is_last(job) and plan.completion == "ON_ENTRY" and job.status == ACTIVE:
            self.put(job, COMPLETED)

    def leave(self, job: Job) -> None:
        """AU4: what was delayed in the visit is cancelled."""
        if job.visits and job.visit.left is None:
            job.visit.left = self.now
            cancel(run for run in job.runs if run.visit == job.visit.number)

    def put(self, job: Job, status: str) -> None:
        """ST1, AM4: a job enters a status. Who comes out of the archive fires nothing."""
        if status == job.status:
            return
        cancel(run for run in job.runs if run.stay == job.stay)
        self.pause(job, pauses=self.statuses[status].pauses)
        returns, job.status, job.stay = job.status == ARCHIVED, status, job.stay + 1
        if not returns:
            self.attach(job, self.pipeline_of(job).on_status.get(status, []), job.stay)

    def attach(self, job: Job, automations: list[Automation], stay: int | None, *, skip: bool = False) -> None:
        """AU1: each once, in order; what waits or starts more comes later."""
        queued = False
        for automation in automations:
            run = Run(automation, job.visit.number, stay, self.now)
            job.runs.append(run)
            if skip:
                run.state = "SKIPPED"
            elif automation.delay and stay not in {None, job.stay}:
                run.state = "CANCELLED"
            elif automation.delay:
                run.state = "SCHEDULED"
                self.schedule(job, run)
            elif automation.kind == "SET_JOB_STATUS" and (queued or self.starts_more(job, automation)):
                queued = True
            else:
                self.have_turn(job, run)

    def starts_more(self, job: Job, automation: Automation) -> bool:
        """AU1: a status with automations of its own; and, to keep the order, whatever sets a status after it."""
        return bool(self.pipeline_of(job).on_status.get(automation.config["into"]))

    def schedule(self, job: Job, run: Run) -> None:
        """AU4: after a span, or at nine on a day that is counted from the job's due date."""
        delay = run.automation.delay
        assert delay
        if delay.span:
            run.due = run.due or self.now + delay.span
        elif job.due_date:
            run.due = max(self.now, datetime.combine(job.due_date + timedelta(days=delay.days), NINE))
        else:
            run.due = None

    def pause(self, job: Job, *, pauses: bool) -> None:
        """PL6, AU4: while the status pauses, clocks stand still; then all that waited is later by as long."""
        if pauses and job.paused is None:
            job.paused = self.now
        elif not pauses and job.paused is not None:
            since, job.paused = job.paused, None
            for run in job.runs:
                span = run.automation.delay and run.automation.delay.span
                if run.state == "SCHEDULED" and run.due and span and run.stay is None:
                    run.due += self.now - max(since, run.since)
            if job.visit.due and not job.visit.overdue:
                job.visit.due += self.now - max(since, job.visit.entered)

    # Turns of automations

    def have_turn(self, job: Job, run: Run) -> None:
        """CN3, AU2: the condition is read now; what cannot be done is tried again later."""
        run.attempts += 1
        if not job.holds(run.automation.condition):
            run.state = "SKIPPED"
        elif run.automation.config.get("title") in self.poisoned:
            run.state, run.due = "RETRYING" if run.attempts < MOST_ATTEMPTS else "FAILED", None
        elif run.automation.config.get("into", ACTIVE) not in self.usable(job.pipeline):
            run.state = "FAILED"
        else:
            run.state = "DONE"
            EFFECTS[run.automation.kind](self, job, run)

    def make_item(self, job: Job, title: str, *, blocking: bool) -> None:
        """AI2: an item is linked in the visit of that moment."""
        stay = job.stay if job.status in self.pipeline_of(job).enabled else None
        job.items.append(Item(title, job.visit.number, stay, blocking))

    # What a worker may do next

    def is_last(self, job: Job) -> bool:
        """Whether a job stands in the last stage."""
        return self.pipeline_of(job).is_last(job.stage)

    def ways(self, job: Job) -> tuple[list[Job], list[Job]]:
        """What may become of a job while a worker works, a transaction at a time; and what after it has."""
        found, ends = [job], []
        for way in found:
            nexts = [later for step in STEPS if step(self, later := copy.deepcopy(way))]
            found += [later for n, later in enumerate(nexts) if later not in found and later not in nexts[:n]]
            if not nexts:
                ends.append(way)
        return found, ends

    def next_time(self, job: Job) -> datetime | None:
        """When the clock has something to do for the job."""
        if job.status == ARCHIVED:
            return None
        times = [run.due for run in job.runs if run.state in LATER and not stands_still(job, run)]
        times += [job.visit.due] if not (job.visit.overdue or job.paused or job.status == COMPLETED) else []
        return min((at for at in times if at), default=None)

    def next_run(self, job: Job) -> Run | None:
        """AU1: what is queued, in order; then what was scheduled, as it becomes due."""
        if job.status == ARCHIVED:
            return None
        queued = [run for run in job.runs if run.state == "QUEUED"]
        due = [
            (run.due, place, run)
            for place, run in enumerate(job.runs)
            if run.state in LATER and run.due and run.due <= self.now and not stands_still(job, run)
        ]
        return queued[0] if queued else min(due)[2] if due else None

    def run_next(self, job: Job) -> bool:
        """AU1, AU4: in the visit, and the status, to which it belongs."""
        run = self.next_run(job)
        if run and run.visit == job.visit.number and run.stay in {None, job.stay}:
            self.have_turn(job, run)
        elif run:
            run.state = "CANCELLED"
        return run is not None

    def give_up(self, job: Job) -> bool:
        """AU2: one that fails again may have failed for good."""
        run = self.next_run(job)
        if run is None or run.state != "RETRYING" or not self.run_next(job) or run.state != "RETRYING":
            return False
        run.state = "FAILED"
        return True

    def pass_limit(self, job: Job) -> bool:
        """PL6: once, and its assignees are told."""
        due = job.visit.due
        late = due is not None and due <= self.now and not job.visit.overdue
        if not late or job.paused or job.status == COMPLETED:
            return False
        job.visit.overdue = True
        job.told += ["STAGE_OVERDUE"] if "m0" in job.assignees else []
        return True

    def advance(self, job: Job) -> bool:
        """AM1, AM2, CN2: to the next stage whose condition holds; the last has none."""
        mode = self.stage_of(job).automove
        if job.status != ACTIVE or self.is_last(job) or mode == "OFF":
            return False
        if not settled(job) or not (job.blocking() or mode == "WHEN_ITEMS_DONE_OR_NONE"):
            return False
        following = self.pipeline_of(job).after(job.stage)
        self.enter(job, job.pipeline, next(stage.name for stage in following if job.holds(stage.condition)))
        return True

    def complete(self, job: Job) -> bool:
        """PL7."""
        done = self.stage_of(job).completion == "WHEN_ITEMS_DONE" and job.blocking() and settled(job)
        if job.status != ACTIVE or not self.is_last(job) or not done:
            return False
        self.put(job, COMPLETED)
        return True

    def give_back(self, job: Job) -> bool:
        """AM4: the items made in the status are done, and none of its automations is still to run."""
        made = [item for item in job.blocking() if item.stay == job.stay]
        if job.status not in self.pipeline_of(job).returns or not made or any(item.open for item in made):
            return False
        if any(unsettled(run) for run in job.runs if run.stay == job.stay):
            return False
        self.put(job, ACTIVE)
        return True


def stands_still(job: Job, run: Run) -> bool:
    """AU4: what a stage delays waits while the status pauses; what that status itself delays does not."""
    return job.paused is not None and run.stay is None


def cancel(runs: Iterable[Run]) -> None:
    """Cancels what is delayed; what is queued or tried again, a worker cancels."""
    for run in runs:
        if run.state == "SCHEDULED":
            run.state = "CANCELLED"


def unsettled(run: Run) -> bool:
    """AM2: still to run, or failed; a delayed one that makes no item may wait."""
    return run.state in UNSETTLED or (run.state == "SCHEDULED" and run.automation.makes_items)


def settled(job: Job) -> bool:
    """AM2: nothing blocks the visit."""
    return not job.pending() and not any(unsettled(run) for run in job.runs if run.visit == job.visit.number)


STEPS: Final[tuple[Callable[[Rules, Job], bool], ...]] = (
    Rules.run_next,
    Rules.give_up,
    Rules.pass_limit,
    Rules.advance,
    Rules.complete,
    Rules.give_back,
)
"""What a worker does, a transaction each; each answers whether there was something to do."""


def _tags(rules: Rules, job: Job, run: Run) -> None:
    given = run.automation.config
    job.tags = (set() if given["clear"] else job.tags - set(given["remove"])) | set(given["add"])


def _assignees(rules: Rules, job: Job, run: Run) -> None:
    given = run.automation.config
    job.assignees = (set() if given["replace"] else job.assignees - set(given["remove"])) | set(given["add"])


def _task(rules: Rules, job: Job, run: Run) -> None:
    rules.make_item(job, run.automation.config["title"], blocking=run.automation.config["blocking"])


def _priority(rules: Rules, job: Job, run: Run) -> None:
    job.priority = run.automation.config["priority"]


def _client_status(rules: Rules, job: Job, run: Run) -> None:
    job.client_status = run.automation.config["status"]


EFFECTS: Final[dict[str, Callable[[Rules, Job, Run], None]]] = {
    "CREATE_TASK": _task,
    "UPDATE_TAGS": _tags,
    "UPDATE_ASSIGNEES": _assignees,
    "SET_PRIORITY": _priority,
    "SET_CLIENT_STATUS": _client_status,
    "SET_JOB_STATUS": lambda rules, job, run: rules.put(job, run.automation.config["into"]),
    "ADD_COMMENT": lambda rules, job, run: job.comments.append(run.automation.config["text"]),
    "NOTIFY_MEMBERS": lambda rules, job, run: job.told.append(run.automation.config["text"]),
}
"""What the kinds of automations do."""
