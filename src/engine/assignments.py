"""Who has come to be assigned by a command, and who no longer is: told once it is all done, for whatever it was.

``engine.job.assignees`` notes what it writes; ``Work.finish`` comes here. So no command has to think of it, and what
was assigned and unassigned at once is no news.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import notifications
from engine.enums import NotificationKind
from engine.firm import audience
from engine.notifications import Told
from store.database import Row
from store.ids import prefix_of
from store.writes import notifications as writes

if TYPE_CHECKING:
    from engine.work import Work


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whether a member was assigned to a job or task before a command, and is now; and who has changed it last."""

    before: bool
    now: bool
    actor_id: str | None
    """The member; None for the system."""
    cause: dict[str, Any]


Assignments = Mapping[tuple[str, str], Assignment]
"""By the job or task, and the member."""


async def tell(work: "Work") -> None:
    """Tells those who are newly assigned, and takes back what those were told who are not any more.

    In a constant number of statements. Who is deactivated, or has done it by themselves, is not told; of a job not who
    does not see it either. A task is seen by its assignees: who does not see its job is told of the task alone.
    """
    gone = [key for key, one in work.assignments.items() if one.before and not one.now]
    await notifications.withdraw(work, NotificationKind.ASSIGNED, gone)
    new = {
        (thing_id, member_id): one
        for (thing_id, member_id), one in work.assignments.items()
        if one.now and not one.before and member_id != one.actor_id
    }
    if new:
        await notifications.tell(work, NotificationKind.ASSIGNED, await _told(work, new))


async def _told(work: "Work", new: Assignments) -> list[Told]:
    things = await writes.things(work.db, work.firm_id, {thing_id for thing_id, _ in new})
    job_ids = {row["job_id"] for row in things.values() if row["job_id"]}
    them = await audience.of(work, {member_id for _, member_id in new}, job_ids)
    return [
        _one(things[thing_id], member_id, one.cause, sees=them.sees(member_id, things[thing_id]["job_id"]))
        for (thing_id, member_id), one in new.items()
        if member_id in them.people and (prefix_of(thing_id) == "task" or them.sees(member_id, thing_id))
    ]


def _one(thing: Row, member_id: str, cause: dict[str, Any], *, sees: bool) -> Told:
    what = "the task " if prefix_of(thing["id"]) == "task" else ""
    return Told(
        member_id=member_id,
        job_id=thing["job_id"] if sees else None,
        subject_id=thing["id"],
        text=f"You are assigned to {what}{thing['name']}.",
        cause=cause,
    )
