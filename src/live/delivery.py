"""Handing out what a turn has read, while the next one reads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from live.cursor import Position
from live.seats import Cohort, Seat, Tally

CHUNK: Final = 50
"""How many subscribers are given an event before whatever else this process has to do gets its turn."""


@dataclass(slots=True)
class _Parcel:
    """An event for those who stood together when it was read, at ``start``."""

    start: Position
    told: bool
    payload: bytes
    cursor: str
    reset: bool
    seats: Iterator[Seat]


class Delivery:
    """The events of one turn, on their way to all who took part in it.

    Who cannot take one is ``refused``: it stands nowhere from then on, and is given nothing further. Until all is done
    nobody may be placed anywhere else.
    """

    def __init__(
        self, tally: Tally, refused: Callable[[Seat], None], failed: Callable[[Sequence[Seat], Exception], None]
    ) -> None:
        self._tally = tally
        self._refused = refused
        self._failed = failed
        self._parcels: deque[_Parcel] = deque()
        self._given = 0
        self._task: asyncio.Task[None] | None = None

    def hand(self, cohort: Cohort, payload: bytes, end: Position, *, reset: bool) -> None:
        """Gives all of a cohort an event, which takes them on to a position: at once as long as they are few."""
        seats = iter(list(cohort.seats))
        self._parcels.append(_Parcel(cohort.position, cohort.told, payload, end.encode(), reset, seats))
        if self._task is None and (self._given >= CHUNK or self._some()):
            self._task = asyncio.create_task(self._rest())

    async def done(self) -> None:
        """Waits until everybody has been given what there was."""
        if self._task is not None:
            await asyncio.shield(self._task)
        self._given = 0

    async def _rest(self) -> None:
        await asyncio.sleep(0)
        while self._some():
            await asyncio.sleep(0)
        self._task = None

    def _some(self) -> bool:
        """Gives some of the first event's their own; answers whether there is more to do."""
        parcel = self._parcels[0]
        chunk = list(islice(parcel.seats, CHUNK))
        self._given += len(chunk)
        self._count(parcel, [seat for seat in chunk if seat.cohort is not None and self._offer(parcel, seat)])
        if len(chunk) < CHUNK:
            self._parcels.popleft()
        return bool(self._parcels)

    def _offer(self, parcel: _Parcel, seat: Seat) -> bool:
        try:
            taken = seat.sink.offer(parcel.payload, parcel.cursor)
        except Exception as error:  # noqa: BLE001  (a defect of ours; nobody may lose anything unheard)
            self._failed([seat], error)
            return False
        if not taken:
            self._refused(seat)
            seat.position, seat.told = parcel.start, parcel.told
        return taken

    def _count(self, parcel: _Parcel, seats: Sequence[Seat]) -> None:
        self._tally.sent += len(seats)
        if parcel.reset:
            self._tally.reset += len(seats)
        elif not parcel.told:
            self._tally.recovered += sum(seat.resumes for seat in seats)
