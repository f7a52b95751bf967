"""Custom fields and their values, for commands."""

from collections.abc import Collection, Mapping

from store.database import Db, Row


async def kept(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Fields by id, kept as they are until the transaction ends."""
    found = await db.rows(
        "SELECT * FROM custom_fields WHERE firm_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE",
        firm_id,
        sorted(ids),
    )
    return {row["id"]: row for row in found}


async def names(db: Db, firm_id: str) -> dict[str, str]:
    """The ids of all fields by their names, which stay until the transaction ends."""
    found = await db.rows("SELECT id, name FROM custom_fields WHERE firm_id = $1 ORDER BY id FOR KEY SHARE", firm_id)
    return {row["name"]: row["id"] for row in found}


async def count(db: Db, firm_id: str) -> int:
    """How many fields the firm has."""
    found: int = await db.value("SELECT count(*) FROM custom_fields WHERE firm_id = $1", firm_id)
    return found


async def set_values(db: Db, firm_id: str, account_id: str, values: Mapping[str, str | None]) -> bool:
    """Gives an account values by field, None for none; answers whether any was another before."""
    given = {field_id: value for field_id, value in values.items() if value is not None}
    removed = await db.rows(
        "DELETE FROM account_field_values WHERE firm_id = $1 AND account_id = $2 AND field_id = ANY($3) RETURNING TRUE",
        firm_id,
        account_id,
        [field_id for field_id in values if field_id not in given],
    )
    written = await db.rows(
        """
        INSERT INTO account_field_values AS v (firm_id, account_id, field_id, value)
        SELECT $1, $2, said.field_id, said.value FROM unnest($3::text[], $4::text[]) AS said (field_id, value)
        ON CONFLICT (firm_id, account_id, field_id) DO UPDATE SET value = excluded.value WHERE v.value <> excluded.value
        RETURNING TRUE
        """,
        firm_id,
        account_id,
        list(given),
        list(given.values()),
    )
    return bool(removed or written)


async def forget_values(db: Db, firm_id: str, field_id: str) -> None:
    """Takes a field's values off every account."""
    await db.rows("DELETE FROM account_field_values WHERE firm_id = $1 AND field_id = $2", firm_id, field_id)
