"""What a range of the log means for the progress of a bulk operation (MV10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.errors import missing
from resolvers import bulk
from resolvers.context import Context
from resolvers.declare import Depends
from resolvers.log_pages import Change
from store.database import Row
from store.reads import streams
from store.reads.log import LoggedEvent


@dataclass(frozen=True, slots=True)
class BulkStream:
    """The stream of one bulk operation."""

    operation_id: str


@dataclass(slots=True)
class BulkSource:
    """An operation as a source of events. ``path`` is the argument that names it."""

    stream: BulkStream
    path: tuple[str, ...]
    typename: str = "BulkEvent"
    depends: Depends = Depends.SELF
    in_one_pipeline: bool = False
    operation: Row | None = field(default=None, init=False)

    def concerned(self, events: Sequence[LoggedEvent]) -> bool:
        """The operation, and the rights by which it is seen."""
        return any(
            change["type"] == "member" or (change["type"] == "bulk" and change["id"] == self.stream.operation_id)
            for event in events
            for change in event.changes
        )

    async def begin(self, context: Context, *, told: bool) -> None:
        """Finds the operation; raises Refused where the viewer does not see it (any more)."""
        self.operation = (await bulk.by_ids(context, [self.stream.operation_id]))[0]
        if self.operation is None:
            raise missing("bulk operation", *self.path)

    async def sight_changed(self, context: Context, after: int) -> bool:
        """Whether the viewer's rights changed."""
        return await streams.own_sight_changed(context.db, context.firm_id, after, context.viewer.member_id)

    async def show(self, context: Context, events: Sequence[LoggedEvent]) -> list[Change] | None:
        """The operation as it is now, where it has gone on."""
        for event in events:
            for change in event.changes:
                if change["type"] == "bulk" and change["id"] == self.stream.operation_id:
                    return [{"__typename": "BulkOperationChanged", "operation": self.operation}]
        return []
