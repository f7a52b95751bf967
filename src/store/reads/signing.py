"""Who signs items for clients, and what it is that they sign beside its title and content."""

from collections.abc import Collection, Mapping

from store.database import Db, Row
from store.reads.things import grouped


async def signers(db: Db, firm_id: str, item_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Who is to sign items, in order, with what they have signed."""
    found = await db.rows(
        """
        SELECT s.item_id AS parent_id, s.* FROM item_signers s
        WHERE s.firm_id = $1 AND s.item_id = ANY($2) ORDER BY s.position
        """,
        firm_id,
        list(item_ids),
    )
    return grouped(found)


async def beside(db: Db, firm_id: str, item_ids: Collection[str]) -> dict[str, Row]:
    """The documents that items are about, as they were when the items were made, and their currencies."""
    found = await db.rows(
        """
        SELECT ci.id, d.document_id, d.name, d.sha256, p.currency, p.invoice_id FROM client_items ci
        LEFT JOIN item_documents d ON d.firm_id = $1 AND d.item_id = ci.id
        LEFT JOIN proposals p ON p.firm_id = $1 AND p.id = ci.id
        WHERE ci.firm_id = $1 AND ci.id = ANY($2)
        """,
        firm_id,
        list(item_ids),
    )
    return {row["id"]: row for row in found}
