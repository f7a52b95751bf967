"""A job of the model: where it stands, what was made in it, and which automations had their turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from tests.engine_model.plan import ACTIVE, Automation, Condition


@dataclass
class Run:
    """An automation's turn in a visit. What it does was settled at the entry (PL4)."""

    automation: Automation
    visit: int
    stay: int | None
    """In which stay in a status, where the automation is a status's."""
    since: datetime
    state: str = "QUEUED"
    due: datetime | None = None
    attempts: int = 0


@dataclass
class Item:
    """A task in a job."""

    title: str
    visit: int
    stay: int | None
    """In which stay in one of the firm's own statuses it was made."""
    blocking: bool
    status: str = "TO_DO"

    @property
    def open(self) -> bool:
        """AI1: neither completed nor cancelled."""
        return self.status not in {"COMPLETED", "CANCELLED"}


@dataclass
class Visit:
    """One stay of a job in a stage."""

    number: int
    stage: str
    entered: datetime
    due: datetime | None
    left: datetime | None = None
    overdue: bool = False


@dataclass
class Job:
    """A job, with the tags of its account, which it has for itself."""

    name: str
    pipeline: str
    stage: str = ""
    status: str = ACTIVE
    priority: str = "MEDIUM"
    assignees: set[str] = field(default_factory=set)
    client_status: str | None = None
    due_date: date | None = None
    tags: set[str] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What the owner was told of it."""
    stay: int = 0
    """Counts the changes of status."""
    paused: datetime | None = None
    """Since when its clocks stand still."""

    @property
    def visit(self) -> Visit:
        """The current visit."""
        return self.visits[-1]

    def blocking(self) -> list[Item]:
        """AM2: what blocks, or did, in the current visit."""
        return [one for one in self.items if one.blocking and one.visit == self.visit.number]

    def pending(self) -> list[Item]:
        """MV5: what blocks now."""
        return [one for one in self.blocking() if one.open]

    def holds(self, condition: Condition | None) -> bool:
        """CN1: whether a condition holds for the job."""
        return condition is None or TESTS[condition[0]](self, condition[1])


TESTS: Final[dict[str, Callable[[Job, Any], bool]]] = {
    "all": lambda job, parts: all(map(job.holds, parts)),
    "any": lambda job, parts: any(map(job.holds, parts)),
    "not": lambda job, part: not job.holds(part),
    "tags": lambda job, tags: set(tags) <= job.tags,
    "priority": lambda job, priorities: job.priority in priorities,
    "members": lambda job, members: bool(set(members) & job.assignees),
    "nobody": lambda job, wanted: wanted is not bool(job.assignees),
}
"""What the tests of a condition ask."""
