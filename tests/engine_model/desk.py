"""What people do with the configuration, and with the run log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.engine_model import faults, strategies
from tests.engine_model.job import Job, Run
from tests.engine_model.machine import NUMBERS, Machine, pick
from tests.engine_model.plan import Automation, Pipeline, Stage


class Desk(Machine):
    """Rules by which stages, statuses and automations change, and runs are seen to."""

    def attached(self) -> list[tuple[Pipeline, str, Automation]]:
        """All automations with what they are attached to."""
        return [
            (pipeline, place, automation)
            for pipeline in self.model.pipelines.values()
            for place in pipeline.places()
            for automation in pipeline.attached(place)
        ]

    @rule(data=st.data(), pipeline=NUMBERS, place=NUMBERS)
    def new_automation(self, data: st.DataObject, pipeline: int, place: int) -> None:
        """PL4: it runs from the next entry on."""
        plan = self.pipeline(pipeline)
        where = pick(plan.places(), place)
        statuses = strategies.targets(where, plan.enabled)
        made = data.draw(strategies.automations(f"a{next(self.numbers)}", statuses), label=where)
        plan.attached(where).append(made)
        self.run(self.house.attach(plan, where, made))
        self.compare()

    @precondition(lambda self: self.attached())
    @rule(data=st.data(), number=NUMBERS)
    def edit_automation(self, data: st.DataObject, number: int) -> None:
        """PL4: who has entered goes on as it was."""
        plan, where, old = pick(self.attached(), number)
        like = strategies.automations(old.name, strategies.targets(where, plan.enabled))
        drawn = data.draw(like, label="edited")
        new = drawn if drawn.kind == old.kind else replace(drawn, kind=old.kind, config=old.config)
        own = plan.attached(where)
        own[own.index(old)] = new
        given = self.house.automation(new)
        self.both("updateAutomation", lambda: None, automationId=self.house.ids[new.name], **given)

    @precondition(lambda self: self.attached())
    @rule(number=NUMBERS)
    def delete_automation(self, number: int) -> None:
        """PL4: who has entered goes on as it was."""
        plan, where, old = pick(self.attached(), number)
        plan.attached(where).remove(old)
        self.gone.add(old.name)
        self.both("deleteAutomation", lambda: None, automationId=self.house.ids[old.name])

    @rule(data=st.data(), pipeline=NUMBERS, stage=NUMBERS)
    def edit_stage(self, data: st.DataObject, pipeline: int, stage: int) -> None:
        """PL4, AM3: of its settings only the mode counts for who is there."""
        plan = self.pipeline(pipeline)
        old = pick(plan.stages, stage)
        inner = old not in (plan.stages[0], plan.stages[-1])
        new = data.draw(strategies.stages(old.name, inner=inner), label="edited")
        new.automations = old.automations
        plan.stages[plan.stages.index(old)] = new
        self.both("updateStage", lambda: None, stageId=self.house.ids[new.name], **self.house.stage(new))

    @rule(data=st.data(), pipeline=NUMBERS, place=NUMBERS)
    def new_stage(self, data: st.DataObject, pipeline: int, place: int) -> None:
        """AM1, PL7: what is last is so at the moment."""
        plan = self.pipeline(pipeline)
        at = 1 + place % len(plan.stages)
        if len(plan.stages) < 6 and not (at == len(plan.stages) and plan.stages[-1].condition):
            made: Stage = data.draw(strategies.stages(f"{plan.name}x{next(self.numbers)}", inner=at < len(plan.stages)))
            plan.stages.insert(at, made)
            given = {"pipelineId": self.house.ids[plan.name], "name": made.name, "position": at}
            self.run(self.house.make(made.name, "createStage", "stage", **given, **self.house.stage(made)))
            self.compare()

    @precondition(lambda self: any(plan.enabled for plan in self.model.pipelines.values()))
    @rule(number=NUMBERS, returns=st.booleans())
    def set_return(self, number: int, *, returns: bool) -> None:
        """AM4: on or off."""
        plan, status = pick([(p, one) for p in self.model.pipelines.values() for one in sorted(p.enabled)], number)
        (plan.returns.add if returns else plan.returns.discard)(status)
        self.run(self.house.set_return(plan, status, returns=returns))
        self.compare()

    @rule(status=st.sampled_from(("HOLD", "WAIT")), pauses=st.booleans())
    def set_pauses(self, status: str, *, pauses: bool) -> None:
        """PL6: as the status says."""
        given = {"statusId": self.house.ids[status], "pauses": pauses}
        self.both("updateJobStatus", lambda: self.model.set_pauses(status, pauses=pauses), **given)

    @rule(wrong=st.booleans())
    def poison(self, *, wrong: bool) -> None:
        """AU2: what automations are to make cannot be made for a while."""
        titles = {made.config["title"] for _, _, made in self.attached() if made.kind == "CREATE_TASK"}
        self.model.poisoned = titles if wrong else set()
        self.run(faults.poison(self.house.database, self.model.poisoned))

    def runs(self, wanted: Callable[[Run], bool]) -> list[tuple[Job, Run]]:
        """Runs of a sort."""
        return [(job, run) for job in self.jobs for run in job.runs if wanted(run)]

    @precondition(lambda self: self.runs(lambda run: run.state not in {"DONE", "SKIPPED", "CANCELLED"}))
    @rule(number=NUMBERS, what=st.sampled_from(("cancelRun", "runNow", "retryRun", "dismissRun")))
    def see_to(self, number: int, what: str) -> None:
        """AU2, AU4: by hand."""
        job, run = pick(self.runs(lambda run: run.state not in {"DONE", "SKIPPED", "CANCELLED"}), number)
        self.both(what, lambda: self.model.command(job, run, what), runId=self.run_id(job, run))
