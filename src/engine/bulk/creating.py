"""CREATE_JOBS: a job for each of many accounts, listed or by tag (JB1, MV10)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine import access, find, limits
from engine.bulk.verbs import Outcome, Target, Verb, targets_of
from engine.checks import Checks
from engine.enums import BulkVerb, ErrorCode, Priority
from engine.errors import Missing, Problem, Refused, invalid
from engine.job import jobs, making
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.ids import new_id
from store.sql import Params
from store.writes import find as finding
from store.writes import locks, tagging
from store.writes.find import Condition

MOST: Final = 10_000
"""Accounts of one operation, by their tags."""


@dataclass(frozen=True, slots=True)
class CreateJobs:
    """Makes a job for each of some accounts: those listed, or those that have all of some tags now.

    The rest is as in ``engine.job.jobs.CreateJob``.
    """

    pipeline_id: str
    account_ids: Sequence[str] = ()
    tag_ids: Sequence[str] = ()
    template_id: Maybe[str | None] = UNSET
    name: Maybe[str | None] = UNSET
    stage_id: str | None = None
    description: Maybe[str | None] = UNSET
    priority: Maybe[Priority] = UNSET
    assignee_ids: Maybe[Sequence[str]] = UNSET
    start_date: Maybe[date | None] = UNSET
    due_date: Maybe[date | None] = UNSET
    time_budget_minutes: Maybe[int | None] = UNSET
    period: str | None = None
    allow_duplicates: bool = False
    id: Maybe[str | None] = UNSET


async def _targets(work: Work, command: CreateJobs) -> list[Target]:
    """The accounts, those found by tag by their names."""
    ids: Collection[str] = command.account_ids
    if command.tag_ids:
        ids = await tagging.accounts_with_all(work.db, work.firm_id, command.tag_ids, _sight(work), MOST + 1)
        if len(ids) > MOST:
            raise invalid(ErrorCode.TOO_MANY, f"More than {MOST:,} accounts have these tags.", "tag_ids")
    return targets_of(ids)


async def _check(work: Work, command: CreateJobs) -> None:
    """Refuses what would be refused for every account."""
    checks = Checks()
    if bool(command.account_ids) == bool(command.tag_ids):
        checks.add(ErrorCode.REQUIRED, "List accounts, or name tags: one of the two.", "account_ids")
    tags = checks.ids(command.tag_ids, "tag_ids")
    given = jobs.given_of(checks, command)
    if command.period:
        checks.name(command.period, "period")
    checks.done()
    jobs.permit_budget(work, given)
    await find.all_of_firm(work, "tags", "tag", tags, "tag_ids")
    pipeline, _ = await making.first_place(work, command.pipeline_id, command.stage_id)
    await find.assignable(work, given.get("assignee_ids", ()), "assignee_ids")
    template_id = _template(command, pipeline)
    if template_id is not None:
        await find.of_firm(work, "job_templates", "job template", template_id, "template_id")
    elif "name" not in given:
        raise invalid(ErrorCode.REQUIRED, making.NAMELESS, "name")


def _template(command: CreateJobs, pipeline: Row) -> str | None:
    found: str | None = pipeline["job_template_id"] if command.template_id is UNSET else command.template_id
    return found


async def _do(work: Work, command: CreateJobs, targets: Sequence[Target]) -> list[Outcome]:
    """Makes the jobs of a chunk together. What is refused of all of them is refused of each."""
    try:
        async with work.savepoint():
            return await _make(work, command, targets)
    except Refused as refused:
        return [Outcome(target, None, tuple(refused.problems)) for target in targets]


async def _make(work: Work, command: CreateJobs, targets: Sequence[Target]) -> list[Outcome]:
    given = jobs.given_of(Checks(), command)
    jobs.permit_budget(work, given)
    period = command.period and command.period.strip()
    pipeline, stage = await making.first_place(work, command.pipeline_id, command.stage_id)
    await find.assignable(work, given.get("assignee_ids", ()), "assignee_ids")
    refused = await _refused(work, command, period, targets)
    wanted = sorted((one for one in targets if one.position not in refused), key=lambda target: target.position)
    room, full = await limits.room(work, stage, len(wanted), by_person=not work.viewer.is_system)
    refused |= {target.position: full[0] for target in wanted[room:]}
    day = today(work.viewer.time_zone, work.now)
    plan = making.Plan(stage, _template(command, pipeline), given, day, period, passes_over=True)
    made = {target.position: making.New(new_id("job"), target.subject_id) for target in wanted[:room]}
    await making.make(work, plan, list(made.values()))
    return [
        Outcome(target, made[target.position].id, (), tuple(full))
        if target.position in made
        else Outcome(target, None, (refused[target.position],))
        for target in targets
    ]


async def _refused(
    work: Work, command: CreateJobs, period: str | None, targets: Sequence[Target]
) -> dict[int, Problem]:
    """Why some of the accounts get no job, by their places: they are not to be seen, or have such a job."""
    seen = await _seen(work, targets)
    twins = await making.twins(work, command.pipeline_id, None if command.allow_duplicates else period, seen)
    gone = Missing(ErrorCode.NOT_FOUND, "There is no such account.", ("account_id",))
    twin = Problem(ErrorCode.DUPLICATE, making.TWIN, ("period",))
    return {target.position: gone for target in targets if target.subject_id not in seen} | {
        target.position: twin for target in targets if target.subject_id in twins
    }


async def _seen(work: Work, targets: Sequence[Target]) -> set[str]:
    ids = [target.subject_id for target in targets]
    kept = await locks.keep_accounts(work.db, work.firm_id, ids)
    return await finding.ids(work.db, "accounts", work.firm_id, kept, _sight(work))


def _sight(work: Work) -> Condition:
    """Which accounts the viewer has access to."""

    def condition(p: Params) -> str:
        return access.sees_account(work.viewer, p, "t.id")

    return condition


VERB = Verb(BulkVerb.CREATE_JOBS, CreateJobs, "account_ids", _targets, _check, _do)
