"""Links between jobs (JB3): what they have to do with each other. Nothing is held up by them, whatever their kind.

Two jobs have one link at most. Both are locked, so that of several links made at once, from either side, one stands.
Who is to link or unlink two jobs sees both; everybody else is told nothing of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine import find
from engine.checks import LIST_LENGTH
from engine.enums import ErrorCode, HistoryAction, JobLinkKind
from engine.errors import invalid, missing
from engine.work import Work, changed
from store.database import Row
from store.writes import job_links as writes
from store.writes.job_links import Link

INVERSE: Final[Mapping[JobLinkKind, JobLinkKind]] = MappingProxyType(
    {
        JobLinkKind.RELATED: JobLinkKind.RELATED,
        JobLinkKind.BLOCKS: JobLinkKind.BLOCKED_BY,
        JobLinkKind.BLOCKED_BY: JobLinkKind.BLOCKS,
        JobLinkKind.DUPLICATES: JobLinkKind.DUPLICATED_BY,
        JobLinkKind.DUPLICATED_BY: JobLinkKind.DUPLICATES,
    }
)
"""What the other job is to the one that is something to it."""

_TURNED: Final = frozenset({JobLinkKind.BLOCKED_BY, JobLinkKind.DUPLICATED_BY})
"""Kinds that are stored from the other job's side."""


@dataclass(frozen=True, slots=True)
class LinkJobs:
    """Links two jobs, archived or not (ST1): says what the first is to the other."""

    job_id: str
    other_job_id: str
    kind: JobLinkKind = JobLinkKind.RELATED


@dataclass(frozen=True, slots=True)
class UnlinkJobs:
    """Unlinks two jobs, whichever was linked to the other."""

    job_id: str
    other_job_id: str


async def link_jobs(work: Work, command: LinkJobs) -> str:
    """Links two jobs that the viewer sees; answers the first one's id. The same link again changes nothing."""
    job, other = await _both(work, command.job_id, command.other_job_id)
    there = await writes.between(work.db, work.firm_id, job["id"], other["id"])
    if there is not None:
        if seen_from(there, job["id"]) is not command.kind:
            raise invalid(ErrorCode.ALREADY_LINKED, "They are linked in another way: unlink them first.", "kind")
        return command.job_id
    for row, path in ((job, "job_id"), (other, "other_job_id")):
        if await writes.count(work.db, work.firm_id, row["id"]) >= LIST_LENGTH:
            raise invalid(ErrorCode.TOO_MANY, f"A job is linked to at most {LIST_LENGTH} others.", path)
    await add(work, [(job, other)], command.kind)
    return command.job_id


async def unlink_jobs(work: Work, command: UnlinkJobs) -> str:
    """Unlinks two jobs that the viewer sees; answers the first one's id."""
    job, other = await _both(work, command.job_id, command.other_job_id)
    there = await writes.between(work.db, work.firm_id, job["id"], other["id"])
    if there is None:
        raise missing("link", "other_job_id")
    await writes.drop(work.db, work.firm_id, there)
    kind = seen_from(there, job["id"])
    for one, two, said in ((job, other, kind), (other, job, INVERSE[kind])):
        named = changed("linked_job", two["id"], None, from_label=two["name"])
        _tell(work, one, two, HistoryAction.UNLINKED, named, changed("kind", said, None))
    return command.job_id


async def add(work: Work, pairs: Sequence[tuple[Row, Row]], kind: JobLinkKind) -> None:
    """Links pairs of locked jobs that are not linked, in one statement: the first of each is that to the other."""
    if not pairs:
        return
    links = [_stored(one["id"], two["id"], kind) for one, two in pairs]
    await writes.add(work.db, work.firm_id, work.actor_id, links, work.now)
    for job, other in pairs:
        for one, two, said in ((job, other, kind), (other, job, INVERSE[kind])):
            named = changed("linked_job", None, two["id"], to_label=two["name"])
            _tell(work, one, two, HistoryAction.LINKED, named, changed("kind", None, said))


def seen_from(link: Row, job_id: str) -> JobLinkKind:
    """What a job is to the other one of a stored link."""
    kind = JobLinkKind(link["kind"])
    return kind if link["job_id"] == job_id else INVERSE[kind]


def _stored(job_id: str, other_id: str, kind: JobLinkKind) -> Link:
    return Link(other_id, job_id, INVERSE[kind]) if kind in _TURNED else Link(job_id, other_id, kind)


async def _both(work: Work, job_id: str, other_id: str) -> tuple[Row, Row]:
    """Two jobs that the viewer sees, locked in order."""
    if job_id == other_id:
        raise invalid(ErrorCode.INVALID, "A job is not linked to itself.", "other_job_id")
    await work.lock_jobs([job_id, other_id])
    return await find.seen_job(work, job_id, "job_id"), await find.seen_job(work, other_id, "other_job_id")


def _tell(work: Work, job: Row, other: Row, action: HistoryAction, *lines: dict[str, object]) -> None:
    """Says it to who looks at the job and sees the other one: boards do not show it, and the version stays (MV4)."""
    work.touch("links", job["id"], others=[other["id"]])
    work.history(job["id"], action, *lines)
