"""What clients read in the portal (AC5). Every read is bounded by the accounts of the contact who asks."""

from collections.abc import Collection
from typing import Final

import orjson

from store.database import Db, Row
from store.reads.things import Condition
from store.sql import Params

WORK: Final = """
    j.id, j.account_id, j.client_status_text AS description, cs.name, cs.color, 'PortalWork' AS "__typename"
"""
WORKS: Final = "jobs j JOIN client_statuses cs ON cs.firm_id = j.firm_id AND cs.id = j.client_status_id"
SHOWN: Final = "j.state <> 'ARCHIVED'"
"""Whether a client sees of a job (alias j) that has a client-facing status where it stands."""


async def firm(db: Db, firm_id: str) -> Row | None:
    """What clients know of the firm."""
    return await db.row("SELECT name, time_zone, currency, reply_to AS email FROM firms WHERE id = $1", firm_id)


async def contact(db: Db, firm_id: str, contact_id: str) -> Row | None:
    """What a contact knows of themselves; whether they have a password to come in with."""
    return await db.row(
        "SELECT id, name, email, phone, notifications, time_zone, password_hash IS NOT NULL AS has_password"
        " FROM contacts WHERE firm_id = $1 AND id = $2",
        firm_id,
        contact_id,
    )


async def accounts(db: Db, firm_id: str, own: Condition) -> list[Row]:
    """Accounts (alias a) that are the client's own, by name."""
    p = Params(firm_id)
    return await db.rows(
        f"SELECT a.id, a.name FROM accounts a WHERE a.firm_id = $1 AND {own(p)} ORDER BY lower(a.name), a.id", *p.values
    )


async def works(db: Db, firm_id: str, job_ids: Collection[str], own: Condition) -> dict[str, Row]:
    """Where jobs (alias j) stand for the client, by their ids; none for those that the client is shown nothing of."""
    p = Params(firm_id, list(job_ids))
    sql = f"SELECT {WORK} FROM {WORKS} WHERE j.firm_id = $1 AND j.id = ANY($2) AND {SHOWN} AND {own(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if job_ids else {}


DOCUMENT: Final = """
    d.id, d.account_id, d.name, d.media_type, d.size, d.sha256, d.state, d.created_at, d.object_key,
    d.uploaded_by_contact, 'PortalDocument' AS "__typename"
"""


async def documents(db: Db, firm_id: str, ids: Collection[str], shared: Condition) -> dict[str, Row]:
    """Documents (alias d) that are shared with the client, by their ids."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {DOCUMENT} FROM documents d WHERE d.firm_id = $1 AND d.id = ANY($2) AND {shared(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def own_sight_changed(db: Db, firm_id: str, after: int, contact_id: str) -> bool:
    """Whether an event after a sequence changed which accounts are the client's own."""
    change = [{"type": "contact", "id": contact_id}]
    found = await db.value(
        "SELECT EXISTS (SELECT FROM events WHERE firm_id = $1 AND seq > $2 AND changes @> $3::jsonb)",
        firm_id,
        after,
        orjson.dumps(change).decode(),
    )
    return bool(found)


async def sender_names(db: Db, firm_id: str, member_ids: Collection[str | None]) -> dict[str, str]:
    """What members are called who have sent something; under "" what the firm is called, which sends the rest."""
    found = await db.rows(
        "SELECT id, name FROM members WHERE firm_id = $1 AND id = ANY($2)"
        " UNION ALL SELECT '', coalesce(sender_name, name) FROM firms WHERE id = $1",
        firm_id,
        [member_id for member_id in member_ids if member_id],
    )
    return {row["id"]: row["name"] for row in found}


async def contact_names(db: Db, firm_id: str, contact_ids: Collection[str]) -> dict[str, str]:
    """What contacts are called."""
    sql = "SELECT id, name FROM contacts WHERE firm_id = $1 AND id = ANY($2)"
    return {row["id"]: row["name"] for row in await db.rows(sql, firm_id, list(contact_ids))} if contact_ids else {}
