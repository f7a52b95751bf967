"""E-mails, their templates, and who can be written to."""

from collections.abc import Collection, Mapping
from typing import Final

from store.database import Db, Row
from store.reads.things import Condition, grouped
from store.sql import Params

TEMPLATE: Final = """et.*, 'EmailTemplate' AS "__typename" """
EMAILS: Final = """
    emails e LEFT JOIN due d
        ON d.firm_id = e.firm_id AND d.subject_id = e.id AND d.kind = 'EMAIL' AND d.dead_at IS NULL
"""
EMAIL: Final = """
    e.id, e.firm_id, e.account_id, e.contact_id, e.member_id, e.job_id, e.run_id, e.state, e.to_name, e.to_address,
    e.from_name, e.from_address, e.reply_to, e.subject, e.text, e.html, e.message_id, e.attempts, e.version,
    e.created_at, e.updated_at, e.sent_at, e.error, e.template_id, e.template_version, d.due_at AS next_attempt_at,
    'Email' AS "__typename"
"""


async def templates(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """E-mail templates by id."""
    sql = f"SELECT {TEMPLATE} FROM email_templates et WHERE et.firm_id = $1 AND et.id = ANY($2)"
    return {row["id"]: row for row in await db.rows(sql, firm_id, list(ids))} if ids else {}


async def by_ids(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """E-mails (alias e) by id."""
    p = Params(firm_id, list(ids))
    sql = f"SELECT {EMAIL} FROM {EMAILS} WHERE e.firm_id = $1 AND e.id = ANY($2) AND {seen(p)}"
    return {row["id"]: row for row in await db.rows(sql, *p.values)} if ids else {}


async def reachable(db: Db, firm_id: str, account_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The contacts of accounts that have an e-mail address, by account, by name."""
    found = await db.rows(
        """
        SELECT x.account_id AS parent_id, c.id, c.name, c.email FROM account_contacts x
        JOIN contacts c ON c.firm_id = $1 AND c.id = x.contact_id
        WHERE x.firm_id = $1 AND x.account_id = ANY($2) AND c.email IS NOT NULL ORDER BY lower(c.name), c.id
        """,
        firm_id,
        list(account_ids),
    )
    return grouped(found)
