"""What is handed out while the next turn reads: each is given everything once, in order, however they come and go."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from live import delivery
from live.cursor import Position
from live.hub import Hub
from live.recent import Recent
from live.seats import Seat, Shown
from store.database import Database
from tests.live.test_desk import Whole, running_hub
from tests.support.api import Api, open_shop
from tests.support.wait import eventually

PEOPLE, EVENTS, LONGEST_PAGE = 40, 80, 3


def shown(seq: int) -> bool:
    """Whether anybody sees an event: not every page has something to show."""
    return seq % 3 != 0


def touches(member_id: str, after: int, through: int) -> int:
    """How many events within a part of the log have changed what a member sees."""
    return sum(seq % 5 == 0 and f"member{seq // 5 % PEOPLE}" == member_id for seq in range(after + 1, through + 1))


@dataclass
class Random:
    """A reader whose pages end anywhere and take their time; what it shows says for whom, and of which snapshot."""

    chance: random.Random

    async def admit(self, recent: Recent, seats: Sequence[Seat]) -> Mapping[Seat, Any]:
        """All may stay."""
        await self._wait()
        for seat in seats:
            seat.who = touches(seat.person_id, 0, recent.head.seq) % 2
        return {}

    def standing(self, seat: Seat) -> Hashable:
        """Those who see the same stand alike."""
        sight: Hashable = seat.who
        return sight

    def touched(self, recent: Recent, since: Position) -> set[str] | None:
        """Whose sight has changed since a position."""
        members = [f"member{number}" for number in range(PEOPLE)]
        return {member for member in members if touches(member, since.seq, recent.head.seq)}

    def expect(self, recent: Recent, seats: Iterable[Seat]) -> None:
        """It asks nothing of several."""

    async def read(self, recent: Recent, seat: Seat, after: Position) -> Shown:
        """A page of a few events."""
        sight = seat.who
        await self._wait()
        if self.chance.random() < 0.02:
            raise RuntimeError("it could not be read")
        through = min(recent.head.seq, after.seq + self.chance.randint(1, LONGEST_PAGE))
        seqs = [seq for seq in range(after.seq + 1, through + 1) if shown(seq)]
        end = replace(after, seq=through) if through < recent.head.seq else recent.here
        told = {"seqs": seqs, "end": through, "sight": sight, "head": recent.head.seq}
        return Shown(end, json.dumps(told).encode() if seqs else None, more=through < recent.head.seq)

    async def silence(self, recent: Recent, seat: Seat, end: Position) -> Shown:
        """Nothing that is shown has happened."""
        await self._wait()
        return Shown(end, json.dumps({"seqs": [], "end": end.seq}).encode())

    def failure(self, error: Exception) -> Any:
        """The failure itself."""
        return error

    async def _wait(self) -> None:
        for _ in range(self.chance.randrange(8)):
            await asyncio.sleep(0)


@dataclass
class Moody:
    """A sink that now and then takes nothing, and checks what it is given."""

    chance: random.Random
    member_id: str
    at: int | None = None
    full: bool = False
    wrong: list[Any] = field(default_factory=list)
    last: Any = None

    def offer(self, payload: bytes, cursor: str) -> bool:
        """Takes an event, unless it is full."""
        self.full = self.full or self.chance.random() < 0.1
        if self.full or self.last is not None:
            return False
        told = json.loads(payload)
        if self.at is not None and told["seqs"] != [seq for seq in range(self.at + 1, told["end"] + 1) if shown(seq)]:
            self.wrong.append((self.at, told))
        if "sight" in told and told["sight"] != touches(self.member_id, 0, told["head"]) % 2:
            self.wrong.append(("sight", told))
        self.at = told["end"]
        return True

    def end(self, last: Any) -> None:
        """Takes the last word."""
        self.last = last

    def is_at(self, seq: int) -> bool:
        """Whether it has been shown everything up to there."""
        return self.at is not None and not any(map(shown, range(self.at + 1, seq + 1)))


@dataclass
class Crowd:
    """Who is there."""

    hub: Hub
    firm_id: str
    chance: random.Random
    seats: dict[Seat, Moody] = field(default_factory=dict)
    all: list[Moody] = field(default_factory=list)

    def come(self) -> None:
        """Somebody joins."""
        member_id = f"member{self.chance.randrange(PEOPLE)}"
        sink = Moody(self.chance, member_id)
        seat = Seat(Whole(self.firm_id), sink, None, member_id, f"session{len(self.all)}", None)
        self.seats[seat] = sink
        self.all.append(sink)
        self.hub.join(seat)

    def go(self) -> None:
        """Somebody leaves."""
        seat = self.chance.choice(list(self.seats))
        del self.seats[seat]
        self.hub.leave(seat)

    def read(self) -> None:
        """Everybody who was full has read what there was."""
        for seat, sink in self.seats.items():
            if sink.full:
                sink.full = False
                self.hub.ready(seat)

    def are_at(self, seq: int) -> bool:
        """Whether everybody has been shown everything up to there. They are told again that they can take more.

        Somebody whose very first page could not be read has been told so, and is not there any more.
        """
        self.read()
        self.seats = {seat: sink for seat, sink in self.seats.items() if sink.at is not None or sink.last is None}
        return all(sink.is_at(seq) for sink in self.seats.values())


@pytest.mark.parametrize("seed", range(6))
async def test_each_gets_everything_once_and_in_order(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """LV1, LV3: one by one, while the next turn reads, in pages of any size, to people who come, go, lag, change."""
    monkeypatch.setattr(delivery, "CHUNK", 1)
    monkeypatch.setattr("live.desk.TROUBLE_SECONDS", 0.01)
    shop = await open_shop(api)
    firm_id = await database.value("SELECT firm_id FROM members WHERE id = $1", shop.owner.member_id)
    chance = random.Random(seed)  # noqa: S311  (nothing secret)
    async with running_hub(database, Random(chance)) as (hub, wakeups):
        crowd = Crowd(hub, firm_id, chance)
        for _ in range(150):
            crowd.come()
        for _ in range(EVENTS):
            await happens(database, firm_id)
            wakeups.notify(firm_id)
            for do in chance.choices([crowd.come, crowd.go, crowd.read], [3, 2, 5], k=chance.randrange(5)):
                do()
            for _ in range(chance.randrange(30)):
                await asyncio.sleep(0)
        head = await database.value("SELECT seq FROM event_heads WHERE firm_id = $1", firm_id)
        await eventually(lambda: crowd.are_at(head), "all have been shown everything")
        assert [sink.wrong for sink in crowd.all if sink.wrong] == []
        assert [sink.last for sink in crowd.seats.values() if sink.last is not None] == []


async def happens(database: Database, firm_id: str) -> None:
    """An event that nobody has made."""
    written = "INSERT INTO events (id, firm_id, cause, changes) VALUES ('event_' || gen_random_uuid(), $1, '{}', '[]')"
    await database.rows(written, firm_id)
