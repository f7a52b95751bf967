"""Filters of lists: what a client may ask, and the SQL that it becomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from store.reads.items import STATE
from store.reads.recurrences import STATE as RECURRENCE_STATE
from store.sql import Params


@dataclass(frozen=True, slots=True)
class DateRange:
    """From a date to a date, both inclusive."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Accounts; all given parts must hold."""

    ids: Sequence[str] | None = None
    tag_ids: Sequence[str] | None = None
    name_contains: str | None = None
    all_of: Sequence["AccountFilter"] | None = None
    any_of: Sequence["AccountFilter"] | None = None
    none_of: "AccountFilter | None" = None


@dataclass(frozen=True, slots=True)
class PipelineFilter:
    """Pipelines; all given parts must hold."""

    archived: bool | None = None
    name_contains: str | None = None
    all_of: Sequence["PipelineFilter"] | None = None
    any_of: Sequence["PipelineFilter"] | None = None
    none_of: "PipelineFilter | None" = None


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Jobs; all given parts must hold."""

    ids: Sequence[str] | None = None
    pipeline_ids: Sequence[str] | None = None
    stage_ids: Sequence[str] | None = None
    account_ids: Sequence[str] | None = None
    status_ids: Sequence[str] | None = None
    states: Sequence[Any] | None = None
    priorities: Sequence[Any] | None = None
    assignee_ids: Sequence[str] | None = None
    assigned_to_me: bool | None = None
    unassigned: bool | None = None
    tag_ids: Sequence[str] | None = None
    due: DateRange | None = None
    overdue: bool | None = None
    name_contains: str | None = None
    all_of: Sequence["JobFilter"] | None = None
    any_of: Sequence["JobFilter"] | None = None
    none_of: "JobFilter | None" = None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Tasks; all given parts must hold."""

    ids: Sequence[str] | None = None
    job_ids: Sequence[str] | None = None
    statuses: Sequence[Any] | None = None
    open: bool | None = None
    priorities: Sequence[Any] | None = None
    assignee_ids: Sequence[str] | None = None
    assigned_to_me: bool | None = None
    due: DateRange | None = None
    overdue: bool | None = None
    title_contains: str | None = None
    all_of: Sequence["TaskFilter"] | None = None
    any_of: Sequence["TaskFilter"] | None = None
    none_of: "TaskFilter | None" = None


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Items of any kind; all given parts must hold."""

    ids: Sequence[str] | None = None
    kinds: Sequence[Any] | None = None
    states: Sequence[Any] | None = None
    open: bool | None = None
    account_ids: Sequence[str] | None = None
    job_ids: Sequence[str] | None = None
    title_contains: str | None = None
    all_of: Sequence["ItemFilter"] | None = None
    any_of: Sequence["ItemFilter"] | None = None
    none_of: "ItemFilter | None" = None


@dataclass(frozen=True, slots=True)
class EmailFilter:
    """E-mails; all given parts must hold."""

    ids: Sequence[str] | None = None
    states: Sequence[Any] | None = None
    job_ids: Sequence[str] | None = None
    account_ids: Sequence[str] | None = None
    all_of: Sequence["EmailFilter"] | None = None
    any_of: Sequence["EmailFilter"] | None = None
    none_of: "EmailFilter | None" = None


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Documents; all given parts must hold."""

    ids: Sequence[str] | None = None
    account_ids: Sequence[str] | None = None
    job_ids: Sequence[str] | None = None
    of_firm: bool | None = None
    shared: bool | None = None
    name_contains: str | None = None
    all_of: Sequence["DocumentFilter"] | None = None
    any_of: Sequence["DocumentFilter"] | None = None
    none_of: "DocumentFilter | None" = None


@dataclass(frozen=True, slots=True)
class RecurrenceFilter:
    """Recurrences; all given parts must hold."""

    ids: Sequence[str] | None = None
    pipeline_ids: Sequence[str] | None = None
    states: Sequence[Any] | None = None
    name_contains: str | None = None
    all_of: Sequence["RecurrenceFilter"] | None = None
    any_of: Sequence["RecurrenceFilter"] | None = None
    none_of: "RecurrenceFilter | None" = None


@dataclass(frozen=True, slots=True)
class TimeEntryFilter:
    """Entries of time; all given parts must hold."""

    ids: Sequence[str] | None = None
    member_ids: Sequence[str] | None = None
    job_ids: Sequence[str] | None = None
    account_ids: Sequence[str] | None = None
    pipeline_ids: Sequence[str] | None = None
    days: DateRange | None = None
    billable: bool | None = None
    running: bool | None = None
    all_of: Sequence["TimeEntryFilter"] | None = None
    any_of: Sequence["TimeEntryFilter"] | None = None
    none_of: "TimeEntryFilter | None" = None


@dataclass(frozen=True, slots=True)
class Asker:
    """What a filter may need to know of the viewer."""

    member_id: str
    today: date
    sees_job: Callable[[Params, str], str]  # the SQL of whether the viewer sees the job of an alias


