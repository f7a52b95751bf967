"""A pipeline in a firm, made by a blueprint whose things are there: stages, automations, settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.automating import configuring
from engine.automating.configuring import NewAutomation
from engine.automations import kind_of
from engine.errors import Path, Problem, Refused
from engine.marketplace import places
from engine.marketplace.furnishing import Furnishing
from engine.marketplace.mapping import Absent, mapped
from engine.marketplace.report import LeftOut
from engine.pipeline import pipeline_settings, pipelines
from engine.pipeline.pipeline_settings import AllowedMove, StatusSetting
from engine.pipeline.pipelines import NewStage
from engine.work import Work
from store.writes.automations import Place


@dataclass(slots=True)
class Building:
    """A pipeline that is being made, and the things that are there for it."""

    work: Work
    furnishing: Furnishing

    def permit(self) -> None:
        """Refuses who may not configure all of the automations, and names each that they may not (AU5)."""
        problems: list[Problem] = []
        for path, automation in self.furnishing.blueprint.automations():
            try:
                kind_of(automation.config).permit(self.work.viewer, *path, "kind")
            except Refused as refused:
                problems += refused.problems
        if problems:
            raise Refused(problems)

    async def build(self, pipeline_id: str, name: str, available_to: Sequence[str]) -> None:
        """Makes all of it under a fresh id. Raises Refused, with places in the blueprint."""
        blueprint, firm = self.furnishing.blueprint, self.furnishing
        template = blueprint.pipeline.job_template_id
        enabled = {one.status_id: firm.ids_of("status", one.status_id) for one in blueprint.statuses}
        command = replace(
            blueprint.pipeline,
            name=name,
            stages=[self._stage(n, stage) for n, stage in enumerate(blueprint.pipeline.stages)],
            job_template_id=template and firm.refer("jobtemplate", template),
            available_to_ids=available_to,
            status_ids=list(enabled.values()),
        )
        stages = await pipelines.make(self.work, pipeline_id, command)
        firm.ids |= {("stage", key): one for key, one in zip(blueprint.stage_keys, stages, strict=True)}
        firm.ids["pipeline", blueprint.key] = pipeline_id
        for n, (stage, stage_id) in enumerate(zip(blueprint.pipeline.stages, stages, strict=True)):
            await self._automate((pipeline_id, stage_id, None), stage.automations, ("stages", str(n)))
        for n, one in enumerate(blueprint.statuses):
            place = (pipeline_id, None, enabled[one.status_id])
            await self._automate(place, one.automations, ("statuses", str(n)))
        await self._settle(pipeline_id)

    def _stage(self, n: int, stage: NewStage) -> NewStage:
        """A stage without its automations. A condition that names only what there is not cannot be kept."""
        place = places.words(("stages", str(n), "condition"))
        condition = stage.condition
        if condition is not None:
            try:
                condition = mapped(condition, self.furnishing.asking(place), self.furnishing.word)
            except Absent as absent:
                what = self.furnishing.say_condition(condition)
                self._leave_out(place, what, f"{self._lacks(absent)} Whatever comes by itself enters the stage now.")
                condition = None
        return replace(stage, condition=condition, automations=())

    async def _automate(self, place: Place, given: Sequence[NewAutomation], path: Path) -> None:
        position = 0
        for n, one in enumerate(given):
            position += await self._attach(place, position, one, (*path, "automations", str(n)))

    async def _attach(self, place: Place, position: int, one: NewAutomation, path: Path) -> bool:
        """Makes an automation; answers whether it could. One that lacks something does without, or is left out."""
        where, firm = places.words(path), self.furnishing
        said = firm.say(one)
        try:
            there = replace(
                one,
                config=mapped(one.config, firm.noting(where), firm.word),
                condition=one.condition and mapped(one.condition, firm.asking(where), firm.word),
            )
        except Absent as absent:
            self._leave_out(where, said, self._lacks(absent))
            return False
        if not any(where in lack.places for lack in firm.report.missing):
            with places.of_kinds():
                await configuring.attach(self.work, place, position, there, *path)
            return True
        try:
            async with self.work.savepoint():
                await configuring.attach(self.work, place, position, there, *path)
        except Refused as refused:
            self._leave_out(where, said, refused.words)
            return False
        return True

    async def _settle(self, pipeline_id: str) -> None:
        """What can be said only once stages and statuses are there."""
        blueprint, firm = self.furnishing.blueprint, self.furnishing
        moves = [
            AllowedMove(firm.ids_of("stage", move.from_stage_id), firm.ids_of("stage", move.to_stage_id))
            for move in blueprint.moves
        ]
        await pipeline_settings.change_moves(self.work, pipeline_id, moves, ())
        modes = [StatusSetting(firm.ids_of("status", one.status_id), one.automove) for one in blueprint.statuses]
        await pipeline_settings.change_statuses(self.work, pipeline_id, modes)

    def _lacks(self, absent: Absent) -> str:
        return self.furnishing.lack(absent.prefix, absent.key)

    def _leave_out(self, place: str, what: str, reason: str) -> None:
        self.furnishing.report.left_out.append(LeftOut(place, what, reason))
