"""What a bulk operation does to its targets, a chunk of them at a time."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import structlog
from pydantic import TypeAdapter

from engine.enums import BulkVerb, ErrorCode
from engine.errors import Problem, Refused
from engine.job.moves import Expect
from engine.unset import UNSET
from engine.work import Work, overtaken, runs_again
from store.database import is_outage
from store.writes import entries, locks

LONGEST_ID: Final = 100
"""Characters."""

OURS: Final = "It failed for a reason of ours; the log has more."

_log = structlog.get_logger("stageline.bulk")


@dataclass(frozen=True, slots=True)
class Target:
    """One of those that an operation is about: a job, or an account for which a job is to be made."""

    position: int
    """Its place in the list, from 0."""
    subject_id: str
    expect: Expect | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one target: the job, or the problems because of which nothing was done for it."""

    target: Target
    job_id: str | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """What is done by the commands of a type."""

    name: BulkVerb
    command: type
    named: str
    """The field of the command that lists its targets."""
    targets: Callable[[Work, Any], Awaitable[list[Target]]]
    check: Callable[[Work, Any], Awaitable[None]]
    """Raises Refused for what is wrong with the whole command."""
    do: Callable[[Work, Any, Sequence[Target]], Awaitable[list[Outcome]]]
    """Does a chunk, each target as a whole or not at all."""

    def stored(self, command: Any) -> dict[str, Any]:
        """A command without its targets, as JSON."""
        rest = replace(command, **{self.named: (), "id": UNSET})
        said: dict[str, Any] = _adapter(self.command).dump_python(rest, mode="json")
        return {part.name: said[part.name] for part in fields(rest) if getattr(rest, part.name) is not UNSET}

    def loaded(self, stored: Mapping[str, Any]) -> Any:
        """The command again, without its targets."""
        return _adapter(self.command).validate_python(dict(stored))


def targets_of(ids: Iterable[str], expected: Mapping[str, Expect] = MappingProxyType({})) -> list[Target]:
    """Those that a list names, each once, where it is named first."""
    places: dict[str, int] = {}
    for place, subject_id in enumerate(ids):
        places.setdefault(subject_id, place)
    return [Target(place, _kept(subject_id), expected.get(subject_id)) for subject_id, place in places.items()]


def _kept(subject_id: str) -> str:
    """An id as results keep it. What is too long for one is kept by its hash: that is not found, either."""
    return subject_id if len(subject_id) <= LONGEST_ID else hashlib.sha256(subject_id.encode()).hexdigest()


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


async def each(work: Work, targets: Sequence[Target], do: Callable[[Work, Target], Awaitable[str]]) -> list[Outcome]:
    """Does something to each of some jobs, under a savepoint of its own: one that is refused undoes no other (MV10)."""
    return [await _one(work, target, do) for target in targets]


async def lock(work: Work, job_ids: Sequence[str]) -> None:
    """Locks the pipelines of jobs, then the jobs, in the order in which everybody does."""
    for pipeline_id in await entries.pipelines_of(work.db, work.firm_id, sorted(set(job_ids))):
        await locks.share_pipeline(work.db, pipeline_id)
    await work.lock_jobs(job_ids)


async def _one(work: Work, target: Target, do: Callable[[Work, Target], Awaitable[str]]) -> Outcome:
    warned = len(work.warnings)
    try:
        async with work.savepoint():
            job_id = await do(work, target)
    except Refused as refused:
        return Outcome(target, None, tuple(refused.problems))
    except Exception as error:
        if is_outage(error) or runs_again(error) or overtaken(error):
            raise
        _log.exception("bulk_result_failed", subject=target.subject_id)
        return Outcome(target, None, (Problem(ErrorCode.FAILED, OURS),))
    finally:
        warnings = tuple(work.warnings[warned:])
        del work.warnings[warned:]
    return Outcome(target, job_id, (), warnings)
