"""What becomes overdue at the firm's midnight: who is to do it is told, once (ST1)."""

from datetime import date

from engine import notifications
from engine.enums import NotificationKind
from engine.firm import audience
from engine.notifications import Told
from engine.time.periods import full_date
from engine.work import Work
from store.database import Row
from store.writes import clock as writes


async def tell(work: Work, since: date, until: date) -> None:
    """Tells the assignees of jobs and open tasks which the step from a date to a later one makes overdue.

    What is put on a date gone by is somebody's doing, and not told. A task is told of as in ``engine.assignments``.
    """
    rows = await writes.overdue_assignments(work.db, work.firm_id, since, until)
    if rows:
        members, jobs = {row["member_id"] for row in rows}, {row["job_id"] for row in rows if row["job_id"]}
        them = await audience.of(work, members, jobs)
        told = [_told(work, row, sees=them.sees(row["member_id"], row["job_id"])) for row in rows if _may(them, row)]
        await notifications.tell(work, NotificationKind.OVERDUE, told)


def _may(them: audience.Audience, row: Row) -> bool:
    return row["member_id"] in them.people and (row["is_task"] or them.sees(row["member_id"], row["job_id"]))


def _told(work: Work, row: Row, *, sees: bool) -> Told:
    what = "The task " if row["is_task"] else ""
    text = f"{what}{row['name']} was due on {full_date(row['due_date'])}."
    return Told(row["member_id"], row["job_id"] if sees else None, row["id"], text, work.cause)
