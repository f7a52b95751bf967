"""Whether a blueprint holds together: what it refers to is in it, nothing goes in circles, shortcodes are known."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from engine.automating import conditions, configuring, setting
from engine.automating.conditions import Condition
from engine.automations import kind_of
from engine.automations.create_job import CreateJob
from engine.checks import Checks
from engine.enums import Automove, ErrorCode
from engine.errors import Path
from engine.firm.client_statuses import CreateClientStatus
from engine.firm.custom_fields import CreateCustomField
from engine.items.rules import rules_of_content
from engine.items.task_templates import CreateTaskTemplate
from engine.items.templates import CreateItemTemplate
from engine.job.job_templates import CreateJobTemplate
from engine.mail import shortcodes
from engine.mail.email_templates import CreateEmailTemplate
from engine.marketplace.blueprint import BUILT_IN, Blueprint, Elsewhere
from engine.marketplace.formats import MOST_AUTOMATIONS
from engine.marketplace.shapes import name_of
from engine.marketplace.things import SORTS, sort_of

ENDLESS: Final = (
    "Whatever enters this stage makes a job that comes here again by itself, without end: give that a delay, or a "
    "condition, or another stage."
)
Said = Iterable[tuple[str | None, Path, frozenset[str]]]
"""Texts with their places, and the shortcodes that may stand in them."""


def check(checks: Checks, blueprint: Blueprint, refers: Sequence[tuple[str, str, Path]]) -> None:
    """Notes all that is wrong with a blueprint as a whole; ``refers`` says what is named where."""
    _keys(checks, blueprint)
    _references(checks, blueprint, refers)
    if sum(1 for _ in blueprint.automations()) > MOST_AUTOMATIONS:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_AUTOMATIONS} automations in all.", "stages")
    if not checks.problems:
        _conditions(checks, blueprint)
        _circles(checks, blueprint)
        _shortcodes(checks, blueprint)


def _keys(checks: Checks, blueprint: Blueprint) -> None:
    others: dict[str, Elsewhere] = dict(blueprint.brings.get("pipeline", {}))
    places = [(key, ("stages", str(n), "key")) for n, key in enumerate(blueprint.stage_keys)]
    places += [(key, ("brings", "pipelines", one)) for one, other in others.items() for key in other.stages]
    twice(checks, places, "Another stage has this key.")
    enabled = [(one.status_id, ("statuses", str(n), "status")) for n, one in enumerate(blueprint.statuses)]
    twice(checks, enabled, "This status is named twice.")
    for key, path in enabled:
        if key in BUILT_IN:
            checks.add(ErrorCode.BUILT_IN, "Built-in statuses are always enabled.", *path)
    for prefix, keys in (("pipeline", (blueprint.key,)), ("status", BUILT_IN)):
        for key in keys:
            if key in blueprint.brings.get(prefix, {}):
                checks.add(ErrorCode.INVALID, "This key is taken.", "brings", SORTS[prefix].name, key)
    for n, move in enumerate(blueprint.moves):
        if move.from_stage_id == move.to_stage_id:
            checks.add(ErrorCode.INVALID, "A move leads from one stage to another.", "allowedMoves", str(n), "to")


def twice(checks: Checks, places: Sequence[tuple[str, Path]], message: str) -> None:
    """Notes what is there more than once, where it is there again."""
    seen: Counter[str] = Counter()
    for key, path in places:
        seen[key] += 1
        if seen[key] > 1:
            checks.add(ErrorCode.INVALID, message, *path)


def _references(checks: Checks, blueprint: Blueprint, refers: Sequence[tuple[str, str, Path]]) -> None:
    known = {prefix: set(section) for prefix, section in blueprint.brings.items()}
    others: Iterable[Elsewhere] = blueprint.brings.get("pipeline", {}).values()
    known["stage"] = {*blueprint.stage_keys, *(key for other in others for key in other.stages)}
    known.setdefault("pipeline", set()).add(blueprint.key)
    known.setdefault("status", set()).update(BUILT_IN)
    for prefix, key, path in refers:
        here = blueprint.stage_keys if path[0] == "allowedMoves" else known.get(prefix, ())
        if key not in here:
            checks.add(ErrorCode.NOT_FOUND, f"There is no such {sort_of(prefix).noun} here: {key}.", *path)


# --- conditions and delays ---


def _conditions(checks: Checks, blueprint: Blueprint) -> None:
    """Whether they could be stored: they are not too large, and values are of the kind of their fields."""
    fields: Mapping[str, CreateCustomField] = blueprint.brings.get("field", {})
    known = {key: {"kind": one.kind, "choices": one.choices} for key, one in fields.items()}
    for path, one in blueprint.automations():
        configuring.check_delay(checks, one.delay, *path, "delay")
        if one.condition is not None:
            _condition(checks, one.condition, known, *path, "condition")
    for n, stage in enumerate(blueprint.pipeline.stages):
        if stage.condition is not None:
            _condition(checks, stage.condition, known, "stages", str(n), "condition")


def _condition(checks: Checks, given: Condition, known: Mapping[str, Mapping[str, Any]], *path: str) -> None:
    conditions.measure(checks, given, *path)
    conditions.settle(checks, given, known, *path)


# --- circles ---


def _circles(checks: Checks, blueprint: Blueprint) -> None:
    """Refuses jobs that make jobs without end and without anybody's doing; where somebody has a say, AU6 bounds it."""
    ways = {n: set(_next(blueprint, n)) for n in range(len(blueprint.stage_keys))}
    for n in ways:
        if n in _reached(ways, n) and _makes_jobs(blueprint, ways, n):
            checks.add(ErrorCode.INVALID, ENDLESS, "stages", str(n), "automations")


