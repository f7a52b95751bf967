"""Notifications: what a member is to know. Nobody is told of a job that they do not see, nor of their own doing.

Whoever wants it is told by e-mail as well (``engine.mail.notices``), in the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import access
from engine.checks import Checks, listed
from engine.enums import NotificationKind
from engine.errors import missing
from engine.firm import audience
from engine.mail import notices
from engine.unset import UNSET, Maybe
from store.database import Row
from store.ids import new_id
from store.sql import Params
from store.writes import find
from store.writes import notifications as writes

if TYPE_CHECKING:
    from engine.work import Work


@dataclass(frozen=True, slots=True)
class MarkNotificationsRead:
    """Marks notifications as read: those named, or all there are."""

    notification_ids: Sequence[str] | None = None
    all: bool = False


@dataclass(frozen=True, slots=True)
class UpdateNotificationPreferences:
    """Says of which kinds of notifications the viewer wants e-mails besides, and of which not."""

    add_email: Maybe[Sequence[NotificationKind] | None] = UNSET
    remove_email: Maybe[Sequence[NotificationKind] | None] = UNSET


@dataclass(frozen=True, slots=True)
class Told:
    """What one member is told: about which job, if any, about what of it, and who or what brought it about."""

    member_id: str
    job_id: str | None
    subject_id: str | None
    text: str
    cause: dict[str, Any]


async def notify(
    work: "Work",
    kind: NotificationKind,
    told: Mapping[str, Collection[str]],
    texts: Mapping[str, str] | str,
    subject_id: Mapping[str, str] | str | None = None,
) -> None:
    """Tells the members named for each job, in a constant number of statements.

    Texts and subjects (what the notification is about, beside its job) go by the job, or are the same for all. Who is
    deactivated, does not see the job (AC4), or does it all by themselves, is not told.
    """
    seeing = await audience.seeing(work, told)
    lines = [
        Told(member_id, job_id, _of(subject_id, job_id), _of(texts, job_id) or "", work.cause)
        for job_id, members in seeing.items()
        for member_id in members
        if member_id != work.actor_id
    ]
    await tell(work, kind, lines)


def _of(said: Mapping[str, str] | str | None, job_id: str) -> str | None:
    return said[job_id] if isinstance(said, Mapping) else said


async def tell(work: "Work", kind: NotificationKind, told: Sequence[Told]) -> None:
    """Writes notifications for members who may know, and their e-mails for those who want them."""
    if not told:
        return
    lines = [{"id": new_id("notification"), **{name: getattr(one, name) for name in Told.__slots__}} for one in told]
    rows = await writes.tell(work.db, work.firm_id, kind, work.now, lines)
    _touch(work, rows)
    await notices.make(work, kind, [row for row in rows if row["address"]])


async def retell(work: "Work", subject_id: str, text: str) -> None:
    """Changes what was told of a subject. E-mails of it stay as they are."""
    _touch(work, await writes.retell(work.db, work.firm_id, subject_id, text))


async def withdraw(work: "Work", kind: NotificationKind, told: Collection[tuple[str, str | None]]) -> None:
    """Takes back what was told of subjects: each to one member, or to all where None is named beside it.

    Read or not: it does not hold any more. E-mails of it that still wait are not sent.
    """
    if told:
        _touch(work, await writes.withdraw(work.db, work.firm_id, kind, told, work.now))


async def mark_notifications_read(work: "Work", command: MarkNotificationsRead) -> str:
    """Marks the viewer's own notifications as read; answers the viewer's id. What was read before stays as it is."""
    checks = Checks()
    ids = checks.ids(listed(command.notification_ids), "notification_ids")
    checks.done()
    if set(ids) - await find.ids(work.db, "notifications", work.firm_id, ids, lambda p: _seen(work, p, "t")):
        raise missing("notification", "notification_ids")
    me = work.viewer.member_id
    named = None if command.all else ids
    marked = await writes.mark_read(work.db, work.firm_id, me, named, lambda p: _seen(work, p, "n"), work.now)
    if command.all and marked:
        work.touch("notifications", me, at=work.now.isoformat())  # there may be thousands
    else:
        _touch(work, marked)
    return me


async def update_notification_preferences(work: "Work", command: UpdateNotificationPreferences) -> str:
    """Changes of what the viewer is told by e-mail as well; answers the viewer's id.

    What is wanted and not wanted at once is not. It shows on no stream, so it is no event.
    """
    me, checks = work.viewer.member_id, Checks()
    add = checks.few(listed(command.add_email), "add_email")
    remove = checks.few(listed(command.remove_email), "remove_email")
    checks.done()
    await writes.prefer(work.db, work.firm_id, me, add, remove)
    return me


def _seen(work: "Work", p: Params, notification: str) -> str:
    return access.sees_notification(work.viewer, p, notification)


def _touch(work: "Work", rows: Iterable[Row]) -> None:
    for row in rows:
        work.touch("notification", row["id"], member=row["member_id"], job=row["job_id"])
