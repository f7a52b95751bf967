"""Recurrences: made, edited, deleted. All of it counts for jobs to come (RC1, RC4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile
from typing import Any, Final

from engine import access, find
from engine.automating import uses
from engine.checks import Checks, listed
from engine.enums import AccessRight, BusinessDays, CatchUp, ErrorCode, Priority
from engine.errors import invalid, missing
from engine.recurrence import settings
from engine.recurrence.course import Course
from engine.recurrence.settings import Settings
from engine.time.duration import Duration
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.database import Row
from store.sql import Params
from store.writes import due, links, locks, records
from store.writes import find as finding
from store.writes import recurrences as writes

MOST_ACCOUNTS: Final = 1_000
"""That are listed; by tags they may be any number."""

MOST_TAGS: Final = 20

MOST_MADE_UP: Final = 1_000
"""Occurrences that are made up for on request."""

_SKIPS: Final = "With SKIP nothing is made up for."


@dataclass(frozen=True, slots=True)
class CreateRecurrence:
    """Makes a recurrence."""

    name: str
    pipeline_id: str
    rrule: str
    start_date: date
    account_ids: Sequence[str] = ()
    tag_ids: Sequence[str] = ()
    stage_id: str | None = None
    template_id: str | None = None
    job_name: str | None = None
    description: str | None = None
    priority: Priority | None = None
    assignee_ids: Sequence[str] | None = None
    start_after: Duration | None = None
    due_after: Duration | None = None
    end_date: date | None = None
    count: int | None = None
    create_ahead_days: int = 0
    business_days: BusinessDays = BusinessDays.AS_IS
    catch_up: CatchUp = CatchUp.ALL
    make_up: bool = False
    """Whether it makes up for occurrences before today."""
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateRecurrence:
    """Changes a recurrence, for jobs to come."""

    recurrence_id: str
    name: Maybe[str] = UNSET
    pipeline_id: Maybe[str] = UNSET
    stage_id: Maybe[str | None] = UNSET
    template_id: Maybe[str | None] = UNSET
    job_name: Maybe[str | None] = UNSET
    description: Maybe[str | None] = UNSET
    priority: Maybe[Priority | None] = UNSET
    assignee_ids: Maybe[Sequence[str] | None] = UNSET
    start_after: Maybe[Duration | None] = UNSET
    due_after: Maybe[Duration | None] = UNSET
    rrule: Maybe[str] = UNSET
    start_date: Maybe[date] = UNSET
    end_date: Maybe[date | None] = UNSET
    count: Maybe[int | None] = UNSET
    create_ahead_days: Maybe[int] = UNSET
    business_days: Maybe[BusinessDays] = UNSET
    catch_up: Maybe[CatchUp] = UNSET
    add_account_ids: Maybe[Sequence[str] | None] = UNSET
    remove_account_ids: Maybe[Sequence[str] | None] = UNSET
    add_tag_ids: Maybe[Sequence[str] | None] = UNSET
    remove_tag_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteRecurrence:
    """Deletes a recurrence. The jobs that it has made stay."""

    recurrence_id: str


async def create_recurrence(work: Work, command: CreateRecurrence) -> str:
    """Makes a recurrence; answers its id. What lies before today it makes up for only on request (RC3)."""
    work.viewer.need(AccessRight.MANAGE_RECURRENCES)
    checks = Checks()
    accounts, tags = (list(dict.fromkeys(ids)) for ids in (command.account_ids, command.tag_ids))
    _check_people(checks, len(accounts), len(tags))
    if command.make_up and command.catch_up is CatchUp.SKIP:
        checks.add(ErrorCode.INVALID, _SKIPS, "make_up")
    said, named = await settings.checked(work, checks, Settings.said(command))
    recurrence_id, again = await find.new(work, "recurrences", "recurrence", command)
    if again:
        return str((await seen(work, recurrence_id, "id"))["id"])
    await _hold_place(work, said.pipeline_id)
    things = await settings.found(work, said, named)
    await _find_accounts(work, accounts, "account_ids")
    await _find_tags(work, tags, "tag_ids")
    mine = {"created_by": work.actor_id, "updated_by": work.actor_id, "created_at": work.now}
    await records.make(work.db, models.Recurrence, id=recurrence_id, firm_id=work.firm_id, **said.columns, **mine)
    await _relink(work, recurrence_id, "account_id", accounts, ())
    await _relink(work, recurrence_id, "tag_id", tags, ())
    await uses.refer(work, recurrence_id, {*things, *tags})
    course = await Course.of(work, await find.lock(work, "recurrences", recurrence_id))
    await begin(work, course, make_up=command.make_up)
    work.touch("recurrence", recurrence_id)
    await work.audit("recurrence.created", recurrence_id)
    return recurrence_id


async def begin(work: Work, course: Course, *, make_up: bool) -> None:
    """Lets a recurrence take its course from today on, or from where it stands. Refuses to make too much up for."""
    if not make_up:
        await course.from_today(work)
    elif course.settings.catch_up is CatchUp.SKIP:
        raise invalid(ErrorCode.INVALID, _SKIPS, "make_up")
    past = takewhile(lambda one: one.creates_on <= course.today, course.upcoming())
    if len(list(islice(past, MOST_MADE_UP + 1))) > MOST_MADE_UP:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST_MADE_UP:,} occurrences are made up for.", "make_up")
    await course.settle(work)
    await course.plan(work)


async def update_recurrence(work: Work, command: UpdateRecurrence) -> str:
    """Changes a recurrence; answers its id. What was due before is made as it was; no job that is made changes."""
    work.viewer.need(AccessRight.MANAGE_RECURRENCES)
    row = await held(work, command.recurrence_id, "recurrence_id")
    before = Settings.of(row)
    checks = Checks()
    lists = {name: checks.ids(listed(getattr(command, name)), name) for name in _LISTS}
    said, named = await settings.checked(work, checks, before.changed(command), before)
    if said.pipeline_id != before.pipeline_id:
        await _hold_place(work, said.pipeline_id)
    things = await settings.found(work, said, named, before)
    relinked = await _change_people(work, row["id"], lists)
    if said == before and not relinked:
        return command.recurrence_id
    course = await Course.of(work, row)
    await _change(work, course, said)
    tags = await links.targets(work.db, "recurrence_tags", work.firm_id, ("recurrence_id", row["id"]), "tag_id")
    await uses.refer(work, row["id"], {*things, *tags})
    await course.plan(work)
    work.touch("recurrence", row["id"])
    await work.audit("recurrence.updated", row["id"])
    return command.recurrence_id


_LISTS: Final = ("add_account_ids", "remove_account_ids", "add_tag_ids", "remove_tag_ids")


async def _change(work: Work, course: Course, said: Settings) -> None:
    """What is due by now is due as it was. A new schedule begins today: it makes nothing up for (RC4)."""
    if said.timing != course.settings.timing and course.row["paused_at"] is None:
        await course.settle(work)
        await course.from_today(work)
    values = said.columns | {"updated_by": work.actor_id}
    await records.change(work.db, models.Recurrence, work.firm_id, course.id, work.now, **values)
    course.settings = said


async def _change_people(work: Work, recurrence_id: str, lists: dict[str, list[str]]) -> bool:
    """Adds and removes accounts and tags; answers whether that changed anything."""
    await _find_accounts(work, lists["add_account_ids"], "add_account_ids")
    await _find_tags(work, lists["add_tag_ids"], "add_tag_ids")
    gone = await _seen_accounts(work, lists["remove_account_ids"])  # what one does not see is not taken away
    accounts = await _relink(work, recurrence_id, "account_id", lists["add_account_ids"], gone)
    tags = await _relink(work, recurrence_id, "tag_id", lists["add_tag_ids"], lists["remove_tag_ids"])
    if tags:
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, "remove_tag_ids")
    if accounts or tags:
        checks, numbers = Checks(), await writes.people_counted(work.db, work.firm_id, recurrence_id)
        added = "add_account_ids" if lists["add_account_ids"] else "add_tag_ids"
        removed = "remove_account_ids" if lists["remove_account_ids"] else "remove_tag_ids"
        _check_people(checks, *numbers, added, removed)
        checks.done()
    return accounts or tags


async def delete_recurrence(work: Work, command: DeleteRecurrence) -> str:
    """Deletes a recurrence; answers its id. What it has not made yet, of a run that has begun too, is not made."""
    work.viewer.need(AccessRight.MANAGE_RECURRENCES)
    row = await held(work, command.recurrence_id, "recurrence_id")
    await writes.cancel(work.db, work.firm_id, row["id"], work.now, "The recurrence was deleted.")
    await due.drop(work.db, work.firm_id, [row["id"]])
    await uses.refer(work, row["id"], ())
    await writes.unlink(work.db, work.firm_id, row["id"])
    gone = {"deleted_at": work.now, "next_date": None, "job_template_id": None}
    await records.change(work.db, models.Recurrence, work.firm_id, row["id"], work.now, **gone)
    work.touch("recurrence", row["id"])
    await work.audit("recurrence.deleted", row["id"], name=row["name"])
    return str(row["id"])


async def seen(work: Work, recurrence_id: str, *path: str) -> Row:
    """A recurrence of a pipeline that the viewer sees, not locked."""

    def condition(p: Params) -> str:
        return access.sees_recurrence(work.viewer, p, "t")

    row = await finding.one(work.db, "recurrences", work.firm_id, recurrence_id, condition)
    if row is None:
        raise missing("recurrence", *path)
    return row


async def held(work: Work, recurrence_id: str, *path: str) -> Row:
    """Locks a recurrence that the viewer sees, and before it the stages of its pipeline and the firm's calendar."""
    row = await seen(work, recurrence_id, *path)
    await _hold_place(work, row["pipeline_id"])
    await find.lock(work, "recurrences", recurrence_id)
    return await seen(work, recurrence_id, *path)


