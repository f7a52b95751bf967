"""Bulk operations on jobs that are there: each job as if it had been changed by itself (MV1, MV10)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import find
from engine.bulk.verbs import Outcome, Target, Verb, each, lock, targets_of
from engine.checks import Checks, listed
from engine.enums import AccessRight, BulkVerb, ErrorCode, JobState, PendingItems, Priority
from engine.errors import invalid, missing
from engine.firm import account_tags, client_statuses
from engine.job import jobs, moves
from engine.job.moves import Expect
from engine.trash import commands as trash
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.writes import places


@dataclass(frozen=True, slots=True)
class JobExpected:
    """A job to be moved, and what the caller believes of it (MV4)."""

    job_id: str
    expect: Expect


@dataclass(frozen=True, slots=True)
class MoveJobs:
    """Moves jobs to a stage, where they come to stand on top in the order in which they are given."""

    jobs: Sequence[JobExpected]
    stage_id: str
    pending_items: PendingItems | None = None
    skip_automations: bool = False
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateJobs:
    """Changes priority, dates and assignees of jobs."""

    job_ids: Sequence[str]
    priority: Maybe[Priority] = UNSET
    start_date: Maybe[date | None] = UNSET
    due_date: Maybe[date | None] = UNSET
    add_assignee_ids: Maybe[Sequence[str] | None] = UNSET
    remove_assignee_ids: Maybe[Sequence[str] | None] = UNSET
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateJobTags:
    """Changes the tags of the accounts of jobs."""

    job_ids: Sequence[str]
    add_tag_ids: Sequence[str] = ()
    remove_tag_ids: Sequence[str] = ()
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class SetJobStatuses:
    """Puts jobs into a status; archives and unarchives them, too."""

    job_ids: Sequence[str]
    status_id: str
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class SetClientStatuses:
    """Gives jobs a client-facing status, or with None takes it away."""

    job_ids: Sequence[str]
    client_status_id: Maybe[str | None] = UNSET
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class ArchiveJobs:
    """Archives jobs."""

    job_ids: Sequence[str]
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteJobs:
    """Puts jobs into the trash (JB3)."""

    job_ids: Sequence[str]
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class RestoreJobs:
    """Takes jobs out of the trash."""

    job_ids: Sequence[str]
    id: Maybe[str | None] = UNSET


async def _jobs(work: Work, command: Any) -> list[Target]:
    return targets_of(command.job_ids)


async def _expected(work: Work, command: MoveJobs) -> list[Target]:
    """Of a job that is given twice the first counts."""
    once = {one.job_id: one.expect for one in reversed(command.jobs)}
    return targets_of((one.job_id for one in command.jobs), once)


async def _locked(work: Work, targets: Sequence[Target], do: Callable[[Work, Target], Awaitable[str]]) -> list[Outcome]:
    """Does something to each of some jobs that change themselves."""
    await lock(work, [target.subject_id for target in targets])
    return await each(work, targets, do)


async def _nothing_to_check(work: Work, command: Any) -> None:
    """There is nothing that would be wrong with all jobs."""


async def _check_moves(work: Work, command: MoveJobs) -> None:
    if command.skip_automations:
        work.viewer.need(AccessRight.SKIP_AUTOMATIONS, "skip_automations")
    await find.stage(work, command.stage_id, "stage_id")


async def _move(work: Work, command: MoveJobs, targets: Sequence[Target]) -> list[Outcome]:
    """Each on top: they are done from the last to the first."""

    async def move(work: Work, target: Target) -> str:
        assert target.expect is not None  # of every job that is to be moved it was said what the caller believes
        return await moves.move_job(
            work,
            moves.MoveJob(
                target.subject_id,
                command.stage_id,
                target.expect,
                pending_items=command.pending_items,
                skip_automations=command.skip_automations,
            ),
        )

    return await _locked(work, targets, move)


async def _check_update(work: Work, command: UpdateJobs) -> None:
    checks = Checks()
    add = checks.ids(listed(command.add_assignee_ids), "add_assignee_ids")
    remove = checks.ids(listed(command.remove_assignee_ids), "remove_assignee_ids")
    checks.dates(command.start_date or None, command.due_date or None, "due_date")
    said = (command.priority, command.start_date, command.due_date)
    if not add and not remove and all(value is UNSET for value in said):
        checks.add(ErrorCode.REQUIRED, "Say what is to be changed.", "priority")
    checks.done()
    await find.assignable(work, add, "add_assignee_ids")


async def _update(work: Work, command: UpdateJobs, targets: Sequence[Target]) -> list[Outcome]:
    async def update(work: Work, target: Target) -> str:
        return await jobs.update_job(
            work,
            jobs.UpdateJob(
                target.subject_id,
                priority=command.priority,
                start_date=command.start_date,
                due_date=command.due_date,
                add_assignee_ids=command.add_assignee_ids,
                remove_assignee_ids=command.remove_assignee_ids,
            ),
        )

    return await _locked(work, targets, update)


async def _check_tags(work: Work, command: UpdateJobTags) -> None:
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    checks = Checks()
    add = checks.ids(command.add_tag_ids, "add_tag_ids")
    remove = checks.ids(command.remove_tag_ids, "remove_tag_ids")
    if not add and not remove:
        checks.add(ErrorCode.REQUIRED, "Say which tags are to be added or taken away.", "add_tag_ids")
    if set(add) & set(remove):
        checks.add(ErrorCode.INVALID, "A tag is either added or taken away.", "remove_tag_ids")
    checks.done()
    await find.all_of_firm(work, "tags", "tag", add, "add_tag_ids")


async def _tag(work: Work, command: UpdateJobTags, targets: Sequence[Target]) -> list[Outcome]:
    """No job is locked: what changes are accounts, which are locked before jobs."""

    async def tag(work: Work, target: Target) -> str:
        work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
        job = await find.seen_job(work, target.subject_id, "job_id")
        await find.account(work, job["account_id"], "job_id", keep=True)
        await account_tags.change(work, [job["account_id"]], command.add_tag_ids, command.remove_tag_ids, clear=False)
        return target.subject_id

    return await each(work, targets, tag)


async def _check_status(work: Work, command: SetJobStatuses) -> None:
    await find.of_firm(work, "job_statuses", "job status", command.status_id, "status_id")


async def _set_status(work: Work, command: SetJobStatuses, targets: Sequence[Target]) -> list[Outcome]:
    return await _locked(work, targets, _putting(command.status_id))


async def _archive(work: Work, command: ArchiveJobs, targets: Sequence[Target]) -> list[Outcome]:
    status = await places.built_in_status(work.db, work.firm_id, JobState.ARCHIVED)
    return await _locked(work, targets, _putting(status["id"]))


def _putting(status_id: str) -> Callable[[Work, Target], Awaitable[str]]:
    async def put(work: Work, target: Target) -> str:
        return await jobs.set_job_status(work, jobs.SetJobStatus(target.subject_id, status_id))

    return put


async def _check_client_status(work: Work, command: SetClientStatuses) -> None:
    if command.client_status_id is UNSET:
        raise invalid(ErrorCode.REQUIRED, "Name a client-facing status, or null for none.", "client_status_id")
    if command.client_status_id is not None:
        of = ("client_statuses", "client-facing status")
        await find.of_firm(work, *of, command.client_status_id, "client_status_id")


async def _set_client_status(work: Work, command: SetClientStatuses, targets: Sequence[Target]) -> list[Outcome]:
    async def put(work: Work, target: Target) -> str:
        given = client_statuses.SetClientStatus(target.subject_id, command.client_status_id)
        return await client_statuses.set_client_status(work, given)

    return await _locked(work, targets, put)


async def _delete(work: Work, command: DeleteJobs, targets: Sequence[Target]) -> list[Outcome]:
    """Together: nothing is refused of a job but that it is not there."""
    gone = await trash.delete_jobs(work, [target.subject_id for target in targets])
    not_there = tuple(missing("job", "job_id").problems)
    return [
        Outcome(target, target.subject_id) if target.subject_id in gone else Outcome(target, None, not_there)
        for target in targets
    ]


async def _restore(work: Work, command: RestoreJobs, targets: Sequence[Target]) -> list[Outcome]:
    async def restore(work: Work, target: Target) -> str:
        return await trash.restore_job(work, trash.RestoreJob(target.subject_id))

    return await each(work, sorted(targets, key=lambda target: target.subject_id), restore)


VERBS = (
    Verb(BulkVerb.MOVE_JOBS, MoveJobs, "jobs", _expected, _check_moves, _move),
    Verb(BulkVerb.UPDATE_JOBS, UpdateJobs, "job_ids", _jobs, _check_update, _update),
    Verb(BulkVerb.UPDATE_JOB_TAGS, UpdateJobTags, "job_ids", _jobs, _check_tags, _tag),
    Verb(BulkVerb.SET_JOB_STATUSES, SetJobStatuses, "job_ids", _jobs, _check_status, _set_status),
    Verb(
        BulkVerb.SET_CLIENT_STATUSES,
        SetClientStatuses,
        "job_ids",
        _jobs,
        _check_client_status,
        _set_client_status,
    ),
    Verb(BulkVerb.ARCHIVE_JOBS, ArchiveJobs, "job_ids", _jobs, _nothing_to_check, _archive),
    Verb(BulkVerb.DELETE_JOBS, DeleteJobs, "job_ids", _jobs, _nothing_to_check, _delete),
    Verb(BulkVerb.RESTORE_JOBS, RestoreJobs, "job_ids", _jobs, _nothing_to_check, _restore),
)