def _reached(ways: dict[int, set[int]], start: int) -> set[int]:
    found: set[int] = set()
    waiting = list(ways[start])
    while waiting:
        if (n := waiting.pop()) not in found:
            found.add(n)
            waiting += ways[n]
    return found


def _makes_jobs(blueprint: Blueprint, ways: dict[int, set[int]], n: int) -> bool:
    """Whether it is here that a job of the circle is made."""
    return any(n == made or n in _reached(ways, made) for made in _jobs(blueprint, n))


def _next(blueprint: Blueprint, n: int) -> Iterator[int]:
    """The stages that whatever enters this one enters for certain, itself or as a job that is made."""
    yield from _jobs(blueprint, n)
    stages = blueprint.pipeline.stages
    waits = any(kind_of(one.config).makes_items or kind_of(one.config).sets_status for one in stages[n].automations)
    if n + 1 < len(stages) and stages[n].automove is Automove.WHEN_ITEMS_DONE_OR_NONE and not waits:
        yield from () if stages[n + 1].condition else (n + 1,)


def _jobs(blueprint: Blueprint, n: int) -> Iterator[int]:
    for one in blueprint.pipeline.stages[n].automations:
        config = one.config
        certain = isinstance(config, CreateJob) and one.condition is None and one.delay is None
        if certain and config.pipeline_id == blueprint.key:
            yield blueprint.stage_keys.index(config.stage_id) if config.stage_id in blueprint.stage_keys else 0


# --- shortcodes ---


def _shortcodes(checks: Checks, blueprint: Blueprint) -> None:
    fields = {one.name: key for key, one in blueprint.brings.get("field", {}).items()}
    for text, path, allowed in said(blueprint):
        shortcodes.check(text, checks, *path, fields=fields, allowed=allowed)


def said(blueprint: Blueprint) -> Said:
    """All texts in which shortcodes may stand."""
    for path, automation in blueprint.automations():
        for name, one in setting.settings(type(automation.config)).items():
            if isinstance(one, setting.Text) and one.shortcodes:
                yield getattr(automation.config, name), (*path, "config", name_of(name)), shortcodes.OF_JOBS
    for prefix, section in blueprint.brings.items():
        for key, thing in section.items():
            yield from of_thing(thing, ("brings", SORTS[prefix].name, key))


def of_thing(thing: Any, path: Path) -> Said:
    """Those of a thing that is brought along."""
    match thing:
        case CreateEmailTemplate():
            for name in ("subject", "html", "text"):
                yield getattr(thing, name), (*path, name), shortcodes.OF_JOBS
        case CreateJobTemplate():
            yield thing.job_name, (*path, "jobName"), shortcodes.OF_ACCOUNTS
            yield thing.description, (*path, "description"), shortcodes.OF_ACCOUNTS
        case CreateTaskTemplate():
            for name in ("title", "description"):
                yield getattr(thing, name), (*path, name), shortcodes.OF_JOBS
            for n, line in enumerate(thing.subtasks):
                yield line, (*path, "subtasks", str(n)), shortcodes.OF_JOBS
        case CreateClientStatus():
            yield thing.description, (*path, "description"), shortcodes.OF_JOBS
        case CreateItemTemplate():
            yield thing.title, (*path, "title"), shortcodes.OF_JOBS
            yield thing.message, (*path, "message"), shortcodes.OF_JOBS
            content = rules_of_content(thing.content).content
            for text in content.texts(thing.content) if content else ():
                yield text, (*path, "content"), shortcodes.OF_JOBS
        case CreateCustomField() | _:
            return
