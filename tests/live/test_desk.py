"""A desk: whoever comes and goes while a page is read, nobody is forgotten, and nothing is kept of who has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from live.cursor import Position
from live.delivery import Delivery
from live.hub import Hub
from live.recent import Recent
from live.seats import Over, Reader, Seat, Shown
from live.tail import Tails
from live.wakeups import Wakeups
from store.database import Database
from tests.support.api import Api, Shop, open_shop
from tests.support.wait import eventually


@dataclass(frozen=True)
class Whole:
    """A stream that shows everything of a firm's log."""

    firm_id: str
    key: Hashable = "whole"


@dataclass
class Telling:
    """A reader that shows where it has come to; it waits before each page while it is held."""

    free: asyncio.Event = field(default_factory=asyncio.Event)
    reading: int = 0
    broken: Exception | None = None

    def __post_init__(self) -> None:
        self.free.set()

    async def admit(self, recent: Recent, seats: Sequence[Seat]) -> Mapping[Seat, Any]:
        """All may stay."""
        return {}

    def standing(self, seat: Seat) -> Hashable:
        """All stand alike."""
        return ""

    def touched(self, recent: Recent, since: Position) -> set[str] | None:
        """Nobody's own sight changes."""
        return set()

    def expect(self, recent: Recent, seats: Iterable[Seat]) -> None:
        """It asks nothing of several."""

    async def read(self, recent: Recent, seat: Seat, after: Position) -> Shown:
        """The page up to the head."""
        self.reading += 1
        await self.free.wait()
        if self.broken is not None:
            raise self.broken
        return Shown(recent.here, str(recent.here.seq).encode())

    async def silence(self, recent: Recent, seat: Seat, end: Position) -> Shown:
        """Nothing has happened."""
        return Shown(end, b"silence")

    def failure(self, error: Exception) -> Any:
        """The failure itself."""
        return error


@dataclass
class Taking:
    """A sink that takes so many events, and then no more."""

    room: int = 1_000
    taken: list[bytes] = field(default_factory=list)
    last: Any = None

    def offer(self, payload: bytes, cursor: str) -> bool:
        """Takes an event, if there is room."""
        if not self.room:
            return False
        self.taken.append(payload)
        self.room -= 1
        return True

    def end(self, last: Any) -> None:
        """Takes the last word."""
        self.last = last


@dataclass
class House:
    """A firm, its hub, and whoever comes."""

    shop: Shop
    firm_id: str
    hub: Hub
    reader: Telling
    wakeups: Wakeups
    came: int = 0

    def join(self, sink: Taking) -> Seat:
        """Somebody comes."""
        self.came += 1
        seat = Seat(Whole(self.firm_id), sink, None, f"member{self.came}", f"session{self.came}", None)
        self.hub.join(seat)
        return seat

    async def happens(self) -> None:
        """Something happens, and the hub is woken."""
        await self.shop.job()
        self.wakeups.notify(self.firm_id)

    async def held(self) -> None:
        """From now on pages wait; something happens, and a page is being read."""
        self.reader.free.clear()
        before = self.reader.reading
        await self.happens()
        await eventually(lambda: self.reader.reading > before, "a page is being read")


@pytest.fixture
async def house(api: Api, database: Database) -> AsyncIterator[House]:
    """The firm, with somebody who has come and is told everything."""
    shop = await open_shop(api)
    firm_id = await database.value("SELECT firm_id FROM members WHERE id = $1", shop.owner.member_id)
    reader = Telling()
    async with running_hub(database, reader) as (hub, wakeups):
        yield House(shop, firm_id, hub, reader, wakeups)


@asynccontextmanager
async def running_hub(database: Database, reader: Reader) -> AsyncIterator[tuple[Hub, Wakeups]]:
    """A hub with a reader of the test's own."""
    async with (
        Wakeups.open(None) as wakeups,
        Tails.open(database, wakeups) as tails,
        Hub.open(database, tails, reader) as hub,
    ):
        yield hub, wakeups


def told(sink: Taking, number: int) -> bool:
    """Whether a sink has taken so many events."""
    return len(sink.taken) >= number


