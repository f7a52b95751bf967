"""Finding what a command names, as the viewer sees it: what one may not see is not found (AC4)."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

from engine import access
from engine.enums import ErrorCode, ItemKind
from engine.errors import Missing, Problem, Refused, invalid, missing
from engine.unset import UNSET, Unset
from engine.work import Work
from store.database import Row
from store.ids import is_id, new_id
from store.sql import Params
from store.writes import find, items, locks, members, people


async def pipeline(work: Work, pipeline_id: str, *path: str) -> Row:
    """A pipeline on whose available-to list the viewer is (AC2)."""

    def condition(p: Params) -> str:
        return f"t.deleted_at IS NULL AND {access.sees_pipeline(work.viewer, p, 't.id')}"

    row = await find.one(work.db, "pipelines", work.firm_id, pipeline_id, condition)
    if row is None:
        raise missing("pipeline", *path)
    return row


async def stage(work: Work, stage_id: str, *path: str) -> Row:
    """A stage of a pipeline that the viewer sees."""

    def condition(p: Params) -> str:
        return f"t.deleted_at IS NULL AND {access.sees_pipeline(work.viewer, p, 't.pipeline_id')}"

    row = await find.one(work.db, "stages", work.firm_id, stage_id, condition)
    if row is None:
        raise missing("stage", *path)
    return row


async def account(work: Work, account_id: str, *path: str, keep: bool = False) -> Row:
    """An account to the whole of which the viewer has access. Kept, it stays until the end of the transaction."""

    def condition(p: Params) -> str:
        return access.sees_account(work.viewer, p, "t.id")

    row = await find.one(work.db, "accounts", work.firm_id, account_id, condition, keep=keep)
    if row is None:
        raise missing("account", *path)
    return row


async def job(work: Work, job_id: str, *path: str) -> Row:
    """Locks a job that the viewer sees (AC3) and answers its row."""

    def condition(p: Params) -> str:
        return access.sees_job(work.viewer, p, "t")

    locked = await work.lock_jobs([job_id])
    if not locked or not await find.ids(work.db, "jobs", work.firm_id, [job_id], condition):
        raise missing("job", *path)
    return locked[0]


async def live_job(work: Work, job_id: str, *path: str) -> Row:
    """Like ``job``, but refuses an archived one: it is read-only (ST1)."""
    row = await job(work, job_id, *path)
    if row["state"] == "ARCHIVED":
        raise invalid(ErrorCode.ARCHIVED, "The job is archived: unarchive it first.", *path)
    return row


async def run(work: Work, run_id: str, *path: str) -> Row:
    """An automation's turn that the viewer sees, not locked."""

    def condition(p: Params) -> str:
        return access.sees_run(work.viewer, p, "t")

    row = await find.one(work.db, "runs", work.firm_id, run_id, condition)
    if row is None:
        raise missing("run", *path)
    return row


async def of_firm(work: Work, table: str, what: str, thing_id: str, *path: str) -> Row:
    """A thing that every member of the firm sees: tags, statuses, account roles."""
    row = await find.one(work.db, table, work.firm_id, thing_id)
    if row is None:
        raise missing(what, *path)
    return row


async def all_of_firm(work: Work, table: str, what: str, ids: Iterable[str], *path: str) -> None:
    """Refuses unless every id names a thing of the firm."""
    wanted = list(ids)
    if set(wanted) - await find.ids(work.db, table, work.firm_id, wanted):
        raise missing(what, *path)


async def assignable(work: Work, ids: Iterable[str], *path: str) -> None:
    """Refuses unless every id names an active member."""
    wanted = list(ids)
    states = await members.states(work.db, work.firm_id, wanted) if wanted else {}
    problems: list[Problem] = []
    if set(wanted) - set(states):
        problems.append(Missing(ErrorCode.NOT_FOUND, "There is no such member.", path))
    if not all(states.values()):
        problems.append(Problem(ErrorCode.DEACTIVATED, "This member has been deactivated.", path))
    if problems:
        raise Refused(problems)


