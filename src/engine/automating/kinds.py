"""Kinds of automations: what a kind is, and the batch in which it meets the jobs that it is run for (AU7)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from engine.access import Viewer
from engine.enums import AccessRight, RunState
from engine.errors import denied
from engine.mail import shortcodes
from engine.templates import people
from engine.time.calendar import today
from engine.work import Work
from store.database import Row

C = TypeVar("C")


@dataclass(slots=True)
class Turn:
    """One automation's turn for one job in one visit: what is known of it, and what came of it."""

    run_id: str
    job: Row
    """The locked row of the job. What automations before it changed of the job is not in it."""
    visit_id: str
    visit: int
    """The visit's number."""
    position: int
    """The turn's place among those of its visit."""
    stay_id: str | None = None
    """The stay in one of the firm's own statuses, where the automation is attached to that status."""
    attempts: int = 0
    state: RunState = RunState.DONE
    reason: str | None = None
    due_at: datetime | None = None
    """When it is to be done, where it is scheduled."""
    things: list[str] = field(default_factory=list)
    """The ids of what it made."""

    @property
    def job_id(self) -> str:
        """The job's id."""
        return str(self.job["id"])

    @property
    def account_id(self) -> str:
        """The job's account."""
        return str(self.job["account_id"])

    @property
    def lane(self) -> tuple[int, int]:
        """Where the turn stands among what is done for the job."""
        return self.visit, self.position

    def fail(self, reason: str) -> None:
        """Ends the turn as failed: trying again would not help."""
        self.state, self.reason = RunState.FAILED, reason


@dataclass(slots=True)
class Batch(Generic[C]):
    """Jobs that meet the same automation at once. ``work`` acts as the system."""

    work: Work
    config: C
    turns: Sequence[Turn]
    automation_id: str

    @property
    def job_ids(self) -> list[str]:
        """The jobs' ids, in the order of the turns."""
        return [turn.job_id for turn in self.turns]

    async def texts(self, *templates: str | None) -> list[dict[str, str]]:
        """Each template for each job, shortcodes resolved (AU8); an absent template is an empty text."""
        return await self._resolved(shortcodes.resolve, templates)

    async def lines(self, *templates: str | None) -> list[dict[str, str]]:
        """The same, each as one line that is good for a name."""
        return await self._resolved(shortcodes.resolve_line, templates)

    async def _resolved(
        self, resolve: Callable[[str, Mapping[str, str]], str], templates: Sequence[str | None]
    ) -> list[dict[str, str]]:
        codes = set().union(*(shortcodes.codes(template) for template in templates if template))
        day = today(self.work.viewer.time_zone, self.work.now)
        values = await shortcodes.values(self.work.db, self.work.firm_id, self.job_ids, codes, day) if codes else {}
        return [
            {job_id: resolve(template or "", values.get(job_id, {})) for job_id in self.job_ids}
            for template in templates
        ]

    async def people(self, member_ids: Sequence[str], role_ids: Sequence[str]) -> dict[str, list[str]]:
        """For each job the active members meant: by name, or because they hold a role for its account."""
        meant = await people.meant(self.work, member_ids, role_ids, {turn.account_id for turn in self.turns})
        return {turn.job_id: [*meant[turn.account_id]] for turn in self.turns}


Run = Callable[[Batch[Any]], Awaitable[None]]
Check = Callable[[Work, Any], Awaitable[None]]
Later = Callable[[Work, Any, Sequence[Turn]], Awaitable[bool]]


async def always(work: Work, config: Any, turns: Sequence[Turn]) -> bool:
    """For kinds that always start more."""
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of automation. Each is a module in ``engine.automations`` that has it as ``KIND``."""

    name: str
    description: str
    config: type
    run: Run
    """Does it for a batch of jobs. Raising undoes all of it for the batch, which is then tried job by job."""
    right: AccessRight | None = None
    """What configuring it takes, beyond editing the pipeline (AU5)."""
    managers_only: bool = False
    """Whether configuring it takes an owner or admin."""
    makes_items: bool = False
    """Whether a stage waits for it even while it is delayed (AM2)."""
    later: Later | None = None
    """Whether it starts more than its own effect, so that the worker does it in a transaction of its own (AU1)."""
    sets_status: bool = False
    """Whether it may archive the job."""
    outlives_visit: bool = False
    """Whether it is still done when the job has left the stage meanwhile."""
    check: Check | None = None
    """Refuses configurations that the settings alone cannot tell to be wrong."""

    def permits(self, viewer: Viewer) -> bool:
        """Whether a viewer may configure it."""
        return (viewer.manages or not self.managers_only) and (self.right is None or viewer.has(self.right))

    def permit(self, viewer: Viewer, *path: str) -> None:
        """Refuses who may not configure it."""
        if self.managers_only:
            viewer.need_manager(*path)
        if self.right is not None and not viewer.has(self.right):
            raise denied(f"An automation of the kind {self.name} needs the right {self.right}.", self.right, *path)
