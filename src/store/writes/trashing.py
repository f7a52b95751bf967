"""Putting locked jobs and accounts into the trash, with what goes along (JB3)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from store.database import Db, Row

Going = Mapping[str, str]
"""Rows of ``trash`` by the jobs or items that go with them."""

_OF_JOBS: Final = "unnest($2::text[], $3::text[]) AS g (job_id, trash_id)"


async def linked_jobs(db: Db, firm_id: str, job_ids: Collection[str]) -> list[str]:
    """The jobs that share an item with any of some jobs, those included."""
    found = await db.rows(
        """
        SELECT DISTINCT o.job_id AS id FROM item_links l JOIN item_links o ON o.firm_id = $1 AND o.item_id = l.item_id
        WHERE l.firm_id = $1 AND l.job_id = ANY($2) UNION SELECT unnest($2::text[])
        """,
        firm_id,
        list(job_ids),
    )
    return [row["id"] for row in found]


async def hold_contacts(db: Db, firm_id: str, account_id: str) -> list[str]:
    """Locks the contacts of an account; answers their ids."""
    found = await db.rows(
        """
        SELECT c.id FROM contacts c
        WHERE c.firm_id = $1 AND c.id IN (
            SELECT contact_id FROM account_contacts WHERE firm_id = $1 AND account_id = $2
        )
        ORDER BY c.id FOR NO KEY UPDATE OF c
        """,
        firm_id,
        account_id,
    )
    return [row["id"] for row in found]


async def account_jobs(db: Db, firm_id: str, account_id: str) -> list[str]:
    """The ids of an account's jobs that are not in the trash."""
    found = await db.rows("SELECT id FROM jobs WHERE firm_id = $1 AND account_id = $2", firm_id, account_id)
    return [row["id"] for row in found]


async def put_jobs(db: Db, firm_id: str, going: Going, now: datetime) -> None:
    """Puts locked jobs into the trash, with the time that was spent on them."""
    await db.rows(
        f"""
        WITH time AS (
            UPDATE all_time_entries t SET trash_id = g.trash_id
            FROM {_OF_JOBS} WHERE t.firm_id = $1 AND t.job_id = g.job_id
        )
        UPDATE all_jobs j SET trash_id = g.trash_id, version = version + 1, updated_at = $4
        FROM {_OF_JOBS} WHERE j.firm_id = $1 AND j.id = g.job_id AND j.trash_id IS NULL
        """,
        firm_id,
        list(going),
        list(going.values()),
        now,
    )


async def belongings(db: Db, firm_id: str, going: Going) -> list[Row]:
    """What goes along with jobs that have just been put there; locked, each with the row of ``trash`` it goes with.

    Their tasks, and the open items for clients that belong to no other job. An invoice that was sent is a claim of the
    firm's, and what is closed a record of the account: they stay.
    """
    return await db.rows(
        f"""
        SELECT i.id, i.kind, ci.account_id, ci.delivery, (
                SELECT max(g.trash_id) FROM {_OF_JOBS} JOIN item_links l ON l.firm_id = $1 AND l.job_id = g.job_id
                WHERE l.item_id = i.id
            ) AS trash_id
        FROM items i LEFT JOIN client_items ci ON ci.firm_id = $1 AND ci.id = i.id
        WHERE i.firm_id = $1 AND i.id IN (SELECT item_id FROM item_links WHERE firm_id = $1 AND job_id = ANY($2))
            AND (i.kind = 'TASK' OR (i.open AND NOT (i.kind = 'INVOICE' AND ci.delivery = 'SENT')))
            AND NOT EXISTS (
                SELECT FROM item_links o JOIN jobs j ON j.firm_id = $1 AND j.id = o.job_id
                WHERE o.firm_id = $1 AND o.item_id = i.id
            )
        ORDER BY i.id FOR NO KEY UPDATE OF i
        """,
        firm_id,
        list(going),
        list(going.values()),
    )


async def items_of_account(db: Db, firm_id: str, account_id: str) -> list[Row]:
    """All items for the client of an account; locked."""
    return await db.rows(
        """
        SELECT i.id, i.kind, ci.account_id, ci.delivery FROM items i
        JOIN client_items ci ON ci.firm_id = $1 AND ci.id = i.id
        WHERE i.firm_id = $1 AND ci.account_id = $2 ORDER BY i.id FOR NO KEY UPDATE OF i
        """,
        firm_id,
        account_id,
    )


async def put_items(db: Db, firm_id: str, items: Going) -> None:
    """Puts locked items into the trash."""
    given = "FROM unnest($2::text[], $3::text[]) AS g (id, trash_id) WHERE t.firm_id = $1 AND t.id = g.id"
    await db.rows(
        f"""
        WITH item AS (UPDATE all_items t SET trash_id = g.trash_id {given}),
            task AS (UPDATE all_tasks t SET trash_id = g.trash_id {given})
        UPDATE all_client_items t SET trash_id = g.trash_id {given}
        """,
        firm_id,
        list(items),
        list(items.values()),
    )


