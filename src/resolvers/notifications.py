"""What members are to know."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access, notifications
from engine.enums import NotificationKind
from resolvers import jobs
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, WRITER, Depends, Payload, batch, mutation
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import notifications as reads
from store.reads.paging import Order, Source, fixed
from store.sql import Params

NEWEST_FIRST: Final = Order("notification", (("n.created_at", "timestamptz"), ("n.id", "text")), descending=True)


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """The viewer's own notifications, but those about jobs that they do not see (AC4)."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_notification(context.viewer, p, "n")
    )
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.SELF | Depends.SCOPE)
async def of_viewers(
    context: Context, viewers: Sequence[dict[str, Any]], *, unread: bool | None, **args: Any
) -> list[Connection]:
    """What the viewer is to know, newest first; that about jobs which they do not see is left out (AC4)."""

    def where(p: Params) -> str:
        read = "TRUE" if unread is None else "n.read_at IS NULL" if unread else "n.read_at IS NOT NULL"
        return f"n.firm_id = {p(context.firm_id)} AND {access.sees_notification(context.viewer, p, 'n')} AND {read}"

    source = Source(fixed(reads.NOTIFICATION), "notifications n", where)
    return await pages(context, source, NEWEST_FIRST, PageArgs(**args), [one["member_id"] for one in viewers])


@batch(may=WITH_PARENT, depends=Depends.SELF | Depends.SCOPE)
async def unread_counts(context: Context, viewers: Sequence[dict[str, Any]]) -> list[int]:
    """How many of them are unread."""
    count = await reads.count_unread(
        context.db, context.firm_id, lambda p: access.sees_notification(context.viewer, p, "n")
    )
    return [count for _ in viewers]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs that notifications are about."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SELF)
async def preferences(context: Context, viewers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """How the viewer is told."""
    kinds = await reads.email_kinds(context.db, context.firm_id, context.viewer.member_id)
    return [{"email": [NotificationKind(kind) for kind in kinds]} for _ in viewers]


@mutation(may=WRITER)
async def mark_notifications_read(context: Context, command: notifications.MarkNotificationsRead) -> Payload:
    """Marks the viewer's notifications as read."""
    await context.perform(notifications.mark_notifications_read, command)
    return _own(context)


@mutation(may=WRITER)
async def update_notification_preferences(
    context: Context, command: notifications.UpdateNotificationPreferences
) -> Payload:
    """Changes how the viewer is told."""
    await context.perform(notifications.update_notification_preferences, command)
    return _own(context)


def _own(context: Context) -> Payload:
    me = context.viewer
    return {"viewer": {"user_id": me.user_id, "member_id": me.member_id, "contact_id": None}}
