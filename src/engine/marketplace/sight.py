"""What of a pipeline's automations its viewer may take along: nothing that names what they do not see (AC4)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from engine import access
from engine.automating import setting
from engine.automating.configuring import NewAutomation
from engine.automations import kind_of
from engine.marketplace import places, words
from engine.marketplace.blueprint import Blueprint
from engine.marketplace.report import LeftOut
from engine.marketplace.taking import Unreadable
from engine.work import Work
from store.ids import prefix_of
from store.writes import marketplace as writes

UNSEEN: Final = "It names a pipeline that you do not see."
UNREADABLE: Final = "Its configuration cannot be read any more: save it anew."
GUARDED: Final = "It has a setting that you do not see."


async def shown(work: Work, blueprint: Blueprint) -> tuple[Blueprint, list[LeftOut]]:
    """A blueprint of ids without automations that cannot be read, or hold what the viewer does not see; and those."""
    hidden = await _hidden(work, blueprint)
    left_out = [
        LeftOut(places.words(path), _named(one), reason)
        for path, one in blueprint.automations()
        if (reason := _reason(work, one, hidden))
    ]

    def kept(some: Sequence[NewAutomation]) -> tuple[NewAutomation, ...]:
        return tuple(one for one in some if not _reason(work, one, hidden))

    stages = tuple(replace(stage, automations=kept(stage.automations)) for stage in blueprint.pipeline.stages)
    statuses = tuple(replace(one, automations=kept(one.automations)) for one in blueprint.statuses)
    return replace(blueprint, pipeline=replace(blueprint.pipeline, stages=stages), statuses=statuses), left_out


def _named(one: NewAutomation) -> str:
    return "An automation" if isinstance(one.config, Unreadable) else words.named(one)


def _reason(work: Work, one: NewAutomation, hidden: set[str]) -> str | None:
    """Why an automation is not for the viewer, if so."""
    if isinstance(one.config, Unreadable):
        return UNREADABLE
    if not hidden.isdisjoint(setting.references(one.config)):
        return UNSEEN
    known = setting.settings(type(one.config)).values()
    guarded = any(isinstance(each, setting.Text) and each.guarded for each in known)
    return GUARDED if guarded and not kind_of(one.config).permits(work.viewer) else None


async def _hidden(work: Work, blueprint: Blueprint) -> set[str]:
    """The pipelines and stages that automations name and the viewer does not see, or that are not there."""
    named = {each for _, one in blueprint.automations() for each in setting.references(one.config)}
    pipelines = {each for each in named if prefix_of(each) == "pipeline"}
    stages = {each for each in named if prefix_of(each) == "stage"}
    rows = await writes.pipelines(work.db, work.firm_id, lambda p: access.sees_pipeline(work.viewer, p, "t.id"))
    seen = {row["id"] for row in rows}
    there = {row["id"] for row in await writes.stages(work.db, work.firm_id, seen)} if stages else set()
    return (pipelines - seen) | (stages - there)
