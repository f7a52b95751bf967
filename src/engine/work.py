"""One command in one transaction: what it touches, what it says of it, and the one event it leaves (LV2)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final, TypeVar

import asyncpg

from engine import assignments, news
from engine.access import Client, Party, Viewer
from engine.assignments import Assignment
from engine.enums import AccessRight, CauseKind, DueKind, ErrorCode, HistoryAction, Role, TokenScope
from engine.errors import Problem, invalid
from engine.news import News
from store.database import Database, Db, Row
from store.ids import new_id
from store.writes import due, locks, log, members

C = TypeVar("C")
R = TypeVar("R")
Clock = Callable[[], datetime]
Command = Callable[["Work", C], Awaitable[R]]

ATTEMPTS: Final = 6
_BUSY: Final = {"40P01", "40001", "55P03"}  # deadlock, serialization failure, lock time-out
# What a command referred to went away, or what it made was made, between its look and its change: it looks again.
_OVERTAKEN: Final = {"23503", "23505"}


_OVER: Final = "The access to this portal has ended."

DUE: Final = "due"
"""What is notified, beside the firm, when a transaction has left work that is due."""


def system_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Cascade:
    """A chain of effects: its id, and how many transactions of it came before (AU6)."""

    id: str
    hops: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a command, by what, and from where. The system acts for the member or client who set it going."""

    viewer: Viewer
    kind: CauseKind = CauseKind.MEMBER
    address: str | None = None
    mutation_id: str | None = None
    initiator_id: str | None = None
    automation_id: str | None = None
    recurrence_id: str | None = None
    cascade: Cascade | None = None
    client: Client | None = None
    """Whose command it is, for those of the portal: they look at nothing but what is this client's (AC5)."""

    @property
    def cause(self) -> dict[str, Any]:
        """The same, as events, history and runs keep it."""
        actor = self.initiator_id if self.viewer.is_system else self.viewer.member_id
        cause = {"kind": self.kind, "actor": actor, "client_mutation_id": self.mutation_id}
        things = {"automation": self.automation_id, "recurrence": self.recurrence_id}
        return cause | {what: thing_id for what, thing_id in things.items() if thing_id}


