"""One command in one transaction: what it touches, what it says of it, and the one event it leaves (LV2)."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final, TypeVar

import asyncpg

from engine.access import Viewer
from engine.enums import AccessRight, CauseKind, ErrorCode, HistoryAction, Role
from engine.errors import invalid
from store.database import Database, Db, Row
from store.writes import locks, log, members

C = TypeVar("C")
R = TypeVar("R")
Clock = Callable[[], datetime]
Command = Callable[["Work", C], Awaitable[R]]

ATTEMPTS: Final = 6
_BUSY: Final = {"40P01", "40001", "55P03"}  # deadlock, serialization failure, lock time-out
# What a command referred to went away, or what it made was made, between its look and its change: it looks again.
_OVERTAKEN: Final = {"23503", "23505"}


def system_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a command, by what, and from where."""

    viewer: Viewer
    kind: CauseKind = CauseKind.MEMBER
    address: str | None = None
    mutation_id: str | None = None


@dataclass
class Work:
    """The transaction of one command."""

    db: Db
    caller: Caller
    now: datetime
    viewer: Viewer
    changes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def firm_id(self) -> str:
        """The firm in which all happens."""
        return self.viewer.firm_id

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

    def history(self, job_id: str, action: HistoryAction, *changes: dict[str, Any]) -> None:
        """Adds to a job's history: ``changes`` are made by ``changed``."""
        self.entries.append({"job_id": job_id, "action": action, "changes": list(changes)})

    async def audit(self, action: str, subject_id: str | None, **detail: Any) -> None:
        """Adds to the firm's audit log (AC7)."""
        await log.append_audit(
            self.db,
            firm_id=self.firm_id,
            actor_id=self.viewer.member_id,
            at=self.now,
            address=self.caller.address,
            action=action,
            subject_id=subject_id,
            detail=detail,
        )

    async def finish(self) -> bool:
        """Writes history and the event; answers whether there was anything to write."""
        cause = {
            "kind": self.caller.kind,
            "actor": self.viewer.member_id,
            "client_mutation_id": self.caller.mutation_id,
        }
        if self.entries:
            await log.append_history(self.db, self.firm_id, cause, self.now, self.entries)
        changes = await self._changes()
        if changes:
            await log.append_event(self.db, self.firm_id, cause, changes)
        return bool(changes)

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
    clock: Clock = system_clock,
) -> R:
    """Runs a command in its transaction, again where another one got in its way, and wakes who listens to the firm.

    Raises Refused, with nothing changed.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result, wrote = await _once(database, caller, command, given, clock())
        except Exception as error:
            state = _sqlstate(error)
            if state not in _BUSY | _OVERTAKEN or (attempt == ATTEMPTS and state in _OVERTAKEN):
                raise
            if attempt == ATTEMPTS:
                raise invalid(ErrorCode.BUSY, "Too many others change this at the moment. Try again.") from error
        else:
            if wrote:
                notify(caller.viewer.firm_id)
            return result
    raise AssertionError("unreachable")


async def _once(database: Database, caller: Caller, command: Command[C, R], given: C, now: datetime) -> tuple[R, bool]:
    async with database.transaction() as db:
        viewer = await viewer_now(db, caller.viewer)
        work = Work(db, replace(caller, viewer=viewer), now, viewer)
        result = await command(work, given)
        if ("member", viewer.member_id) not in work.changes:
            await work.look_again()  # who was deactivated while this waited for a lock changes nothing any more
        return result, await work.finish()


async def viewer_now(db: Db, viewer: Viewer) -> Viewer:
    """The viewer with the rights, time zone and clock date of this transaction, not those of the authentication."""
    row = await members.active(db, viewer.firm_id, viewer.member_id)
    if row is None:
        raise invalid(ErrorCode.UNAUTHENTICATED, "This member has been deactivated.")
    rights = frozenset(AccessRight(right) for right in row["rights"])
    return replace(
        viewer, role=Role(row["role"]), rights=rights, time_zone=row["time_zone"], clock_date=row["clock_date"]
    )


def _sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's error code, also when the ORM wrapped the error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, asyncpg.PostgresError):
        cause = cause.__cause__
    return cause.sqlstate if cause else None
