"""E-mails that tell members of notifications, to those who want that of their kind."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from engine.enums import NotificationKind
from engine.mail import drafts
from store.database import Row

if TYPE_CHECKING:
    from engine.work import Work

SUBJECTS: Final[Mapping[NotificationKind, str]] = {
    NotificationKind.ASSIGNED: "You are assigned",
    NotificationKind.MENTIONED: "You are mentioned",
    NotificationKind.ITEM_ANSWERED: "A client has answered",
    NotificationKind.JOB_MOVED: "A job was moved",
    NotificationKind.JOB_STATUS_CHANGED: "A job has another status",
    NotificationKind.JOB_COMPLETED: "A job is completed",
    NotificationKind.COMMENTED: "A comment",
    NotificationKind.TIME_BUDGET: "Time budget",
    NotificationKind.AUTOMATION: "For your attention",
    NotificationKind.OVERDUE: "Overdue",
    NotificationKind.STAGE_OVERDUE: "In its stage for too long",
    NotificationKind.AUTOMATION_FAILED: "An automation has failed",
    NotificationKind.AUTOMATION_STOPPED: "Automations were stopped",
    NotificationKind.RECURRENCE_FAILED: "A recurrence has failed",
}
"""What each kind of notification is called in the subject of its e-mail."""

_WHERE: Final = {"Job": "job", "Client": "account", "Pipeline": "pipeline", "Stage": "stage"}
_WHY: Final = "You get this e-mail because your notification preferences say so."


async def make(work: "Work", kind: NotificationKind, rows: Sequence[Row]) -> None:
    """Makes the e-mails of notifications, each with its member's name and address, and where it is.

    They belong to no job and to no turn of an automation: neither waits for them, and an undo is not kept from by them.
    """
    await drafts.make(work, [_draft(kind, row) for row in rows])


def _draft(kind: NotificationKind, row: Row) -> drafts.Draft:
    subject = ": ".join(filter(None, (SUBJECTS[kind], row["job"])))
    where = "\n".join(f"{label}: {row[name]}" for label, name in _WHERE.items() if row[name])
    text = "\n\n".join(filter(None, (row["text"], where, _WHY)))
    return drafts.Draft(
        to_name=row["name"],
        to_address=row["address"],
        words=drafts.Words(subject, text),
        member_id=row["member_id"],
        notification_id=row["id"],
    )