async def test_who_is_ready_while_the_last_of_its_like_leaves_is_not_forgotten(house: House) -> None:
    """LV1: a page is read for one who goes meanwhile; another, who could not take more until now, stands like them."""
    leaving, slow = Taking(), Taking(room=1)
    first, second = house.join(leaving), house.join(slow)
    await eventually(lambda: bool(leaving.taken and slow.taken), "both are live")
    await house.held()
    house.hub.leave(first)
    slow.room = 1_000
    house.hub.ready(second)
    house.reader.free.set()
    await eventually(lambda: len(slow.taken) >= 2, "the other is told")
    await house.happens()
    await eventually(lambda: len(slow.taken) >= 3, "and told again")
    [desk] = house.hub.desks
    assert (len(desk.seats), len(desk.cohorts), desk.waiting) == (1, 1, 0)


async def test_who_comes_while_a_page_is_read_gets_what_comes_after_it(house: House) -> None:
    """LV1: their first event comes with the next turn."""
    one = Taking()
    house.join(one)
    await eventually(lambda: one.taken, "it is live")
    await house.held()
    other = Taking()
    house.join(other)
    house.reader.free.set()
    await eventually(lambda: other.taken, "the other is live")
    await house.happens()
    await eventually(lambda: one.taken[-1] == other.taken[-1] != b"silence", "both are told the same")
    [desk] = house.hub.desks
    assert (len(desk.seats), len(desk.cohorts)) == (2, 1)


async def test_who_takes_no_more_is_offered_nothing_and_then_everything_at_once(house: House) -> None:
    """LV3: no queue; what happened meanwhile is one page."""
    slow, quick = Taking(room=1), Taking()
    seat = house.join(slow)
    house.join(quick)
    await eventually(lambda: bool(slow.taken and quick.taken), "both are live")
    for number in range(3):
        await house.happens()
        await eventually(partial(told, quick, 2 + number), "the other is told")
    assert len(slow.taken) == 1
    slow.room = 1_000
    house.hub.ready(seat)
    await eventually(lambda: slow.taken[-1] == quick.taken[-1], "it has caught up")
    assert len(slow.taken) == 2


async def test_a_desk_ends_with_its_last_subscriber_and_begins_anew_with_the_next(house: House) -> None:
    """Nothing is left of a firm that nobody watches."""
    for _ in range(3):
        sink = Taking()
        seat = house.join(sink)
        await eventually(partial(told, sink, 1), "it is live")
        house.hub.leave(seat)
        house.hub.leave(seat)
        await eventually(lambda: not house.hub.desks, "the desk is gone")


async def test_a_desk_ends_at_once_whatever_is_still_on_its_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes after the last has gone finds a new desk, not one that only waits for its end."""
    seat = house.join(first := Taking())
    await eventually(partial(told, first, 1), "it is live")
    monkeypatch.setattr(Delivery, "done", lambda self: asyncio.get_running_loop().create_future())
    house.hub.leave(seat)
    await eventually(lambda: not house.hub.desks, "the desk is gone")
    monkeypatch.undo()
    house.join(late := Taking())
    await eventually(partial(told, late, 1), "who comes later is live")


async def test_who_is_told_that_it_is_over_is_forgotten(house: House) -> None:
    """AC4: the others of its like, too; whoever comes later is asked anew."""
    sinks = [Taking(), Taking()]
    for sink in sinks:
        house.join(sink)
    await eventually(lambda: all(sink.taken for sink in sinks), "both are live")
    house.reader.broken = Over("over")
    await house.happens()
    await eventually(lambda: [sink.last for sink in sinks] == ["over", "over"], "both hear it")
    house.reader.broken = None
    await eventually(lambda: not house.hub.desks, "the desk is gone")
    late = Taking()
    house.join(late)
    await eventually(lambda: late.taken, "who comes later is live")
    assert late.last is None


async def test_who_is_found_full_stays_where_it_was(house: House) -> None:
    """LV3: a connection that others have filled takes nothing; what it has not been sent comes when there is room."""
    one = Taking()
    seat = house.join(one)
    await eventually(lambda: one.taken, "it is live")
    before, one.room = list(one.taken), 0
    await house.happens()
    [desk] = house.hub.desks
    await eventually(lambda: desk.waiting == 1, "it is left out")
    assert one.taken == before
    one.room = 1_000
    house.hub.ready(seat)
    await eventually(lambda: len(one.taken) == 2, "it has what it missed")
