"""Looking things of a firm up for a command, under a condition of sight."""

from collections.abc import Callable, Collection

from store.database import Db, Row
from store.sql import Params
from store.tables import everything

Condition = Callable[[Params], str]


async def one(
    db: Db, table: str, firm_id: str, thing_id: str, condition: Condition = lambda p: "TRUE", *, keep: bool = False
) -> Row | None:
    """One row of a table (alias ``t``) that meets the condition. ``table`` is a name in our code.

    If it is to be kept, nobody deletes it, or puts it into the trash, before this transaction ends.
    """
    p, lock = Params(firm_id, thing_id), "FOR KEY SHARE OF t" if keep else ""
    sql = f"SELECT * FROM {table} t WHERE t.firm_id = $1 AND t.id = $2 AND {condition(p)} {lock}"
    return await db.row(sql, *p.values)


async def ids(
    db: Db, table: str, firm_id: str, wanted: Collection[str], condition: Condition = lambda p: "TRUE"
) -> set[str]:
    """Which of the wanted rows (alias ``t``) exist and meet the condition."""
    p = Params(firm_id, list(wanted))
    sql = f"SELECT t.id FROM {table} t WHERE t.firm_id = $1 AND t.id = ANY($2) AND {condition(p)}"
    return {row["id"] for row in await db.rows(sql, *p.values)} if wanted else set()


async def claim(db: Db, firm_id: str, thing_id: str, digest: bytes) -> bytes | None:
    """Takes a client-made id; answers None, or the digest of the create that took it before (JB2).

    Waits for a concurrent create with the same id.
    """
    fresh = await db.row(
        "INSERT INTO creates (firm_id, id, digest) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id",
        firm_id,
        thing_id,
        digest,
    )
    if fresh:
        return None
    earlier: bytes = await db.value("SELECT digest FROM creates WHERE firm_id = $1 AND id = $2", firm_id, thing_id)
    return earlier


async def taken(db: Db, table: str, thing_id: str) -> bool:
    """Whether an id is in use already, if only in the trash."""
    return bool(await db.value(f"SELECT TRUE FROM {everything(table)} WHERE id = $1", thing_id))
