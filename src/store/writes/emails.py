"""Writing e-mails, and where they stand."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.writes.log import encode


async def sender(db: Db, firm_id: str) -> Row:
    """What a firm's e-mails say of it, and whether those to clients are held back."""
    row = await db.row(
        "SELECT name, sender_name, sender_address, reply_to, holds_client_mail FROM firms WHERE id = $1", firm_id
    )
    assert row is not None  # whoever asks has something of the firm in hand
    return row


async def add(db: Db, firm_id: str, now: datetime, lines: Sequence[dict[str, Any]]) -> None:
    """Inserts e-mails, complete."""
    await db.rows(
        """
        INSERT INTO emails (id, firm_id, account_id, contact_id, member_id, notification_id, item_id, reminds, job_id,
            run_id, state, to_name, to_address, from_name, from_address, reply_to, subject, text, html, message_id,
            opens_portal, template_id, template_version, attempts, created_at, updated_at)
        SELECT e.id, $1, e.account_id, e.contact_id, e.member_id, e.notification_id, e.item_id, e.reminds, e.job_id,
            e.run_id, e.state, e.to_name, e.to_address, e.from_name, e.from_address, e.reply_to, e.subject, e.text,
            e.html, e.message_id, e.opens_portal, e.template_id, e.template_version, 0, $2, $2
        FROM jsonb_to_recordset($3::jsonb) AS e (id text, account_id text, contact_id text, member_id text,
            notification_id text, job_id text, run_id text, state text, to_name text, to_address text, from_name text,
            from_address text, reply_to text, subject text, text text, html text, message_id text,
            opens_portal boolean, item_id text, reminds boolean, template_id text, template_version int)
        """,
        firm_id,
        now,
        encode(list(lines)),
    )


async def tried(db: Db, firm_id: str, email_id: str) -> Row | None:
    """Counts a try of an e-mail that is to be sent, and answers it; None where it is not to be any more."""
    return await db.row(
        "UPDATE emails SET attempts = attempts + 1 WHERE firm_id = $1 AND id = $2 AND state = 'QUEUED' RETURNING *",
        firm_id,
        email_id,
    )


async def noted(db: Db, firm_id: str, email_id: str, error: str) -> None:
    """Notes why a try came to nothing, also of one that has come into the trash meanwhile."""
    await db.rows("UPDATE all_emails SET error = $3 WHERE firm_id = $1 AND id = $2", firm_id, email_id, error)


async def one(db: Db, firm_id: str, email_id: str) -> Row | None:
    """An e-mail with where it belongs, in the trash or not; not locked."""
    return await db.row("SELECT id, job_id, run_id FROM all_emails WHERE firm_id = $1 AND id = $2", firm_id, email_id)


async def end(db: Db, firm_id: str, email_id: str, state: str, error: str | None, now: datetime) -> None:
    """Notes that an e-mail was sent, or that it was given up, unless it was discarded meanwhile.

    What was on its way as it came into the trash has left all the same.
    """
    await db.rows(
        """
        UPDATE all_emails SET state = $3, error = $4, updated_at = $5, version = version + 1,
            sent_at = CASE WHEN $3::text = 'SENT' THEN $5::timestamptz END
        WHERE firm_id = $1 AND id = $2 AND (state = 'QUEUED' OR $3 = 'SENT')
        """,
        firm_id,
        email_id,
        state,
        error,
        now,
    )


async def held(db: Db, firm_id: str, ids: Collection[str] | None, most: int) -> list[Row]:
    """The oldest e-mails that are held back, all of the firm or of these, not locked."""
    return await db.rows(
        """
        SELECT id, job_id, item_id FROM emails
        WHERE firm_id = $1 AND state = 'HELD' AND ($2::text[] IS NULL OR id = ANY($2))
        ORDER BY created_at, id LIMIT $3
        """,
        firm_id,
        None if ids is None else list(ids),
        most,
    )


async def count_held(db: Db, firm_id: str) -> int:
    """How many e-mails are held back."""
    found: int = await db.value("SELECT count(*) FROM emails WHERE firm_id = $1 AND state = 'HELD'", firm_id)
    return found


