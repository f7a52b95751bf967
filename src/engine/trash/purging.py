"""Deleting for good what has waited in the trash for its time (JB3): what the worker does now and then."""

from collections.abc import Callable
from enum import Enum
from typing import Final

from engine.enums import CauseKind, TrashKind
from engine.work import Caller, Clock, Work, perform, system_clock, system_of
from store.database import Database, Row
from store.writes import purging, trash

JOBS_AT_ONCE: Final = 20
ITEMS_AT_ONCE: Final = 100
DOCUMENTS_AT_ONCE: Final = 500
"""How much one transaction deletes."""

FAILURES_SHOWN: Final = 5


class _Step(Enum):
    """What one transaction has come to."""

    MORE = "there is more of it"
    DONE = "nothing is left of it"
    OTHERS = "another worker is at it, or has done it"


async def purge(database: Database, *, clock: Clock = system_clock, stopped: Callable[[], bool] = lambda: False) -> int:
    """Deletes for good what is over; answers how many jobs and accounts. Safe to run anywhere, and to be cut off.

    What is doomed comes back no more. Where one fails the others are done, then an ExceptionGroup of the first
    failures is raised.
    """
    done, failures = 0, list[Exception]()
    for row in await purging.over(database, clock()):
        if stopped():
            break
        try:
            done += await _purge(database, row, clock, stopped)
        except Exception as error:  # noqa: BLE001  (raised below)
            error.add_note(f"In the trash it is {row['id']}.")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} were not deleted for good", failures[:FAILURES_SHOWN])
    return done


async def _purge(database: Database, row: Row, clock: Clock, stopped: Callable[[], bool]) -> bool:
    """All of one, in as many transactions as it takes; answers whether nothing is left of it by this."""
    caller = Caller(system_of(row["firm_id"]), CauseKind.SYSTEM)
    await perform(database, caller, _doom, row["id"], clock=clock)
    step = _Step.MORE
    while step is _Step.MORE and not stopped():
        step = await perform(database, caller, _purge_some, row["id"], clock=clock)
    return step is _Step.DONE


async def _doom(work: Work, trash_id: str) -> None:
    """From here on it is not restored any more: whoever does that meanwhile comes first."""
    await trash.doom(work.db, work.firm_id, work.now, over_by=work.now, ids=[trash_id], most=1)


async def _purge_some(work: Work, trash_id: str) -> _Step:
    row = await purging.doomed(work.db, work.firm_id, trash_id)
    if row is None:
        return _Step.OTHERS
    if row["kind"] == TrashKind.JOB:
        await _jobs(work, [row["thing_id"]])
    elif await _account_has_more(work, row["thing_id"]):
        return _Step.MORE
    else:
        await purging.account(work.db, work.firm_id, row["thing_id"], trash_id)
        await purging.forget(work.db, work.firm_id, trash_id)
    await work.audit("trash.purged", row["thing_id"], kind=row["kind"], name=row["name"])
    return _Step.DONE


async def _jobs(work: Work, job_ids: list[str]) -> None:
    items = await purging.items_of(work.db, work.firm_id, job_ids)
    await purging.items(work.db, work.firm_id, items, work.now)
    await purging.jobs(work.db, work.firm_id, job_ids)


async def _account_has_more(work: Work, account_id: str) -> bool:
    """Deletes the next part of what an account has: jobs, then items, then documents; answers whether there was any."""
    if jobs := await purging.some_jobs(work.db, work.firm_id, account_id, JOBS_AT_ONCE):
        await _jobs(work, jobs)
        return True
    if items := await purging.some_items(work.db, work.firm_id, account_id, ITEMS_AT_ONCE):
        await purging.items(work.db, work.firm_id, items, work.now)
        return True
    return bool(await purging.documents(work.db, work.firm_id, account_id, DOCUMENTS_AT_ONCE, work.now))
