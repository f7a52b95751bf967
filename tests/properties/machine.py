"""A firm that lives at random: people change whatever can be changed, viewers take changes when they like.

The same seed makes the same life. What it did is written down in words, for a failure to show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from live.cursor import decode
from tests.log import sight
from tests.log.sight import Sight
from tests.properties.deeds import Deeds
from tests.support.api import Client, Json
from tests.support.board import CHANGES, Board, named


@dataclass
class Machine(Deeds):
    """One life of a firm."""

    boards: dict[str, Board] = field(default_factory=dict)
    truth: list[Sight] = field(default_factory=list)
    """Who saw what, by the sequence of the event after which it was so."""
    lost: set[str] = field(default_factory=set)
    """Boards whose pipeline their viewer does not see at the moment."""
    removals: int = 0

    async def begin(self) -> None:
        """Take the firm as it was built, and draw the first boards."""
        await self.settle()
        await self.look()
        for viewer in (self.world.owner, *self.people):
            for wanted in (None, self.any_filter()):
                board = await Board.open(viewer, self.world.pipeline, wanted)
                self.boards[f"{self.who(viewer)} {wanted}"] = board
        self.boards["overseer elsewhere"] = await Board.open(self.world.overseer, self.world.elsewhere)

    async def live(self, steps: int) -> None:
        """Let ``steps`` things happen, each with some chance that a viewer takes a page."""
        for _ in range(steps):
            await self.something()
            await self.look()
            for name in self.boards:
                if self.random.random() < 0.06:
                    await self.take(name, self.random.choice((1, 1, 2, 3, 5, 50)))

    async def do(self, by: Client, mutation: str, **given: Any) -> Json | None:
        """A mutation that may be refused: then it has written nothing."""
        head = await sight.head(self.world.database, self.world.firm)
        done = await super().do(by, mutation, **given)
        assert done is not None or await sight.head(self.world.database, self.world.firm) == head
        return done

    async def look(self) -> None:
        """Write down who sees what now."""
        head = await sight.head(self.world.database, self.world.firm)
        if len(self.truth) <= head:
            now = await Sight.now(self.world.database, self.world.firm)
            self.truth += [now] * (head + 1 - len(self.truth))

    async def take(self, name: str, first: int | None) -> bool:
        """A viewer takes a page. Whether there is more; a lost pipeline ends it."""
        board = self.boards[name]
        since = decode(board.cursor).seq
        if name in self.lost:
            if await board.load():
                self.lost.remove(name)
            return False
        answer = await board.client.answer(CHANGES, **board.asking(first=first))
        if answer.get("errors"):
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]
            self.lost.add(name)
            self.story.append(f"  {name} is over")
            return False
        page = answer["data"]["changes"]
        taken = board.apply(page)
        self.story.append(f"  {name} takes {first} after {since}, up to {decode(board.cursor).seq}")
        could_see = set().union(*(truth.of(board.client.member_id) for truth in self.truth[since:]))
        assert named(taken) <= could_see, f"{name} is told of a job that nobody could see there since the cursor"
        self.removals += sum(change["__typename"] == "JobRemoved" for change in taken)
        if any(change["__typename"] == "StreamReset" for change in taken):
            assert await board.load()
        return bool(page["hasMore"])

    async def in_step(self) -> None:
        """At the end everybody's board is what a fresh one shows (LV1)."""
        for name, board in self.boards.items():
            while await self.take(name, self.random.choice((1, 2, 50))):
                pass
            fresh = Board(board.client, board.pipeline_id, board.filter)
            assert await fresh.load() == (name not in self.lost), name
            if name not in self.lost:
                assert fresh.drawn()["order"] == fresh.listed(), name
                assert board.drawn() == fresh.drawn(), name
