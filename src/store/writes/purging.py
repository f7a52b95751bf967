"""Deleting for good what has waited in the trash for its time (JB3), a part at a time.

Nothing but this comes to what is doomed, so it is done in as many transactions as it takes; each begins where the one
before has ended, whoever died in between.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from store.database import Db, Row

OF_ITEMS: Final = (
    # What hangs on items, in an order in which the database lets it go. ``$2`` are the items.
    ("organizer_answers", "item_id"),  # and with it organizer_files
    ("request_documents", "item_id"),
    ("request_lines", "item_id"),
    ("document_requests", "id"),
    ("thread_messages", "item_id"),
    ("client_tasks", "item_id"),
    ("item_signers", "item_id"),
    ("item_documents", "item_id"),
    ("approval_answers", "item_id"),
    ("proposals", "id"),
    ("invoice_payments", "item_id"),
    ("invoices", "id"),
    ("all_emails", "item_id"),
    ("notifications", "subject_id"),
    ("all_due", "subject_id"),
    ("subtasks", "task_id"),
    ("task_assignees", "task_id"),
    ("all_tasks", "id"),
    ("all_client_items", "id"),
    ("item_links", "item_id"),
    ("all_items", "id"),
)
OF_JOBS: Final = (
    # The same of jobs.
    ("last_moves", "job_id"),
    ("item_links", "job_id"),
    ("runs", "job_id"),
    ("status_stays", "job_id"),
    ("stage_visits", "job_id"),
    ("comments", "job_id"),
    ("history", "job_id"),
    ("notifications", "job_id"),
    ("webhook_calls", "job_id"),
    ("all_due", "job_id"),
    ("job_assignees", "job_id"),
    ("all_jobs", "id"),
    ("trash", "thing_id"),
)
OF_ACCOUNTS: Final = (
    # The same of accounts.
    ("all_emails", "account_id"),
    ("document_shares", "account_id"),
    ("account_contacts", "account_id"),
    ("account_field_values", "account_id"),
    ("account_role_members", "account_id"),
    ("account_tags", "account_id"),
    ("member_accounts", "account_id"),
    ("all_accounts", "id"),
)

_WITH_JOBS: Final = "trash_id IN (SELECT trash_id FROM all_jobs WHERE firm_id = $1 AND id = ANY($2))"
"""What went into the trash with any of some jobs."""


async def over(db: Db, now: datetime) -> list[Row]:
    """What is to be deleted for good (id, firm_id), by firm: what is doomed, and what has waited for its time."""
    return await db.rows(
        "SELECT id, firm_id FROM trash WHERE doomed_at IS NOT NULL OR until <= $1 ORDER BY firm_id, deleted_at, id", now
    )


async def doomed(db: Db, firm_id: str, trash_id: str) -> Row | None:
    """What was deleted and is doomed; None where another worker is at it, or has ended."""
    return await db.row(
        "SELECT * FROM trash WHERE firm_id = $1 AND id = $2 AND doomed_at IS NOT NULL FOR UPDATE SKIP LOCKED",
        firm_id,
        trash_id,
    )


async def some_jobs(db: Db, firm_id: str, account_id: str, most: int) -> list[str]:
    """The first of an account's jobs, whenever they were deleted."""
    sql = "SELECT id FROM all_jobs WHERE firm_id = $1 AND account_id = $2 ORDER BY id LIMIT $3"
    return [row["id"] for row in await db.rows(sql, firm_id, account_id, most)]


async def some_items(db: Db, firm_id: str, account_id: str, most: int) -> list[str]:
    """The first of the items for an account's client."""
    sql = "SELECT id FROM all_client_items WHERE firm_id = $1 AND account_id = $2 ORDER BY id LIMIT $3"
    return [row["id"] for row in await db.rows(sql, firm_id, account_id, most)]