Filter = (
    AccountFilter
    | PipelineFilter
    | JobFilter
    | TaskFilter
    | ItemFilter
    | EmailFilter
    | DocumentFilter
    | RecurrenceFilter
    | TimeEntryFilter
)
Test = Callable[[Params, Any, Asker], str]


def condition(p: Params, wanted: Filter | None, asker: Asker) -> str:
    """The SQL of a filter.

    Rows have the aliases a (accounts), pl (pipelines), j (jobs), t, i and ci (tasks, items, items for clients),
    e (e-mails), d (documents), rc (recurrences), te (entries of time).
    """
    if wanted is None:
        return "TRUE"
    parts = [_TESTS[type(wanted)][part](p, value, asker) for part, value in _given(wanted)]
    return " AND ".join(parts) or "TRUE"


def is_personal(wanted: Filter | None) -> bool:
    """Whether a filter asks for what is the viewer's own."""
    if wanted is None:
        return False
    if getattr(wanted, "assigned_to_me", None) is not None:
        return True
    inner = [*(wanted.all_of or ()), *(wanted.any_of or ()), *([wanted.none_of] if wanted.none_of else [])]
    return any(map(is_personal, inner))


def _given(wanted: Filter) -> list[tuple[str, Any]]:
    values = [(part.name, getattr(wanted, part.name)) for part in fields(wanted)]
    return [(name, value) for name, value in values if value is not None]


def _within(column: str) -> Test:
    return lambda p, value, asker: f"{column} = ANY({p(list(value))}::text[])"


def _among(column: str) -> Test:
    """The same for a column that may be null, which is none of them, also where that is negated."""
    return lambda p, value, asker: f"({column} IS NOT NULL AND {column} = ANY({p(list(value))}::text[]))"


def _priorities(column: str) -> Test:
    return lambda p, value, asker: f"{column} = ANY({p([priority.value for priority in value])}::int[])"


def _contains(column: str) -> Test:
    return lambda p, value, asker: f"strpos(lower({column}), lower({p(value)})) > 0"


def _assigned(table: str, thing: str, alias: str) -> Test:
    def test(p: Params, value: Sequence[str], asker: Asker) -> str:
        who = f"x.member_id = ANY({p(list(value))}::text[])"
        return f"EXISTS (SELECT FROM {table} x WHERE x.firm_id = {alias}.firm_id AND x.{thing} = {alias}.id AND {who})"

    return test


def _mine(assigned: Test) -> Test:
    def test(p: Params, value: bool, asker: Asker) -> str:
        found = assigned(p, [asker.member_id], asker)
        return found if value else f"NOT {found}"

    return test


def _unassigned(p: Params, value: bool, asker: Asker) -> str:
    found = "EXISTS (SELECT FROM job_assignees x WHERE x.firm_id = j.firm_id AND x.job_id = j.id)"
    return f"NOT {found}" if value else found


def _tags(account: str, alias: str) -> Test:
    """CN1: several tags mean all of them."""

    def test(p: Params, value: Sequence[str], asker: Asker) -> str:
        wanted = p(list(dict.fromkeys(value)))
        return (
            f"(SELECT count(*) FROM account_tags x WHERE x.firm_id = {alias}.firm_id AND x.account_id = {account}"
            f" AND x.tag_id = ANY({wanted}::text[])) = cardinality({wanted}::text[])"
        )

    return test


def _due(column: str) -> Test:
    def test(p: Params, value: DateRange, asker: Asker) -> str:
        since = f"{column} >= {p(value.since)}::date" if value.since else "TRUE"
        until = f"{column} <= {p(value.until)}::date" if value.until else "TRUE"
        return f"{column} IS NOT NULL AND {since} AND {until}"

    return test


def job_overdue(p: Params, today: date) -> str:
    """ST1: an active job is overdue from the day after its due date. Row alias: j."""
    return f"(j.state = 'ACTIVE' AND j.due_date IS NOT NULL AND j.due_date < {p(today)}::date)"


def _job_overdue(p: Params, value: bool, asker: Asker) -> str:
    return job_overdue(p, asker.today) if value else f"NOT {job_overdue(p, asker.today)}"


def _task_overdue(p: Params, value: bool, asker: Asker) -> str:
    late = f"(i.open AND i.due_date IS NOT NULL AND i.due_date < {p(asker.today)}::date)"
    return late if value else f"NOT {late}"


def _open(p: Params, value: bool, asker: Asker) -> str:
    return "i.open" if value else "NOT i.open"


def _of_jobs(p: Params, value: Sequence[str], asker: Asker) -> str:
    """A job that the viewer does not see has no items, though they may see one of them (AC4)."""
    return (
        "EXISTS (SELECT FROM item_links x JOIN jobs xj ON xj.firm_id = x.firm_id AND xj.id = x.job_id"
        " WHERE x.firm_id = i.firm_id AND x.item_id = i.id"
        f" AND x.job_id = ANY({p(list(value))}::text[]) AND {asker.sees_job(p, 'xj')})"
    )


