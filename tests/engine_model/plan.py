"""What a firm has configured, in the words of the model: things go by their names, never by ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

Condition = tuple[str, Any]
"""A test and what it asks for: ``("not", ("tags", ("t0", "t1")))``."""

ACTIVE, COMPLETED, ARCHIVED = "ACTIVE", "COMPLETED", "ARCHIVED"
MAKES_ITEMS = {"CREATE_TASK"}


@dataclass(frozen=True)
class Delay:
    """How long an automation waits: for a span, or until so many days after the job's due date."""

    span: timedelta | None = None
    days: int = 0


@dataclass(frozen=True)
class Automation:
    """What a stage or a status does when a job enters."""

    name: str
    kind: str
    config: Mapping[str, Any]
    condition: Condition | None = None
    delay: Delay | None = None

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def __str__(self) -> str:
        """The automation in a few words."""
        what = " ".join(f"{key}={value}" for key, value in self.config.items())
        when = f" if {self.condition}" if self.condition else ""
        after = f" after {self.delay.span or f'{self.delay.days} days'}" if self.delay else ""
        return f"{self.name}: {self.kind} {what}{when}{after}"

    @property
    def makes_items(self) -> bool:
        """Whether a stage waits for it even while it is only scheduled (AM2)."""
        return self.kind in MAKES_ITEMS


@dataclass
class Stage:
    """A step of a pipeline."""

    name: str
    automove: str = "OFF"
    completion: str = "NEVER"
    limit: timedelta | None = None
    condition: Condition | None = None
    most: int | None = None
    """How many jobs it may hold."""
    automations: list[Automation] = field(default_factory=list)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        when = f" if {self.condition}" if self.condition else ""
        most = f" most {self.most}" if self.most else ""
        own = "; ".join(map(str, self.automations))
        printer.text(f"{self.name} {self.automove} {self.completion} {self.limit}{most}{when}: {own}")


@dataclass
class Status:
    """A status of the firm."""

    name: str
    pauses: bool


@dataclass
class Pipeline:
    """Stages in order, and what custom statuses do here."""

    name: str
    stages: list[Stage]
    enabled: set[str] = field(default_factory=set)
    returns: set[str] = field(default_factory=set)
    """Statuses that give their jobs back to Active by themselves."""
    on_status: dict[str, list[Automation]] = field(default_factory=dict)
    allowed: set[tuple[str, str]] | None = None
    """The moves that people may make; None for any."""
    blocks: bool = False
    """Whether a full stage takes no job from people."""

    def stage(self, name: str) -> Stage:
        """The stage of a name."""
        return next(stage for stage in self.stages if stage.name == name)

    def is_last(self, name: str) -> bool:
        """Whether a stage is the last one."""
        return self.stages[-1].name == name

    def after(self, name: str) -> list[Stage]:
        """The stages after one."""
        return self.stages[self.stages.index(self.stage(name)) + 1 :]

    def places(self) -> list[str]:
        """Whatever automations may be attached to."""
        return [*(stage.name for stage in self.stages), *sorted(self.enabled)]

    def attached(self, place: str) -> list[Automation]:
        """The automations of a stage or status, in order."""
        return self.on_status.setdefault(place, []) if place in self.enabled else self.stage(place).automations
