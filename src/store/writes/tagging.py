"""Tags on accounts, for commands."""

from collections.abc import Collection
from datetime import datetime

from store.database import Db
from store.sql import Params
from store.writes.find import Condition


async def accounts_with(db: Db, firm_id: str, tag_id: str) -> list[str]:
    """The accounts that carry a tag."""
    found = await db.rows("SELECT account_id FROM account_tags WHERE firm_id = $1 AND tag_id = $2", firm_id, tag_id)
    return [row["account_id"] for row in found]


async def accounts_with_all(
    db: Db, firm_id: str, tag_ids: Collection[str], condition: Condition, most: int
) -> list[str]:
    """The accounts (alias ``t``) that carry all of some tags and meet a condition, by name; no more than so many."""
    p = Params(firm_id, list(dict.fromkeys(tag_ids)))
    found = await db.rows(
        f"""
        SELECT t.id FROM accounts t WHERE t.firm_id = $1 AND {condition(p)} AND cardinality($2::text[]) = (
            SELECT count(*) FROM account_tags a WHERE a.firm_id = $1 AND a.account_id = t.id AND a.tag_id = ANY($2))
        ORDER BY lower(t.name), t.id LIMIT {most:d}
        """,
        *p.values,
    )
    return [row["id"] for row in found]


async def untag_all(db: Db, firm_id: str, tag_id: str) -> list[str]:
    """Takes a tag off every account; answers which had it."""
    found = await db.rows(
        "DELETE FROM account_tags WHERE firm_id = $1 AND tag_id = $2 RETURNING account_id", firm_id, tag_id
    )
    return [row["account_id"] for row in found]


async def change(
    db: Db,
    firm_id: str,
    account_ids: Collection[str],
    add: Collection[str],
    remove: Collection[str] | None,
    now: datetime,
) -> list[str]:
    """Adds tags that exist, and takes others away (None: all others); answers the accounts that changed."""
    found = await db.rows(
        """
        WITH accounts_now AS (
            SELECT id FROM accounts WHERE firm_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE
        ), added AS (
            INSERT INTO account_tags (firm_id, account_id, tag_id)
            SELECT $1, a.id, t.id FROM accounts_now a CROSS JOIN tags t WHERE t.firm_id = $1 AND t.id = ANY($3)
            ON CONFLICT DO NOTHING RETURNING account_id
        ), removed AS (
            DELETE FROM account_tags x USING accounts_now a
            WHERE x.firm_id = $1 AND x.account_id = a.id AND x.tag_id <> ALL($3)
                AND ($4::text[] IS NULL OR x.tag_id = ANY($4))
            RETURNING x.account_id
        )
        UPDATE accounts a SET version = a.version + 1, updated_at = $5
        FROM (SELECT account_id FROM added UNION SELECT account_id FROM removed) AS touched
        WHERE a.firm_id = $1 AND a.id = touched.account_id RETURNING a.id
        """,
        firm_id,
        list(account_ids),
        list(add),
        None if remove is None else list(remove),
        now,
    )
    return sorted(row["id"] for row in found)
