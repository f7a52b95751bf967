"""A whole pipeline with all that it refers to: what a document says, and what is made of it.

All references are local keys: names of things in a document, or ids where it is taken from a firm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.automating.configuring import NewAutomation
from engine.enums import JobState, StatusAutomove
from engine.errors import Path
from engine.pipeline.pipeline_settings import AllowedMove
from engine.pipeline.pipelines import CreatePipeline

BUILT_IN: Final = tuple(state.value.lower() for state in JobState if state is not JobState.CUSTOM)
"""The keys of the statuses that every firm has."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the firm. They are not brought along: one of that e-mail address, or of that name, is looked for."""

    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the firm's own. One without a text is not brought along: one of that name is looked for."""

    name: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another pipeline, and those of its stages that are named, by their keys. They are looked for by their names."""

    name: str
    stages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enabled:
    """A status of the firm's own that jobs of the pipeline may have, and what happens by itself when they get it."""

    status_id: str
    automove: StatusAutomove = StatusAutomove.OFF
    automations: tuple[NewAutomation, ...] = ()


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A pipeline, by which key it is known, and what it brings along, by the prefixes of ids and by local keys."""

    key: str
    pipeline: CreatePipeline
    """With its stages and their automations."""
    stage_keys: tuple[str, ...]
    statuses: tuple[Enabled, ...] = ()
    moves: tuple[AllowedMove, ...] = ()
    brings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    category: str | None = None
    tags: tuple[str, ...] = ()
    """Words to look for it by."""

    def automations(self) -> Iterator[tuple[Path, NewAutomation]]:
        """All automations, each with its place."""
        places = [("stages", str(n), stage.automations) for n, stage in enumerate(self.pipeline.stages)]
        places += [("statuses", str(n), status.automations) for n, status in enumerate(self.statuses)]
        for name, number, found in places:
            for n, one in enumerate(found):
                yield (name, number, "automations", str(n)), one

    def stage_of(self, path: Path) -> str | None:
        """The name of the stage, if any, in which something stands."""
        return self.pipeline.stages[int(path[1])].name if path[0] == "stages" else None
