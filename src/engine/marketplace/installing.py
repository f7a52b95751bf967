"""Installing a pipeline from the marketplace, or from a document (PL1): all of it in one transaction, or nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from engine import find
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode
from engine.errors import Problem, Refused, invalid, missing
from engine.marketplace import documents, places
from engine.marketplace.blueprint import Blueprint
from engine.marketplace.building import Building
from engine.marketplace.furnishing import Furnishing
from engine.marketplace.naming import free_name
from engine.marketplace.report import Report
from engine.marketplace.shelf import shelf
from engine.unset import UNSET, Maybe
from engine.work import Work


@dataclass(frozen=True, slots=True)
class InstallPipelineTemplate:
    """Makes a pipeline by a template of the marketplace, or by a document. Without a name it has the template's."""

    key: str | None = None
    document: str | None = None
    name: str | None = None
    available_to_ids: Sequence[str] = ()
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be installed, read and found good."""

    command: InstallPipelineTemplate
    blueprint: Blueprint

    def told(self, refused: Refused) -> list[Problem]:
        """What is refused of it, with its places."""
        if self.command.key is None:
            return places.told(refused.problems, "document")
        return places.told_of(refused.problems, "key")


@dataclass(frozen=True, slots=True)
class Installed:
    """A pipeline that was made, and what came of the rest; None where the same create had made it before (JB2)."""

    pipeline_id: str
    report: Report | None = None


async def ordered(command: InstallPipelineTemplate) -> Order:
    """Reads what a command wants, apart from the event loop: that takes a while. Raises Refused."""
    return Order(command, await asyncio.to_thread(chosen, command.key, command.document))


def chosen(key: str | None, document: str | None) -> Blueprint:
    """A template of the marketplace, or what a document describes. Raises Refused, with the places in that."""
    if (key is None) == (document is None):
        field = "key" if key is None else "document"
        raise invalid(ErrorCode.REQUIRED, "Name a template, or give a document: one of the two.", field)
    if key is not None:
        found = shelf().one(key)
        if found is None:
            raise missing("template", "key")
        return found
    try:
        return documents.of_json(document or "")
    except Refused as refused:
        raise Refused(places.told(refused.problems, "document")) from refused


async def install_pipeline_template(work: Work, order: Order) -> Installed:
    """Makes the pipeline and what it refers to. Its maker is put on its available-to list (AC2)."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    command = order.command
    checks = Checks()
    name = None if command.name is None else checks.name(command.name, "name")
    available_to = checks.ids(command.available_to_ids, "available_to_ids")
    checks.done()
    pipeline_id, again = await find.new(work, "pipelines", "pipeline", command)
    if again:
        return Installed(str((await find.pipeline(work, pipeline_id, "id"))["id"]))
    await find.assignable(work, available_to, "available_to_ids")
    furnishing = Furnishing(work, order.blueprint)
    building = Building(work, furnishing)
    try:
        building.permit()
        await furnishing.furnish()
        name = name or await free_name(work, order.blueprint.pipeline.name)
        await building.build(pipeline_id, name, available_to)
    except Refused as refused:
        raise Refused(order.told(refused)) from refused
    await work.audit("pipeline.installed", pipeline_id, template=command.key)
    return Installed(pipeline_id, furnishing.report)
