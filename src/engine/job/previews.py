"""What a move would do (MV6): the move itself, with all that it leaves due at once, in a transaction rolled back.

Nothing is planned here, and so nothing can be planned wrong: what is looked at has really been done, up to e-mails and
calls, which count as accepted without having been made.
"""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final, NoReturn

import orjson

from engine.access import sees_email
from engine.automating import cascades
from engine.due import HANDLERS
from engine.enums import CauseKind, DueKind, ErrorCode, PendingItems
from engine.errands import Errand
from engine.errors import Problem, Refused
from engine.hooks.calls import Answer
from engine.hooks.webhooks import WebhookErrand
from engine.job.moves import MoveJob, move_job
from engine.mail.emails import EmailErrand
from engine.work import Caller, Cascade, Clock, Work, overtaken, runs_again, system, viewer_now
from store.database import Database, Db, Row
from store.reads import previews as reads
from store.sql import Params
from store.writes import items
from store.writes import previews as writes

PATIENCE_MS: Final = 300
"""How long a preview waits for others who are at the same job: it is looked at again soon."""

MOST: Final = 100
"""Rows of due work that are followed."""

FOLLOWED_SECONDS: Final = 1.0
"""How long what comes of the move is followed: whoever wants to change the job waits for that."""

BUSY: Final = Problem(ErrorCode.BUSY, "Others change this at the moment. Try again.")
ENDLESS: Final = Problem(ErrorCode.TOO_MANY, "Too much would come of it to be followed to its end.")


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of a move."""

    errors: Sequence[Problem] = ()
    """Why it would be refused; nothing else is said then."""
    warnings: Sequence[Problem] = ()
    pending: Sequence[str] = ()
    """The items for which a choice is missing; the rest is as if they were kept."""
    stage_id: str | None = None
    """Where the job would end up."""
    status_id: str | None = None
    entered: Sequence[str] = ()
    """The stages that it would enter, in order."""
    turns: Sequence[Row] = ()
    """Turns of automations in the job; see ``store.reads.previews``."""
    letters: Sequence[Row] = ()
    """E-mails that the viewer sees, for the job and for jobs made by the way."""


class _Over(Exception):
    """Ends a transaction in which nothing is to stay."""


@asynccontextmanager
async def _rolled_back(database: Database) -> AsyncIterator[Db]:
    with suppress(_Over):
        async with database.transaction() as db:
            await writes.hurry(db, PATIENCE_MS)
            yield db
            raise _Over


async def preview_move(database: Database, caller: Caller, command: MoveJob, clock: Clock) -> Preview:
    """What would happen if a caller made a move now, and nobody did anything else. Changes nothing."""
    try:
        async with _rolled_back(database) as db:
            viewer = await viewer_now(db, caller.viewer)
            work = Work(db, replace(caller, viewer=viewer), clock(), viewer)
            preview = await _look(work, command, _outward(database))
    except Refused as refused:
        return Preview(errors=refused.problems)
    except Exception as error:
        if not (runs_again(error) or overtaken(error)):
            raise
        return Preview(errors=[BUSY])
    return preview


async def _look(work: Work, command: MoveJob, errands: Mapping[DueKind, Errand]) -> Preview:
    before = await reads.place(work.db, work.firm_id, command.job_id)
    blocking = await items.pending(work.db, work.firm_id, command.job_id)
    await move_job(work, replace(command, pending_items=command.pending_items or PendingItems.KEEP))
    assert before is not None  # the job has been moved
    chain = _Chain(work, command.job_id, errands)
    await chain.follow()
    since = (work.db, work.firm_id, command.job_id, before["number"])
    entered, after = await reads.entered(*since), await reads.place(work.db, work.firm_id, command.job_id)
    assert after is not None

    def seen(p: Params) -> str:
        return sees_email(work.viewer, p, "e")

    return Preview(
        warnings=[*work.warnings, *([] if chain.ended else [ENDLESS])],
        pending=_undecided(command, blocking) if entered else (),
        stage_id=after["stage_id"],
        status_id=after["status_id"],
        entered=entered,
        turns=await reads.turns(*since),
        letters=await reads.letters(*since, chain.job_ids - {command.job_id}, seen),
    )


def _undecided(command: MoveJob, blocking: Sequence[Row]) -> list[str]:
    if command.pending_items is not None:
        return []
    decided = {choice.item_id for choice in command.pending_item_choices or ()}
    return [row["id"] for row in blocking if row["id"] not in decided]


def _outward(database: Database) -> dict[DueKind, Errand]:
    """What leaves the firm, and here does not."""

    async def never(thing: Any) -> NoReturn:
        raise AssertionError("a preview delivers nothing")

    return {DueKind.EMAIL: EmailErrand(never, database), DueKind.WEBHOOK: WebhookErrand(never, database)}


_RECEIPTS: Final[Mapping[DueKind, Any]] = {DueKind.EMAIL: "", DueKind.WEBHOOK: Answer(200, "")}


@dataclass
class _Chain:
    """What a move leaves to be done, done as the worker does it (``engine.due``), in the move's own transaction."""

    work: Work
    job_id: str
    errands: Mapping[DueKind, Errand]
    ended: bool = True
    job_ids: set[str] = field(default_factory=set)
    """The job, and those that were made by the way."""

    async def follow(self) -> None:
        """Goes on until nothing is due any more, or too much has been."""
        await self._end(self.work)
        done, until = 0, time.monotonic() + FOLLOWED_SECONDS
        while rows := await self._take():
            done += len(rows)
            late = time.monotonic() > until
            if late or done > MOST or any(row["hops"] > cascades.HOPS for row in rows):
                self.ended = False
                return
            inside = sorted((row for row in rows if row["kind"] in HANDLERS), key=_group)
            for _, group in groupby(inside, key=_group):
                await self._handle(list(group))
            for row in rows:
                if row["kind"] in self.errands:
                    await self._deliver(row)

    async def _take(self) -> list[Row]:
        kinds, work = [*HANDLERS, *self.errands], self.work
        return await writes.take(work.db, work.firm_id, self.job_ids, kinds, work.now, MOST + 1)

    async def _deliver(self, row: Row) -> None:
        kind, work = DueKind(row["kind"]), self._system(row)
        await self.errands[kind].delivered(work, row["subject_id"], _RECEIPTS[kind])
        await self._end(work)

    async def _handle(self, rows: Sequence[Row]) -> None:
        work = self._system(rows[0])
        jobs = await work.lock_jobs({row["job_id"] for row in rows})
        await HANDLERS[DueKind(rows[0]["kind"])](work, jobs, rows)
        await self._end(work)

    def _system(self, row: Row) -> Work:
        viewer = system(self.work.viewer)
        cascade = Cascade(row["cascade"], row["hops"])
        actor = orjson.loads(row["cause"])["actor"]
        caller = Caller(viewer, CauseKind.SYSTEM, initiator_id=actor, cascade=cascade)
        return Work(self.work.db, caller, self.work.now, viewer)

    async def _end(self, work: Work) -> None:
        self.job_ids |= {self.job_id, *work.reconsidered, *(due.job_id for due in work.dues if due.job_id)}
        await work.finish()


def _group(row: Row) -> tuple[Any, ...]:
    return row["kind"], row["cascade"], row["hops"], row["cause"]
