"""How the demo is told: one step after the other, each at its time and once, with the worker's work in between."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Final, TypeVar

from engine.access import Viewer
from engine.demo.ids import known
from engine.due import Runner
from engine.enums import DueKind
from engine.mail.emails import EmailErrand
from engine.mail.letters import Send
from engine.time.calendar import Calendar, today
from engine.work import Caller, Work, perform
from store.database import Database
from store.reads import due
from store.writes import find

_REST: Final = 0.05  # seconds until another look at what another process does
_DONE: Final = b"done"

C = TypeVar("C")
Command = Callable[[Work, C], Awaitable[Any]]


@dataclass(slots=True)
class Telling:
    """The demo firm while its past is made up to ``end``, the moment at which it was founded. ``now`` is in that past.

    Commands are performed as they always are, at that time, and what they leave due is done when it is due.
    """

    database: Database
    send: Send
    owner: Viewer
    calendar: Calendar
    end: datetime
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.end

    def at(self, days: int, local: time) -> datetime:
        """A time of a day, so many working days ago; 0 is the end."""
        if days == 0:
            return self.end
        day = today(self.calendar.time_zone, self.end)
        while days:
            day -= timedelta(days=1)
            if self.calendar.is_working(day):
                days -= 1
        return self.calendar.moment(day, local)

    async def do(self, command: Command[C], given: C, *, member_id: str | None = None, once: str = "") -> Any:
        """One command, of the owner or another member. What makes nothing with an id of its own is done ``once``."""
        viewer = self.owner if member_id is None else replace(self.owner, member_id=member_id)

        async def do_once(work: Work, given: C) -> Any:
            first = not once or await find.claim(work.db, work.firm_id, known("step", once), _DONE) is None
            return await command(work, given) if first else None

        return await perform(self.database, Caller(viewer), do_once, given, clock=lambda: self.now)

    async def wait(self, until: datetime) -> None:
        """Lets time pass: what falls due meanwhile is done, by this process or by a worker beside it."""
        errands = {DueKind.EMAIL: EmailErrand(self.send, self.database)}
        runner = Runner(self.database, lambda topic: None, errands, clock=lambda: self.now)
        while at := await due.first(self.database, self.owner.firm_id, until):
            self.now = max(self.now, at)
            if not await runner.round():
                await asyncio.sleep(_REST)
        self.now = until
