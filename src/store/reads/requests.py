"""Document requests: what is wanted, and what was given for it."""

from collections.abc import Collection, Mapping

from store.database import Db, Row
from store.reads.things import grouped


async def submitted(db: Db, firm_id: str, item_ids: Collection[str]) -> dict[str, Row]:
    """Requests, with when their clients have said that it is all."""
    found = await db.rows(
        "SELECT id, submitted_at FROM document_requests WHERE firm_id = $1 AND id = ANY($2)", firm_id, list(item_ids)
    )
    return {row["id"]: row for row in found}


async def lines(db: Db, firm_id: str, item_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """What requests want, in order."""
    found = await db.rows(
        "SELECT item_id AS parent_id, id, title, help, required FROM request_lines"
        " WHERE firm_id = $1 AND item_id = ANY($2) ORDER BY position",
        firm_id,
        list(item_ids),
    )
    return grouped(found)


async def documents(db: Db, firm_id: str, line_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """What was given for lines, as it came."""
    found = await db.rows(
        "SELECT line_id AS parent_id, * FROM request_documents WHERE firm_id = $1 AND line_id = ANY($2)"
        " ORDER BY given_at, document_id",
        firm_id,
        list(line_ids),
    )
    return grouped(found)
