"""What a template would make, for people who think of installing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.automating.configuring import NewAutomation
from engine.automations import kind_of
from engine.enums import AccessRight, ItemKind, StatusAutomove, TemplatePart
from engine.firm.custom_fields import CreateCustomField
from engine.items.proposals import ProposalContent
from engine.items.rules import kinds, rules_of_content
from engine.items.task_templates import CreateTaskTemplate
from engine.items.templates import CreateItemTemplate
from engine.job.job_templates import CreateJobTemplate
from engine.mail import shortcodes
from engine.mail.email_templates import CreateEmailTemplate
from engine.marketplace import checking, words
from engine.marketplace.blueprint import BUILT_IN, Blueprint, Elsewhere, Paper, Person
from engine.marketplace.things import SORTS
from engine.pipeline.pipelines import NewStage


@dataclass(frozen=True, slots=True)
class AutomationView:
    """An automation in words, with its kind."""

    kind: str
    words: str
    condition: str | None
    delay: str | None


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage; its condition in words."""

    stage: NewStage
    condition: str | None
    automations: Sequence[AutomationView]


@dataclass(frozen=True, slots=True)
class StatusView:
    """A status of the firm's own that is enabled."""

    name: str
    automove: StatusAutomove
    automations: Sequence[AutomationView]


@dataclass(frozen=True, slots=True)
class ThingView:
    """Something that is brought along, or looked for in the firm."""

    part: TemplatePart
    name: str
    detail: str | None
    brought: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A blueprint as people look at it."""

    blueprint: Blueprint

    def name_of(self, prefix: str, key: str) -> str:
        """What something is called."""
        whole = self.blueprint
        if prefix == "pipeline" and key == whole.key:
            return whole.pipeline.name
        if prefix == "stage":
            return self._stage(key)
        if prefix == "status" and key in BUILT_IN:
            return key.capitalize()
        return str(whole.brings[prefix][key].name)

    def _stage(self, key: str) -> str:
        whole = self.blueprint
        if key in whole.stage_keys:
            return whole.pipeline.stages[whole.stage_keys.index(key)].name
        others: list[Elsewhere] = list(whole.brings.get("pipeline", {}).values())
        return next(other.stages[key] for other in others if key in other.stages)

    @property
    def stages(self) -> list[StageView]:
        """The stages in order."""
        return [
            StageView(
                stage,
                words.condition(stage.condition, self.name_of) if stage.condition else None,
                self._automations(stage.automations),
            )
            for stage in self.blueprint.pipeline.stages
        ]

    @property
    def statuses(self) -> list[StatusView]:
        """The statuses of the firm's own that its jobs may have."""
        return [
            StatusView(self.name_of("status", one.status_id), one.automove, self._automations(one.automations))
            for one in self.blueprint.statuses
        ]

    @property
    def things(self) -> list[ThingView]:
        """All that is brought along or looked for, sort by sort."""
        return [
            ThingView(sort.part, str(one.name), _detail(one), _is_brought(one))
            for prefix, sort in SORTS.items()
            for one in self.blueprint.brings.get(prefix, {}).values()
        ]

    @property
    def managers_only(self) -> bool:
        """Whether only an owner or an admin may install it."""
        return any(kind_of(one.config).managers_only for _, one in self.blueprint.automations())

    @property
    def rights(self) -> list[AccessRight]:
        """The rights that installing it may take, in a firm that has nothing of it."""
        brings = self.blueprint.brings
        wanted = {AccessRight.MANAGE_PIPELINES}
        wanted |= {sort.right for prefix, sort in SORTS.items() if brings.get(prefix) and sort.right}
        wanted |= {right for _, one in self.blueprint.automations() if (right := kind_of(one.config).right)}
        contents = [one.content for one in brings.get("itemtemplate", {}).values()]
        invoicing = kinds()[ItemKind.INVOICE].right
        if invoicing and any(isinstance(one, ProposalContent) and one.invoices_on_acceptance for one in contents):
            wanted.add(invoicing)
        if any(one.time_budget_minutes is not None for one in brings.get("jobtemplate", {}).values()):
            wanted.add(AccessRight.MANAGE_TIME_BUDGETS)
        if any(shortcodes.is_private(text) for text in self._told()):
            wanted.add(AccessRight.VIEW_ALL_ACCOUNTS)
        return [right for right in AccessRight if right in wanted]

    def _told(self) -> list[str | None]:
        """Texts that whoever sees a job comes to see."""
        unseen = {"emailTemplates": None, "clientStatuses": None, "itemTemplates": "message"}
        return [
            text
            for text, path, _ in checking.said(self.blueprint)
            if path[0] != "brings" or unseen.get(path[1], "") not in (None, path[-1])
        ]

    def _automations(self, given: Sequence[NewAutomation]) -> list[AutomationView]:
        return [
            AutomationView(
                kind_of(one.config).name,
                words.automation(one, self.name_of),
                words.condition(one.condition, self.name_of) if one.condition else None,
                words.delay(one.delay) if one.delay else None,
            )
            for one in given
        ]


def _is_brought(thing: Any) -> bool:
    return not isinstance(thing, Person | Elsewhere) and not (isinstance(thing, Paper) and thing.text is None)


def _detail(thing: Any) -> str | None:
    """What distinguishes a thing, beside its name."""
    found: str | None
    match thing:
        case CreateEmailTemplate():
            found = thing.subject
        case CreateTaskTemplate():
            found = thing.title
        case CreateJobTemplate():
            found = thing.job_name
        case CreateItemTemplate():
            found = f"{rules_of_content(thing.content).noun}: {thing.title}"
        case CreateCustomField():
            found = thing.kind.value
        case Person():
            found = thing.email
        case _:
            found = None
    return found
