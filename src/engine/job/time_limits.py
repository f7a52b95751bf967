"""Time limits of stages (PL6): a job that stays too long is marked, once, and its assignees are told."""

from collections.abc import Sequence

from engine import notifications
from engine.enums import HistoryAction, JobState, NotificationKind
from engine.work import Work, changed
from store.database import Row
from store.writes import entries
from store.writes import jobs as writes


async def pass_limits(work: Work, jobs: Sequence[Row], dues: Sequence[Row]) -> None:
    """Marks the visits of locked jobs whose time is over, unless they have left, or are completed."""
    late = {job["id"]: job for job in jobs if job["state"] not in (JobState.COMPLETED, JobState.ARCHIVED)}
    visits = [row["subject_id"] for row in dues if row["job_id"] in late]
    marked = await entries.mark_overdue(work.db, work.firm_id, visits)
    ids = [row["job_id"] for row in dues if row["subject_id"] in marked]
    if not ids:
        return
    await writes.count_up(work.db, work.firm_id, ids, work.now)
    for job_id in ids:
        work.touch_job(job_id)
        work.history(job_id, HistoryAction.STAGE_OVERDUE, changed("stage", None, late[job_id]["stage_id"]))
    told = await writes.assignees(work.db, work.firm_id, ids)
    texts = {job_id: f"{late[job_id]['name']} has been in its stage for too long." for job_id in ids}
    await notifications.notify(work, NotificationKind.STAGE_OVERDUE, told, texts)
