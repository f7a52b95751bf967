"""LV1, LV3: subscribers while the log is trimmed beneath them: nothing is missed without a reset."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from engine.housekeeping import Retention, trim
from tests.support.api import Json
from tests.support.board import Board, assert_in_step
from tests.transports.house import House, Subscription, Transport, event

KEPT = Retention(age=timedelta(days=36_500), events=6)
"""Next to nothing, so that whoever is away for a moment is too late."""
MOVES = 60


@dataclass
class Scene:
    """Those who write, and those who trim what they have written."""

    house: House
    moves: int = 0
    done: bool = False
    written: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, moves: int) -> None:
        """Waits until so many moves were made, or all."""
        async with self.written:
            await self.written.wait_for(lambda: self.done or self.moves >= moves)

    async def say(self, *, moves: int = 0, done: bool = False) -> None:
        """Says what has happened."""
        async with self.written:
            self.moves += moves
            self.done = self.done or done
            self.written.notify_all()

    async def write(self, job: Json) -> None:
        """Moves a job round and round."""
        for n in range(MOVES):
            job = await self.house.move(job, stage=(n + 1) % 3)
            await self.say(moves=1)

    async def forget(self) -> int:
        """Trims after every move; answers by how many events."""
        gone = 0
        while not self.done:
            gone += await trim(self.house.served.database, KEPT, chunk=4)
            await self.until(self.moves + 1)
        return gone


@dataclass
class Follower:
    """A client that is away, after each event, until so many moves were made; with 0 it stays."""

    scene: Scene
    board: Board
    away: int

    async def follow(self, transport: Transport) -> int:
        """Keeps the board right, and answers how often it had to be drawn anew."""
        resets = 0
        while not self.scene.done:
            async with self.scene.house.watching(transport, after=self.board.cursor) as subscription:
                reset = await self.read(subscription)
            if reset:
                resets += 1
                await self.board.load()
            await self.scene.until(self.scene.moves + self.away)
        return resets

    async def read(self, subscription: Subscription) -> bool:
        """Takes events as long as it stays; answers whether the last was a reset."""
        while not self.scene.done:
            found = await event(subscription)
            taken = self.board.apply({"events": [found], "cursor": found["cursor"]})
            reset = any(change["__typename"] == "StreamReset" for change in taken)
            if reset or self.away:
                return reset
        return False


@pytest.mark.parametrize("away", [0, 3, 12])
async def test_subscribers_miss_nothing_while_the_log_is_trimmed(house: House, transport: Transport, away: int) -> None:
    """LV1, LV3: one that stays, and others that come back from their cursor, in time or too late."""
    scene = Scene(house)
    jobs = [await house.shop.job(f"Job {n}") for n in range(2)]
    board = await Board.open(house.owner, house.shop.pipeline)
    following = asyncio.create_task(Follower(scene, board, away).follow(transport))
    forgetting = asyncio.create_task(scene.forget())
    await asyncio.gather(*map(scene.write, jobs))
    await scene.say(done=True)
    await house.shop.job("Last")  # wakes whoever still waits for an event
    resets = await following
    assert resets > 0 or away <= KEPT.events
    assert await forgetting > MOVES
    board.resets.clear()
    await board.catch_up()
    if board.resets:
        await board.load()
    await assert_in_step(board)
