"""CREATE_TASK: a task in the job, for its team, by a template or as it is said here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.checks import LIST_LENGTH, NAME_LENGTH, TEXT_LENGTH
from engine.enums import ErrorCode, Priority
from engine.errors import invalid
from engine.items import task_templates, tasks
from engine.items.task_templates import Filled
from engine.time.calendar import of_firm, today
from engine.time.duration import Duration
from engine.work import Work
from store.database import Row
from store.reads import task_templates as reads

GONE: Final = "The task template is gone."


@dataclass(frozen=True, slots=True)
class CreateTask:
    """What the task is. What is said here wins over the template."""

    title: str = setting.line("What is to be done; empty for what the template says.", default="")
    template_id: str | None = setting.ref("tasktemplate", "The task template to make it by.", default=None)
    description: str | None = setting.text("More about it.", default=None)
    check_list: str | None = setting.text("Its check list, one line each.", default=None)
    priority: Priority | None = setting.choice(
        Priority, "How urgent it is; MEDIUM unless a template says otherwise.", default=None
    )
    assignee_ids: tuple[str, ...] = setting.refs("member", "Members who are to do it.", grants=True)
    assignee_role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders are to do it.")
    due_after: Duration | None = setting.span("By when, counted from the entry; else as the template says.")
    blocking: bool = setting.flag("Whether it holds the job in its stage until it is done.", default=True)


async def check(work: Work, config: CreateTask) -> None:
    """Refuses a task without a title, and a check list that no task may have."""
    if not config.title and config.template_id is None:
        message = "A task has a title, unless a template gives it one."
        raise invalid(ErrorCode.REQUIRED, message, "config", "create_task", "title")
    if len((config.check_list or "").splitlines()) > LIST_LENGTH:
        message = f"A check list has at most {LIST_LENGTH} lines."
        raise invalid(ErrorCode.TOO_MANY, message, "config", "create_task", "check_list")


def _check_list(text: str) -> tuple[str, ...]:
    lines = [line.strip()[:NAME_LENGTH] for line in text.splitlines() if line.strip()]
    return tuple(lines[:LIST_LENGTH])


async def run(batch: Batch[CreateTask]) -> None:
    """A task for each job."""
    config, work = batch.config, batch.work
    template = None
    if config.template_id is not None:
        template = (await reads.by_ids(work.db, work.firm_id, [config.template_id])).get(config.template_id)
        if template is None:
            for turn in batch.turns:
                turn.fail(GONE)
            return
    starts, given = await _starts(batch, template), await _given(batch)
    drafts = [
        tasks.Draft(replace(starts[job_id], **given[job_id]), job_id, config.blocking) for job_id in batch.job_ids
    ]
    await tasks.make(work, drafts)
    for turn, draft in zip(batch.turns, drafts, strict=True):
        turn.things.append(draft.id)


async def _starts(batch: Batch[CreateTask], template: Row | None) -> Mapping[str, Filled]:
    """What the tasks start with, by job, where the automation says nothing else."""
    if template is None:
        return dict.fromkeys(batch.job_ids, Filled(""))
    accounts = {turn.job_id: turn.account_id for turn in batch.turns}
    day = today(batch.work.viewer.time_zone, batch.work.now)
    return await task_templates.for_jobs(batch.work, template, accounts, day)


async def _given(batch: Batch[CreateTask]) -> dict[str, dict[str, Any]]:
    """What the automation says itself, by job."""
    config = batch.config
    [titles] = await batch.lines(config.title)
    descriptions, lists = await batch.texts(config.description, config.check_list)
    people = await batch.people(config.assignee_ids, config.assignee_role_ids)
    due = await _due(batch.work, config)
    said = {
        "title": bool(config.title),
        "description": config.description is not None,
        "subtasks": config.check_list is not None,
        "priority": config.priority is not None,
        "assignee_ids": bool(config.assignee_ids or config.assignee_role_ids),
        "due_date": due is not None,
    }
    values = {
        job_id: {
            "title": titles[job_id],
            "description": descriptions[job_id][:TEXT_LENGTH] or None,
            "subtasks": _check_list(lists[job_id]),
            "priority": config.priority,
            "assignee_ids": tuple(people[job_id]),
            "due_date": due,
        }
        for job_id in batch.job_ids
    }
    return {job_id: {name: value for name, value in own.items() if said[name]} for job_id, own in values.items()}


async def _due(work: Work, config: CreateTask) -> date | None:
    if config.due_after is None:
        return None
    calendar = await of_firm(work.db, work.firm_id)
    return today(calendar.time_zone, config.due_after.after(work.now, calendar))


KIND = Kind("CREATE_TASK", "Makes a task in the job.", CreateTask, run, makes_items=True, check=check)
