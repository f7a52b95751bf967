"""Settings of stages: how many jobs they may hold, by when those should leave, and when they go on by themselves."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import orjson

from engine.automating import conditions, uses
from engine.automating.conditions import Condition
from engine.changes import differing
from engine.checks import Checks
from engine.enums import Automove, Completion, DurationUnit, ErrorCode
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row

MOST_JOBS: Final = 10_000  # of a limit
UNITS: Final = (DurationUnit.HOURS, DurationUnit.WORKING_DAYS)  # of a time limit (PL6)
ENDS: Final = "The first and the last stage have no condition: take it off the one that would be there."  # CN2
_JSON: Final = ("time_limit", "condition")


class Given(Protocol):
    """What a command says of a stage; what it leaves out is UNSET."""

    @property
    def automove(self) -> Maybe[Automove]:
        """When the stage moves jobs on by itself (AM1). It has no effect while the stage is the last."""

    @property
    def completion(self) -> Maybe[Completion]:
        """When the stage completes jobs (PL7). It has an effect only while the stage is the last."""

    @property
    def time_limit(self) -> Maybe[Duration | None]:
        """How long a job may stay (PL6)."""

    @property
    def job_limit(self) -> Maybe[int | None]:
        """How many jobs it may hold (PL2)."""

    @property
    def condition(self) -> Maybe[Condition | None]:
        """What must hold of a job for it to go into the stage by itself (CN2)."""


def checked(checks: Checks, given: Given, *path: str) -> dict[str, Any]:
    """The columns that a command sets, all but the condition."""
    if given.time_limit:
        given.time_limit.check(checks, *path, "time_limit", units=UNITS)
    if isinstance(given.job_limit, int) and not 1 <= given.job_limit <= MOST_JOBS:
        checks.add(ErrorCode.INVALID, f"A limit from 1 to {MOST_JOBS:,} jobs.", *path, "job_limit")
    return {
        "automove": given.automove,
        "completion": given.completion,
        "time_limit": given.time_limit and given.time_limit.stored(),
        "job_limit": given.job_limit,
    }


async def condition(work: Work, given: Maybe[Condition | None], *path: str) -> Maybe[dict[str, Any] | None]:
    """A condition as it is stored. Refuses one that names what is not there."""
    if given is None or given is UNSET:
        return given
    return conditions.stored(await conditions.check(work, given, *path))


async def refer(work: Work, stage_id: str, given: Maybe[Condition | None], *path: str) -> None:
    """Keeps what a stage's condition names from being deleted (PL4)."""
    await uses.refer(work, stage_id, conditions.references(given) if given else (), *path)


def changes(row: Row, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the columns that were given and differ from the stage's."""
    plain = {name: value for name, value in columns.items() if name not in _JSON}
    given = {name: columns[name] for name in _JSON if columns.get(name, UNSET) is not UNSET}
    return differing(row, **plain) | {name: value for name, value in given.items() if value != loaded(row[name])}


def loaded(column: str | None) -> Any:
    """The value of a column of JSON, which may hold none."""
    return None if column is None else orjson.loads(column)


def goes_on(settings: Row | Mapping[str, Any]) -> bool:
    """Whether a stage with these settings may move or complete jobs by itself."""
    return bool(settings["automove"] != Automove.OFF or settings["completion"] != Completion.NEVER)
