"""In which orders lists of jobs and tasks come: total ones, so that pages are stable (API2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.enums import JobSort
from store.reads.paging import Order

Columns = tuple[tuple[str, str], ...]  # expressions with their PostgreSQL types


class JobOrderField(StrEnum):
    """By what a list of jobs is ordered."""

    NAME = "NAME"
    DUE_DATE = "DUE_DATE"
    PRIORITY = "PRIORITY"
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    ENTERED_STAGE_AT = "ENTERED_STAGE_AT"


class TaskOrderField(StrEnum):
    """By what a list of tasks is ordered."""

    TITLE = "TITLE"
    DUE_DATE = "DUE_DATE"
    PRIORITY = "PRIORITY"
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A field of jobs and a direction."""

    field: JobOrderField
    descending: bool = False


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """A field of tasks and a direction."""

    field: TaskOrderField
    descending: bool = False


def _due(column: str) -> Columns:
    """By date, what has none after all that has one."""
    return (f"({column} IS NULL)::int", "int"), (f"coalesce({column}, 'infinity'::date)", "date")


_JOBS: Final[dict[JobOrderField, Columns]] = {
    JobOrderField.NAME: (("lower(j.name)", "text"),),
    JobOrderField.DUE_DATE: _due("j.due_date"),
    JobOrderField.PRIORITY: (("j.priority", "int"),),
    JobOrderField.CREATED_AT: (("j.created_at", "timestamptz"),),
    JobOrderField.UPDATED_AT: (("j.updated_at", "timestamptz"),),
    JobOrderField.ENTERED_STAGE_AT: (("j.entered_stage_at", "timestamptz"),),
}
_TASKS: Final[dict[TaskOrderField, Columns]] = {
    TaskOrderField.TITLE: (("lower(i.title)", "text"),),
    TaskOrderField.DUE_DATE: _due("i.due_date"),
    TaskOrderField.PRIORITY: (("t.priority", "int"),),
    TaskOrderField.CREATED_AT: (("t.created_at", "timestamptz"),),
    TaskOrderField.UPDATED_AT: (("t.updated_at", "timestamptz"),),
}
_PLACE: Final[Columns] = (("j.rank", "text"), ("j.id", "text"))
_COLUMNS: Final = {
    JobSort.MANUAL: Order("rank", _PLACE),
    JobSort.DUE_DATE: Order("due", (*_JOBS[JobOrderField.DUE_DATE], *_PLACE)),
    JobSort.PRIORITY: Order("priority", (("-j.priority", "int"), *_PLACE)),
    JobSort.NAME: Order("name", (*_JOBS[JobOrderField.NAME], *_PLACE)),
    JobSort.ENTERED_STAGE: Order("entered", (*_JOBS[JobOrderField.ENTERED_STAGE_AT], *_PLACE)),
}


def of_jobs(wanted: JobOrder | None) -> Order:
    """The order of a list of jobs; newest first where none is wanted."""
    wanted = wanted or JobOrder(JobOrderField.CREATED_AT, descending=True)
    return _total("job", wanted, _JOBS[wanted.field], "j.id")


def of_tasks(wanted: TaskOrder | None) -> Order:
    """The order of a list of tasks; by due date where none is wanted."""
    wanted = wanted or TaskOrder(TaskOrderField.DUE_DATE)
    return _total("task", wanted, _TASKS[wanted.field], "t.id")


def of_column(job_sort: str) -> Order:
    """The order of jobs in the columns of a pipeline's board (PL2)."""
    return _COLUMNS[JobSort(job_sort)]


def _total(kind: str, wanted: JobOrder | TaskOrder, columns: Columns, unique: str) -> Order:
    """What is equal in the columns comes by its id; the name ties cursors to the order."""
    name = f"{kind}.{wanted.field}.{'desc' if wanted.descending else 'asc'}"
    return Order(name, (*columns, (unique, "text")), wanted.descending)
