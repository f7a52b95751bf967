"""Due work: what transactions left to be done, taken up by whichever worker comes first (AU1).

What has its effect in the database is done in one transaction that forgets the row as well: once, through any crash.
What has its effect outside is an errand: taken for a while, done, and told; a crash in between does it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

import orjson
import structlog

from engine.automating import runs
from engine.bulk import operations
from engine.enums import CauseKind, DueKind, RunState
from engine.errands import Errand, Undelivered
from engine.items import reminding
from engine.job import automove, time_limits
from engine.recurrence import running
from engine.work import Caller, Cascade, Clock, Work, perform, system_clock, system_of
from store.database import Database, Row, is_outage
from store.writes import due, entries, locks

AT_ONCE: Final = 100
"""Rows taken, and jobs changed in one transaction."""

LEASE: Final = timedelta(seconds=60)
"""How long a row is its taker's alone. What is done inside the database does not depend on it, only its order."""

ERRANDS_AT_ONCE: Final = 10
"""Errands of one worker that are under way."""

TRIES: Final = 8
"""How often due work is tried until it is dead, to be looked at by somebody."""

FIRST_PAUSE: Final = timedelta(seconds=15)
"""How long it waits after its first failure; four times as long after each more."""

TELLING_TRIES: Final = 5
TELLING_SECONDS: Final = 2.0
"""How often, and how far apart, it is tried to take note of a delivery."""

OURS: Final = "It failed for a reason of ours, time and again; the log has more."

LONGEST_PAUSE: Final = timedelta(hours=6)

_log = structlog.get_logger("stageline.due")

Handler = Callable[[Work, Sequence[Row], Sequence[Row]], Awaitable[None]]
"""Does rows of due work of locked jobs, or of none: it is given the jobs, then the rows."""
Hold = Callable[[Work, Sequence[Row]], Awaitable[None]]
Observe = Callable[[str, DueKind, int], None]
"""Is told ``done``, ``failed`` or ``dead``, of which kind, and how many."""

HANDLERS: Final[Mapping[DueKind, Handler]] = {
    DueKind.ADVANCE: automove.advance,
    DueKind.RUN: runs.run_due,
    DueKind.LIMIT: time_limits.pass_limits,
    DueKind.REMINDER: reminding.remind,
    DueKind.BULK: operations.go_on,
    DueKind.RECURRENCE: running.run,
}
"""What is done inside the database, for many rows at once."""

HOLDS: Final[Mapping[DueKind, Hold]] = {DueKind.RECURRENCE: running.hold}
"""What locks more than jobs before the rows are locked, because commands that change it forget those rows."""

CAUSES: Final[Mapping[DueKind, CauseKind]] = {
    DueKind.ADVANCE: CauseKind.AUTOMOVE,
    DueKind.RUN: CauseKind.AUTOMATION,
    DueKind.RECURRENCE: CauseKind.RECURRENCE,
}
"""Why it happens, as events say it; the rest is the system's doing."""


