"""The jobs that `stageline seed` makes, with visits, assignees, tasks and history: many in one statement.

``$1`` is the tail of the ids, ``$2`` the time. A job stands in the stage that its number names, and has come there from
the stages before. A quarter has a task, some are on hold; of those at the end half are completed, and a few archived.
"""

from datetime import datetime
from typing import Final

from store.database import Db
from store.writes.seed_numbers import ENTRIES, MEMBERS, STAGES, STATUSES, VISITS, Seeding, chance, ident, rank, roll

SUBJECTS: Final = ("Tax return", "Bookkeeping", "Payroll", "Annual accounts", "VAT return", "Objection", "Advice")
TASKS: Final = ("Ask for documents", "Check the figures", "Call the client", "Prepare the draft")

_FIRM: Final = ident("firm", "f")
_JOB: Final = ident("job", "n")
_TASK: Final = ident("task", "n")
_PIPELINE: Final = ident("pipeline", "p")
_OWNER: Final = ident("member", f"f * {MEMBERS}")
_STATUS: Final = ident("status", f"f * {STATUSES} + status")
_ACTIVE: Final = ident("status", f"f * {STATUSES}")
_WHO: Final = ident("member", f"f * {MEMBERS} + who")
_OTHER: Final = ident("member", f"f * {MEMBERS} + other")
_OPEN_VISIT: Final = ident("visit", f"n * {VISITS} + visits - 1")
_STAY: Final = ident("stay", "n")
_CAUSE: Final = f"jsonb_build_object('kind', 'MEMBER', 'actor', {_OWNER}, 'client_mutation_id', NULL)"


def _stage(visit: str) -> str:
    """The stage of a job's visit."""
    return ident("stage", f"p * {STAGES} + stage - visits + {visit}")


def _entered(visit: str) -> str:
    """When a job's visit began."""
    return f"(entered - make_interval(hours => (visits - {visit}) * pace))"


def _line(name: str, before: str, after: str, labels: str = "") -> str:
    """A line of an entry in the history, as ``engine.work.changed`` makes it."""
    return f"jsonb_build_object('field', '{name}', 'from', {before}, 'to', {after}{labels})"


def _entry(step: str, at: str, action: str, *lines: str) -> str:
    """An entry in the history. Entries of a job are in the order of their steps."""
    changes = f"jsonb_build_array({', '.join(lines)})"
    return f"SELECT n, {step} AS step, f, {at} AS at, '{action}' AS action, {changes} AS changes"


def _made(seeding: Seeding) -> str:
    """The jobs of some numbers, ``$3`` to ``$4``, with all that is decided about them."""
    pipeline = seeding.pipeline_of("n")
    return f"""
        numbered AS (
            SELECT n, {pipeline} AS p, {seeding.firm_of(pipeline)} AS f, {seeding.in_pipeline("n", pipeline)} AS i,
                {chance("'job' || n")} AS h
            FROM generate_series($3::bigint, $4::bigint - 1) AS n
        ), rolled AS (
            SELECT n, p, f, i, i / {STAGES} AS place, (i % {STAGES})::int AS stage, {roll("h", 0, 1_024)} AS noise,
                f * {seeding.accounts} + {roll("h", 1, seeding.accounts)} AS account, {roll("h", 2, MEMBERS)} AS who,
                1 + {roll("h", 3, MEMBERS - 1)} AS further, {roll("h", 4, 20)} AS assigned,
                {roll("h", 5, 4)} AS priority, {roll("h", 6, 64)} AS due,
                {roll("h", 7, 3)} AS started, {roll("h", 8, VISITS)} AS back,
                30 + {roll("h", 9, 50)} AS pace, {roll("h", 10, 400)} AS age, {roll("h", 11, 20)} AS fate,
                {roll("h", 12, 4)} AS task, {roll("h", 13, len(SUBJECTS))} AS subject
            FROM numbered
        ), made AS MATERIALIZED (
            SELECT *, least(stage, back) + 1 AS visits, (who + further) % {MEMBERS} AS other,
                $2::timestamptz - make_interval(hours => 24 + age) AS entered,
                $2::timestamptz - make_interval(hours => 12 + age) AS settled,
                CASE WHEN stage < {STAGES - 1} THEN CASE fate WHEN 0 THEN 3 ELSE 0 END
                    WHEN place % 40 = 39 THEN 2 ELSE fate % 2 END AS status,
                CASE WHEN due > 7 THEN ($2::timestamptz AT TIME ZONE 'UTC')::date + due - 24 END AS due_date,
                {rank("place", "noise")} AS rank, ($5::text[])[1 + subject] || ' ' || 1 + i AS name
            FROM rolled
        )"""