async def put(db: Db, firm_id: str, ids: Collection[str], before: str, after: str, now: datetime) -> list[Row]:
    """Takes those e-mails that are in a state into another; answers them, in the order in which they were made."""
    return await db.rows(
        """
        WITH changed AS (
            UPDATE emails SET state = $4, error = NULL, updated_at = $5, version = version + 1
            WHERE firm_id = $1 AND id = ANY($2) AND state = $3
            RETURNING id, job_id, run_id, item_id, created_at
        )
        SELECT id, job_id, run_id, item_id FROM changed ORDER BY created_at, id
        """,
        firm_id,
        list(ids),
        before,
        after,
        now,
    )


async def revive(db: Db, firm_id: str, email_id: str, now: datetime) -> bool:
    """Makes an e-mail due again whose due work is dead, for a reason of ours; answers whether it was."""
    found = await db.rows(
        """
        UPDATE due SET dead_at = NULL, leased_until = NULL, attempts = 0, due_at = $3
        WHERE firm_id = $1 AND kind = 'EMAIL' AND subject_id = $2 AND dead_at IS NOT NULL RETURNING TRUE
        """,
        firm_id,
        email_id,
        now,
    )
    return bool(found)


async def waiting(db: Db, firm_id: str) -> list[Row]:
    """The e-mails to clients that wait to be sent, not locked."""
    return await db.rows(
        "SELECT id, job_id FROM emails WHERE firm_id = $1 AND state = 'QUEUED' AND contact_id IS NOT NULL", firm_id
    )


async def stop(db: Db, firm_id: str, ids: Collection[str], now: datetime) -> list[Row]:
    """Holds e-mails back that wait to be sent, and forgets that they are due, unless one is on its way just now."""
    return await db.rows(
        """
        WITH stopped AS (
            DELETE FROM due WHERE firm_id = $1 AND kind = 'EMAIL' AND subject_id = ANY($2)
                AND (leased_until IS NULL OR leased_until <= clock_timestamp())
            RETURNING subject_id
        )
        UPDATE emails e SET state = 'HELD', updated_at = $3, version = version + 1
        FROM stopped WHERE e.firm_id = $1 AND e.id = stopped.subject_id AND e.state = 'QUEUED'
        RETURNING e.id, e.job_id, e.run_id
        """,
        firm_id,
        list(ids),
        now,
    )


async def drop_told(db: Db, firm_id: str, member_id: str, now: datetime) -> None:
    """Has what tells a member of notifications, and was not sent, never sent."""
    await db.rows(
        """
        UPDATE emails SET state = 'DISCARDED', updated_at = $3, version = version + 1
        WHERE firm_id = $1 AND member_id = $2 AND notification_id IS NOT NULL AND state IN ('QUEUED', 'FAILED')
        """,
        firm_id,
        member_id,
        now,
    )


async def of_runs(db: Db, firm_id: str, run_ids: Collection[str]) -> list[Row]:
    """The e-mails of automations' runs, with the states of those runs, which are written after their first e-mails."""
    return await db.rows(
        """
        SELECT e.id, e.run_id, e.state, e.to_address, e.error, r.state AS run_state FROM all_emails e
        LEFT JOIN runs r ON r.firm_id = $1 AND r.id = e.run_id
        WHERE e.firm_id = $1 AND e.run_id = ANY($2) ORDER BY e.run_id, e.created_at, e.id
        """,
        firm_id,
        list(run_ids),
    )


async def held_items(db: Db, firm_id: str, item_ids: Collection[str]) -> set[str]:
    """Those of the items all of whose e-mails are held back."""
    found = await db.rows(
        "SELECT item_id FROM emails WHERE firm_id = $1 AND item_id = ANY($2)"
        " GROUP BY item_id HAVING bool_and(state = 'HELD')",
        firm_id,
        list(item_ids),
    )
    return {row["item_id"] for row in found}


async def none_went(db: Db, firm_id: str, item_id: str) -> bool:
    """Whether all e-mails of an item were discarded."""
    found: bool | None = await db.value(
        "SELECT bool_and(state = 'DISCARDED') FROM emails WHERE firm_id = $1 AND item_id = $2", firm_id, item_id
    )
    return bool(found)


async def drop_of_items(db: Db, firm_id: str, item_ids: Collection[str], now: datetime) -> list[Row]:
    """Has what was not sent of items never sent; answers those e-mails. One that is on its way just now goes out."""
    return await db.rows(
        """
        UPDATE emails SET state = 'DISCARDED', updated_at = $3, version = version + 1
        WHERE firm_id = $1 AND item_id = ANY($2) AND state IN ('HELD', 'QUEUED', 'FAILED')
        RETURNING id, job_id, run_id
        """,
        firm_id,
        list(item_ids),
        now,
    )