@dataclass(slots=True)
class Runner:
    """Takes due work up and does it. Any number may run, in one process or in many."""

    database: Database
    notify: Callable[[str], None]
    errands: Mapping[DueKind, Errand] = field(default_factory=dict)
    observe: Observe = lambda what, kind, number: None
    clock: Clock = system_clock
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Once it is set, what has not been begun is given back."""
    _served: Collection[str] = ()

    async def round(self) -> int:
        """Does what is due now, up to a number of rows; answers how many it took."""
        rows = await self._claim()
        inside = sorted((row for row in rows if row["kind"] in HANDLERS), key=_group)
        for _, group in groupby(inside, key=_group):
            some = list(group)
            await (due.give_back(self.database, some) if self.stop.is_set() else self._together(some))
        await self._deliver([row for row in rows if row["kind"] not in HANDLERS])
        return len(rows)

    async def _claim(self) -> list[Row]:
        """The next rows. A firm that has just filled a round stands back while others have something due."""
        kinds = {*HANDLERS, *self.errands}
        rows = await due.claim(self.database, kinds, self.clock(), AT_ONCE, LEASE, self._served)
        if self._served and not rows:
            rows = await due.claim(self.database, kinds, self.clock(), AT_ONCE, LEASE)
        self._served = {row["firm_id"] for row in rows} if len(rows) == AT_ONCE else set()
        return rows

    async def _together(self, rows: Sequence[Row]) -> None:
        """All in one transaction; where that fails, each in one of its own."""
        try:
            await self._perform(rows)
        except Exception as error:  # noqa: BLE001  (whatever it was: it is logged, and tried again later)
            if len(rows) == 1:
                await self._failed(rows[0], error)
                return
            for row in rows:
                await self._together([row])

    async def _perform(self, rows: Sequence[Row]) -> None:
        """AU1: the effect and the forgetting of its row are one transaction."""
        first = rows[0]
        handler = HANDLERS[DueKind(first["kind"])]

        async def do(work: Work, claimed: Sequence[Row]) -> int:
            jobs = await _locked(work, [row["job_id"] for row in claimed if row["job_id"]])
            if DueKind(first["kind"]) in HOLDS:
                await HOLDS[DueKind(first["kind"])](work, claimed)
            ours = await due.hold(work.db, claimed)  # after the jobs: whoever moves a job forgets what was due for it
            if ours:
                await handler(work, jobs, ours)
                await due.done(work.db, [row["id"] for row in ours])
            return len(ours)

        done = await self._as_system(first, do, rows)
        self.observe("done", DueKind(first["kind"]), done)

    async def _as_system(self, row: Row, command: Callable[[Work, Any], Awaitable[Any]], given: Any) -> Any:
        cause = orjson.loads(row["cause"])
        caller = Caller(
            system_of(row["firm_id"]),
            _cause_kind(DueKind(row["kind"]), cause),
            mutation_id=cause["client_mutation_id"],
            initiator_id=cause["actor"],
            recurrence_id=cause.get("recurrence"),
            cascade=Cascade(row["cascade"], row["hops"]),
        )
        return await perform(self.database, caller, command, given, notify=self.notify, clock=self.clock)

    async def _failed(self, row: Row, error: Exception) -> None:
        if is_outage(error):
            raise error
        kind = DueKind(row["kind"])
        dead = row["attempts"] >= TRIES
        _log.error("due_work_failed", kind=kind, due=row["id"], tries=row["attempts"], dead=dead, exc_info=error)
        await due.put_off(self.database, row, self.clock() + pause(row["attempts"]), _word(error), dead=dead)
        if dead:
            await self._give_up(row)
        self.observe("dead" if dead else "failed", kind, 1)

    async def _give_up(self, row: Row) -> None:
        """What is dead says so where members look: its run has failed, and may be retried there."""
        kind, subject = DueKind(row["kind"]), row["subject_id"]
        if kind is DueKind.RUN:
            await self._told(row, lambda work: runs.finish(work, subject, RunState.FAILED, OURS))
        elif kind is DueKind.BULK:
            await self._told(row, lambda work: operations.give_up(work, subject))
        elif kind in self.errands:
            await self._told(row, lambda work: self.errands[kind].given_up(work, subject, OURS))

    async def _deliver(self, rows: Sequence[Row]) -> None:
        gate = asyncio.Semaphore(ERRANDS_AT_ONCE)

        async def run(row: Row) -> None:
            async with gate:
                try:
                    if self.stop.is_set():
                        await due.give_back(self.database, [row])
                    elif await due.renew(self.database, row, LEASE):  # it may have waited for long
                        await self._errand(row)
                except Exception as error:  # noqa: BLE001  (of ours, not of the errand: it waits, as all due work does)
                    await self._failed(row, error)

        outcomes = await asyncio.gather(*map(run, rows), return_exceptions=True)  # none is cut for another's trouble
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _errand(self, row: Row) -> None:
        kind = DueKind(row["kind"])
        errand, subject = self.errands[kind], row["subject_id"]
        thing = await errand.load(self.database, row["firm_id"], subject)
        if thing is None:
            await due.done(self.database, [row["id"]])
            return
        try:
            receipt = await errand.deliver(thing)
        except Undelivered as error:
            text = str(error)
            if error.permanent or row["attempts"] >= TRIES:
                await self._told(row, lambda work: errand.given_up(work, subject, text))
                self.observe("dead", kind, 1)
            else:
                await due.put_off(self.database, row, self.clock() + pause(row["attempts"]), text, dead=False)
                self.observe("failed", kind, 1)
        else:
            await self._tell_for_certain(row, lambda work: errand.delivered(work, subject, receipt))
            self.observe("done", kind, 1)

    async def _tell_for_certain(self, row: Row, tell: Callable[[Work], Awaitable[None]]) -> None:
        """What has left must be taken note of, or it leaves again: tries it for longer than anything may last."""
        for tries in range(TELLING_TRIES):
            try:
                await self._told(row, tell)
            except Exception as error:
                if tries == TELLING_TRIES - 1:
                    raise
                _log.warning("delivery_not_noted", kind=row["kind"], due=row["id"], tries=tries, error=repr(error))
                await due.renew(self.database, row, LEASE)
                await asyncio.sleep(TELLING_SECONDS)
            else:
                return

    async def _told(self, row: Row, tell: Callable[[Work], Awaitable[None]]) -> None:
        async def do(work: Work, claimed: Sequence[Row]) -> None:
            await tell(work)
            await due.done(work.db, [one["id"] for one in claimed])

        await self._as_system(row, do, [row])


async def _locked(work: Work, job_ids: Iterable[str]) -> list[Row]:
    """Locks jobs, and before them their pipelines against changes."""
    ids = sorted(set(job_ids))
    pipelines = await entries.pipelines_of(work.db, work.firm_id, ids)
    for pipeline_id in pipelines:
        await locks.share_pipeline(work.db, pipeline_id)
    jobs = await work.lock_jobs(ids)
    for pipeline_id in sorted({job["pipeline_id"] for job in jobs} - set(pipelines)):  # moved there meanwhile
        await locks.share_pipeline(work.db, pipeline_id)
    return jobs


def _cause_kind(kind: DueKind, cause: Mapping[str, Any]) -> CauseKind:
    """Why events say that it happens. A bulk operation is the doing of who began it, whoever does its chunks."""
    return CauseKind(cause["kind"]) if kind is DueKind.BULK else CAUSES.get(kind, CauseKind.SYSTEM)


def pause(tries: int) -> timedelta:
    """How long due work waits after so many tries."""
    longer: timedelta = FIRST_PAUSE * 4 ** (tries - 1)
    return min(longer, LONGEST_PAUSE)


def _group(row: Row) -> tuple[Any, ...]:
    """What may share a transaction: the same kind of work of one chain; of recurrences, that of one."""
    alone = row["subject_id"] if row["kind"] == DueKind.RECURRENCE else ""
    return row["firm_id"], row["kind"], row["cascade"], row["hops"], row["cause"], alone


def _word(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