async def put_emails(db: Db, firm_id: str, going: Going, items: Going) -> None:
    """Puts the e-mails of jobs and items there that have not left the firm: those that tell members of them, too.

    One about an item that stays, stays.
    """
    await db.rows(
        f"""
        WITH of_jobs AS (SELECT * FROM {_OF_JOBS}), gone AS (
            SELECT e.id, g.trash_id FROM emails e JOIN of_jobs g ON g.job_id = e.job_id
            WHERE e.firm_id = $1 AND e.item_id IS NULL AND e.state IN ('HELD', 'QUEUED', 'FAILED')
            UNION
            SELECT e.id, i.trash_id FROM emails e
            JOIN unnest($4::text[], $5::text[]) AS i (item_id, trash_id) ON i.item_id = e.item_id
            WHERE e.firm_id = $1 AND e.state IN ('HELD', 'QUEUED', 'FAILED')
            UNION
            SELECT e.id, g.trash_id FROM of_jobs g JOIN notifications n ON n.firm_id = $1 AND n.job_id = g.job_id
            JOIN emails e ON e.firm_id = $1 AND e.notification_id = n.id AND e.state IN ('HELD', 'QUEUED', 'FAILED')
        )
        UPDATE all_emails e SET trash_id = gone.trash_id FROM gone WHERE e.firm_id = $1 AND e.id = gone.id
        """,
        firm_id,
        list(going),
        list(going.values()),
        list(items),
        list(items.values()),
    )


async def put_account(db: Db, firm_id: str, account_id: str, trash_id: str, now: datetime) -> None:
    """Puts a locked account into the trash, after its jobs and items, with all else that is its own."""
    given = (firm_id, account_id, trash_id)
    # What is there already waits with a job, or an item, that was deleted before by itself: it is not back before that.
    mail = "UPDATE all_emails SET trash_id = $3 WHERE firm_id = $1 AND account_id = $2 AND trash_id IS NULL"
    await db.rows(mail, *given)
    await db.rows("UPDATE all_documents SET trash_id = $3 WHERE firm_id = $1 AND account_id = $2", *given)
    await db.rows(
        "UPDATE all_accounts SET trash_id = $3, version = version + 1, updated_at = $4 WHERE firm_id = $1 AND id = $2",
        *given,
        now,
    )


async def put_contacts(db: Db, firm_id: str, account_id: str, trash_id: str) -> None:
    """Puts the contacts of an account there that belong to no other one."""
    await db.rows(
        """
        UPDATE all_contacts c SET trash_id = $3 FROM account_contacts x
        WHERE x.firm_id = $1 AND x.account_id = $2 AND c.firm_id = $1 AND c.id = x.contact_id AND c.trash_id IS NULL
            AND NOT EXISTS (
                SELECT FROM account_contacts o JOIN accounts a ON a.firm_id = $1 AND a.id = o.account_id
                WHERE o.firm_id = $1 AND o.contact_id = c.id
            )
        """,
        firm_id,
        account_id,
        trash_id,
    )


async def put_due(db: Db, firm_id: str, going: Going, items: Going, trash_ids: Collection[str]) -> None:
    """Has what is due of all that was put there wait. What is due of an item or an e-mail that stays does not."""
    await db.rows(
        f"""
        WITH gone AS (
            SELECT d.id, g.trash_id FROM {_OF_JOBS} JOIN due d ON d.firm_id = $1 AND d.job_id = g.job_id
            WHERE d.kind NOT IN ('REMINDER', 'EMAIL')
            UNION
            SELECT d.id, i.trash_id FROM unnest($4::text[], $5::text[]) AS i (item_id, trash_id)
            JOIN due d ON d.firm_id = $1 AND d.subject_id = i.item_id
            UNION
            SELECT d.id, e.trash_id FROM all_emails e JOIN due d ON d.firm_id = $1 AND d.subject_id = e.id
            WHERE e.firm_id = $1 AND e.trash_id = ANY($6)
        )
        UPDATE all_due d SET trash_id = gone.trash_id FROM gone WHERE d.firm_id = $1 AND d.id = gone.id
        """,
        firm_id,
        list(going),
        list(going.values()),
        list(items),
        list(items.values()),
        list(trash_ids),
    )


async def leave_reminders(db: Db, firm_id: str, job_ids: Collection[str]) -> None:
    """Has reminders of items that stay wait with another of their jobs, and with none where there is none."""
    await db.rows(leading_reminders("k.job_id = ANY($2)"), firm_id, list(job_ids))


def leading_reminders(condition: str) -> str:
    """Has the reminders (alias k) that meet a condition wait with a job of their item's that is not in the trash."""
    return f"""
        UPDATE due d SET job_id = o.job_id, paused = coalesce(o.paused, FALSE)
        FROM due k LEFT JOIN LATERAL (
            SELECT j.id AS job_id, j.paused_at IS NOT NULL AS paused FROM item_links l
            JOIN jobs j ON j.firm_id = $1 AND j.id = l.job_id
            WHERE l.firm_id = $1 AND l.item_id = k.subject_id ORDER BY j.id LIMIT 1
        ) AS o ON TRUE
        WHERE k.firm_id = $1 AND k.kind = 'REMINDER' AND {condition} AND d.firm_id = $1 AND d.id = k.id
        """


async def told_of(db: Db, firm_id: str, item_ids: Collection[str]) -> list[Row]:
    """Notifications about items that name no job: they come and go with the items. Answers id, member_id and job_id."""
    return await db.rows(
        "SELECT id, member_id, job_id FROM notifications"
        " WHERE firm_id = $1 AND subject_id = ANY($2) AND job_id IS NULL ORDER BY id",
        firm_id,
        list(item_ids),
    )


async def assigned(db: Db, firm_id: str, task_ids: Collection[str]) -> dict[str, list[str]]:
    """Who is assigned to tasks; those to whom nobody is are left out."""
    found = await db.rows(
        "SELECT task_id, array_agg(member_id ORDER BY member_id) AS member_ids FROM task_assignees"
        " WHERE firm_id = $1 AND task_id = ANY($2) GROUP BY 1",
        firm_id,
        list(task_ids),
    )
    return {row["task_id"]: row["member_ids"] for row in found}
