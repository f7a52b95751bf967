"""Subscribers, and what the hub has to be told of them: it knows neither GraphQL nor who may see what."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from live.cursor import Position
from live.recent import Recent


class Stream(Protocol):
    """What is subscribed to. Streams with equal keys show those who stand alike the same."""

    @property
    def key(self) -> Hashable:
        """Equal for equal streams."""

    @property
    def firm_id(self) -> str:
        """The firm whose log it reads."""


class Sink(Protocol):
    """Where a subscriber's events go. All return at once, and raise nothing.

    Whoever did not take an event calls ``Hub.ready`` when it can.
    """

    def offer(self, payload: bytes, cursor: str) -> bool:
        """Takes an event, of whatever size, unless there is no room; answers whether it did."""

    def end(self, last: Any) -> None:
        """Takes the last word: why there is nothing more to come."""


@dataclass(eq=False, slots=True)
class Seat:
    """One subscriber. ``who`` is as the log said at its position; None for ``position`` means from now on."""

    stream: Stream
    sink: Sink
    who: Any
    person_id: str
    """The member's, or the client's."""
    session_id: str
    position: Position | None
    told: bool = False
    """Whether anything has been sent to it."""
    resumes: bool = False
    """Whether it came with a cursor."""
    cohort: Cohort | None = None
    """Where it is while it takes part; position and being told are the cohort's then."""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page of the log shows: an encoded event, or nothing."""

    end: Position
    payload: bytes | None = None
    more: bool = False
    reset: bool = False
    """Whether the event says to query again."""


class Over(Exception):
    """The stream ends for those for whom it was read. ``last`` is the last word to them."""

    def __init__(self, last: Any) -> None:
        super().__init__("the stream is over")
        self.last = last


@dataclass(slots=True)
class Tally:
    """What a process counts of its streams, from its start."""

    sent: int = 0
    """Events handed to sinks."""
    recovered: int = 0
    """Subscribers who came back with a cursor and went on from it."""
    reset: int = 0
    """Times that subscribers were told to query again."""
    slow: int = 0
    """Clients that were let go because they did not read."""


class Reader(Protocol):
    """What the layers above know: who may see what, and how a page becomes an event."""

    async def admit(self, recent: Recent, seats: Sequence[Seat]) -> Mapping[Seat, Any]:
        """Looks anew at who they are, in this snapshot; answers the last word to those who have to go."""

    def standing(self, seat: Seat) -> Hashable:
        """Equal for those of one stream who are shown the same."""

    def touched(self, recent: Recent, since: Position) -> frozenset[str] | set[str] | None:
        """The members and sessions whose own sight or being there has changed since a position; None: who knows."""

    def expect(self, recent: Recent, seats: Iterable[Seat]) -> None:
        """Announces whom ``read`` will be asked for."""

    async def read(self, recent: Recent, seat: Seat, after: Position) -> Shown:
        """The next page for those who stand like a seat. Raises Over, or what went wrong."""

    async def silence(self, recent: Recent, seat: Seat, end: Position) -> Shown:
        """An event that shows nothing. Raises as ``read`` does."""

    def failure(self, error: Exception) -> Any:
        """The last word about a failure of ours."""


Key = tuple[Hashable, Hashable, Position, bool]


@dataclass(eq=False, slots=True)
class Cohort:
    """Seats of equal streams that stand alike at one position. One that is alone is to be looked at anew after it."""

    key: Key
    seats: dict[Seat, None] = field(default_factory=dict)
    alone: bool = False
    since: float = field(default_factory=time.monotonic)
    """When they were last sent something; of several times the first."""
    tries: int = 0
    rests_until: float = 0.0

    @property
    def position(self) -> Position:
        """Where they are."""
        return self.key[2]

    @property
    def told(self) -> bool:
        """Whether anything has been sent to them."""
        return self.key[3]