async def _hold_place(work: Work, pipeline_id: str) -> None:
    await locks.share_pipeline(work.db, pipeline_id)
    await locks.share_calendar(work.db, work.firm_id)


def _check_people(checks: Checks, accounts: int, tags: int, added: str = "", removed: str = "") -> None:
    """For somebody it makes jobs, either by name or by tag. Of an edit, what it has added or removed is to blame."""
    if not accounts and not tags:
        message = "Say for which accounts: name them, or tags that they have."
        checks.add(ErrorCode.REQUIRED, message, removed or "account_ids")
    if accounts and tags:
        checks.add(ErrorCode.INVALID, "Name either accounts or tags.", added or "tag_ids")
    if accounts > MOST_ACCOUNTS:
        message = f"At most {MOST_ACCOUNTS:,}: choose more by a tag."
        checks.add(ErrorCode.TOO_MANY, message, added or "account_ids")
    if tags > MOST_TAGS:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_TAGS}.", added or "tag_ids")


async def _find_accounts(work: Work, ids: Sequence[str], *path: str) -> None:
    """Refuses unless the viewer has access to the whole of each account."""
    if set(ids) - await _seen_accounts(work, ids):
        raise missing("account", *path)


async def _seen_accounts(work: Work, ids: Sequence[str]) -> set[str]:
    def condition(p: Params) -> str:
        return access.sees_account(work.viewer, p, "t.id")

    return await finding.ids(work.db, "accounts", work.firm_id, ids, condition)


async def _find_tags(work: Work, ids: Sequence[str], *path: str) -> None:
    """Refuses tags that are not there. Whoever has one may be hidden from the viewer, whom that takes a right (AC3)."""
    await find.all_of_firm(work, "tags", "tag", ids, *path)
    if ids:
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, *path)


async def _relink(work: Work, recurrence_id: str, target: str, add: Collection[str], remove: Collection[str]) -> bool:
    table: Any = {"account_id": "recurrence_accounts", "tag_id": "recurrence_tags"}[target]
    owner = ("recurrence_id", recurrence_id)
    added = await links.add(work.db, table, work.firm_id, owner, target, add)
    return bool(await links.remove(work.db, table, work.firm_id, owner, target, remove) or added)