async def items_of(db: Db, firm_id: str, job_ids: Collection[str]) -> list[str]:
    """Items that went into the trash with jobs, and belong to no other one. What another such job has goes with that.

    What had stayed as the jobs were deleted, and has come there since with its account, is still the account's.
    """
    await db.rows(
        f"""
        WITH others AS (
            SELECT DISTINCT ON (l.item_id) l.item_id AS id, j.id AS job_id, j.trash_id FROM item_links l
            JOIN item_links o ON o.firm_id = $1 AND o.item_id = l.item_id AND o.job_id <> ALL($2)
            JOIN all_jobs j ON j.firm_id = $1 AND j.id = o.job_id AND j.trash_id IS NOT NULL
            WHERE l.firm_id = $1 AND l.job_id = ANY($2) ORDER BY l.item_id, j.id
        ), moved AS (
            UPDATE all_items t SET trash_id = o.trash_id FROM others o
            WHERE t.firm_id = $1 AND t.id = o.id AND t.{_WITH_JOBS}
            RETURNING t.id, t.trash_id, o.job_id
        ), letters AS (
            UPDATE all_emails t SET trash_id = i.trash_id FROM moved i
            WHERE t.firm_id = $1 AND t.item_id = i.id AND t.{_WITH_JOBS} RETURNING t.id, t.trash_id
        ), put_off AS (
            UPDATE all_due t SET trash_id = x.trash_id, job_id = x.job_id, in_lane = FALSE
            FROM (SELECT * FROM moved UNION ALL SELECT *, NULL FROM letters) AS x
            WHERE t.firm_id = $1 AND t.subject_id = x.id AND t.trash_id IS NOT NULL
        )
        UPDATE all_client_items t SET trash_id = i.trash_id FROM moved i WHERE t.firm_id = $1 AND t.id = i.id
        """,
        firm_id,
        list(job_ids),
    )
    found = await db.rows(
        f"""
        SELECT i.id FROM all_items i
        WHERE i.firm_id = $1 AND i.{_WITH_JOBS}
            AND i.id IN (SELECT item_id FROM item_links WHERE firm_id = $1 AND job_id = ANY($2))
            AND NOT EXISTS (
                SELECT FROM item_links o WHERE o.firm_id = $1 AND o.item_id = i.id AND o.job_id <> ALL($2)
            )
        ORDER BY 1
        """,
        firm_id,
        list(job_ids),
    )
    return [row["id"] for row in found]


async def items(db: Db, firm_id: str, ids: Sequence[str], now: datetime) -> None:
    """Deletes items with all that hangs on them. The numbers of invoices are kept, with what they came to."""
    await db.rows(
        """
        INSERT INTO purged_invoices (firm_id, number, account_name, currency, net, tax, total, paid, voided, issued_at,
            purged_at)
        SELECT $1, v.number, a.name, v.currency, v.net, v.tax, v.total, v.paid,
            coalesce(i.outcome = 'CANCELLED', FALSE), v.issued_at, $3
        FROM invoices v
        JOIN all_items i ON i.firm_id = $1 AND i.id = v.id
        JOIN all_client_items ci ON ci.firm_id = $1 AND ci.id = v.id
        JOIN all_accounts a ON a.firm_id = $1 AND a.id = ci.account_id
        WHERE v.firm_id = $1 AND v.id = ANY($2) AND v.number IS NOT NULL
        """,
        firm_id,
        list(ids),
        now,
    )
    await db.rows("UPDATE proposals SET invoice_id = NULL WHERE firm_id = $1 AND invoice_id = ANY($2)", firm_id, ids)
    await db.rows(
        "DELETE FROM all_due d USING all_emails e"
        " WHERE d.firm_id = $1 AND e.firm_id = $1 AND e.item_id = ANY($2) AND d.subject_id = e.id",
        firm_id,
        ids,
    )
    await _delete(db, OF_ITEMS, firm_id, ids)


