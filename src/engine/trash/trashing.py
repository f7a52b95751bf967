"""Putting things into the trash: the one way there, for any number of jobs at once, and for an account (JB3).

From the end of the transaction on nothing of them is there for anybody, whatever asks: the names of the tables are
those of views of what is not in the trash. What is due of them waits with them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from engine.enums import Delivery, HistoryAction, ItemKind, TrashKind
from engine.job import timers
from engine.work import Work
from store.database import Row
from store.ids import new_id
from store.writes import entries, job_links, trash
from store.writes import trashing as writes

WAITS: Final = timedelta(days=30)
"""How long what was deleted waits for somebody who wants it back."""


async def put_jobs(work: Work, jobs: Sequence[Row]) -> None:
    """Puts locked jobs into the trash, each by itself; the jobs that share items with them are locked, too."""
    going = {job["id"]: new_id("trash") for job in jobs}
    await _enter(work, [_line(work, going[job["id"]], TrashKind.JOB, job, 1) for job in jobs])
    await _put(work, jobs, going)
    for job in jobs:
        await work.audit("job.deleted", job["id"], name=job["name"])


async def put_account(work: Work, account: Row, jobs: Sequence[Row]) -> None:
    """Puts a locked account into the trash, with all of its jobs, which are locked, and all else that is its own."""
    trash_id = new_id("trash")
    await _enter(work, [_line(work, trash_id, TrashKind.ACCOUNT, account, len(jobs))])
    await _put(work, jobs, {job["id"]: trash_id for job in jobs}, (account["id"], trash_id))
    work.touch("account", account["id"], fields=["trash"])
    await work.audit("account.deleted", account["id"], name=account["name"], jobs=len(jobs))


def _line(work: Work, trash_id: str, kind: TrashKind, thing: Row, jobs: int) -> dict[str, Any]:
    what = {"kind": kind, "thing_id": thing["id"], "name": thing["name"], "jobs": jobs}
    return {"id": trash_id, **what, "cause": work.cause}


async def _enter(work: Work, lines: Sequence[dict[str, Any]]) -> None:
    await trash.enter(work.db, work.firm_id, work.now, work.now + WAITS, lines)


async def _put(
    work: Work, jobs: Sequence[Row], going: Mapping[str, str], account: tuple[str, str] | None = None
) -> None:
    """Puts jobs there, and an account, each with the row of the trash that it goes with."""
    await timers.stop_on(work, list(going))
    work.touch_runs(await entries.pause(work.db, work.firm_id, list(going), work.now, pauses=True))
    await writes.put_jobs(work.db, work.firm_id, going, work.now)
    rows = await writes.belongings(work.db, work.firm_id, going)
    items: dict[str, str] = {row["id"]: row["trash_id"] for row in rows}
    if account is not None:
        own = await writes.items_of_account(work.db, work.firm_id, account[0])
        rows += [row for row in own if row["id"] not in items]
        items |= {row["id"]: account[1] for row in own}
    await writes.put_items(work.db, work.firm_id, items)
    await writes.put_emails(work.db, work.firm_id, going, items)
    if account is not None:
        await writes.put_account(work.db, work.firm_id, *account, work.now)
        await writes.put_contacts(work.db, work.firm_id, *account)
    trash_ids = {*going.values(), *(account or ())[1:]}
    await writes.put_due(work.db, work.firm_id, going, items, trash_ids)
    await writes.leave_reminders(work.db, work.firm_id, list(going))
    await _tell(work, jobs, rows)


async def _tell(work: Work, jobs: Sequence[Row], items: Sequence[Row]) -> None:
    """Says what is gone: each job, who had to do what of its tasks, and the items that clients were shown."""
    for job in jobs:
        work.touch_job(job["id"])
        work.history(job["id"], HistoryAction.DELETED)
    await tell_linked(work, [job["id"] for job in jobs])
    people = await told(work, items)
    for row in items:
        if row["kind"] == ItemKind.TASK:
            work.touch("task", row["id"], unassigned=people.get(row["id"], []))
        else:
            lost = [row["account_id"]] if row["delivery"] == Delivery.SENT else []
            work.touch("item", row["id"], account=row["account_id"], jobs=[], lost=lost)


async def tell_linked(work: Work, job_ids: Collection[str]) -> None:
    """Says to the screens of linked jobs that there is another one, or one less, to show beside them."""
    for job_id, others in (await job_links.of_jobs(work.db, work.firm_id, job_ids)).items():
        work.touch("links", job_id, others=others)


async def told(work: Work, items: Sequence[Row]) -> Mapping[str, list[str]]:
    """Says that what members were told of items without a job comes or goes with them; answers who has which task."""
    ids = [row["id"] for row in items]
    for one in await writes.told_of(work.db, work.firm_id, ids):
        work.touch("notification", one["id"], member=one["member_id"], job=None)
    return await writes.assigned(work.db, work.firm_id, ids)
