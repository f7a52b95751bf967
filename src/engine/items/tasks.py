"""Tasks and their subtasks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine import find
from engine.changes import differing, lines
from engine.checks import LIST_LENGTH, Checks, listed
from engine.enums import ErrorCode, HistoryAction, ItemKind, Outcome, Priority, TaskStatus
from engine.errors import invalid, missing
from engine.items import closing, task_templates
from engine.items.rules import Line
from engine.items.task_templates import Filled
from engine.job import assignees
from engine.pipeline import rank
from engine.templates.sorts import TASK
from engine.templates.versions import by_template
from engine.time.calendar import today
from engine.unset import UNSET, Maybe
from engine.work import Work, changed
from store import models
from store.database import Row
from store.ids import new_id
from store.writes import items, records


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Makes a task, in a job or on its own. What is given wins over what its template says, if one is named."""

    title: str = ""
    job_id: str | None = None
    template_id: str | None = None
    blocking: bool = True
    description: Maybe[str | None] = UNSET
    priority: Maybe[Priority] = UNSET
    due_date: Maybe[date | None] = UNSET
    assignee_ids: Maybe[Sequence[str]] = UNSET
    subtasks: Maybe[Sequence[str]] = UNSET
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateTask:
    """Changes a task."""

    task_id: str
    title: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    status: Maybe[TaskStatus] = UNSET
    priority: Maybe[Priority] = UNSET
    due_date: Maybe[date | None] = UNSET
    add_assignee_ids: Maybe[Sequence[str] | None] = UNSET
    remove_assignee_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class CreateSubtask:
    """Adds a line to a task's check list."""

    task_id: str
    title: str
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateSubtask:
    """Changes a line of a check list."""

    subtask_id: str
    title: Maybe[str] = UNSET
    done: Maybe[bool] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteSubtask:
    """Deletes a line of a check list."""

    subtask_id: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A task to be made."""

    start: Filled
    job_id: str | None = None
    blocking: bool = True
    id: str = field(default_factory=lambda: new_id("task"))


async def create_task(work: Work, command: CreateTask) -> str:
    """Makes a task; in a job it is linked to the current visit, where it blocks unless told not to. Answers its id."""
    checks = Checks()
    given = _given(checks, command)
    checks.done()
    task_id, again = await find.new(work, "tasks", "task", command)
    if again:
        return str((await find.task(work, task_id, "id"))["id"])
    job = None if command.job_id is None else await find.live_job(work, command.job_id, "job_id")
    await find.assignable(work, given.get("assignee_ids", ()), "assignee_ids")
    start = replace(await _start(work, command, job), **given)
    await make(work, [Draft(start, command.job_id, command.blocking, task_id)])
    return task_id


def _given(checks: Checks, command: CreateTask) -> dict[str, Any]:
    """What the caller says of the task itself, checked; what is left out is the template's."""
    given: dict[str, Any] = {}
    if command.title:
        given["title"] = checks.name(command.title, "title")
    elif command.template_id is None:
        checks.add(ErrorCode.REQUIRED, "A task has a title, unless a template gives it one.", "title")
    if command.description is not UNSET:
        given["description"] = checks.text(command.description, "description")
    if command.assignee_ids is not UNSET:
        given["assignee_ids"] = tuple(checks.ids(command.assignee_ids, "assignee_ids"))
    if command.subtasks is not UNSET:
        lines = enumerate(checks.few(list(command.subtasks), "subtasks")[:LIST_LENGTH])
        given["subtasks"] = tuple(checks.name(line, "subtasks", str(n)) for n, line in lines)
    return given | {name: value for name in ("priority", "due_date") if (value := getattr(command, name)) is not UNSET}


async def _start(work: Work, command: CreateTask, job: Row | None) -> Filled:
    """What the task starts with where nothing else is given."""
    if command.template_id is None:
        return Filled("")
    row = await find.of_firm(work, TASK.table, TASK.noun, command.template_id, "template_id")
    day = today(work.viewer.time_zone, work.now)
    if job is None:
        return await task_templates.alone(work, row, day)
    if task_templates.is_private(row):  # it would tell what is for those with access to the whole account (AC3)
        await find.account(work, job["account_id"], "job_id")
    return (await task_templates.for_jobs(work, row, {job["id"]: job["account_id"]}, day))[job["id"]]


async def make(work: Work, drafts: Sequence[Draft]) -> None:
    """Makes tasks that have been checked, any number in a constant number of statements; their jobs are locked."""
    lines = [
        {
            "id": draft.id,
            "title": draft.start.title,
            "description": draft.start.description,
            "priority": draft.start.priority.value,
            "due_date": draft.start.due_date,
            "subtasks": _subtasks(draft.start.subtasks),
            "job_id": draft.job_id,
            "blocking": draft.blocking,
            **by_template(draft.start.template),
        }
        for draft in drafts
    ]
    await items.make_tasks(work.db, work.firm_id, work.actor_id, work.now, lines)
    await assignees.change(work, "task", {draft.id: draft.start.assignee_ids for draft in drafts}, {})
    for draft in drafts:
        work.touch("task", draft.id)
        if draft.job_id is not None:
            work.touch_job(draft.job_id)
            line = changed("task", None, draft.id, to_label=draft.start.title)
            work.history(draft.job_id, HistoryAction.TASK_ADDED, line)


def _subtasks(titles: Sequence[str]) -> list[dict[str, str]]:
    keys = rank.spread(None, None, len(titles))
    return [{"id": new_id("subtask"), "title": title, "rank": key} for title, key in zip(titles, keys, strict=True)]


