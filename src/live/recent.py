"""A firm's log as one snapshot shows it, read once for all who look at it there."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from live.cursor import Position, at
from store.database import Db
from store.reads import log
from store.reads.log import Head, LoggedEvent


@dataclass(slots=True)
class Recent:
    """The log up to its head, and what it has announced of time. Events are kept after ``since``."""

    db: Db
    firm_id: str
    head: Head
    time_zone: str
    clock_date: date
    since: int
    kept: list[LoggedEvent] = field(default_factory=list)
    facts: dict[Hashable, Any] = field(default_factory=dict)
    """What whoever reads wants to remember of this snapshot."""

    @classmethod
    async def read(cls, db: Db, firm_id: str, since: int | None = None) -> "Recent":
        """Reads where the log stands, and the events after a sequence, not more than so many."""
        found = await log.read(db, firm_id, since)
        recent = cls(db, firm_id, found.head, found.time_zone, found.clock_date, found.head.seq, found.events)
        recent.since = recent._kept_after(since)
        return recent

    @property
    def here(self) -> Position:
        """The position of the head."""
        return at(self.head, self.firm_id)

    async def keep(self, since: int | None) -> None:
        """Reads the events after a sequence as well, for all; not more than so many."""
        since = self._kept_after(since)
        if since < self.since:
            self.kept = await log.events(self.db, self.firm_id, since, self.head.seq - since)
            self.since = since

    def _kept_after(self, since: int | None) -> int:
        if since is None:
            return self.head.seq
        return min(self.head.seq, max(since, self.head.floor, self.head.seq - log.MOST))

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
