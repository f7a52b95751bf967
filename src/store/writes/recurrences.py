"""Recurrences: for whom they make jobs, their runs, and what became of each account in them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from store.database import Db, Row
from store.ids import new_id
from store.writes.log import encode

Line = dict[str, Any]


async def lock(db: Db, firm_id: str, recurrence_id: str) -> Row | None:
    """Locks a recurrence that has not been deleted, and answers its row."""
    return await db.row(
        "SELECT * FROM recurrences WHERE firm_id = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE",
        firm_id,
        recurrence_id,
    )


async def place(db: Db, firm_id: str, recurrence_id: str) -> str | None:
    """The pipeline of a recurrence; None once that was deleted."""
    found: str | None = await db.value(
        "SELECT pipeline_id FROM recurrences WHERE firm_id = $1 AND id = $2 AND deleted_at IS NULL",
        firm_id,
        recurrence_id,
    )
    return found


async def people_counted(db: Db, firm_id: str, recurrence_id: str) -> tuple[int, int]:
    """For how many accounts that are listed, and by how many tags, a recurrence makes jobs."""
    row = await db.row(
        """
        SELECT (SELECT count(*) FROM recurrence_accounts WHERE firm_id = $1 AND recurrence_id = $2) AS accounts,
            (SELECT count(*) FROM recurrence_tags WHERE firm_id = $1 AND recurrence_id = $2) AS tags
        """,
        firm_id,
        recurrence_id,
    )
    assert row is not None  # counts always answer
    return row["accounts"], row["tags"]


async def unlink(db: Db, firm_id: str, recurrence_id: str) -> None:
    """Takes all accounts and tags off a recurrence."""
    for table in ("recurrence_accounts", "recurrence_tags"):
        await db.rows(f"DELETE FROM {table} WHERE firm_id = $1 AND recurrence_id = $2", firm_id, recurrence_id)


async def add_runs(db: Db, firm_id: str, recurrence_id: str, now: datetime, lines: Sequence[Line]) -> None:
    """Adds runs of occurrences, once each: a line has occurrence, day, state and reason (or None)."""
    given = [{"id": new_id("recurrencerun"), **line} for line in lines]
    await db.rows(
        """
        INSERT INTO recurrence_runs (id, firm_id, recurrence_id, occurrence, day, state, reason, created_at,
            finished_at)
        SELECT g.id, $1, $2, g.occurrence, g.day, g.state, g.reason, $4,
            CASE WHEN g.state <> 'QUEUED' THEN $4::timestamptz END
        FROM jsonb_to_recordset($3::jsonb) AS g (id text, occurrence date, day date, state text, reason text)
        ON CONFLICT (firm_id, recurrence_id, occurrence) DO NOTHING
        """,
        firm_id,
        recurrence_id,
        encode(given),
        now,
    )


async def open_run(db: Db, firm_id: str, recurrence_id: str) -> Row | None:
    """The first run that is not over."""
    return await db.row(
        "SELECT * FROM recurrence_runs WHERE firm_id = $1 AND recurrence_id = $2 AND finished_at IS NULL"
        " ORDER BY occurrence LIMIT 1",
        firm_id,
        recurrence_id,
    )


async def run_of(db: Db, firm_id: str, recurrence_id: str, occurrence: date) -> Row | None:
    """The run of an occurrence, if there is one."""
    return await db.row(
        "SELECT * FROM recurrence_runs WHERE firm_id = $1 AND recurrence_id = $2 AND occurrence = $3",
        firm_id,
        recurrence_id,
        occurrence,
    )


async def begin(db: Db, firm_id: str, run: Row, now: datetime) -> Row:
    """Begins a run with the accounts of this moment: those listed, and those that have all of the tags (RC1).

    None that are in the trash. Answers the run.
    """
    row = await db.row(
        """
        WITH tags AS (
            SELECT tag_id FROM recurrence_tags WHERE firm_id = $1 AND recurrence_id = $2
        ), wanted AS (
            SELECT account_id FROM recurrence_accounts WHERE firm_id = $1 AND recurrence_id = $2
            UNION
            SELECT account_id FROM account_tags WHERE firm_id = $1 AND tag_id IN (SELECT tag_id FROM tags)
            GROUP BY account_id HAVING count(*) = (SELECT count(*) FROM tags)
        ), begun AS (
            INSERT INTO recurrence_jobs (firm_id, recurrence_id, occurrence, account_id)
            SELECT $1, $2, $3, w.account_id FROM wanted w JOIN accounts a ON a.firm_id = $1 AND a.id = w.account_id
            ON CONFLICT DO NOTHING RETURNING account_id
        )
        UPDATE recurrence_runs SET state = 'RUNNING', started_at = $4, total = (SELECT count(*) FROM begun)
        WHERE firm_id = $1 AND id = $5 RETURNING *
        """,
        firm_id,
        run["recurrence_id"],
        run["occurrence"],
        now,
        run["id"],
    )
    assert row is not None  # it is locked with its recurrence
    return row


async def plan_anew(db: Db) -> None:
    """Has statements, and checks of foreign keys, planned for tables as they are by now.

    A run may be the first to fill them. The plans of when they were empty look through all of their rows.
    """
    await db.rows("DISCARD PLANS")


async def pending(db: Db, firm_id: str, run: Row, most: int) -> list[str]:
    """The last of the accounts that have not had their turn in a run, in order: jobs are put on top of their column."""
    found = await db.rows(
        "SELECT account_id FROM recurrence_jobs WHERE firm_id = $1 AND recurrence_id = $2 AND occurrence = $3"
        " AND state = 'PENDING' ORDER BY account_id DESC LIMIT $4",
        firm_id,
        run["recurrence_id"],
        run["occurrence"],
        most,
    )
    return [row["account_id"] for row in reversed(found)]


async def note(db: Db, firm_id: str, run: Row, jobs: Mapping[str, str], errors: Mapping[str, str]) -> Row:
    """What became of accounts in a run: the jobs that were made for them, or why none was (RC2). Answers the run."""
    lines = [{"account_id": one, "state": "MADE", "job_id": job_id} for one, job_id in jobs.items()]
    lines += [{"account_id": one, "state": "FAILED", "error": text} for one, text in errors.items()]
    row = await db.row(
        """
        WITH noted AS (
            UPDATE recurrence_jobs r SET state = g.state, job_id = g.job_id, error = g.error
            FROM jsonb_to_recordset($4::jsonb) AS g (account_id text, state text, job_id text, error text)
            WHERE r.firm_id = $1 AND r.recurrence_id = $2 AND r.occurrence = $3 AND r.account_id = g.account_id
        )
        UPDATE recurrence_runs SET made = made + $5, failed = failed + $6 WHERE firm_id = $1 AND id = $7 RETURNING *
        """,
        firm_id,
        run["recurrence_id"],
        run["occurrence"],
        encode(lines),
        len(jobs),
        len(errors),
        run["id"],
    )
    assert row is not None  # it is locked with its recurrence
    return row


async def end(db: Db, firm_id: str, run: Row, now: datetime, state: str, reason: str | None) -> None:
    """Ends a run."""
    await db.rows(
        "UPDATE recurrence_runs SET state = $4, reason = $5, finished_at = $3 WHERE firm_id = $1 AND id = $2",
        firm_id,
        run["id"],
        now,
        state,
        reason,
    )


async def cancel(db: Db, firm_id: str, recurrence_id: str, now: datetime, reason: str) -> None:
    """Ends all runs that are not over, with what they have made so far."""
    await db.rows(
        "UPDATE recurrence_runs SET state = 'CANCELLED', reason = $4, finished_at = $3"
        " WHERE firm_id = $1 AND recurrence_id = $2 AND finished_at IS NULL",
        firm_id,
        recurrence_id,
        now,
        reason,
    )


async def again(db: Db, firm_id: str, run: Row) -> None:
    """Opens a failed run again, for the accounts for which it has made no job."""
    await db.rows(
        """
        WITH failed AS (
            UPDATE recurrence_jobs SET state = 'PENDING', error = NULL
            WHERE firm_id = $1 AND recurrence_id = $2 AND occurrence = $3 AND state = 'FAILED'
        )
        UPDATE recurrence_runs SET state = CASE WHEN started_at IS NULL THEN 'QUEUED' ELSE 'RUNNING' END,
            failed = 0, reason = NULL, finished_at = NULL
        WHERE firm_id = $1 AND id = $4
        """,
        firm_id,
        run["recurrence_id"],
        run["occurrence"],
        run["id"],
    )


async def concerned(db: Db, firm_id: str, recurrence_id: str) -> list[str]:
    """Who answers for a recurrence: who has last edited it, if active and in sight of it; or else the owners."""
    found = await db.rows(
        """
        WITH able AS (
            SELECT m.id, m.id = r.updated_by AS mine FROM recurrences r
            JOIN members m ON m.firm_id = $1 AND m.deactivated_at IS NULL AND (m.role <> 'EMPLOYEE' OR EXISTS (
                SELECT FROM pipeline_members x
                WHERE x.firm_id = $1 AND x.pipeline_id = r.pipeline_id AND x.member_id = m.id
            ))
            WHERE r.firm_id = $1 AND r.id = $2 AND (m.id = r.updated_by OR m.role = 'OWNER')
        )
        SELECT id FROM able WHERE mine OR NOT EXISTS (SELECT FROM able WHERE mine) ORDER BY id
        """,
        firm_id,
        recurrence_id,
    )
    return [row["id"] for row in found]


async def put(db: Db, firm_id: str, recurrence_id: str, values: Mapping[str, Any]) -> None:
    """Keeps how far a recurrence has come, which does not count as a change of it. The names are our code's."""
    columns = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, start=3))
    sql = f"UPDATE recurrences SET {columns} WHERE firm_id = $1 AND id = $2"
    await db.rows(sql, firm_id, recurrence_id, *values.values())


