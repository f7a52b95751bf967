"""What one operation carries from field to field."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from engine.access import Client, Party, Viewer, sees_job
from engine.enums import ErrorCode
from engine.errors import Problem, Refused, denied, invalid
from engine.firm.sessions import SESSION, Claim, Identity
from engine.time.calendar import today
from engine.work import Caller, Work, party_now, perform, system_clock
from live.presence import Presence
from live.tail import Tails
from resolvers.company import Company
from store.database import Database, Db, is_outage
from store.lean import Lean
from store.reads.filters import Asker

STATEMENTS_AT_ONCE: Final = 3
"""Of one operation; those of others find the pool's other connections free."""

C = TypeVar("C")
R = TypeVar("R")


@dataclass(slots=True)
class Context:
    """Who asks, where the data is, and the loaders of this operation. Made fresh for every operation."""

    database: Database
    identity: Identity | None
    address: str
    notify: Callable[[str], None]
    tails: Tails | None = None
    """For streams; None where the transport has none."""
    presence: Presence | None = None
    """Likewise."""
    resume: str | None = None
    """The cursor that a reconnecting client names by itself; it wins over what the document says."""
    wanted: Any = None
    """What the subscription is to follow, once its resolver has been met: ``resolvers.following.Subscribed``."""
    company: Company = field(default_factory=Company)
    """Who looks at the same snapshot at the same time, and what they share."""
    leaving: bool = False
    """Whether nobody wants the rest of the stream any more."""
    idle: asyncio.Future[Any] | None = None
    """What the stream waits for, while it waits."""
    held: AsyncExitStack | None = None
    """The snapshot that a stream's event is read from, until it has been."""
    sets_cookies: bool = True
    set_cookie: str | None = None
    clear_cookie: bool = False
    session_lifetime: timedelta = SESSION
    clock: Callable[[], datetime] = system_clock
    base_url: str = ""
    """Where clients reach this server, without a slash at its end."""
    mutation_id: str | None = None
    warnings: list[Problem] = field(default_factory=list)
    """Of what the last mutation did all the same."""
    claim: Claim | None = None
    """What the identity was taken from. Unless it is proven, the operation has been run in vain."""
    proven: bool = False
    db: Db = field(init=False)
    now: datetime = field(init=False)
    loaders: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.db = Lean(self.database, STATEMENTS_AT_ONCE)
        self.now = self.clock()

    @property
    def viewer(self) -> Viewer:
        """The member who asks. Raises Refused for nobody, and for clients; rules let through whom a field is for."""
        return self._logged_in.viewer

    @property
    def client_or_none(self) -> Client | None:
        """The client who asks; None for members and nobody."""
        return self.identity.client if self.identity else None

    @property
    def client(self) -> Client:
        """The client who asks. Raises Refused for nobody, and for members."""
        client = self._logged_in.client
        if client is None:
            raise denied("This is for clients of the firm.")
        return client

    @property
    def _logged_in(self) -> Identity:
        if self.identity is None:
            raise invalid(ErrorCode.UNAUTHENTICATED, "Log in first, and send the token as a bearer.")
        return self.identity

    @property
    def firm_id(self) -> str:
        """The firm of whoever asks."""
        return self._logged_in.party.firm_id

    @property
    def party(self) -> Party:
        """The member or the client who asks. Raises Refused for nobody."""
        return self._logged_in.party

    @property
    def today(self) -> date:
        """The firm's date at the start of the operation; never before the one that its log has announced.

        This machine's clock may lag behind the worker's. Who has read the announcement must see what it says (LV7).
        """
        party = self._logged_in.party
        return max(today(party.time_zone, self.now), party.clock_date)

    @property
    def asker(self) -> Asker:
        """What filters may need to know of the viewer."""
        return Asker(self.viewer.member_id, self.today, partial(sees_job, self.viewer))

    def turn(self) -> None:
        """Begins anew in a long operation: what was loaded is old, and time has passed."""
        self.loaders = {}
        self.now = self.clock()

    async def rest(self, until: Awaitable[Any]) -> bool:
        """Waits in a stream; answers whether to go on. Here, and nowhere else, a stream may be left."""
        self.idle = asyncio.ensure_future(until)
        if self.leaving:
            self.idle.cancel()
        await asyncio.wait([self.idle])
        return not self.idle.cancelled() and self.idle.exception() is None

    def leave(self) -> None:
        """Ends a stream where it rests next: an operation that is cut in the middle leaves much behind."""
        self.leaving = True
        if self.idle is not None:
            self.idle.cancel()

    async def release(self) -> None:
        """Lets go of what is held. Without a database there is nothing to let go of."""
        held, self.held = self.held, None
        try:
            await (held or AsyncExitStack()).aclose()
        except Exception as error:
            if not is_outage(error):
                raise

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """One instant for all that is read inside, with the viewer's rights as they are in it."""
        before = self.db
        async with self.database.snapshot() as db:
            try:
                await self.look_from(db)
                yield
            finally:
                self.db = before

    async def look_from(self, snapshot: Db) -> None:
        """Reads from a snapshot, with the viewer's rights as they are in it.

        They may have changed since the authentication, and a cursor of the snapshot already lies behind that change.
        """
        self.db = snapshot
        if self.claim is not None:
            self.identity = await self.claim.again(snapshot, self.now)
            self.proven = self.identity is not None
        elif self.identity is not None:
            try:
                self.identity = replace(self.identity, party=await party_now(snapshot, self.identity.party))
            except Refused:
                self.identity = None  # the access has ended meanwhile

    async def perform(self, command: Callable[[Work, C], Awaitable[R]], given: C) -> R:
        """Runs an engine command for the viewer; raises Refused."""
        return await self._perform(self._logged_in.caller(self.address, self.mutation_id), command, given)

    async def perform_as_client(self, command: Callable[[Work, C], Awaitable[R]], given: C) -> R:
        """Runs a command of the portal for the client; raises Refused."""
        self.client  # noqa: B018  # refuses members
        return await self._perform(self._logged_in.client_caller(self.address, self.mutation_id), command, given)

    async def _perform(self, caller: Caller, command: Callable[[Work, C], Awaitable[R]], given: C) -> R:
        return await perform(
            self.database, caller, command, given, notify=self.notify, warn=self.warnings.extend, clock=self.clock
        )
