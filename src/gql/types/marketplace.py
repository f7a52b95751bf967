"""Templates of pipelines, and what came of installing one."""

import strawberry

from engine.enums import AccessRight, Automove, Completion, StatusAutomove, TemplatePart
from gql.fields import batched, plain
from gql.types.automations import AutomationKind
from gql.types.durations import Duration
from gql.types.node import Node
from resolvers import marketplace


@strawberry.type(description="An automation of a template, in words.")
class TemplateAutomation:
    """An automation."""

    kind: AutomationKind = plain("What sort of thing it does.")
    words: str = plain("What it does.")
    condition: str | None = plain("For which jobs it does; null for all.")
    delay: str | None = plain("After which time; null for at once.")


@strawberry.type(description="A stage of a template.")
class TemplateStage:
    """A stage."""

    name: str = plain("The stage's name.")
    automove: Automove = plain("When it moves jobs on by itself.")
    completion: Completion = plain("When it completes jobs by itself, as the last.")
    time_limit: Duration | None = plain("How long a job may stay.")
    job_limit: int | None = plain("How many jobs it may hold.")
    condition: str | None = plain("What must hold of a job that does not come by hand, in words.")
    automations: list[TemplateAutomation] = plain("What happens when a job enters, in order.")


@strawberry.type(description="A status of the firm's own that jobs of a template's pipeline may have.")
class TemplateStatus:
    """A status."""

    name: str = plain("The status's name.")
    automove: StatusAutomove = plain("When it makes its jobs active again by itself.")
    automations: list[TemplateAutomation] = plain("What happens when a job gets it, in order.")


@strawberry.type(description="Something that a template brings along, or looks for in the firm.")
class TemplateThing:
    """A thing."""

    part: TemplatePart = plain("What sort of thing it is.")
    name: str = plain("What it is called.")
    detail: str | None = plain("An e-mail's subject, an item's title, or the like.")
    brought: bool = plain("Whether it is made where the firm has it not; else it is only looked for.")


@strawberry.type(description="A whole pipeline to be installed, from the marketplace or from a document.")
class PipelineTemplate:
    """A template."""

    key: str = plain("What it is called in the marketplace.")
    name: str = plain("The pipeline's name.")
    description: str | None = plain("What it is for.")
    category: str | None = plain("Where it stands in the marketplace.")
    tags: list[str] = plain("Words to look for it by.")
    stages: list[TemplateStage] = batched(marketplace.stages, "Its stages in order.")
    statuses: list[TemplateStatus] = batched(marketplace.statuses, "The firm's own statuses that its jobs may have.")
    things: list[TemplateThing] = batched(
        marketplace.things, "What it brings along, and what it looks for in the firm, sort by sort."
    )
    rights: list[AccessRight] = batched(
        marketplace.rights, "The rights that installing it takes in a firm that has nothing of it yet."
    )
    managers_only: bool = batched(marketplace.managers_only, "Whether installing it takes an owner or admin.")
    document: str = batched(marketplace.texts, "All of it as a document of JSON, to be changed and installed.")


@strawberry.type(description="Something that an installed pipeline refers to.")
class InstalledThing:
    """A thing."""

    part: TemplatePart = plain("What sort of thing it is.")
    name: str = plain("What it is called in the firm.")
    wanted_name: str | None = plain("What the template calls it, where that name was taken by something else.")
    thing: Node | None = batched(marketplace.installed, "The thing itself, if one sees it.")


@strawberry.type(description="Something that a template names and that the firm has not.")
class MissingThing:
    """A thing that is not there."""

    part: TemplatePart = plain("What sort of thing it is.")
    name: str = plain("What it is called.")
    places: list[str] = plain("Where the document names it: `stages[1].automations[0]`.")


@strawberry.type(description="A part of a pipeline that is not there, or otherwise than it was written.")
class LeftOutPart:
    """A part that was left out."""

    place: str = plain("Where it stands: `stages[1].automations[0]`.")
    words: str = plain("What it is.")
    reason: str = plain("Why it was left out.")


@strawberry.type(description="What came of installing or duplicating a pipeline.")
class InstallReport:
    """A report."""

    made: list[InstalledThing] = plain("What was made for it.")
    reused: list[InstalledThing] = plain("What was there already, the same in all.")
    renamed: list[InstalledThing] = plain("What was made under another name, because that was taken.")
    missing: list[MissingThing] = plain("What it names and the firm has not.")
    left_out: list[LeftOutPart] = plain("What is not in the pipeline therefore.")
