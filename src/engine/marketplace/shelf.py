"""The marketplace's shelf: the templates that are shipped, every YAML file of a folder, found by being there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from engine.errors import Refused
from engine.marketplace import documents
from engine.marketplace.blueprint import Blueprint

FOLDER: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Blueprints in the order in which they are shown: by category, then by name."""

    blueprints: Sequence[Blueprint]

    def one(self, key: str) -> Blueprint | None:
        """The template with a key."""
        return next((one for one in self.blueprints if one.key == key), None)

    def found(self, category: str | None, search: str | None) -> list[Blueprint]:
        """Those of a category, whatever its case, in which all words of a search stand."""
        wanted = (search or "").casefold().split()
        return [
            one
            for one in self.blueprints
            if (category is None or (one.category or "").casefold() == category.strip().casefold())
            and all(word in _words(one) for word in wanted)
        ]

    @property
    def categories(self) -> list[str]:
        """The categories that there are."""
        return list(dict.fromkeys(one.category for one in self.blueprints if one.category))


@cache
def shelf() -> Shelf:
    """All of it; it is read once. Raises ValueError, with its name, for a file that is no good document."""
    return Shelf(sorted(map(_read, sorted(FOLDER.glob("*.yaml"))), key=order))


def _read(path: Path) -> Blueprint:
    try:
        return documents.of_yaml(path.read_text(encoding="utf-8"))
    except Refused as refused:
        raise ValueError(f"{path.name}: {refused}") from refused


def order(blueprint: Blueprint) -> tuple[str, str, str]:
    """Where a template stands on the shelf."""
    return (blueprint.category or "").casefold(), blueprint.pipeline.name.casefold(), blueprint.key


def _words(blueprint: Blueprint) -> str:
    pipeline = blueprint.pipeline
    stages = [stage.name for stage in pipeline.stages]
    said = [pipeline.name, pipeline.description or "", blueprint.category or "", *blueprint.tags, *stages]
    return "\n".join(said).casefold()
