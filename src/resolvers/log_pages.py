"""Reading a firm's log on from a cursor, a page at a time, for any stream (LV1, LV3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from engine.enums import CauseKind, ErrorCode
from engine.errors import invalid
from live import cursor
from live.cursor import BadCursor, Position, ResetReason
from live.recent import Recent
from resolvers.context import Context
from resolvers.declare import Depends
from store.reads.log import Head, LoggedEvent

TOO_MANY_EVENTS: Final = 1_000  # events that are joined although fewer were asked for: querying again costs less
Change = dict[str, Any]
Event = dict[str, Any]


class Source(Protocol):
    """What a stream shows of the log."""

    typename: str
    """Of its events."""

    @property
    def depends(self) -> Depends:
        """What of the viewer it depends on beyond sight: SELF where it shows what is the viewer's own."""

    @property
    def in_one_pipeline(self) -> bool:
        """Whether it shows one pipeline alone: who sees all accounts, and it, sees all that it can show."""

    def concerned(self, events: Sequence[LoggedEvent]) -> bool:
        """Whether events may mean anything for it; False must be certain, whoever looks."""

    async def begin(self, context: Context, *, told: bool) -> None:
        """Looks at what the stream is about; raises Refused where the viewer does not see it.

        ``told``: this very stream has shown it before. It may wait then until it is seen again.
        """

    async def sight_changed(self, context: Context, after: int) -> bool:
        """Whether an event after a sequence changed what the viewer may see of it."""

    async def show(self, context: Context, events: Sequence[LoggedEvent]) -> list[Change] | None:
        """What the events mean for the viewer, as things are now; None where querying again is better."""


@dataclass(frozen=True, slots=True)
class Page:
    """The events of a range joined into one; none where they show the viewer nothing."""

    end: Position
    event: Event | None
    has_more: bool = False
    reset: bool = False
    """Whether it says to query again."""


def position(text: str) -> Position:
    """A cursor's position. Raises Refused."""
    try:
        return cursor.decode(text)
    except BadCursor as error:
        raise invalid(ErrorCode.INVALID, str(error), "after") from error


async def page(
    context: Context, source: Source, after: Position, size: int, recent: Recent | None = None, *, told: bool = False
) -> Page:
    """The next page of a stream. Runs inside a snapshot, so that what it shows fits the cursor."""
    await source.begin(context, told=told)
    recent = recent or await Recent.read(context.db, context.firm_id)
    head = recent.head
    why_not = after.why_not(head, context.firm_id)
    if why_not:
        return _reset(context, source, head, why_not)
    size = min(await _size(context, source, after, head, size), head.seq - after.seq)
    if size > TOO_MANY_EVENTS:
        return _reset(context, source, head, ResetReason.TOO_MANY_CHANGES)
    events = await recent.events(after.seq, size) if size else []
    if [event.seq for event in events] != list(range(after.seq + 1, after.seq + 1 + size)):
        return _reset(context, source, head, ResetReason.CURSOR_TOO_OLD)
    found = await source.show(context, events) if events else []
    if found is None:
        return _reset(context, source, head, ResetReason.TOO_MANY_CHANGES)
    end = cursor.at(head, context.firm_id, after.seq + size)
    return Page(end, _joined(source, end, events, found) if found else None, has_more=end.seq < head.seq)


def silence(context: Context, source: Source, end: Position) -> Event:
    """An event that shows nothing and moves the cursor."""
    return _event(context, source, end, [])


async def _size(context: Context, source: Source, after: Position, head: Head, size: int) -> int:
    """How many events the page joins: all that there are where the viewer's own sight changed since the cursor.

    A page shows the state now and judges what was seen with the access of now, taken back through its own events.
    Behind a page that ends earlier, a change of access would make it name what was never seen, or forget what was
    (AC4, LV1).
    """
    behind = head.seq - after.seq - size
    if behind > 0 and await source.sight_changed(context, after.seq):
        return head.seq - after.seq
    return size


def _joined(source: Source, end: Position, events: Sequence[LoggedEvent], found: Sequence[Change]) -> Event:
    cause = events[0].cause if len(events) == 1 else {"kind": CauseKind.COALESCED, "actor": None}
    return {
        "__typename": source.typename,
        "cursor": end.encode(),
        "at": events[-1].at,
        "cause": {"client_mutation_id": None, **cause},
        "changes": found,
    }


def _reset(context: Context, source: Source, head: Head, reason: ResetReason) -> Page:
    """LV3: says to query again."""
    end = cursor.at(head, context.firm_id)
    return Page(end, _event(context, source, end, [{"__typename": "StreamReset", "reason": reason}]), reset=True)


def _event(context: Context, source: Source, end: Position, changes: list[Change]) -> Event:
    """An event that is ours, not of the log."""
    return {
        "__typename": source.typename,
        "cursor": end.encode(),
        "at": context.now,
        "cause": {"kind": CauseKind.SYSTEM, "actor": None, "client_mutation_id": None},
        "changes": changes,
    }