async def jobs(db: Db, firm_id: str, ids: Sequence[str]) -> None:
    """Deletes jobs with all that hangs on them. Documents stay with the account, and so do e-mails that have left."""
    mine = (firm_id, list(ids))
    await db.rows("UPDATE all_documents SET job_id = NULL WHERE firm_id = $1 AND job_id = ANY($2)", *mine)
    await db.rows(
        f"""
        WITH unsent AS (
            DELETE FROM all_emails e WHERE e.firm_id = $1 AND e.{_WITH_JOBS} AND e.item_id IS NULL AND (
                e.job_id = ANY($2)
                OR e.notification_id IN (SELECT id FROM notifications WHERE firm_id = $1 AND job_id = ANY($2)))
            RETURNING e.id
        )
        DELETE FROM all_due d USING unsent u WHERE d.firm_id = $1 AND d.subject_id = u.id
        """,
        *mine,
    )
    await db.rows("UPDATE all_emails SET job_id = NULL, run_id = NULL WHERE firm_id = $1 AND job_id = ANY($2)", *mine)
    await db.rows(
        "UPDATE all_due SET job_id = NULL, in_lane = FALSE"
        f" WHERE firm_id = $1 AND job_id = ANY($2) AND ({_WITH_JOBS}) IS NOT TRUE",
        *mine,
    )
    for table, key, parent in (("run_things", "run_id", "runs"), ("comment_mentions", "comment_id", "comments")):
        await db.rows(
            f"DELETE FROM {table} x USING {parent} y"
            f" WHERE x.firm_id = $1 AND y.firm_id = $1 AND y.job_id = ANY($2) AND x.{key} = y.id",
            *mine,
        )
    await _delete(db, OF_JOBS, firm_id, ids)


async def documents(db: Db, firm_id: str, account_id: str, most: int, now: datetime) -> int:
    """Deletes the first of an account's documents, and leaves their objects to be deleted; answers how many."""
    found = await db.rows(
        """
        WITH gone AS (
            DELETE FROM all_documents WHERE firm_id = $1 AND id IN (
                SELECT id FROM all_documents WHERE firm_id = $1 AND account_id = $2 ORDER BY id LIMIT $3
            )
            RETURNING id, object_key
        ), stray AS (
            INSERT INTO stray_objects (key, firm_id, document_id, due_at, doomed)
            SELECT object_key, $1, id, $4, TRUE FROM gone WHERE object_key IS NOT NULL
        )
        SELECT id FROM gone
        """,
        firm_id,
        account_id,
        most,
        now,
    )
    return len(found)


async def account(db: Db, firm_id: str, account_id: str, trash_id: str) -> None:
    """Deletes an account, the last of what went into the trash with it, and its contacts who have no other one."""
    await db.rows(
        """
        UPDATE all_contacts c SET trash_id = o.trash_id
        FROM account_contacts x JOIN all_accounts o ON o.firm_id = $1 AND o.id = x.account_id AND o.id <> $2
        WHERE c.firm_id = $1 AND c.trash_id = $3 AND x.firm_id = $1 AND x.contact_id = c.id AND o.trash_id IS NOT NULL
        """,
        firm_id,
        account_id,
        trash_id,
    )
    await db.rows(
        "DELETE FROM all_due d USING all_emails e"
        " WHERE d.firm_id = $1 AND e.firm_id = $1 AND e.account_id = $2 AND d.subject_id = e.id",
        firm_id,
        account_id,
    )
    await _delete(db, OF_ACCOUNTS[:-1], firm_id, [account_id])
    await db.rows("DELETE FROM all_contacts WHERE firm_id = $1 AND trash_id = $2", firm_id, trash_id)
    await _delete(db, OF_ACCOUNTS[-1:], firm_id, [account_id])


async def forget(db: Db, firm_id: str, trash_id: str) -> None:
    """Forgets what was deleted: nothing is left of it."""
    await db.rows("DELETE FROM trash WHERE firm_id = $1 AND id = $2", firm_id, trash_id)


async def _delete(db: Db, tables: Sequence[tuple[str, str]], firm_id: str, ids: Sequence[str]) -> None:
    for table, column in tables:
        await db.rows(f"DELETE FROM {table} WHERE firm_id = $1 AND {column} = ANY($2)", firm_id, list(ids))
