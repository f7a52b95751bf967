"""What shortcodes stand for: of jobs, of accounts, of the firm."""

from collections.abc import Collection

from store.database import Db, Row


async def jobs(db: Db, firm_id: str, ids: Collection[str]) -> list[Row]:
    """Jobs with the names of their pipelines and stages."""
    return await db.rows(
        """
        SELECT j.id, j.account_id, j.name, j.start_date, j.due_date, j.occurrence, pl.name AS pipeline,
            st.name AS stage
        FROM jobs j
        JOIN pipelines pl ON pl.firm_id = $1 AND pl.id = j.pipeline_id
        JOIN stages st ON st.firm_id = $1 AND st.id = j.stage_id
        WHERE j.firm_id = $1 AND j.id = ANY($2)
        """,
        firm_id,
        list(ids),
    )


async def accounts(db: Db, firm_id: str, ids: Collection[str]) -> list[Row]:
    """Accounts with the firm's name."""
    return await db.rows(
        "SELECT a.id, a.name, f.name AS firm FROM accounts a JOIN firms f ON f.id = a.firm_id"
        " WHERE a.firm_id = $1 AND a.id = ANY($2)",
        firm_id,
        list(ids),
    )


async def first_contacts(db: Db, firm_id: str, account_ids: Collection[str]) -> dict[str, str]:
    """The name of each account's first contact by name."""
    found = await db.rows(
        """
        SELECT DISTINCT ON (x.account_id) x.account_id, c.name FROM account_contacts x
        JOIN contacts c ON c.firm_id = $1 AND c.id = x.contact_id
        WHERE x.firm_id = $1 AND x.account_id = ANY($2) ORDER BY x.account_id, lower(c.name), c.id
        """,
        firm_id,
        list(account_ids),
    )
    return {row["account_id"]: row["name"] for row in found}


async def fields(db: Db, firm_id: str, names: Collection[str]) -> list[Row]:
    """The custom fields of these names."""
    return await db.rows(
        "SELECT id, name, kind FROM custom_fields WHERE firm_id = $1 AND name = ANY($2)", firm_id, list(names)
    )


async def field_values(
    db: Db, firm_id: str, field_ids: Collection[str], account_ids: Collection[str]
) -> dict[tuple[str, str], str]:
    """Values by account and field."""
    found = await db.rows(
        "SELECT account_id, field_id, value FROM account_field_values"
        " WHERE firm_id = $1 AND account_id = ANY($2) AND field_id = ANY($3)",
        firm_id,
        list(account_ids),
        list(field_ids),
    )
    return {(row["account_id"], row["field_id"]): row["value"] for row in found}
