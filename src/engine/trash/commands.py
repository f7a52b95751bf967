"""Deleting jobs and accounts, getting them back, and not having them wait any longer (JB3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine import access, find
from engine.enums import AccessRight, ErrorCode
from engine.errors import denied, invalid, missing
from engine.job.moves import Expect, check_expected
from engine.trash import restoring, trashing
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.sql import Params
from store.writes import find as finding
from store.writes import locks, trash
from store.writes import restoring as taking
from store.writes import trashing as putting

ACCOUNT_FIRST: Final = "The job's account is in the trash: restore that."
HIDDEN_JOBS: Final = "The account has jobs that one does not see: an owner or an admin may delete it."
AT_ONCE: Final = 200
"""How much is taken from the trash for good by one command."""


@dataclass(frozen=True, slots=True)
class DeleteJob:
    """Puts a job into the trash."""

    job_id: str
    expect: Maybe[Expect | None] = UNSET


@dataclass(frozen=True, slots=True)
class RestoreJob:
    """Takes a job out of the trash."""

    job_id: str


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Puts an account into the trash, with its jobs."""

    account_id: str


@dataclass(frozen=True, slots=True)
class RestoreAccount:
    """Takes an account out of the trash, with the jobs that went there with it."""

    account_id: str


@dataclass(frozen=True, slots=True)
class EmptyTrash:
    """Has what waits in the trash wait no longer: these, or the oldest of all."""

    trash_ids: Maybe[Sequence[str] | None] = UNSET
    all: bool = False


@dataclass(frozen=True, slots=True)
class Emptied:
    """What is deleted for good now, and how much still waits."""

    trash_ids: tuple[str, ...]
    remaining: int


async def delete_job(work: Work, command: DeleteJob) -> str:
    """Deletes a job that the viewer sees, archived or not (AC3); answers its id."""
    await work.lock_jobs(await putting.linked_jobs(work.db, work.firm_id, [command.job_id]))
    job = await find.job(work, command.job_id, "job_id")
    if command.expect:
        check_expected(job, command.expect)
    await trashing.put_jobs(work, [job])
    return command.job_id


async def delete_jobs(work: Work, job_ids: Sequence[str]) -> set[str]:
    """Deletes those of some jobs that the viewer sees, each by itself; answers which."""
    locked = await work.lock_jobs(await putting.linked_jobs(work.db, work.firm_id, job_ids))
    seen = await finding.ids(work.db, "jobs", work.firm_id, job_ids, lambda p: access.sees_job(work.viewer, p, "t"))
    if seen:
        await trashing.put_jobs(work, [job for job in locked if job["id"] in seen])
    return seen


async def restore_job(work: Work, command: RestoreJob) -> str:
    """Takes out a job that the viewer would see; answers its id. One that is not in the trash stays as it is.

    Raises Refused for a job that has gone there with its account, and while that is there: it comes first.
    """
    seen = await _job(work, command.job_id)
    await locks.share_pipeline(work.db, seen["pipeline_id"])
    if seen["trash_id"] is None:
        return command.job_id
    if not await taking.hold_account(work.db, work.firm_id, seen["account_id"]):
        raise invalid(ErrorCode.IN_TRASH, ACCOUNT_FIRST, "job_id")
    locked = await taking.jobs_of(work.db, work.firm_id, seen["trash_id"])
    if locked:
        await restoring.take_job(work, locked[0])
    else:  # somebody else has just done it, or it is gone for good
        await _job(work, command.job_id)
    return command.job_id


async def _job(work: Work, job_id: str) -> Row:
    """A job, in the trash or not, that the viewer would see if it were not."""

    def seen(p: Params) -> str:
        return access.sees_job(work.viewer, p, "t")

    row = await trash.thing(work.db, "all_jobs", work.firm_id, job_id, seen)
    if row is None:
        raise missing("job", "job_id")
    return row


async def delete_account(work: Work, command: DeleteAccount) -> str:
    """Deletes an account that the viewer has access to, with its jobs; answers its id.

    One with jobs that the viewer does not see takes an owner or an admin. Its contacts who have no other account come
    into the portal no more; all others see another portal.
    """
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    account_id = command.account_id
    await find.account(work, account_id, "account_id")
    contacts = await putting.hold_contacts(work.db, work.firm_id, account_id)
    account = await find.whole(work, "accounts", "account", account_id, "account_id")
    jobs = await work.lock_jobs(await putting.account_jobs(work.db, work.firm_id, account_id))
    ids = [job["id"] for job in jobs]
    if await find.any_of(work, "jobs", ids, lambda p: f"NOT {access.sees_job(work.viewer, p, 't')}"):
        raise denied(HIDDEN_JOBS, None, "account_id")
    await trashing.put_account(work, account, jobs)
    for contact_id in contacts:
        work.touch("contact", contact_id)
    return account_id


async def restore_account(work: Work, command: RestoreAccount) -> str:
    """Takes out an account that the viewer would have access to; answers its id. One that is there stays as it is.

    Jobs that had been deleted before by themselves stay in the trash.
    """
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    seen = await _account(work, command.account_id)
    if seen["trash_id"] is None:
        return command.account_id
    for pipeline_id in await taking.pipelines_of(work.db, work.firm_id, seen["trash_id"]):
        await locks.share_pipeline(work.db, pipeline_id)
    account = await locks.whole(work.db, "all_accounts", work.firm_id, command.account_id)
    if account is not None and account["trash_id"] == seen["trash_id"]:
        await restoring.take_account(work, account)
        for contact_id in await taking.contacts_of(work.db, work.firm_id, account["id"]):
            work.touch("contact", contact_id)
    else:  # somebody else has just done it, or it is gone for good
        await _account(work, command.account_id)
    return command.account_id


async def _account(work: Work, account_id: str) -> Row:
    """An account, in the trash or not, to which the viewer would have access."""

    def seen(p: Params) -> str:
        return access.sees_account(work.viewer, p, "t.id")

    row = await trash.thing(work.db, "all_accounts", work.firm_id, account_id, seen)
    if row is None:
        raise missing("account", "account_id")
    return row


async def empty_trash(work: Work, command: EmptyTrash) -> Emptied:
    """Has the worker delete for good what waits, at once; answers what, and how much still waits."""
    work.viewer.need_manager()
    wanted = list(dict.fromkeys(command.trash_ids or ()))
    if bool(wanted) == command.all:
        raise invalid(ErrorCode.INVALID, "Name what, or say all: one of the two.", "trash_ids")
    if len(wanted) > AT_ONCE:
        raise invalid(ErrorCode.TOO_MANY, f"At most {AT_ONCE} at once.", "trash_ids")
    there = await finding.ids(work.db, "trash", work.firm_id, wanted, lambda p: "t.doomed_at IS NULL")
    if set(wanted) - there:
        raise missing("entry of the trash", "trash_ids")
    named = None if command.all else wanted
    gone = await trash.doom(work.db, work.firm_id, work.now, over_by=None, ids=named, most=AT_ONCE)
    for row in gone:
        await work.audit("trash.emptied", row["thing_id"], kind=row["kind"], name=row["name"])
    return Emptied(tuple(row["id"] for row in gone), await trash.waiting(work.db, work.firm_id))
