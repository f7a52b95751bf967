"""A firm's log as one snapshot shows it, read once for all who look at it there."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from live.cursor import Position, at
from store.database import Db
from store.reads import log
from store.reads.log import Head, LoggedEvent

MOST: Final = 1_000
"""Events that are kept for all; who is further behind reads for itself."""


@dataclass(slots=True)
class Recent:
    """The log up to its head. Events are kept from ``since`` on."""

    db: Db
    firm_id: str
    head: Head
    since: int
    kept: list[LoggedEvent] = field(default_factory=list)
    facts: dict[Hashable, Any] = field(default_factory=dict)
    """What whoever reads wants to remember of this snapshot."""

    @classmethod
    async def read(cls, db: Db, firm_id: str, since: int | None = None) -> "Recent":
        """Reads where the log stands, and the events after a sequence, if there are not too many."""
        head = await log.head(db, firm_id)
        recent = cls(db, firm_id, head, head.seq)
        await recent.keep(since)
        return recent

    @property
    def here(self) -> Position:
        """The position of the head."""
        return at(self.head, self.firm_id)

    async def keep(self, since: int | None) -> None:
        """Reads the events after a sequence, for all; not more than so many."""
        if since is not None:
            since = max(since, self.head.floor, self.head.seq - MOST)
            if since < self.since:
                self.kept = await log.events(self.db, self.firm_id, since, self.head.seq - since)
                self.since = since

    def after(self, position: Position) -> Sequence[LoggedEvent] | None:
        """All events after a position of this log, if they are kept; None if they are not."""
        if position.origin != self.here.origin or not self.since <= position.seq <= self.head.seq:
            return None
        return self.kept[position.seq - self.since :]

    async def events(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """So many events after a sequence, in order."""
        if self.since <= after:
            return self.kept[after - self.since : after - self.since + limit]
        return await log.events(self.db, self.firm_id, after, limit)
