"""A firm's subscribers: what happens is read, executed and encoded once for all who are shown the same (LV1).

Subscribers of one stream who stand alike and are at the same position of the log are a cohort. A turn takes the cohorts
on, each by one page, in one snapshot; those that arrive at the same position become one. What it has read is on its way
to them while the next one reads. There is no queue: who cannot take more just now is left where it is, and gets what
happened meanwhile joined (LV3).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog

from live.cursor import Position
from live.delivery import Delivery
from live.gate import Gate
from live.memory import Memory
from live.recent import Recent
from live.seats import Cohort, Key, Over, Reader, Seat, Shown, Tally
from live.tail import Tail
from store.database import Database, Db, is_outage

SILENCE_SECONDS: Final = 30.0
"""How long a subscriber is told nothing, while the log grows, before it gets a newer cursor all the same."""

TROUBLE_SECONDS: Final = 1.0
"""How long to wait before a page is tried again that could not be read."""

TRIES: Final = 5
"""How often that is done, where the database is not away: then the failure is told."""

TURN_SECONDS: Final = 2.0
"""How long one snapshot is looked at; the cohorts that are left come first in the next."""

_log = structlog.get_logger("stageline.streams")


class Desk:
    """The subscribers of one firm, and what is done to take them on."""

    def __init__(self, firm_id: str, database: Database, reader: Reader, gate: Gate, tally: Tally) -> None:
        self.firm_id = firm_id
        self.closing = False
        self._database = database
        self._reader = reader
        self._gate = gate
        self._memory = Memory()
        self._here: Position | None = None
        self._since: float | None = None
        self._cohorts: dict[Key, Cohort] = {}
        self._new: dict[Seat, None] = {}
        self._back: dict[Seat, None] = {}
        """Those who could not take more, and can now."""
        self._delivery = Delivery(tally, self._unplace, self._turn_away)
        self._handed_out: Recent | None = None
        """What the delivery is of."""
        self._by_person: dict[str, dict[Seat, None]] = {}
        """Seats by their member's and their session's id."""
        self.seats: dict[Seat, None] = {}
        self.news = asyncio.Event()

    @property
    def cohorts(self) -> Collection[Cohort]:
        """Those who take part, in the groups for which things are done once."""
        return self._cohorts.values()

    @property
    def waiting(self) -> int:
        """How many subscribers do not take part: they cannot take more just now, or have only come."""
        return len(self.seats) - sum(len(cohort.seats) for cohort in self._cohorts.values())

    def streams_of(self, person_id: str) -> int:
        """How many subscriptions a person has."""
        return len(self._by_person.get(person_id, ()))

    @property
    def lag(self) -> float:
        """For how many seconds there has been something new that has not been taken up."""
        return time.monotonic() - self._since if self._since is not None else 0.0

    def join(self, seat: Seat) -> None:
        """A subscriber comes."""
        self.seats[seat] = self._new[seat] = None
        for one in (seat.person_id, seat.session_id):
            self._by_person.setdefault(one, {})[seat] = None
        self.news.set()

    def leave(self, seat: Seat) -> None:
        """A subscriber goes."""
        seat.gone = True
        self._unplace(seat)
        self._new.pop(seat, None)
        self._back.pop(seat, None)
        if seat not in self.seats:
            return
        del self.seats[seat]
        for one in (seat.person_id, seat.session_id):
            found = self._by_person[one]
            del found[seat]
            if not found:
                del self._by_person[one]
        if not self.seats:
            self.news.set()

    def ready(self, seat: Seat) -> None:
        """A subscriber that could not take more now can."""
        if not seat.gone and seat.cohort is None and seat not in self._new:
            self._back[seat] = None
            self.news.set()

    def close(self) -> None:
        """Ends after the turn that is under way."""
        self.closing = True
        self.news.set()

    async def run(self, tail: Tail) -> None:
        """Takes them on whenever there is news, as long as there are any."""
        with tail.read_by(self.news):
            while self.seats and not self.closing:
                self.news.clear()
                self._since = self._since or time.monotonic()
                if not await self._safely(tail):
                    self._since = None
                    await self._wait()
        if self.closing:  # where all have gone nothing may be waited for: who comes meanwhile would never be served
            await self._delivery.done()

    async def _wait(self) -> None:
        rests = [cohort.rests_until for cohort in self._cohorts.values() if cohort.rests_until]
        left = max(0.0, min(rests) - time.monotonic()) if rests else None
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self.news.wait()

    async def _safely(self, tail: Tail) -> bool:
        """A turn; answers whether there is more to do at once."""
        try:
            async with self._gate.turn(self.firm_id), self._database.snapshot() as db:
                return await self._turn(db, tail)
        except Exception as error:  # noqa: BLE001  (whatever it was: the subscribers are still there)
            if not is_outage(error):
                _log.error("turn_failed", firm=self.firm_id, exc_info=error)
            await self._delivery.done()
            self._trouble(self._cohorts.values(), error)
            self._turn_away([seat for seat in self._new if not seat.told], error)
            await asyncio.sleep(TROUBLE_SECONDS)
            return True

    async def _turn(self, db: Db, tail: Tail) -> bool:
        """Takes on all who are behind, as far as time allows."""
        known = [tail.since, self._memory.since, *(position.seq for position in self._positions())]
        recent = await Recent.read(db, self.firm_id, min((seq for seq in known if seq is not None), default=None))
        recent.db = self._memory.over(recent)
        tail.saw(recent)
        self._here = recent.here
        await self._settle(recent)
        began, more = time.monotonic(), False
        behind = self._behind(recent.here, began)
        self._reader.expect(recent, [next(iter(cohort.seats)) for cohort in behind])
        for number, cohort in enumerate(behind):
            if number and time.monotonic() - began > TURN_SECONDS:
                return True
            if not cohort.seats:
                continue
            try:
                more = await self._serve(cohort, recent) or more
            except Over as over:
                await self._delivery.done()
                for seat in list(cohort.seats):
                    self._over(seat, over.last)
            except Exception as error:  # noqa: BLE001  (whatever it is: it is tried again, and told in the end)
                await self._delivery.done()
                self._trouble([cohort], error)
                return True  # in another snapshot: a statement that fails spoils this one
        return more

    def _positions(self) -> Iterator[Position]:
        yield from (cohort.position for cohort in self._cohorts.values())
        yield from (seat.position for seat in self._back if seat.position)

    def _behind(self, here: Position, now: float) -> list[Cohort]:
        found = []
        for cohort in self._cohorts.values():
            if cohort.position == here and cohort.told:
                cohort.tries = 0
                cohort.rests_until = 0.0
            elif cohort.rests_until <= now:
                found.append(cohort)
        return found

    async def _settle(self, recent: Recent) -> None:
        """Everybody to their place, where that changes: as soon as nothing is on its way to them any more."""
        if not (self._new or self._back or self._apart(recent)):
            return
        await self._delivery.done()
        for seat in self._back:
            self._place(seat)
        self._back.clear()
        apart = self._apart(recent)
        for seat in apart:
            self._unplace(seat)
        self._new |= apart
        if self._new:
            await self._admit(recent, list(self._new))

    async def _admit(self, recent: Recent, wanted: Sequence[Seat]) -> None:
        """Looks anew at who is new, and at those whose own sight has changed; they are cohorts of their own then."""
        for seat, last in (await self._reader.admit(recent, wanted)).items():
            self._over(seat, last)
        await recent.keep(min((seat.position.seq for seat in wanted if seat.position), default=None))
        for seat in wanted:
            if not seat.gone:
                del self._new[seat]
                seat.position = seat.position or recent.here
                touched = self._reader.touched(recent, seat.position)
                self._place(seat, alone=touched is None or not touched.isdisjoint((seat.person_id, seat.session_id)))

    def _apart(self, recent: Recent) -> dict[Seat, None]:
        """Placed seats whose own sight, or session, has changed since their position, as far as one can tell."""
        there: dict[Position, list[Cohort]] = {}
        for cohort in self._cohorts.values():
            there.setdefault(cohort.position, []).append(cohort)
        found: dict[Seat, None] = {}
        for position, cohorts in there.items():
            touched = self._reader.touched(recent, position)
            if touched is None:
                found |= {seat: None for cohort in cohorts for seat in cohort.seats}
            elif people := touched & self._by_person.keys():
                seats = [seat for one in people for seat in self._by_person[one]]
                found |= {seat: None for seat in seats if seat.cohort in cohorts}
        return found

    async def _serve(self, cohort: Cohort, recent: Recent) -> bool:
        """One page for a cohort; answers whether more is there already."""
        shown = await self._reader.read(recent, next(iter(cohort.seats)), cohort.position)
        silent = not cohort.told or time.monotonic() - cohort.since >= SILENCE_SECONDS
        if cohort.seats and shown.payload is None and silent and not shown.more:
            shown = await self._reader.silence(recent, next(iter(cohort.seats)), shown.end)
        if self._handed_out is not recent:  # one turn's events at a time: who comes late gets them joined
            await self._delivery.done()
            self._handed_out = recent
        if shown.payload is not None:
            self._delivery.hand(cohort, shown.payload, shown.end, reset=shown.reset)
        if not cohort.seats:  # all have gone meanwhile; if others of their like have come, those are another cohort
            return False
        self._move(cohort, shown)
        return shown.more

    def _move(self, cohort: Cohort, shown: Shown) -> None:
        """Moves a cohort on; where another like it is already, both become one."""
        del self._cohorts[cohort.key]
        stream, standing, _, told = cohort.key
        cohort.key = (stream, standing, shown.end, told or shown.payload is not None)
        if shown.payload is not None:
            cohort.since = time.monotonic()
        if cohort.alone:
            for seat in list(cohort.seats):
                self._unplace(seat)
                self._place(seat, since=cohort.since)
            return
        cohort.tries, cohort.rests_until = 0, 0.0
        other = self._cohorts.setdefault(cohort.key, cohort)
        if other is not cohort:
            other.seats |= cohort.seats
            other.since = min(other.since, cohort.since)
            for seat in cohort.seats:
                seat.cohort = other

    def _place(self, seat: Seat, *, alone: bool = False, since: float | None = None) -> None:
        """Puts a seat among its like."""
        assert seat.position is not None
        standing = (seat.person_id,) if alone else self._reader.standing(seat)
        key: Key = (seat.stream.key, standing, seat.position, seat.told)
        cohort = self._cohorts.get(key)
        if cohort is None:
            cohort = self._cohorts[key] = Cohort(key, alone=alone)
        if since is not None:
            cohort.since = min(cohort.since, since)
        seat.cohort = cohort
        cohort.seats[seat] = None

    def _unplace(self, seat: Seat) -> None:
        """Takes a seat out, with what is known of it."""
        cohort, seat.cohort = seat.cohort, None
        if cohort is None:
            return
        seat.position, seat.told = cohort.position, cohort.told
        del cohort.seats[seat]
        if not cohort.seats and self._cohorts.get(cohort.key) is cohort:
            del self._cohorts[cohort.key]

    def _trouble(self, cohorts: Iterable[Cohort], error: Exception) -> None:
        """Lets cohorts wait that could not be read; those who were never told anything, or too often, hear of it."""
        for cohort in list(cohorts):
            cohort.tries += 1
            cohort.rests_until = time.monotonic() + TROUBLE_SECONDS
            if cohort.told and (cohort.tries <= TRIES or is_outage(error)):
                _log.warning("stream_waits", error=repr(error), tries=cohort.tries)
            else:
                self._turn_away(list(cohort.seats), error)

    def _turn_away(self, seats: Sequence[Seat], error: Exception) -> None:
        if seats:
            last = self._reader.failure(error)
            for seat in seats:
                self._over(seat, last)

    def _over(self, seat: Seat, last: Any) -> None:
        self.leave(seat)
        seat.sink.end(last)