@dataclass
class Work:
    """The transaction of one command."""

    db: Db
    caller: Caller
    now: datetime
    viewer: Viewer
    changes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    dues: list[due.Due] = field(default_factory=list)
    assignments: dict[tuple[str, str], Assignment] = field(default_factory=dict)
    news: dict[str, News] = field(default_factory=dict)
    reconsidered: set[str] = field(default_factory=set)
    advances: bool = False
    warnings: list[Problem] = field(default_factory=list)
    """What was done all the same, and the caller may want to know."""
    cascade: Cascade = field(init=False)

    def __post_init__(self) -> None:
        self.cascade = self.caller.cascade or Cascade(new_id("cascade"))

    @property
    def firm_id(self) -> str:
        """The firm in which all happens."""
        return self.viewer.firm_id

    @property
    def actor_id(self) -> str | None:
        """The member who does it; None for the system."""
        return self.viewer.member_id or None

    @property
    def client(self) -> Client:
        """The client whose command it is."""
        assert self.caller.client is not None  # the rule of the portal's commands lets nobody else through
        return self.caller.client

    @property
    def cause(self) -> dict[str, Any]:
        """Why it happens, as events, history and runs keep it."""
        return self.caller.cause

    @contextmanager
    def as_system(self, kind: CauseKind, automation_id: str | None = None) -> Iterator[None]:
        """Acts as the system, for who acts now (AU5)."""
        caller, viewer = self.caller, self.viewer
        initiator = caller.initiator_id if viewer.is_system else viewer.member_id
        self.viewer = system(viewer)
        self.caller = replace(
            caller, viewer=self.viewer, kind=kind, initiator_id=initiator, automation_id=automation_id
        )
        try:
            yield
        finally:
            self.caller, self.viewer = caller, viewer

    @contextmanager
    def as_member(self, caller: Caller) -> Iterator[None]:
        """Acts for a member who set it going, in a chain of its own (MV10)."""
        before = self.caller, self.viewer, self.cascade
        self.caller, self.viewer, self.cascade = caller, caller.viewer, caller.cascade or self.cascade
        try:
            yield
        finally:
            self.caller, self.viewer, self.cascade = before

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is done, and told, as a whole or not at all (AU2).

        What needs the whole command to run again (a deadlock, say) ends the transaction all the same.
        """
        kept = {key: dict(change) for key, change in self.changes.items()}, [*self.entries], [*self.dues]
        reconsidered, assigned, told = set(self.reconsidered), dict(self.assignments), dict(self.news)
        name = f"level_{new_id('s')}"
        await self.db.rows(f"SAVEPOINT {name}")
        try:
            yield
        except Exception as error:
            if runs_again(error):
                raise
            await self.db.rows(f"ROLLBACK TO SAVEPOINT {name}")
            (self.changes, self.entries, self.dues), self.reconsidered = kept, reconsidered
            self.assignments, self.news = assigned, told
            raise
        await self.db.rows(f"RELEASE SAVEPOINT {name}")

    def later(
        self,
        kind: DueKind,
        subject_id: str,
        *,
        job_id: str | None = None,
        at: datetime | None = None,
        lane: tuple[int, int] | None = None,
        shifts: bool = False,
        waits: bool = False,
    ) -> None:
        """Leaves work that is due at a time, or now, with this transaction or not at all (AU1).

        ``lane`` (a visit's number and a position in it) keeps what is done for one job in order. What ``waits`` does
        so while the job's clocks stand still, and what ``shifts`` is put off by as long.
        """
        visit, position = lane or (0, 0)
        self.dues.append(
            due.Due(
                kind=kind,
                subject_id=subject_id,
                job_id=job_id,
                in_lane=lane is not None and at is None,
                visit=visit,
                position=position,
                due_at=at or self.now,
                shifts=shifts,
                waits=waits or shifts,
                cause=self.cause,
                cascade=self.cascade.id,
                hops=self.cascade.hops + 1,
            )
        )

    def reconsider(self, *job_ids: str) -> None:
        """Has it looked at whether locked jobs go on by themselves, now that something of them is done (AM3)."""
        self.reconsidered.update(job_ids)

    async def look_again(self) -> None:
        """Reads the viewer's rights again: others may have changed them while this waited for a lock."""
        self.viewer = await viewer_now(self.db, self.viewer)

    async def lock_jobs(self, ids: Collection[str]) -> list[Row]:
        """Locks jobs before they change, and keeps their visibility as it was (AC4)."""
        rows = await locks.jobs(self.db, self.firm_id, ids)
        fresh = [row["id"] for row in rows if ("job", row["id"]) not in self.changes]
        keys = await log.job_keys(self.db, self.firm_id, fresh) if fresh else {}
        for job_id, key in keys.items():
            self.changes["job", job_id] = {"type": "job", "id": job_id, "before": key, "after": key, "touched": False}
        return rows

    def touch_job(self, job_id: str) -> None:
        """Says that a locked or new job changed."""
        change = self.changes.setdefault(("job", job_id), {"type": "job", "id": job_id, "before": None})
        change["touched"] = True

    def touch(self, kind: str, thing_id: str, **details: Any) -> None:
        """Says that another thing changed; lists given as details add up."""
        change = self.changes.setdefault((kind, thing_id), {"type": kind, "id": thing_id})
        for name, value in details.items():
            change[name] = [*change.get(name, []), *value] if isinstance(value, list) else value

    def touch_runs(self, rows: Iterable[Mapping[str, Any] | Row]) -> None:
        """Says that turns of automations, each with its id and job_id, were made or changed."""
        turns: dict[str, list[str]] = {}
        for row in rows:
            turns.setdefault(row["job_id"], []).append(row["id"])
        for job_id, ids in turns.items():
            self.touch("runs", job_id, ids=ids)

    def note_assignments(self, people: Mapping[str, Iterable[str]], *, now: bool) -> None:
        """Notes that members were assigned to jobs or tasks, or unassigned: who is so in the end is told of it."""
        for key in ((thing_id, member_id) for thing_id, some in people.items() for member_id in some):
            earlier = self.assignments.get(key)
            before = earlier.before if earlier else not now
            self.assignments[key] = Assignment(before, now, self.actor_id, self.cause)

    def history(self, job_id: str, action: HistoryAction, *changes: dict[str, Any]) -> None:
        """Adds to a job's history: ``changes`` are made by ``changed``."""
        self.entries.append({"job_id": job_id, "action": action, "changes": list(changes), "cause": self.cause})

    async def audit(self, action: str, subject_id: str | None, **detail: Any) -> None:
        """Adds to the firm's audit log (AC7)."""
        await log.append_audit(
            self.db,
            firm_id=self.firm_id,
            actor_id=self.caller.client.contact_id if self.caller.client else self.actor_id,
            at=self.now,
            address=self.caller.address,
            action=action,
            subject_id=subject_id,
            detail=detail,
        )

    async def reconsider_stage(self, stage_id: str) -> None:
        """The same for all jobs of a stage, whose mode has changed."""
        hop = (self.cause, self.cascade.id, self.cascade.hops + 1)
        self.advances |= await due.advance_stage(self.db, self.firm_id, stage_id, self.now, *hop)

    async def finish(self) -> bool:
        """Tells members of it, writes due work, history and the event; answers whether there was an event."""
        await assignments.tell(self)
        await news.tell(self)
        if self.reconsidered:
            hop = (self.cause, self.cascade.id, self.cascade.hops + 1)
            self.advances |= await due.advance(self.db, self.firm_id, self.reconsidered, self.now, *hop)
        if self.dues:
            await due.add(self.db, self.firm_id, self.dues, self.now)
        if self.entries:
            await log.append_history(self.db, self.firm_id, self.now, self.entries)
        changes = await self._changes()
        if changes:
            await log.append_event(self.db, self.firm_id, self.cause, changes)
        return bool(changes)

    @property
    def left_work(self) -> bool:
        """Whether it has left work that is due."""
        return self.advances or bool(self.dues)

    async def _changes(self) -> list[dict[str, Any]]:
        touched = [change for change in self.changes.values() if change.pop("touched", True)]
        jobs = [change["id"] for change in touched if change["type"] == "job"]
        keys = await log.job_keys(self.db, self.firm_id, jobs) if jobs else {}
        for change in touched:
            if change["type"] == "job":
                change["after"] = keys.get(change["id"])
        return touched


def changed(name: str, before: Any, after: Any, **labels: str) -> dict[str, Any]:
    """One line of a history entry; things are named by their ids.

    What every member may know and may be deleted leaves its name, too: ``from_label``, ``to_label``.
    """
    return {"field": name, "from": _plain(before), "to": _plain(after), **labels}


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.name
        case date():
            return value.isoformat()
        case None | str() | bool():
            return value
        case Iterable():
            return list(value)
        case _:
            return str(value)


async def perform(
    database: Database,
    caller: Caller,
    command: Command[C, R],
    given: C,
    *,
    notify: Callable[[str], None] = lambda firm_id: None,
    warn: Callable[[Sequence[Problem]], None] = lambda warnings: None,
    clock: Clock = system_clock,
) -> R:
    """Runs a command in its transaction, again where another one got in its way, and wakes who listens to the firm.

    ``warn`` is told what was done all the same. Raises Refused, with nothing changed.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result, topics, warnings = await _once(database, caller, command, given, clock())
        except Exception as error:
            state = _sqlstate(error)
            if state not in _BUSY | _OVERTAKEN or (attempt == ATTEMPTS and state in _OVERTAKEN):
                raise
            if attempt == ATTEMPTS:
                raise invalid(ErrorCode.BUSY, "Too many others change this at the moment. Try again.") from error
        else:
            for topic in topics:
                notify(topic)
            warn(warnings)
            return result
    raise AssertionError("unreachable")


async def _once(
    database: Database, caller: Caller, command: Command[C, R], given: C, now: datetime
) -> tuple[R, list[str], list[Problem]]:
    async with database.transaction() as db:
        viewer = await viewer_now(db, caller.viewer)
        work = Work(db, replace(caller, viewer=viewer), now, viewer)
        if caller.client is not None:
            await _hold(db, caller.client)
        result = await command(work, given)
        if not viewer.is_system and ("member", viewer.member_id) not in work.changes:
            await work.look_again()  # who was deactivated while this waited for a lock changes nothing any more
        wrote = await work.finish()
        return result, [viewer.firm_id] * wrote + [DUE] * work.left_work, work.warnings


async def _hold(db: Db, client: Client) -> None:
    """Has a client's access last as long as the transaction. Raises Refused where it has ended."""
    if not await members.holds_client(db, client.firm_id, client.contact_id, client.user_id):
        raise invalid(ErrorCode.UNAUTHENTICATED, _OVER)


async def party_now(db: Db, party: Party) -> Party:
    """Who asks, as they are in this transaction or snapshot. Raises Refused for whoever may not ask any more."""
    return await client_now(db, party) if isinstance(party, Client) else await viewer_now(db, party)


async def client_now(db: Db, client: Client) -> Client:
    """The client with the time zone and clock date of this transaction. Raises Refused where the access has ended."""
    row = await members.client(db, client.firm_id, client.contact_id, client.user_id)
    if row is None:
        raise invalid(ErrorCode.UNAUTHENTICATED, _OVER)
    return replace(client, time_zone=row["time_zone"], clock_date=row["clock_date"])


async def viewer_now(db: Db, viewer: Viewer) -> Viewer:
    """The viewer with the rights, time zone and clock date of this transaction, not those of the authentication."""
    if viewer.is_system:
        firm = await members.firm_clock(db, viewer.firm_id)
        return replace(viewer, time_zone=firm["time_zone"], clock_date=firm["clock_date"])
    row = await members.active(db, viewer.firm_id, viewer.member_id)
    if row is None:
        raise invalid(ErrorCode.UNAUTHENTICATED, "This member has been deactivated.")
    rights = frozenset(AccessRight(right) for right in row["rights"])
    return replace(
        viewer, role=Role(row["role"]), rights=rights, time_zone=row["time_zone"], clock_date=row["clock_date"]
    )


def system(viewer: Viewer) -> Viewer:
    """Nobody in the viewer's firm, who may do everything."""
    return replace(viewer, member_id="", user_id="", role=Role.OWNER, rights=frozenset(), scopes=frozenset(TokenScope))


def system_of(firm_id: str) -> Viewer:
    """The system in a firm, until its transaction tells it the time."""
    return Viewer(firm_id, "", "", Role.OWNER, frozenset(), frozenset(TokenScope), "UTC", date.min)


def of_client(client: Client, address: str | None = None, mutation_id: str | None = None) -> Caller:
    """A client as the sender of a command of the portal, which the system carries out."""
    system = system_of(client.firm_id)
    return Caller(system, CauseKind.CLIENT, address, mutation_id, client.contact_id, client=client)


def runs_again(error: BaseException) -> bool:
    """Whether the whole command has to run again, because others were in its way."""
    return _sqlstate(error) in _BUSY


def overtaken(error: BaseException) -> bool:
    """Whether what it referred to went away, or what it made was made, between its look and its change."""
    return _sqlstate(error) in _OVERTAKEN


def _sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's error code, also when the ORM wrapped the error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, asyncpg.PostgresError):
        cause = cause.__cause__
    return cause.sqlstate if cause else None