async def locked(work: Work, task_id: str, *path: str) -> Row:
    """A task that the viewer sees, locked after its job; refused while the job is archived (ST1)."""
    row = await closing.locked(work, task_id, *path)
    if row["kind"] != ItemKind.TASK:
        raise missing("task", *path)
    return row


_OUTCOMES = {TaskStatus.COMPLETED: Outcome.DONE, TaskStatus.CANCELLED: Outcome.CANCELLED}
_STATUSES = {Outcome.DONE: TaskStatus.COMPLETED, Outcome.CANCELLED: TaskStatus.CANCELLED}


async def set_status(work: Work, task: Row, status: TaskStatus) -> None:
    """Puts a locked task into a status, the last two of which close it (AI1)."""
    if task["status"] == status:
        return
    await items.set_task_status(work.db, work.firm_id, task["id"], status, work.now)
    await items.put(work.db, work.firm_id, task["id"], _OUTCOMES.get(status), work.now)
    await closing.tell(work, task, changed("status", task["status"], status), reconsider=True)


async def put(work: Work, task: Row, outcome: Outcome | None) -> Line:
    """Gives a task that has been closed, or opened again, the status of that."""
    status = TaskStatus.TO_DO if outcome is None else _STATUSES[outcome]
    await items.set_task_status(work.db, work.firm_id, task["id"], status, work.now)
    return changed("status", task["status"], status)


async def update_task(work: Work, command: UpdateTask) -> str:
    """Changes a task that the viewer sees; answers its id."""
    row = await locked(work, command.task_id, "task_id")
    checks = Checks()
    values = differing(
        row,
        title=checks.given(checks.name, command.title, "title"),
        description=checks.given(checks.text, command.description, "description"),
        priority=command.priority,
        due_date=command.due_date,
    )
    add = checks.ids(listed(command.add_assignee_ids), "add_assignee_ids")
    gone = checks.ids(listed(command.remove_assignee_ids), "remove_assignee_ids")
    checks.done()
    await find.assignable(work, add, "add_assignee_ids")
    said = lines(row, values) + await _reassign(work, command, add, gone)
    if said:
        await _store(work, row, values)
        await closing.tell(work, row, *said)
    if command.status is not UNSET:
        await set_status(work, row, command.status)
    return command.task_id


async def _reassign(
    work: Work, command: UpdateTask, add: Sequence[str], gone: Sequence[str]
) -> list[dict[str, object]]:
    came, went = await assignees.change(work, "task", {command.task_id: add}, {command.task_id: gone})
    added, removed = came.get(command.task_id, ()), went.get(command.task_id, ())
    if removed:
        work.touch("task", command.task_id, unassigned=[*removed])
    return [changed("assignees", removed, added)] if added or removed else []


async def _store(work: Work, row: Row, values: dict[str, object]) -> None:
    shared = {name: values.pop(name) for name in ("title", "due_date") if name in values}
    await records.change(work.db, models.Item, work.firm_id, row["id"], work.now, **shared)
    await records.change(work.db, models.Task, work.firm_id, row["id"], work.now, **values)


async def create_subtask(work: Work, command: CreateSubtask) -> str:
    """Adds a subtask at the end; answers its id. Subtasks never block (AI1)."""
    checks = Checks()
    title = checks.name(command.title, "title")
    checks.done()
    subtask_id, again = await find.new(work, "subtasks", "subtask", command)
    if again:
        await find.task(work, command.task_id, "task_id")
        return str((await find.of_firm(work, "subtasks", "subtask", subtask_id, "id"))["id"])
    task = await locked(work, command.task_id, "task_id")
    if await items.count_subtasks(work.db, work.firm_id, command.task_id) >= LIST_LENGTH:
        raise invalid(ErrorCode.TOO_MANY, f"A check list has at most {LIST_LENGTH} lines.", "task_id")
    last = await items.last_subtask_rank(work.db, work.firm_id, command.task_id)
    values = {"task_id": command.task_id, "title": title, "done": False, "rank": rank.between(last, None)}
    await records.make(work.db, models.Subtask, id=subtask_id, firm_id=work.firm_id, **values)
    await _touch_task(work, task, changed("subtask", None, subtask_id, to_label=title))
    return subtask_id


async def update_subtask(work: Work, command: UpdateSubtask) -> str:
    """Changes a subtask; answers its task's id."""
    row, task = await _subtask(work, command.subtask_id)
    checks = Checks()
    values = differing(row, title=checks.given(checks.name, command.title, "title"), done=command.done)
    checks.done()
    if values:
        await records.change(work.db, models.Subtask, work.firm_id, command.subtask_id, work.now, **values)
        labels = {"from_label": row["title"], "to_label": values.get("title", row["title"])}
        ticked = [changed("done", row["done"], values["done"])] if "done" in values else []
        await _touch_task(work, task, changed("subtask", row["id"], row["id"], **labels), *ticked)
    return str(row["task_id"])


async def delete_subtask(work: Work, command: DeleteSubtask) -> str:
    """Deletes a subtask; answers its task's id."""
    row, task = await _subtask(work, command.subtask_id)
    await records.drop(work.db, models.Subtask, work.firm_id, command.subtask_id)
    await _touch_task(work, task, changed("subtask", row["id"], None, from_label=row["title"]))
    return str(row["task_id"])


async def _subtask(work: Work, subtask_id: str) -> tuple[Row, Row]:
    """A line of a check list, and its task, locked."""
    row = await find.subtask(work, subtask_id, "subtask_id")
    task = await locked(work, row["task_id"], "subtask_id")
    return await find.of_firm(work, "subtasks", "subtask", subtask_id, "subtask_id"), task


async def _touch_task(work: Work, task: Row, *lines: dict[str, object]) -> None:
    await records.change(work.db, models.Task, work.firm_id, task["id"], work.now)
    await closing.tell(work, task, *lines)
