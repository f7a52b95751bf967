"""Bulk operations: begun, gone on with by the worker, cancelled (MV10).

A chunk of an operation is one transaction, with its results and one event: whatever dies in between, every target has
exactly one result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from engine import access, find
from engine.access import Viewer
from engine.bulk import changing, creating, problems
from engine.bulk.verbs import OURS, Outcome, Target, Verb
from engine.enums import BulkResultState, BulkState, BulkVerb, CauseKind, DueKind, ErrorCode, Role, TokenScope
from engine.errors import Problem, Refused, invalid, missing
from engine.job.moves import Expect
from engine.work import Caller, Cascade, Work, viewer_now
from store.database import Row
from store.ids import new_id
from store.sql import Params
from store.writes import bulk

MOST: Final = 1_000
"""Targets that one call may list."""

AT_ONCE: Final = 100
"""Targets of one chunk; so many are done when the call answers, more by the worker."""

VERBS: Final[Mapping[BulkVerb, Verb]] = {verb.name: verb for verb in (*changing.VERBS, creating.VERB)}
_BY_COMMAND: Final[Mapping[type, Verb]] = {verb.command: verb for verb in VERBS.values()}


@dataclass(frozen=True, slots=True)
class CancelBulkOperation:
    """Stops an operation; what is done stays done."""

    operation_id: str


async def start(work: Work, command: Any) -> str:
    """Begins the operation that a command of one of the verbs means; answers its id.

    Raises Refused for what is wrong with the whole of it; what is wrong with single targets is in their results.
    """
    verb = _BY_COMMAND[type(command)]
    listed: Sequence[Any] = getattr(command, verb.named)
    if len(listed) > MOST:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST:,} at once.", verb.named)
    operation_id, again = await find.new(work, "bulk_operations", "bulk", command)
    if again:
        return str((await _seen(work, operation_id, "id"))["id"])
    await verb.check(work, command)
    targets = await verb.targets(work, command)
    lines = [
        {"position": target.position, "subject_id": target.subject_id, "expect": _said(target.expect)}
        for target in targets
    ]
    given = {
        "verb": verb.name,
        "given": verb.stored(command),
        "cause": work.cause,
        "scopes": sorted(work.viewer.scopes),
    }
    await bulk.make(work.db, work.firm_id, operation_id, work.actor_id, work.now, given, lines)
    if len(targets) > AT_ONCE:
        work.later(DueKind.BULK, operation_id)
        work.touch("bulk", operation_id)
    else:
        await _chunk(work, verb, command, operation_id)
    return operation_id


async def cancel_bulk_operation(work: Work, command: CancelBulkOperation) -> str:
    """Stops an operation before its next chunk; answers its id. One that is over stays as it is."""
    await _seen(work, command.operation_id, "operation_id")
    row = await bulk.lock(work.db, work.firm_id, command.operation_id)
    if row["state"] == BulkState.RUNNING:
        await bulk.end(work.db, work.firm_id, row["id"], work.now, BulkState.CANCELLED, BulkResultState.CANCELLED)
        work.touch("bulk", row["id"])
    return command.operation_id


async def go_on(work: Work, jobs: Sequence[Row], dues: Sequence[Row]) -> None:
    """Does the next chunk of operations, as who began them may now (AC3)."""
    for due in dues:
        row = await bulk.lock(work.db, work.firm_id, due["subject_id"])
        if row["state"] == BulkState.RUNNING:
            await _next(work, row)


async def give_up(work: Work, operation_id: str) -> None:
    """Ends an operation that has failed for a reason of ours time and again."""
    row = await bulk.lock(work.db, work.firm_id, operation_id)
    if row["state"] == BulkState.RUNNING:
        await _refuse_rest(work, row, [Problem(ErrorCode.FAILED, OURS)])


async def _next(work: Work, row: Row) -> None:
    verb = VERBS[BulkVerb(row["verb"])]
    cause = orjson.loads(row["cause"])
    try:
        viewer = await viewer_now(work.db, _maker(work, row))
    except Refused as refused:
        await _refuse_rest(work, row, refused.problems)
        return
    caller = Caller(viewer, CauseKind(cause["kind"]), mutation_id=cause["client_mutation_id"])
    with work.as_member(replace(caller, cascade=Cascade(new_id("cascade")))):
        command = verb.loaded(orjson.loads(row["given"]))
        if await _chunk(work, verb, command, row["id"]):
            work.later(DueKind.BULK, row["id"])
        await work.look_again()


def _maker(work: Work, row: Row) -> Viewer:
    """Who began it, with nothing known but who they are and what their token may be used for."""
    scopes = frozenset(map(TokenScope, row["scopes"]))
    system = work.viewer
    return replace(system, member_id=row["member_id"], role=Role.EMPLOYEE, rights=frozenset(), scopes=scopes)


async def _chunk(work: Work, verb: Verb, command: Any, operation_id: str) -> bool:
    """Does what waits, the last targets first: what is put on top comes to stand in order. Whether more waits."""
    waiting = await bulk.waiting(work.db, work.firm_id, operation_id, AT_ONCE)
    targets = [Target(row["position"], row["subject_id"], _expected(row["expect"])) for row in waiting]
    outcomes = await verb.do(work, command, targets) if targets else []
    lines = [_line(verb, outcome) for outcome in outcomes]
    work.touch("bulk", operation_id)
    return await bulk.note(work.db, work.firm_id, operation_id, work.now, lines)


async def _refuse_rest(work: Work, row: Row, why: Sequence[Problem]) -> None:
    states = (BulkState.COMPLETED, BulkResultState.FAILED)
    await bulk.end(work.db, work.firm_id, row["id"], work.now, *states, [problems.stored(one) for one in why])
    work.touch("bulk", row["id"])


def _line(verb: Verb, outcome: Outcome) -> dict[str, Any]:
    """A result. Its problems name the place in the list."""
    place = (verb.named, str(outcome.target.position))
    found = [replace(one, path=problems.path(one.path, place)) for one in outcome.problems]
    return {
        "position": outcome.target.position,
        "state": BulkResultState.FAILED if outcome.problems else BulkResultState.DONE,
        "job_id": outcome.job_id,
        "problems": [problems.stored(one) for one in found],
        "warnings": [problems.stored(one) for one in outcome.warnings],
    }


def _said(expect: Expect | None) -> dict[str, Any] | None:
    if expect is None:
        return None
    return {"version": expect.version} if isinstance(expect.version, int) else {"stage_id": expect.stage_id}


def _expected(stored: str | None) -> Expect | None:
    return None if stored is None else Expect(**orjson.loads(stored))


async def _seen(work: Work, operation_id: str, *path: str) -> Row:
    """An operation that the viewer sees."""

    def condition(p: Params) -> str:
        return access.sees_bulk(work.viewer, p, "t")

    row = await bulk.one(work.db, work.firm_id, operation_id, condition)
    if row is None:
        raise missing("bulk operation", *path)
    return row