async def hasten(db: Db, firm_id: str, now: datetime) -> None:
    """Has all recurrences of a firm looked at at once: its calendar has changed."""
    await db.rows(
        "UPDATE due SET due_at = $2 WHERE firm_id = $1 AND kind = 'RECURRENCE' AND due_at > $2 AND dead_at IS NULL",
        firm_id,
        now,
    )


async def places_naming(db: Db, firm_id: str, member_id: str) -> list[Row]:
    """The pipelines of recurrences that name a member."""
    return await db.rows(
        "SELECT r.pipeline_id FROM uses u JOIN recurrences r ON r.firm_id = $1 AND r.id = u.user_id"
        " WHERE u.firm_id = $1 AND u.used_id = $2 AND r.deleted_at IS NULL",
        firm_id,
        member_id,
    )


async def naming(db: Db, firm_id: str, member_id: str) -> list[Row]:
    """Locks the recurrences that name a member; answers what they say of people."""
    return await db.rows(
        """
        SELECT id, people FROM recurrences WHERE firm_id = $1 AND deleted_at IS NULL AND id IN (
            SELECT user_id FROM uses WHERE firm_id = $1 AND used_id = $2
        ) ORDER BY id FOR NO KEY UPDATE
        """,
        firm_id,
        member_id,
    )


async def set_people(db: Db, firm_id: str, now: datetime, lines: Collection[Line]) -> None:
    """Changes whom recurrences name: a line has id and people."""
    await db.rows(
        """
        UPDATE recurrences r SET people = g.people, updated_at = $2, version = version + 1
        FROM jsonb_to_recordset($3::jsonb) AS g (id text, people jsonb) WHERE r.firm_id = $1 AND r.id = g.id
        """,
        firm_id,
        now,
        encode(list(lines)),
    )
