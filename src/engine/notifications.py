"""Notifications: what a member is to know. Nobody is told of a job that they do not see, nor of their own doing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine import access
from engine.checks import Checks, listed
from engine.enums import NotificationKind
from engine.errors import missing
from engine.firm import audience
from engine.work import Work
from store.database import Row
from store.sql import Params
from store.writes import find
from store.writes import notifications as writes
from store.writes.notifications import Told


@dataclass(frozen=True, slots=True)
class MarkNotificationsRead:
    """Marks notifications as read: those named, or all there are."""

    notification_ids: Sequence[str] | None = None
    all: bool = False


async def notify(
    work: Work,
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
        Told(member_id, job_id, _of(subject_id, job_id), _of(texts, job_id) or "")
        for job_id, members in seeing.items()
        for member_id in members
        if member_id != work.actor_id
    ]
    if lines:
        _touch(work, await writes.tell(work.db, work.firm_id, kind, lines, work.cause, work.now))


def _of(said: Mapping[str, str] | str | None, job_id: str) -> str | None:
    return said[job_id] if isinstance(said, Mapping) else said


async def retell(work: Work, subject_id: str, member_ids: Collection[str], text: str) -> None:
    """Changes what members were told of a subject."""
    if member_ids:
        _touch(work, await writes.retell(work.db, work.firm_id, subject_id, member_ids, text))


async def withdraw(work: Work, subject_id: str, member_ids: Collection[str]) -> None:
    """Takes back what members were told of a subject."""
    if member_ids:
        _touch(work, await writes.withdraw(work.db, work.firm_id, subject_id, member_ids))


async def mark_notifications_read(work: Work, command: MarkNotificationsRead) -> str:
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


def _seen(work: Work, p: Params, notification: str) -> str:
    return access.sees_notification(work.viewer, p, notification)


def _touch(work: Work, rows: Iterable[Row]) -> None:
    for row in rows:
        work.touch("notification", row["id"], member=row["member_id"], job=row["job_id"])
