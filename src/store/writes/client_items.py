"""Items for clients, for commands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.reads.things import grouped
from store.writes.log import encode

Line = dict[str, Any]


async def make(db: Db, firm_id: str, created_by: str | None, now: datetime, lines: Sequence[Line]) -> list[Row]:
    """Makes items for clients that are not sent yet, linked to the jobs' current visits, in one statement.

    A line has id, kind, title, due_date, account_id, message, content, remind_days, remind_times, job_id, blocking,
    template_id and template_version; an item without a job has no job_id. Answers the rows of ``client_items``.
    """
    return await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($4::jsonb) AS g (id text, kind text, title text, due_date date,
                account_id text, message text, content jsonb, remind_days int, remind_times int, job_id text,
                blocking boolean, template_id text, template_version int)
        ), an_item AS (
            INSERT INTO items (id, firm_id, kind, title, open, due_date, created_at, updated_at)
            SELECT id, $1, kind, title, TRUE, due_date, $3, $3 FROM given
        ), a_link AS (
            INSERT INTO item_links (firm_id, job_id, item_id, kind, visit_id, blocking, stay_id)
            SELECT $1, given.job_id, given.id, given.kind, v.id, given.blocking, y.id
            FROM given
            JOIN stage_visits v ON v.firm_id = $1 AND v.job_id = given.job_id AND v.left_at IS NULL
            LEFT JOIN status_stays y ON y.firm_id = $1 AND y.job_id = given.job_id AND y.left_at IS NULL
        )
        INSERT INTO client_items (id, firm_id, kind, account_id, message, content, delivery, created_by, remind_days,
            remind_times, template_id, template_version)
        SELECT id, $1, kind, account_id, message, content, 'DRAFT', $2, remind_days, remind_times, template_id,
            template_version FROM given
        RETURNING *
        """,
        firm_id,
        created_by,
        now,
        encode(list(lines)),
    )


async def deliver(db: Db, firm_id: str, ids: Collection[str], delivery: str, now: datetime) -> list[Row]:
    """Has items that clients have not been shown wait, or be shown from now on; answers those."""
    return await db.rows(
        """
        WITH changed AS (
            UPDATE client_items SET delivery = $3, sent_at = CASE WHEN $3 = 'SENT' THEN $4::timestamptz END
            WHERE firm_id = $1 AND id = ANY($2) AND delivery <> 'SENT' AND delivery <> $3 RETURNING *
        ), counted AS (
            UPDATE items SET version = version + 1, updated_at = $4
            WHERE firm_id = $1 AND id IN (SELECT id FROM changed)
        )
        SELECT c.*, i.title FROM changed c JOIN items i ON i.firm_id = $1 AND i.id = c.id ORDER BY c.id
        """,
        firm_id,
        list(ids),
        delivery,
        now,
    )


async def count(db: Db, firm_id: str, item_id: str, now: datetime) -> None:
    """Counts a change of a locked item up."""
    await db.rows(
        "UPDATE items SET version = version + 1, updated_at = $3 WHERE firm_id = $1 AND id = $2", firm_id, item_id, now
    )


async def see(db: Db, firm_id: str, item_id: str, now: datetime) -> bool:
    """Notes that a client has looked at an item; answers whether for the first time."""
    found = await db.rows(
        "UPDATE client_items SET seen_at = $3 WHERE firm_id = $1 AND id = $2 AND seen_at IS NULL RETURNING TRUE",
        firm_id,
        item_id,
        now,
    )
    return bool(found)


async def begin(db: Db, firm_id: str, item_id: str, now: datetime) -> None:
    """Notes that a client has begun to answer an item."""
    await db.rows(
        "UPDATE client_items SET started_at = coalesce(started_at, $3), seen_at = coalesce(seen_at, $3)"
        " WHERE firm_id = $1 AND id = $2",
        firm_id,
        item_id,
        now,
    )


async def change(db: Db, firm_id: str, item_id: str, values: Mapping[str, Any], now: datetime) -> None:
    """Changes columns of a locked item: title and due date, or those of ``client_items``."""
    shared = {name: value for name, value in values.items() if name in ("title", "due_date")}
    await _set(db, "items", firm_id, item_id, {**shared, "updated_at": now}, ", version = version + 1")
    own = {name: value for name, value in values.items() if name not in shared}
    if own:
        await _set(db, "client_items", firm_id, item_id, own)


async def _set(db: Db, table: str, firm_id: str, item_id: str, values: Mapping[str, Any], more: str = "") -> None:
    """The names of table and columns are our code's."""
    pairs = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 3))
    await db.rows(
        f"UPDATE {table} SET {pairs}{more} WHERE firm_id = $1 AND id = $2", firm_id, item_id, *values.values()
    )


async def addressees(db: Db, firm_id: str, account_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The contacts of accounts who come into the portal and are written to about items, by account, by name."""
    found = await db.rows(
        """
        SELECT x.account_id AS parent_id, c.id, c.name, c.email, c.time_zone FROM account_contacts x
        JOIN contacts c ON c.firm_id = $1 AND c.id = x.contact_id
        WHERE x.firm_id = $1 AND x.account_id = ANY($2) AND c.email IS NOT NULL AND c.user_id IS NOT NULL
            AND c.notifications
        ORDER BY lower(c.name), c.id
        """,
        firm_id,
        list(account_ids),
    )
    return grouped(found)


async def reminded(db: Db, firm_id: str, item_id: str, now: datetime) -> None:
    """Counts a round of reminders of a locked item."""
    await db.rows(
        "UPDATE client_items SET reminded = reminded + 1, reminded_at = $3 WHERE firm_id = $1 AND id = $2",
        firm_id,
        item_id,
        now,
    )


async def made_by(db: Db, firm_id: str, run_ids: Collection[str]) -> dict[str, Row]:
    """The items for clients that turns of automations have made, by the turns."""
    found = await db.rows(
        """
        SELECT x.run_id, ci.*, i.title, i.due_date, i.open FROM run_things x
        JOIN client_items ci ON ci.firm_id = $1 AND ci.id = x.thing_id
        JOIN items i ON i.firm_id = $1 AND i.id = ci.id
        WHERE x.firm_id = $1 AND x.run_id = ANY($2)
        """,
        firm_id,
        list(run_ids),
    )
    return {row["run_id"]: row for row in found}


async def unwritten(db: Db, firm_id: str, ids: Collection[str]) -> list[str]:
    """Those of the items that wait to be sent and of which no e-mail will go out any more."""
    found = await db.rows(
        """
        SELECT ci.id FROM client_items ci WHERE ci.firm_id = $1 AND ci.id = ANY($2) AND ci.delivery = 'HELD'
            AND NOT EXISTS (
                SELECT FROM emails e WHERE e.firm_id = $1 AND e.item_id = ci.id AND e.state <> 'DISCARDED'
            )
        ORDER BY 1
        """,
        firm_id,
        list(ids),
    )
    return [row["id"] for row in found]


async def own(db: Db, firm_id: str, item_id: str, contact_id: str) -> str | None:
    """The account of an item that a client is shown; if there is one, it stays the client's own meanwhile."""
    found: str | None = await db.value(
        """
        SELECT ci.account_id FROM client_items ci
        JOIN account_contacts x ON x.firm_id = $1 AND x.account_id = ci.account_id AND x.contact_id = $3
        WHERE ci.firm_id = $1 AND ci.id = $2 AND ci.delivery = 'SENT' FOR SHARE OF x
        """,
        firm_id,
        item_id,
        contact_id,
    )
    return found
