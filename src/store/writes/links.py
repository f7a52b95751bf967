"""Changing link tables: what was really added and removed."""

from collections.abc import Collection

from store.database import Db


async def add(db: Db, table: str, firm_id: str, owner: tuple[str, str], target: str, ids: Collection[str]) -> list[str]:
    """Links an owner (column, id) to targets of a column; answers those that were new. Names are our code's."""
    column, owner_id = owner
    if not ids:
        return []
    found = await db.rows(
        f"INSERT INTO {table} (firm_id, {column}, {target}) SELECT $1, $2, unnest($3::text[])"
        f" ON CONFLICT DO NOTHING RETURNING {target} AS id",
        firm_id,
        owner_id,
        list(ids),
    )
    return [row["id"] for row in found]


async def remove(
    db: Db, table: str, firm_id: str, owner: tuple[str, str], target: str, ids: Collection[str]
) -> list[str]:
    """Unlinks; answers those that were linked."""
    column, owner_id = owner
    if not ids:
        return []
    found = await db.rows(
        f"DELETE FROM {table} WHERE firm_id = $1 AND {column} = $2 AND {target} = ANY($3) RETURNING {target} AS id",
        firm_id,
        owner_id,
        list(ids),
    )
    return [row["id"] for row in found]


async def targets(db: Db, table: str, firm_id: str, owner: tuple[str, str], target: str) -> list[str]:
    """All that an owner is linked to."""
    column, owner_id = owner
    found = await db.rows(
        f"SELECT {target} AS id FROM {table} WHERE firm_id = $1 AND {column} = $2 ORDER BY 1", firm_id, owner_id
    )
    return [row["id"] for row in found]


async def add_role(db: Db, firm_id: str, account_id: str, role_id: str, member_id: str) -> bool:
    """Puts a member into an account role; answers whether that was new."""
    found = await db.rows(
        "INSERT INTO account_role_members (firm_id, account_id, role_id, member_id) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING RETURNING TRUE",
        firm_id,
        account_id,
        role_id,
        member_id,
    )
    return bool(found)


async def remove_role(db: Db, firm_id: str, account_id: str, role_id: str, member_id: str) -> bool:
    """Takes a member out of an account role; answers whether it was in it."""
    found = await db.rows(
        "DELETE FROM account_role_members"
        " WHERE firm_id = $1 AND account_id = $2 AND role_id = $3 AND member_id = $4 RETURNING TRUE",
        firm_id,
        account_id,
        role_id,
        member_id,
    )
    return bool(found)