async def new(work: Work, table: str, prefix: str, command: Any) -> tuple[str, bool]:
    """The id of a thing to be made, and whether it was made before by the same command (JB2).

    The command's own ``id`` counts where it is given; the same id with other content is refused.
    """
    if command.id in (UNSET, None):
        return new_id(prefix), False
    if not is_id(prefix, command.id):
        raise invalid(ErrorCode.INVALID, f"An id has the form {prefix}_ and a UUIDv7 in 32 hexadecimal digits.", "id")
    content = [type(command).__name__, asdict(command)]  # to pay and to give back say the same
    digest = hashlib.sha256(orjson.dumps(content, default=_digestible, option=orjson.OPT_SORT_KEYS)).digest()
    earlier = await find.claim(work.db, work.firm_id, command.id, digest)
    if earlier == digest:
        return command.id, True
    if earlier is not None or await find.taken(work.db, table, command.id):
        raise invalid(ErrorCode.ID_TAKEN, "This id has been used with other content.", "id")
    return command.id, False


def _digestible(value: Any) -> Any:
    match value:
        case Unset():
            return {"unset": True}
        case Enum():
            return value.name
        case set() | frozenset():
            return sorted(value)
        case Decimal():
            return str(value)
    raise TypeError(f"cannot digest {value!r}")


async def contact(work: Work, contact_id: str, *path: str) -> Row:
    """A contact that the viewer sees."""

    def condition(p: Params) -> str:
        return access.sees_contact(work.viewer, p, "t.id")

    row = await find.one(work.db, "contacts", work.firm_id, contact_id, condition)
    if row is None:
        raise missing("contact", *path)
    return row


async def lock(work: Work, table: str, thing_id: str) -> Row:
    """Locks a thing that has just been found, and answers its row as it is now."""
    row = await locks.one(work.db, table, work.firm_id, thing_id)
    if row is None:
        raise missing("thing", "id")
    return row


async def firm(work: Work) -> Row:
    """Locks the viewer's firm."""
    row = await people.firm(work.db, work.firm_id)
    if row is None:
        raise missing("firm")
    return row


async def any_of(work: Work, table: str, ids: Iterable[str], condition: find.Condition) -> bool:
    """Whether any of the things meets a condition."""
    return bool(await find.ids(work.db, table, work.firm_id, list(ids), condition))


async def whole(work: Work, table: str, what: str, thing_id: str, *path: str) -> Row:
    """Locks a thing that every member sees, so that nobody starts or stops to refer to it meanwhile."""
    row = await locks.whole(work.db, table, work.firm_id, thing_id)
    if row is None:
        raise missing(what, *path)
    return row


async def seen_job(work: Work, job_id: str, *path: str) -> Row:
    """A job that the viewer sees, as it is now, not locked."""

    def condition(p: Params) -> str:
        return access.sees_job(work.viewer, p, "t")

    row = await find.one(work.db, "jobs", work.firm_id, job_id, condition)
    if row is None:
        raise missing("job", *path)
    return row


async def task(work: Work, task_id: str, *path: str) -> Row:
    """Locks a task that the viewer sees and answers its row, as ``item`` does."""
    row = await item(work, task_id, *path)
    if row["kind"] != ItemKind.TASK:
        raise missing("task", *path)
    return row


async def subtask(work: Work, subtask_id: str, *path: str) -> Row:
    """A line of the check list of a task that the viewer sees."""

    def condition(p: Params) -> str:
        seen = access.sees_task(work.viewer, p, "st")
        return f"EXISTS (SELECT FROM tasks st WHERE st.firm_id = t.firm_id AND st.id = t.task_id AND {seen})"

    row = await find.one(work.db, "subtasks", work.firm_id, subtask_id, condition)
    if row is None:
        raise missing("subtask", *path)
    return row


async def item(work: Work, item_id: str, *path: str) -> Row:
    """Locks an item that the viewer sees and answers its row (``any_item``)."""

    def condition(p: Params) -> str:
        return access.sees_item(work.viewer, p, "i")

    if not await items.seen(work.db, work.firm_id, item_id, condition):
        raise missing("item", *path)
    return await any_item(work, item_id)


async def any_item(work: Work, item_id: str) -> Row:
    """Locks an item of the firm, whoever sees it, and answers its row with all that belongs to it alone."""
    row = await items.locked(work.db, work.firm_id, item_id)
    if row is None:
        raise missing("item")
    return row
