"""The format of documents (docs/guides/marketplace.md): a blueprint from what was written, and back."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from engine.automating.configuring import MOST as MOST_AUTOMATIONS_AT_ONCE
from engine.automating.configuring import NewAutomation
from engine.automations import kind_of, kinds
from engine.checks import LIST_LENGTH
from engine.enums import ErrorCode, ItemKind
from engine.errors import Path
from engine.items.reminders import Reminders
from engine.items.rules import Content, rules_of_content
from engine.items.rules import kinds as item_kinds
from engine.items.templates import CreateItemTemplate
from engine.marketplace.blueprint import Blueprint, Elsewhere, Enabled
from engine.marketplace.reading import WRONG, Reader, short
from engine.marketplace.shapes import name_of
from engine.marketplace.things import SORTS
from engine.marketplace.writing import written
from engine.pipeline.pipeline_settings import AllowedMove
from engine.pipeline.pipelines import MAX_STAGES, CreatePipeline, NewStage

VERSION: Final = "stageline-pipeline/1"
MOST_TAGS: Final = 20
MOST_AUTOMATIONS: Final = 500
"""Of one document."""
MOST_THINGS: Final = 500
"""That one document brings along, of all sorts."""
MOST_MOVES: Final = 2_000

OWN: Final = ("format", "key", "category", "tags", "stages", "statuses", "allowedMoves", "brings")
"""Fields of a document beside the settings of its pipeline."""


def is_format(document: Any) -> bool:
    """Whether it says that it is written in this format."""
    return isinstance(document, dict) and document.get("format") == VERSION


def read(reader: Reader, document: Any) -> Any:
    """The blueprint that a document describes, or what a reader has found wrong with it."""
    found = reader.mapped(document, ())
    if not is_format(found):
        return reader.wrong(("format",), f"It must be {VERSION}: other formats are not known here.")
    key = reader.key(found["key"], ("key",)) if "key" in found else reader.wrong(("key",), "It is missing.")
    stages = _several(reader, found, "stages", MAX_STAGES, _stage)
    settings = {name: one for name, one in found.items() if name not in OWN}
    pipeline = reader.record(CreatePipeline, settings, (), stages=tuple(stage for _, stage in stages))
    blueprint = Blueprint(
        key,
        pipeline,
        tuple(name for name, _ in stages),
        _several(reader, found, "statuses", LIST_LENGTH, _enabled),
        _several(reader, found, "allowedMoves", MOST_MOVES, _move),
        _brings(reader, found),
        None if found.get("category") is None else _line(reader, found["category"], ("category",)),
        _several(reader, found, "tags", MOST_TAGS, _line),
    )
    return WRONG if reader.checks.problems else blueprint


def _several(
    reader: Reader, found: Mapping[str, Any], name: str, most: int, read_one: Callable[[Reader, Any, Path], Any]
) -> tuple[Any, ...]:
    """A list of the document's, each value of it read by a function; none where it is not there."""
    some = reader.listed(found[name], (name,), most) if name in found else []
    return tuple(read_one(reader, one, (name, str(n))) for n, one in enumerate(some))


def _line(reader: Reader, said: Any, path: Path) -> Any:
    text = reader.text(said, path)
    return text if text is WRONG else reader.checks.name(text, *path)


def _stage(reader: Reader, said: Any, path: Path) -> tuple[Any, Any]:
    found = dict(reader.mapped(said, path))
    if "key" not in found:
        reader.wrong((*path, "key"), "It is missing.", ErrorCode.REQUIRED)
    key = reader.key(found.pop("key"), (*path, "key")) if "key" in found else WRONG
    automations = _automations(reader, found.pop("automations", []), path)
    return key, reader.record(NewStage, found, path, automations=automations)


def _automations(reader: Reader, said: Any, path: Path) -> tuple[Any, ...]:
    path = (*path, "automations")
    some = enumerate(reader.listed(said, path, MOST_AUTOMATIONS_AT_ONCE))
    return tuple(_automation(reader, one, (*path, str(n))) for n, one in some)


def _automation(reader: Reader, said: Any, path: Path) -> Any:
    found = dict(reader.mapped(said, path))
    name, config = found.pop("kind", None), found.pop("config", {})
    kind = kinds().get(name) if isinstance(name, str) else None
    if kind is None:
        return reader.wrong((*path, "kind"), f"It must be one of {', '.join(kinds())}.")
    return reader.record(NewAutomation, found, path, config=reader.record(kind.config, config, (*path, "config")))


def _enabled(reader: Reader, said: Any, path: Path) -> Any:
    found = dict(reader.mapped(said, path))
    automations = _automations(reader, found.pop("automations", []), path)
    return reader.record(Enabled, found, path, automations=automations)


def _move(reader: Reader, said: Any, path: Path) -> Any:
    found = reader.mapped(said, path)
    reader.only(found, {"from": None, "to": None}, path)
    ends = [_end(reader, found, name, path) for name in ("from", "to")]
    return WRONG if WRONG in ends else AllowedMove(*ends)