def _jobs_of(alias: str, column: str = "id") -> Test:
    """A job that the viewer does not see has no e-mails, documents or time, though they may see its account's (AC4)."""

    def test(p: Params, value: Sequence[str], asker: Asker) -> str:
        return (
            f"EXISTS (SELECT FROM jobs xj WHERE xj.firm_id = {alias}.firm_id AND xj.id = {alias}.job_id"
            f" AND xj.{column} = ANY({p(list(value))}::text[]) AND {asker.sees_job(p, 'xj')})"
        )

    return test


def _is(expression: str) -> Test:
    return lambda p, value, asker: expression if value else f"NOT ({expression})"


def _is_null(column: str) -> Test:
    return lambda p, value, asker: f"{column} IS {'NULL' if value else 'NOT NULL'}"


def _is_set(column: str) -> Test:
    return lambda p, value, asker: f"{column} IS {'NOT NULL' if value else 'NULL'}"


def _all(p: Params, value: Sequence[Filter], asker: Asker) -> str:
    return "(" + " AND ".join(f"({condition(p, part, asker)})" for part in value) + ")" if value else "TRUE"


def _any(p: Params, value: Sequence[Filter], asker: Asker) -> str:
    return "(" + " OR ".join(f"({condition(p, part, asker)})" for part in value) + ")" if value else "FALSE"


def _none(p: Params, value: Filter, asker: Asker) -> str:
    return f"NOT ({condition(p, value, asker)})"


_LOGIC: dict[str, Test] = {"all_of": _all, "any_of": _any, "none_of": _none}
_JOB_ASSIGNEES = _assigned("job_assignees", "job_id", "j")
_TASK_ASSIGNEES = _assigned("task_assignees", "task_id", "t")
_TESTS: dict[type[Filter], dict[str, Test]] = {
    AccountFilter: {
        "ids": _within("a.id"),
        "tag_ids": _tags("a.id", "a"),
        "name_contains": _contains("a.name"),
        **_LOGIC,
    },
    PipelineFilter: {"archived": _is_set("pl.archived_at"), "name_contains": _contains("pl.name"), **_LOGIC},
    JobFilter: {
        "ids": _within("j.id"),
        "pipeline_ids": _within("j.pipeline_id"),
        "stage_ids": _within("j.stage_id"),
        "account_ids": _within("j.account_id"),
        "status_ids": _within("j.status_id"),
        "states": _within("j.state"),
        "priorities": _priorities("j.priority"),
        "assignee_ids": _JOB_ASSIGNEES,
        "assigned_to_me": _mine(_JOB_ASSIGNEES),
        "unassigned": _unassigned,
        "tag_ids": _tags("j.account_id", "j"),
        "due": _due("j.due_date"),
        "overdue": _job_overdue,
        "name_contains": _contains("j.name"),
        **_LOGIC,
    },
    ItemFilter: {
        "ids": _within("i.id"),
        "kinds": _within("i.kind"),
        "states": _within(f"({STATE})"),
        "open": _open,
        "account_ids": _among("ci.account_id"),
        "job_ids": _of_jobs,
        "title_contains": _contains("i.title"),
        **_LOGIC,
    },
    EmailFilter: {
        "ids": _within("e.id"),
        "states": _within("e.state"),
        "job_ids": _jobs_of("e"),
        "account_ids": _within("e.account_id"),
        **_LOGIC,
    },
    DocumentFilter: {
        "ids": _within("d.id"),
        "account_ids": _among("d.account_id"),
        "job_ids": _jobs_of("d"),
        "of_firm": _is_null("d.account_id"),
        "shared": _is_set("d.shared_at"),
        "name_contains": _contains("d.name"),
        **_LOGIC,
    },
    RecurrenceFilter: {
        "ids": _within("rc.id"),
        "pipeline_ids": _within("rc.pipeline_id"),
        "states": _within(f"({RECURRENCE_STATE})"),
        "name_contains": _contains("rc.name"),
        **_LOGIC,
    },
    TimeEntryFilter: {
        "ids": _within("te.id"),
        "member_ids": _within("te.member_id"),
        "job_ids": _jobs_of("te"),
        "account_ids": _jobs_of("te", "account_id"),
        "pipeline_ids": _jobs_of("te", "pipeline_id"),
        "days": _due("te.day"),
        "billable": _is("te.billable"),
        "running": _is("te.minutes IS NULL"),
        **_LOGIC,
    },
    TaskFilter: {
        "ids": _within("t.id"),
        "job_ids": _of_jobs,
        "statuses": _within("t.status"),
        "open": _open,
        "priorities": _priorities("t.priority"),
        "assignee_ids": _TASK_ASSIGNEES,
        "assigned_to_me": _mine(_TASK_ASSIGNEES),
        "due": _due("i.due_date"),
        "overdue": _task_overdue,
        "title_contains": _contains("i.title"),
        **_LOGIC,
    },
}
