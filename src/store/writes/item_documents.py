"""The documents that items for clients are about, for commands."""

from collections.abc import Collection, Mapping

from store.database import Db, Row
from store.writes.log import encode


async def make(db: Db, firm_id: str, documents: Mapping[str, str]) -> int:
    """Says which documents fresh items are about, by the items; answers of how many that is there."""
    found = await db.rows(
        """
        INSERT INTO item_documents (firm_id, item_id, document_id, name, sha256)
        SELECT $1, g.key, d.id, d.name, d.sha256 FROM jsonb_each_text($2::jsonb) AS g
        JOIN documents d ON d.firm_id = $1 AND d.id = g.value AND d.state = 'READY'
        RETURNING item_id
        """,
        firm_id,
        encode(dict(documents)),
    )
    return len(found)


async def of_items(db: Db, firm_id: str, item_ids: Collection[str]) -> dict[str, str]:
    """The documents that items are about and that are there still, by the items."""
    found = await db.rows(
        "SELECT item_id, document_id FROM item_documents"
        " WHERE firm_id = $1 AND item_id = ANY($2) AND document_id IS NOT NULL",
        firm_id,
        list(item_ids),
    )
    return {row["item_id"]: row["document_id"] for row in found}


async def about(db: Db, firm_id: str, document_id: str) -> list[Row]:
    """The items that are about a document, open or not, with their accounts and jobs."""
    return await db.rows(
        """
        SELECT ci.id, ci.account_id, ARRAY(
            SELECT l.job_id FROM item_links l WHERE l.firm_id = $1 AND l.item_id = ci.id ORDER BY 1
        ) AS jobs
        FROM item_documents u JOIN client_items ci ON ci.firm_id = $1 AND ci.id = u.item_id
        WHERE u.firm_id = $1 AND u.document_id = $2 ORDER BY 1
        """,
        firm_id,
        document_id,
    )
