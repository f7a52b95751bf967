"""Blueprints as they are stored: texts trimmed, HTML cleaned, contents checked. Notes what is wrong with each value."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from engine.automating import configuring
from engine.automating.configuring import NewAutomation
from engine.automations import kind_of
from engine.checks import Checks
from engine.enums import ErrorCode
from engine.errors import Path
from engine.files import texts
from engine.items.reminders import Reminders
from engine.items.rules import rules_of_content
from engine.items.templates import CreateItemTemplate
from engine.mail.email_templates import checked_html
from engine.marketplace.blueprint import Blueprint, Elsewhere, Paper
from engine.marketplace.shapes import is_choice, parts, type_of
from engine.marketplace.things import SORTS
from engine.pipeline import pipeline_settings, pipelines
from engine.time.duration import Duration
from engine.unset import UNSET

_NAMES: Final = frozenset({"name", "job_name", "subject", "title", "choices"})


def settled(checks: Checks, blueprint: Blueprint) -> Blueprint:
    """The same as it would be stored."""
    pipeline = blueprint.pipeline
    pipelines.checked_stages(checks, pipeline.stages)
    pipeline_settings.days(checks, pipeline.archive_after_days, "archiveAfterDays")
    stages = tuple(
        replace(
            stage,
            name=stage.name.strip(),
            automations=_automations(checks, stage.automations, ("stages", str(n), "automations")),
        )
        for n, stage in enumerate(pipeline.stages)
    )
    statuses = tuple(
        replace(one, automations=_automations(checks, one.automations, ("statuses", str(n), "automations")))
        for n, one in enumerate(blueprint.statuses)
    )
    return replace(
        blueprint,
        pipeline=replace(_plain(checks, pipeline, ()), stages=stages),
        statuses=statuses,
        brings=_things(checks, blueprint.brings),
    )


def _things(checks: Checks, brings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        prefix: {key: _thing(checks, one, ("brings", SORTS[prefix].name, key)) for key, one in section.items()}
        for prefix, section in brings.items()
    }


def _automations(checks: Checks, given: Any, path: Path) -> tuple[NewAutomation, ...]:
    some = enumerate(given)
    return tuple(replace(one, config=_config(checks, one.config, (*path, str(n), "config"))) for n, one in some)


def _config(checks: Checks, config: Any, path: Path) -> Any:
    values: dict[str, Any] = {}
    for part in parts(kind_of(config).config):
        given, place = getattr(config, part.attribute), (*path, part.name)
        if part.setting is None or given == part.default:
            continue
        value = values[part.attribute] = configuring.checked_value(checks, part.setting, given, *place)
        if part.required and value is None:
            checks.add(ErrorCode.REQUIRED, "It must not be empty.", *place)
    return replace(config, **values)


def _thing(checks: Checks, thing: Any, path: Path) -> Any:
    if isinstance(thing, Paper) and thing.text is not None:
        return Paper(*texts.checked(checks, thing.name, thing.text, *path))
    found = _plain(checks, thing, path)
    if isinstance(thing, Elsewhere):
        names = {key: checks.name(name, *path, "stages", key) for key, name in thing.stages.items()}
        return replace(found, stages=names)
    if not isinstance(thing, CreateItemTemplate):
        return found
    rules = rules_of_content(thing.content)
    assert rules.content is not None  # it has been found by its content
    reminders = Reminders() if thing.reminders is UNSET else thing.reminders
    if reminders is not None:
        reminders.check(checks, *path, "reminders")
    content = rules.content.check(checks, thing.content, (*path, "content", rules.kind.lower()))
    return replace(found, content=content, reminders=reminders)


def _plain(checks: Checks, thing: Any, path: Path) -> Any:
    """A dataclass with the texts right in it as they would be stored."""
    values: dict[str, Any] = {}
    for part in parts(type(thing)):
        given, place = getattr(thing, part.attribute), (*path, part.name)
        if isinstance(given, Duration):
            given.check_days(checks, *place)
        if part.prefix is not None or type_of(part.kind).base is not str or is_choice(part.kind):
            continue
        if isinstance(given, tuple):
            values[part.attribute] = tuple(checks.name(one, *place, str(n)) for n, one in enumerate(given))
        elif isinstance(given, str):
            values[part.attribute] = _text(checks, part.attribute, given, place)
    return replace(thing, **values)


def _text(checks: Checks, attribute: str, given: str, place: Path) -> str | None:
    match attribute:
        case "color":
            return checks.color(given, *place)
        case "email":
            return checks.email(given, *place)
        case "html":
            return checked_html(checks, given, *place)
        case _ if attribute in _NAMES:
            return checks.name(given, *place)
        case _:
            return checks.text(given, *place)
