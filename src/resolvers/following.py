"""What the hub has to know: what is subscribed to, who is shown the same, and how a page becomes an event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.access import Client, Party, Viewer
from engine.enums import ErrorCode
from engine.errors import Refused, invalid
from engine.firm.sessions import Identity, identities_now
from engine.work import Clock, system_clock
from live.cursor import Position
from live.recent import Recent
from live.seats import Over, Seat, Shown
from resolvers import log_pages
from resolvers.company import Company
from resolvers.context import Context
from resolvers.declare import Depends
from resolvers.log_pages import Event, Page, Source
from store.database import Database
from store.reads.things import pipelines_of

MOST: Final = 200  # events a page

Run = Callable[[Context, Event], Awaitable[bytes]]
"""Executes a subscription's selection on an event, and encodes the result. Raises Over, or what went wrong."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the resolver of a subscription answers: what it reads, and from where on."""

    source: Source
    after: Position | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription whose resolver has been met."""

    wanted: Wanted
    about: Hashable
    """Equal for sources that show the same; what is selected of it does not matter."""
    info: Any


@dataclass(frozen=True, slots=True)
class Who:
    """A subscriber, as the log says at its position. ``pipelines`` are those on whose lists a member is."""

    identity: Identity
    pipelines: frozenset[str] = frozenset()

    @property
    def party(self) -> Party:
        """The member or the client."""
        return self.identity.party


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Following:
    """A subscription as the hub knows it; a ``live.seats.Stream``."""

    firm_id: str
    key: Hashable
    about: Hashable
    """Equal for streams of the same source, whatever they select."""
    source: Source
    depends: Depends
    """What its selection says of the viewer."""
    run: Run

    def standing(self, who: Who) -> Hashable:
        """Equal for subscribers who are shown the same, in three parts: rights, pipelines, and the member or client.

        Owners and admins see everything. Who sees all accounts sees a pipeline whole, and of a job that leaves it just
        whether it has gone to another pipeline that they see. All others have a sight of their own.
        """
        viewer, depends = who.party, self.depends | self.source.depends
        if isinstance(viewer, Client):
            return (), (), viewer.contact_id
        rights = (viewer.role, viewer.rights, viewer.scopes) if Depends.RIGHTS in depends else ()
        if Depends.SELF in depends:
            return rights, (), viewer.member_id
        if viewer.manages:
            return rights, (), ""
        if viewer.sees_all_accounts and self.source.in_one_pipeline and Depends.SCOPE not in self.depends:
            return rights, who.pipelines, ""
        return rights, (), viewer.member_id


@dataclass(frozen=True, slots=True)
class LogReader:
    """Reads the log for the hub; a ``live.seats.Reader``."""

    database: Database
    notify: Callable[[str], None]
    tell: Callable[[Exception], Exception] = lambda error: error
    """Makes a failure of ours, once for all whom it concerns, what they are told."""
    clock: Clock = system_clock
    base_url: str = ""

    async def admit(self, recent: Recent, seats: Sequence[Seat]) -> Mapping[Seat, Exception]:
        """Looks anew at sessions and rights (LV6)."""
        identities: list[Identity] = [seat.who.identity for seat in seats]
        found = await identities_now(recent.db, recent.firm_id, identities, self.clock())
        listed = await pipelines_of(recent.db, recent.firm_id, {seat.person_id for seat in seats})
        leaving: dict[Seat, Exception] = {}
        for seat in seats:
            now = found[seat.session_id]
            if isinstance(now, ErrorCode):
                message = "The session is over: log in again, and go on from the last cursor."
                leaving[seat] = invalid(now, message)
            else:
                seat.who = Who(now, listed.get(seat.person_id, frozenset()))
        return leaving

    def standing(self, seat: Seat) -> Hashable:
        """See ``Following.standing``."""
        return _following(seat).standing(seat.who)

    def touched(self, recent: Recent, since: Position) -> set[str] | None:
        """People whose rights, accounts or places on lists may have changed, and sessions that have ended."""
        events = recent.after(since)
        if events is None:
            return None
        found: set[str] = set()
        for event in events:
            for change in event.changes:
                match change["type"]:
                    case "member" | "contact" | "session":
                        found.add(change["id"])
                    case "pipeline":
                        found.update(change.get("members_added", ()), change.get("members_removed", ()))
        return found

    def expect(self, recent: Recent, seats: Iterable[Seat]) -> None:
        """Takes note of who will look: what each of them sees is asked for all at once."""
        company = _company(recent)
        for seat in seats:
            if isinstance(seat.who.party, Viewer):
                company.expect(seat.who.party)

    async def read(self, recent: Recent, seat: Seat, after: Position) -> Shown:
        """The next page, executed and encoded for those who stand like a seat."""
        following = _following(seat)
        events = recent.after(after)
        if events is not None and not following.source.concerned(events):  # whether it is seen at all, `silence` asks
            return Shown(recent.here)
        standing = _standing(seat)  # before anything is waited for: the seat may be left meanwhile
        context = self._context(recent, seat, standing)
        page = await self._page(recent, following, context, standing, after, told=_told(seat))
        payload = await following.run(context, page.event) if page.event else None
        return Shown(page.end, payload, page.has_more, page.reset)

    async def silence(self, recent: Recent, seat: Seat, end: Position) -> Shown:
        """An event without changes; refused to who sees nothing of what it is about."""
        following, standing = _following(seat), _standing(seat)
        context = self._context(recent, seat, standing)
        told = _told(seat)
        key = "seen", following.about, standing, told
        if key not in recent.facts:
            try:
                await following.source.begin(context, told=told)
            except Refused as refused:
                raise Over(refused) from refused
            recent.facts[key] = True
        return Shown(end, await following.run(context, log_pages.silence(context, following.source, end)))

    def failure(self, error: Exception) -> Exception:
        """What they are told of it."""
        return self.tell(error)

    async def _page(
        self, recent: Recent, following: Following, context: Context, standing: Hashable, after: Position, *, told: bool
    ) -> Page:
        """A page, read once for all selections of the same source by those who stand alike."""
        key = following.about, standing, after, told
        if key not in recent.facts:
            try:
                recent.facts[key] = await log_pages.page(context, following.source, after, MOST, recent, told=told)
            except Refused as refused:
                raise Over(refused) from refused
        page: Page = recent.facts[key]
        return page

    def _context(self, recent: Recent, seat: Seat, standing: Hashable) -> Context:
        """A context that reads from the snapshot, with the firm's date as it is there; one for all who stand alike."""
        if standing not in recent.facts:
            party = replace(seat.who.party, time_zone=recent.time_zone, clock_date=recent.clock_date)
            identity = replace(seat.who.identity, party=party)
            context = Context(self.database, identity, "", notify=self.notify, clock=self.clock, base_url=self.base_url)
            context.db, context.company = recent.db, _company(recent)
            recent.facts[standing] = context
        found: Context = recent.facts[standing]
        return found


def _company(recent: Recent) -> Company:
    found: Company = recent.facts.setdefault(Company, Company(together=True))
    return found


def _following(seat: Seat) -> Following:
    assert isinstance(seat.stream, Following)
    return seat.stream


def _told(seat: Seat) -> bool:
    assert seat.cohort is not None
    return seat.cohort.told


def _standing(seat: Seat) -> Hashable:
    """What viewers of one context have in common: also what selections might look at that others do not."""
    assert seat.cohort is not None
    party: Party = seat.who.party
    if isinstance(party, Client):
        return seat.cohort.key[1]
    return seat.cohort.key[1], party.manages, party.sees_all_accounts
