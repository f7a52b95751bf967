"""Taking things out of the trash: they are as they were, and go on as if no time had passed meanwhile (JB3)."""

from collections.abc import Sequence

from engine import find
from engine.enums import HistoryAction, ItemKind
from engine.errors import missing
from engine.job import budgets
from engine.job.entry import NONE, Arrival, enter
from engine.pipeline import rank
from engine.trash.trashing import tell_linked, told
from engine.work import Work, changed
from store.database import Row
from store.writes import entries, items, places, trash
from store.writes import restoring as writes


async def take_job(work: Work, job: Row) -> None:
    """Takes a locked job out of the trash, which went there by itself; its pipeline is kept from changes."""
    await _entry(work, job, "job")
    await _take(work, job["trash_id"], [job["id"]])
    await work.audit("job.restored", job["id"], name=job["name"])


async def take_account(work: Work, account: Row) -> None:
    """Takes a locked account out of the trash, with all that went there with it; its jobs' pipelines are kept, too."""
    jobs = await writes.jobs_of(work.db, work.firm_id, account["trash_id"])
    await _entry(work, account, "account")
    await writes.take_account(work.db, work.firm_id, account["id"], account["trash_id"], work.now)
    await writes.take_contacts(work.db, work.firm_id, account["id"], account["trash_id"])
    await _take(work, account["trash_id"], [job["id"] for job in jobs])
    work.touch("account", account["id"], fields=["trash"])
    await work.audit("account.restored", account["id"], name=account["name"], jobs=len(jobs))


async def _entry(work: Work, thing: Row, what: str) -> None:
    """Locks the row of the trash. Raises Refused for what is being deleted for good: it does not come back."""
    if await trash.entry(work.db, work.firm_id, thing["trash_id"]) is None:
        raise missing(what, f"{what}_id")


async def _take(work: Work, trash_id: str, ids: Sequence[str]) -> None:
    found = await _ranks(work, ids)
    ranks = {job_id: fresh for job_id, (_, fresh) in found.items()}
    await writes.take_jobs(work.db, work.firm_id, trash_id, ranks, work.now)
    for job_id in ids:
        work.touch_job(job_id)  # before it is looked at: it was not there
        work.changes["job", job_id]["restored"] = True
        moved = [changed("rank", *found[job_id])] if job_id in found else []
        work.history(job_id, HistoryAction.RESTORED, *moved)
    await _belongings(work, trash_id, ids)
    going = set(ids) - await writes.pausing(work.db, work.firm_id, ids)
    work.touch_runs(await entries.pause(work.db, work.firm_id, going, work.now, pauses=False))
    await writes.join_reminders(work.db, work.firm_id, ids)
    await _to_heirs(work, ids)
    await tell_linked(work, ids)
    await budgets.look(work, ids)
    await trash.leave(work.db, work.firm_id, trash_id)
    work.reconsider(*ids)


async def _ranks(work: Work, job_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Other places, after their own, for jobs whose own were taken: next below who has taken them (MV9)."""
    found = await writes.ranks_taken(work.db, work.firm_id, job_ids)
    ranks = {}
    for row in found:
        neighbours = await places.neighbours(work.db, work.firm_id, row["stage_id"], row["rank"], row["id"])
        ranks[row["id"]] = row["rank"], rank.between(*neighbours)
    return ranks


async def _belongings(work: Work, trash_id: str, job_ids: Sequence[str]) -> None:
    """Takes out what belongs to jobs, or to the account, and what is due of it all."""
    rows = await writes.items_back(work.db, work.firm_id, trash_id, job_ids)
    ids = [row["id"] for row in rows]
    await writes.take_items(work.db, work.firm_id, ids)
    await writes.take_mail(work.db, work.firm_id, trash_id, ids)
    linked, people = await items.jobs_by_item(work.db, work.firm_id, ids), await told(work, rows)
    for row in rows:
        if row["kind"] == ItemKind.TASK:
            work.touch("task", row["id"], assigned=people.get(row["id"], []))
        else:
            work.touch("item", row["id"], account=row["account_id"], jobs=linked.get(row["id"], []))


async def _to_heirs(work: Work, job_ids: Sequence[str]) -> None:
    """Jobs whose stage was deleted meanwhile go where its other jobs went, and run nothing there either (PL3)."""
    gone = {row["job_id"]: row["stage_id"] for row in await writes.stages_gone(work.db, work.firm_id, job_ids)}
    if not gone:
        return
    jobs = sorted(await work.lock_jobs(gone), key=lambda job: str(job["rank"]))
    arrivals: list[Arrival] = []
    for stage_id in sorted(set(gone.values())):
        stage = await find.lock(work, "stages", stage_id)
        some = [job for job in jobs if gone[job["id"]] == stage_id]
        last = await places.last_rank(work.db, work.firm_id, stage_id)
        keys = rank.spread(last, None, len(some))
        arrivals += [Arrival(job, stage, key) for job, key in zip(some, keys, strict=True)]
    await enter(work, arrivals, NONE)
