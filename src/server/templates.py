"""Templates of pipelines on the command line: what is shipped, and whether a file is a good document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.errors import Refused
from engine.marketplace import documents, places
from engine.marketplace.blueprint import Blueprint
from engine.marketplace.previews import Preview
from engine.marketplace.shelf import shelf
from server.trouble import Trouble


def listed() -> Iterator[str]:
    """A line for every template that is shipped."""
    found = shelf().blueprints
    longest = max(len(blueprint.key) for blueprint in found)
    for blueprint in found:
        yield f"{blueprint.key:<{longest}}  {blueprint.pipeline.name} ({blueprint.category})"


def checked(path: Path) -> str:
    """What a file holds, in a sentence. Raises Trouble with a line for everything that is wrong with it."""
    try:
        blueprint = _read(path)
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{path} cannot be read: {error}.") from error
    except Refused as refused:
        lines = "\n".join(problem.message for problem in places.told(refused.problems))
        raise Trouble(f"{path} is no good document:\n{lines}") from refused
    stages, automations = len(blueprint.pipeline.stages), sum(1 for _ in blueprint.automations())
    things = sum(len(section) for section in blueprint.brings.values())
    rights = ", ".join(Preview(blueprint).rights)
    return (
        f"{path} is a good document: {blueprint.pipeline.name}, {stages} stages, {automations} automations, "
        f"{things} things beside them. Installing it takes {rights}."
    )


def _read(path: Path) -> Blueprint:
    text = path.read_text(encoding="utf-8")
    return documents.of_json(text) if path.suffix.lower() == ".json" else documents.of_yaml(text)
