"""What a range of the log means for a client's portal (LV5). Nobody is shown another's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from resolvers import portal
from resolvers.context import Context
from resolvers.declare import Depends
from resolvers.log_pages import Change
from store.reads import items
from store.reads import portal as reads
from store.reads.log import LoggedEvent

TOO_MANY_THINGS: Final = 500
"""Works, items and documents of one page: querying again costs less."""

_OF_FIRM: Final = frozenset({"name", "reply_to", "time_zone", "currency"})
"""What clients are shown of the firm."""

_MEANT: Final = frozenset({"job", "item", "document", "account", "contact", "firm"})


@dataclass(frozen=True, slots=True)
class PortalStream:
    """The stream of the client's portal, or of one account in it."""

    account_id: str | None = None


@dataclass(slots=True)
class PortalSource:
    """The client's portal as a source of events. ``path`` is the argument that names an account."""

    stream: PortalStream
    path: tuple[str, ...]
    typename: str = "PortalEvent"
    depends: Depends = Depends.SELF
    in_one_pipeline: bool = False

    def concerned(self, events: Sequence[LoggedEvent]) -> bool:
        """Jobs of which clients are shown something, items, accounts, contacts and the firm."""
        return any(_may_mean_anything(change) for event in events for change in event.changes)

    async def begin(self, context: Context, *, told: bool) -> None:
        """Raises Refused for members, and for an account that is not the client's own."""
        context.client  # noqa: B018  # refuses members
        await portal.check_account(context, self.stream.account_id, *self.path)

    async def sight_changed(self, context: Context, after: int) -> bool:
        """Whether it changed which accounts are the client's own."""
        return await reads.own_sight_changed(context.db, context.firm_id, after, context.client.contact_id)

    async def show(self, context: Context, events: Sequence[LoggedEvent]) -> list[Change] | None:
        """What the client is to be shown of the events; None where querying again is better."""
        changes = [change for event in events for change in event.changes]
        me = context.client.contact_id
        if any(_begins_anew(change, me) for change in changes) or _number(changes) > TOO_MANY_THINGS:
            return None
        return [
            *await self._accounts(context, changes),
            *await self._works(context, changes),
            *await self._items(context, changes),
            *await self._documents(context, changes),
        ]

    async def _accounts(self, context: Context, changes: Sequence[dict[str, Any]]) -> list[Change]:
        """Accounts of the client that have another name."""
        renamed = {one["id"] for one in changes if one["type"] == "account" and "name" in one.get("fields", ())}
        if not renamed:
            return []
        rows = await reads.accounts(
            context.db, context.firm_id, lambda p: portal.own(context, p, "a.id", self.stream.account_id)
        )
        return [{"__typename": "PortalAccountChanged", "account": row} for row in rows if row["id"] in renamed]

    async def _works(self, context: Context, changes: Sequence[dict[str, Any]]) -> list[Change]:
        """What the client is shown of jobs now, and of which nothing any more."""
        jobs = [one for one in changes if one["type"] == "job" and _was_or_is_shown(one)]
        if not jobs:
            return []
        now = await reads.works(
            context.db,
            context.firm_id,
            {one["id"] for one in jobs},
            lambda p: portal.own(context, p, "j.account_id", self.stream.account_id),
        )
        gone = await self._gone(context, jobs, now.keys())
        shown: list[Change] = [{"__typename": "PortalWorkChanged", "work": now[one]} for one in sorted(now)]
        return shown + [{"__typename": "PortalWorkRemoved", "work_id": one} for one in sorted(gone)]

    async def _items(self, context: Context, changes: Sequence[dict[str, Any]]) -> list[Change]:
        """The client's items, as they stand now, and those that have gone into the trash with their jobs."""
        touched = {one["id"] for one in changes if one["type"] == "item"}
        if not touched:
            return []
        account_id = self.stream.account_id
        rows = await items.of_client(
            context.db, context.firm_id, touched, lambda p: portal.own(context, p, "ci.account_id", account_id)
        )
        gone = [one for one in changes if one["type"] == "item" and one.get("lost") and one["id"] not in rows]
        mine = await self._own(context) if gone else set()
        lost = {one["id"] for one in gone if not mine.isdisjoint(one["lost"])}
        shown: list[Change] = [{"__typename": "PortalItemChanged", "item": rows[one]} for one in sorted(rows)]
        return shown + [{"__typename": "PortalItemRemoved", "item_id": one} for one in sorted(lost)]

    async def _documents(self, context: Context, changes: Sequence[dict[str, Any]]) -> list[Change]:
        """Documents that are shared with the client now, and those that were and are not."""
        touched = [one for one in changes if one["type"] == "document"]
        if not touched:
            return []
        account_id = self.stream.account_id
        ids = {one["id"] for one in touched}
        now = await reads.documents(context.db, context.firm_id, ids, lambda p: portal.shared(context, p, account_id))
        gone = [one for one in touched if (one.get("was_shared") or one.get("lost")) and one["id"] not in now]
        mine = await self._own(context) if gone else set()
        lost = {one["id"] for one in gone if self._was_shown(one, mine)}
        shown: list[Change] = [{"__typename": "PortalDocumentChanged", "document": now[one]} for one in sorted(now)]
        return shown + [{"__typename": "PortalDocumentRemoved", "document_id": one} for one in sorted(lost)]

    def _was_shown(self, change: dict[str, Any], mine: set[str]) -> bool:
        """Whether a document was shared with the client: with all, with one of the accounts, or as one of theirs."""
        if not mine.isdisjoint(change.get("lost", ())):
            return True
        if not change.get("was_shared"):
            return False
        return self.stream.account_id is None if change["account"] is None else change["account"] in mine

    async def _own(self, context: Context) -> set[str]:
        """The accounts that the stream is about."""
        rows = await reads.accounts(
            context.db, context.firm_id, lambda p: portal.own(context, p, "a.id", self.stream.account_id)
        )
        return {row["id"] for row in rows}

    async def _gone(self, context: Context, jobs: Sequence[dict[str, Any]], now: Any) -> set[str]:
        """Those of which the client was shown something since the cursor, and is no more."""
        was = {one["id"]: key["account"] for one in jobs for key in (one["before"], one["after"]) if _is_shown(key)}
        lost = {job_id: account for job_id, account in was.items() if job_id not in now}
        if not lost:
            return set()
        mine = await self._own(context)
        return {job_id for job_id, account in lost.items() if account in mine}


def _is_shown(key: dict[str, Any] | None) -> bool:
    return key is not None and bool(key.get("in_portal"))


def _was_or_is_shown(change: dict[str, Any]) -> bool:
    return _is_shown(change["before"]) or _is_shown(change["after"])


def _number(changes: Sequence[dict[str, Any]]) -> int:
    """How many works, items and documents may have changed."""
    return len({one["id"] for one in changes if one["type"] in {"job", "item", "document"} and _may_mean_anything(one)})


def _may_mean_anything(change: dict[str, Any]) -> bool:
    kind = change["type"]
    return kind in _MEANT and (kind != "job" or _was_or_is_shown(change))


def _begins_anew(change: dict[str, Any], me: str) -> bool:
    """Whether it is another portal now: of other accounts, or of a firm that says something else of itself."""
    if change["type"] == "contact":
        return bool(change["id"] == me)
    return change["type"] == "firm" and not _OF_FIRM.isdisjoint(change.get("fields", ()))