_JOBS: Final = f"""
    INSERT INTO jobs (id, firm_id, version, created_at, updated_at, account_id, pipeline_id, stage_id, rank, status_id,
        state, name, priority, start_date, due_date, entered_stage_at, completed_at, paused_at)
    SELECT {_JOB}, {_FIRM}, visits + (status > 0)::int, {_entered("1")},
        CASE WHEN status > 0 THEN settled ELSE entered END,
        {ident("account", "account")}, {_PIPELINE}, {_stage("visits")}, rank, {_STATUS},
        (ARRAY['ACTIVE', 'COMPLETED', 'ARCHIVED', 'CUSTOM'])[1 + status], name, priority,
        CASE started WHEN 0 THEN due_date - 14 END, due_date, entered, CASE status WHEN 1 THEN settled END,
        CASE WHEN status > 1 THEN settled END
    FROM made"""
_VISITS: Final = f"""
    INSERT INTO stage_visits (id, firm_id, job_id, number, pipeline_id, stage_id, entered_at, left_at)
    SELECT {ident("visit", f"n * {VISITS} + v - 1")}, {_FIRM}, {_JOB}, v, {_PIPELINE}, {_stage("v")}, {_entered("v")},
        CASE WHEN v < visits THEN {_entered("(v + 1)")} END
    FROM made CROSS JOIN LATERAL generate_series(1, visits) AS v"""
_STAYS: Final = f"""
    INSERT INTO status_stays (id, firm_id, job_id, visit_id, status_id, entered_at)
    SELECT {_STAY}, {_FIRM}, {_JOB}, {_OPEN_VISIT}, {_STATUS}, settled FROM made WHERE status = 3"""
_ASSIGNEES: Final = f"""
    INSERT INTO job_assignees (firm_id, job_id, member_id)
    SELECT {_FIRM}, {_JOB}, {_WHO} FROM made WHERE assigned > 0
    UNION ALL SELECT {_FIRM}, {_JOB}, {_OTHER} FROM made WHERE assigned > 2"""
_ITEMS: Final = f"""
    INSERT INTO items (id, firm_id, kind, title, open, due_date, created_at, updated_at)
    SELECT {_TASK}, {_FIRM}, 'TASK', ($6::text[])[1 + subject % {len(TASKS)}], TRUE, due_date, entered, entered
    FROM made WHERE task = 0"""
_TASKS: Final = f"""
    INSERT INTO tasks (id, firm_id, status, priority, created_by, created_at, updated_at)
    SELECT {_TASK}, {_FIRM}, 'TO_DO', priority, {_OWNER}, entered, entered FROM made WHERE task = 0"""
_TASK_ASSIGNEES: Final = f"""
    INSERT INTO task_assignees (firm_id, task_id, member_id) SELECT {_FIRM}, {_TASK}, {_WHO} FROM made WHERE task = 0"""
_LINKS: Final = f"""
    INSERT INTO item_links (firm_id, job_id, item_id, kind, visit_id, blocking)
    SELECT {_FIRM}, {_JOB}, {_TASK}, 'TASK', {_OPEN_VISIT}, TRUE FROM made WHERE task = 0"""
_ENTRIES: Final = " UNION ALL ".join(
    (
        _entry(
            "0",
            _entered("1"),
            "CREATED",
            _line("name", "NULL", "name"),
            _line("pipeline", "NULL", _PIPELINE),
            _line("stage", "NULL", _stage("1")),
            _line("rank", "NULL", "rank"),
            _line("status", "NULL", _ACTIVE, ", 'to_label', 'Active'"),
        )
        + " FROM made",
        _entry(
            "v", _entered("v"), "MOVED", _line("stage", _stage("(v - 1)"), _stage("v")), _line("rank", "rank", "rank")
        )
        + " FROM made CROSS JOIN LATERAL generate_series(2, visits) AS v",
        _entry(str(VISITS + 1), "entered", "TASK_ADDED", _line("task", "NULL", _TASK)) + " FROM made WHERE task = 0",
        _entry(
            str(VISITS + 2),
            "settled",
            "STATUS_CHANGED",
            _line(
                "status",
                _ACTIVE,
                _STATUS,
                ", 'from_label', 'Active', 'to_label', (ARRAY['Completed', 'Archived', 'On hold'])[status]",
            ),
        )
        + " FROM made WHERE status > 0",
    )
)
_HISTORY: Final = f"""
    INSERT INTO history (id, firm_id, job_id, at, cause, action, changes)
    SELECT {ident("history", f"n * {ENTRIES} + step")}, {_FIRM}, {_JOB}, at, {_CAUSE}, action, changes
    FROM ({_ENTRIES}) AS entries ORDER BY n, step"""
_BESIDE: Final = (_VISITS, _STAYS, _ASSIGNEES, _ITEMS, _TASKS, _TASK_ASSIGNEES, _LINKS, _HISTORY)


async def jobs(db: Db, seeding: Seeding, now: datetime, first: int, end: int) -> None:
    """The jobs with the numbers from ``first`` up to ``end``."""
    beside = ", ".join(f"beside_{n} AS ({sql})" for n, sql in enumerate(_BESIDE))
    await db.rows(f"WITH {_made(seeding)}, {beside} {_JOBS}", seeding.tail, now, first, end, SUBJECTS, TASKS)
