"""CREATE_TASK: a task in the job, for its team."""

from dataclasses import dataclass
from typing import Any

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.checks import LIST_LENGTH, NAME_LENGTH, TEXT_LENGTH
from engine.enums import ErrorCode, Priority
from engine.errors import invalid
from engine.items import tasks
from engine.time.calendar import of_firm, today
from engine.time.duration import Duration
from engine.work import Work


@dataclass(frozen=True, slots=True)
class CreateTask:
    """What the task is."""

    title: str = setting.line("What is to be done.")
    description: str | None = setting.text("More about it.", default=None)
    check_list: str | None = setting.text("Its check list, one line each.", default=None)
    priority: Priority = setting.choice(Priority, "How urgent it is.", default=Priority.MEDIUM)
    assignee_ids: tuple[str, ...] = setting.refs("member", "Members who are to do it.", grants=True)
    assignee_role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders are to do it.")
    due_after: Duration | None = setting.span("By when, counted from the entry.")
    blocking: bool = setting.flag("Whether it holds the job in its stage until it is done.", default=True)


async def check(work: Work, config: CreateTask) -> None:
    """Refuses a check list that no task may have."""
    if len((config.check_list or "").splitlines()) > LIST_LENGTH:
        message = f"A check list has at most {LIST_LENGTH} lines."
        raise invalid(ErrorCode.TOO_MANY, message, "config", "create_task", "check_list")


def _check_list(text: str) -> list[str]:
    lines = [line.strip()[:NAME_LENGTH] for line in text.splitlines() if line.strip()]
    return lines[:LIST_LENGTH]


async def run(batch: Batch[CreateTask]) -> None:
    """A task for each job."""
    config, work = batch.config, batch.work
    [titles] = await batch.lines(config.title)
    descriptions, lists = await batch.texts(config.description, config.check_list)
    people = await batch.people(config.assignee_ids, config.assignee_role_ids)
    due: Any = None
    if config.due_after is not None:
        calendar = await of_firm(work.db, work.firm_id)
        due = today(calendar.time_zone, config.due_after.after(work.now, calendar))
    drafts = [
        tasks.Draft(
            title=titles[job_id],
            description=descriptions[job_id][:TEXT_LENGTH] or None,
            priority=config.priority,
            due_date=due,
            assignee_ids=people[job_id],
            subtasks=_check_list(lists[job_id]),
            job_id=job_id,
            blocking=config.blocking,
        )
        for job_id in batch.job_ids
    ]
    await tasks.make(work, drafts)
    for turn, draft in zip(batch.turns, drafts, strict=True):
        turn.things.append(draft.id)


KIND = Kind("CREATE_TASK", "Makes a task in the job.", CreateTask, run, makes_items=True, check=check)
