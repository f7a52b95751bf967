"""A copy of a pipeline in the same firm (PL1): stages, automations, conditions, settings; what they name they share."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine import find
from engine.automating.conditions import Condition
from engine.automating.configuring import NewAutomation
from engine.checks import Checks
from engine.enums import AccessRight
from engine.errors import Refused
from engine.marketplace import places, sight, taking, words
from engine.marketplace.building import Building
from engine.marketplace.furnishing import Furnishing
from engine.marketplace.installing import Installed
from engine.marketplace.mapping import Refer
from engine.marketplace.naming import free_name
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.writes import marketplace as writes


@dataclass(frozen=True, slots=True)
class DuplicatePipeline:
    """Makes a copy of a pipeline. Without a name it has that of the other, with a number."""

    pipeline_id: str
    name: str | None = None
    available_to_ids: Sequence[str] = ()
    id: Maybe[str | None] = UNSET


@dataclass(slots=True)
class Sharing(Furnishing):
    """The things of a blueprint of ids in the firm that it was taken from: all are there, but for who has left."""

    former: dict[str, str] = field(default_factory=dict)
    """The names of members who were deactivated, by their ids."""

    async def furnish(self) -> None:
        """Finds out who has left."""
        self.former = await writes.former(self.work.db, self.work.firm_id)

    def refer(self, prefix: str, key: str) -> str | None:
        """The thing itself, or what takes the place of the pipeline and its stages."""
        return None if key in self.former else self.ids.get((prefix, key), key)

    def asking(self, place: str) -> Refer:
        """A condition goes on to name who has left."""
        return lambda prefix, key: self.ids.get((prefix, key), key)

    def name_of(self, prefix: str, key: str) -> str:
        """Only of those who have left anything is told."""
        return self.former.get(key, "")

    def lack(self, prefix: str, key: str) -> str:
        """That somebody has left."""
        return f"{self.name_of(prefix, key)} has been deactivated."

    def say(self, one: NewAutomation) -> str:
        """What an automation is."""
        return words.named(one)

    def say_condition(self, one: Condition) -> str:
        """What a condition is."""
        return "Its condition"


async def duplicate_pipeline(work: Work, command: DuplicatePipeline) -> Installed:
    """Makes the copy; its maker is put on its list (AC2). What they do not see, or nobody is there for, is left out."""
    row = await find.pipeline(work, command.pipeline_id, "pipeline_id")
    work.viewer.need(AccessRight.MANAGE_PIPELINES, "pipeline_id")
    checks = Checks()
    name = None if command.name is None else checks.name(command.name, "name")
    available_to = checks.ids(command.available_to_ids, "available_to_ids")
    checks.done()
    pipeline_id, again = await find.new(work, "pipelines", "pipeline", command)
    if again:
        return Installed(str((await find.pipeline(work, pipeline_id, "id"))["id"]))
    await find.assignable(work, available_to, "available_to_ids")
    blueprint, left_out = await sight.shown(work, await taking.take(work, row))
    sharing = Sharing(work, blueprint)
    sharing.report.left_out += left_out
    building = Building(work, sharing)
    try:
        building.permit()
        await sharing.furnish()
        await building.build(pipeline_id, name or await free_name(work, row["name"]), available_to)
    except Refused as refused:
        raise Refused(places.told_of(refused.problems, "pipeline_id")) from refused
    return Installed(pipeline_id, sharing.report)
