"""Who follows jobs (JB3), and hears of what becomes of them (``engine.news``), as long as they see them (AC4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine import find
from engine.checks import Checks, listed
from engine.enums import ErrorCode
from engine.errors import invalid
from engine.firm import audience
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.writes import followers as writes


@dataclass(frozen=True, slots=True)
class FollowJob:
    """Makes members follow a job: those named, or oneself."""

    job_id: str
    member_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class UnfollowJob:
    """Lets members follow a job no more: those named, or oneself."""

    job_id: str
    member_ids: Maybe[Sequence[str] | None] = UNSET


async def follow_job(work: Work, command: FollowJob) -> str:
    """Makes members who see a job follow it; answers the job's id. Who follows already goes on."""
    members = await _people(work, command)
    await find.assignable(work, members, "member_ids")
    seeing = await audience.seeing(work, {command.job_id: members})
    if len(seeing[command.job_id]) < len(members):
        message = "A member does not see the job: give them access to it, or leave them out."
        raise invalid(ErrorCode.CANNOT_SEE, message, "member_ids")
    for job_id in await writes.follow(work.db, work.firm_id, {command.job_id: members}, work.now, anyhow=True):
        work.touch("followers", job_id)
    return command.job_id


async def unfollow_job(work: Work, command: UnfollowJob) -> str:
    """Lets members follow a job no more, until somebody has them follow it again; answers the job's id."""
    members = await _people(work, command)
    await find.all_of_firm(work, "members", "member", members, "member_ids")
    if await writes.unfollow(work.db, work.firm_id, command.job_id, members, work.now):
        work.touch("followers", command.job_id)
    return command.job_id


async def _people(work: Work, command: FollowJob | UnfollowJob) -> list[str]:
    """Those whom it concerns; the job is one that the viewer sees, archived or not."""
    checks = Checks()
    members = checks.ids(listed(command.member_ids), "member_ids")
    checks.done()
    await find.seen_job(work, command.job_id, "job_id")
    return [work.viewer.member_id] if command.member_ids is UNSET or command.member_ids is None else members


async def join(work: Work, people: Mapping[str, Collection[str]]) -> None:
    """Makes members follow jobs that they have to do with, but those who have stopped to follow them."""
    for job_id in await writes.follow(work.db, work.firm_id, people, work.now, anyhow=False):
        work.touch("followers", job_id)
