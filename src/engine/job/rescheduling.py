"""Automations that wait for a date of the job follow that date (AU4)."""

from collections.abc import Collection
from datetime import datetime

import orjson

from engine.automating.delays import Delay
from engine.automating.execution import NO_DATE, wait_until
from engine.time.calendar import of_firm
from engine.work import Work
from store.writes import due, locks, runs


async def follow_dates(work: Work, job_ids: Collection[str]) -> None:
    """Puts what waits for dates of locked jobs to where the dates are now."""
    waiting = await runs.until_dates(work.db, work.firm_id, job_ids)
    if not waiting:
        return
    jobs = {row["id"]: row for row in await locks.jobs(work.db, work.firm_id, {row["job_id"] for row in waiting})}
    calendar = await of_firm(work.db, work.firm_id)
    times: dict[str, datetime | None] = {
        row["id"]: Delay.loaded(orjson.loads(row["delay"])).at(jobs[row["job_id"]], work.now, calendar)
        for row in waiting
    }
    await due.drop(work.db, work.firm_id, list(times))
    await runs.reschedule(work.db, work.firm_id, times, NO_DATE)
    work.touch_runs(waiting)
    for row in waiting:
        at = times[row["id"]]
        if at is not None:
            wait_until(work, row["id"], row["job_id"], at, in_stage=row["stay_id"] is None)