def _end(reader: Reader, found: Mapping[str, Any], name: str, path: Path) -> Any:
    place = (*path, name)
    return reader.key(found[name], place, "stage") if name in found else reader.wrong(place, "It is missing.")


def _brings(reader: Reader, found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    sections = reader.mapped(found.get("brings", {}), ("brings",))
    reader.only(sections, {sort.name: None for sort in SORTS.values()}, ("brings",))
    things = {
        prefix: reader.mapped(sections[sort.name], ("brings", sort.name))
        for prefix, sort in SORTS.items()
        if sort.name in sections
    }
    if sum(map(len, things.values())) > MOST_THINGS:
        reader.wrong(("brings",), f"At most {MOST_THINGS} things in all.", ErrorCode.TOO_MANY)
        return {}
    return {
        prefix: {key: _thing(reader, prefix, key, one) for key, one in section.items()}
        for prefix, section in things.items()
        if section
    }


def _thing(reader: Reader, prefix: str, key: str, said: Any) -> Any:
    path = ("brings", SORTS[prefix].name, short(key))
    reader.key(key, path)
    if SORTS[prefix].kind is CreateItemTemplate:
        return _item_template(reader, said, path)
    if SORTS[prefix].kind is Elsewhere:
        found = dict(reader.mapped(said, path))
        names = reader.mapped(found.pop("stages", {}), (*path, "stages"))
        places = {one: (*path, "stages", short(one)) for one in names}
        stages: dict[Any, Any] = {
            reader.key(one, places[one]): reader.text(name, places[one]) for one, name in names.items()
        }
        return reader.record(Elsewhere, found, path, stages=stages)
    return reader.record(SORTS[prefix].kind, said, path)


def _item_template(reader: Reader, said: Any, path: Path) -> Any:
    found = dict(reader.mapped(said, path))
    content = reader.mapped(found.pop("content", {}), (*path, "content"))
    known = _contents()
    reader.only(content, known, (*path, "content"))
    if len(content) != 1:
        return reader.wrong((*path, "content"), f"Give exactly one of {', '.join(known)}.")
    [(name, given)] = content.items()
    rules = known.get(name)
    made = reader.record(rules.type, given, (*path, "content", name)) if rules else WRONG
    return reader.record(CreateItemTemplate, found, path, content=made)


@cache
def _contents() -> dict[str, Content]:
    """What items hold, by the names of their kinds in documents."""
    found: dict[str, Content] = {}
    for kind, rules in item_kinds().items():
        if rules.content is not None:
            found[name_of(kind.value.lower())] = rules.content
    return found


def sizes(blueprint: Blueprint) -> tuple[tuple[str, int, int], ...]:
    """Of what there may be only so many in one document: what it is, how many there are, and how many may be."""
    things = sum(len(section) for section in blueprint.brings.values())
    automations = sum(1 for _ in blueprint.automations())
    return (
        ("automations", automations, MOST_AUTOMATIONS),
        ("things beside them", things, MOST_THINGS),
        ("allowed moves", len(blueprint.moves), MOST_MOVES),
    )


def write(blueprint: Blueprint) -> dict[str, Any]:
    """A blueprint as a document; what is as it is by default is left out."""
    settings = written(blueprint.pipeline, "stages")
    document: dict[str, Any] = {
        "format": VERSION,
        "key": blueprint.key,
        **{name: settings.pop(name) for name in ("name", "description") if name in settings},
        "category": blueprint.category,
        "tags": list(blueprint.tags),
        **settings,
        "stages": [
            {"key": key, **written(stage, "automations"), **_write_automations(stage.automations)}
            for key, stage in zip(blueprint.stage_keys, blueprint.pipeline.stages, strict=True)
        ],
        "statuses": [
            {**written(one, "automations"), **_write_automations(one.automations)} for one in blueprint.statuses
        ],
        "allowedMoves": [{"from": move.from_stage_id, "to": move.to_stage_id} for move in blueprint.moves],
        "brings": {
            SORTS[prefix].name: {key: _write_thing(one) for key, one in section.items()}
            for prefix, section in blueprint.brings.items()
            if section
        },
    }
    return {name: one for name, one in document.items() if one not in (None, [], {})}


def _write_automations(given: Sequence[NewAutomation]) -> dict[str, Any]:
    found = [
        {
            "kind": kind_of(one.config).name,
            **({"config": config} if (config := written(one.config)) else {}),
            **written(one, "config"),
        }
        for one in given
    ]
    return {"automations": found} if found else {}


def _write_thing(thing: Any) -> dict[str, Any]:
    if isinstance(thing, CreateItemTemplate):
        kind: ItemKind = rules_of_content(thing.content).kind
        usual = ("reminders",) if thing.reminders == Reminders() else ()
        return {**written(thing, "content", *usual), "content": {name_of(kind.value.lower()): written(thing.content)}}
    if isinstance(thing, Elsewhere):
        return {**written(thing, "stages"), **({"stages": dict(thing.stages)} if thing.stages else {})}
    return written(thing)
