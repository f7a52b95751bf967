"""Documents, without what lies behind them."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition
from store.sql import Params

DOCUMENT: Final = """
    d.id, d.firm_id, d.account_id, d.job_id, d.name, d.media_type, d.size, d.sha256, d.state, d.uploaded_by,
    d.uploaded_by_contact, d.shared_at, d.object_key, d.version, d.created_at, d.updated_at,
    'Document' AS "__typename"
"""


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Documents (alias d) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {DOCUMENT} FROM documents d WHERE d.firm_id = $1 AND d.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def secret(db: Db, firm_id: str) -> str | None:
    """What a firm signs the addresses of its documents with; None before it has had any."""
    found: str | None = await db.value("SELECT file_secret FROM firms WHERE id = $1", firm_id)
    return found
