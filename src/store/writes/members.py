"""Members and their access, for commands."""

from collections.abc import Collection

from store.database import Db, Row


async def active(db: Db, firm_id: str, member_id: str) -> Row | None:
    """A member's role and rights, and the firm's time zone and clock date, unless deactivated."""
    return await db.row(
        "SELECT m.role, m.rights, f.time_zone, f.clock_date FROM members m JOIN firms f ON f.id = m.firm_id"
        " WHERE m.firm_id = $1 AND m.id = $2 AND m.deactivated_at IS NULL",
        firm_id,
        member_id,
    )


async def firm_clock(db: Db, firm_id: str) -> Row:
    """A firm's time zone and clock date."""
    row = await db.row("SELECT time_zone, clock_date FROM firms WHERE id = $1", firm_id)
    assert row is not None  # whoever asks has something of the firm in hand
    return row


async def holds_client(db: Db, firm_id: str, contact_id: str, user_id: str) -> bool:
    """Whether a user may log in as a contact; if so, that lasts until this transaction ends."""
    return bool(
        await db.value(
            "SELECT TRUE FROM contacts WHERE firm_id = $1 AND id = $2 AND user_id = $3 FOR NO KEY UPDATE",
            firm_id,
            contact_id,
            user_id,
        )
    )


async def client(db: Db, firm_id: str, contact_id: str, user_id: str) -> Row | None:
    """The firm's time zone and clock date, for a user who may log in as a contact."""
    return await db.row(
        """
        SELECT f.time_zone, f.clock_date FROM contacts c JOIN firms f ON f.id = c.firm_id
        WHERE c.firm_id = $1 AND c.id = $2 AND c.user_id = $3
        """,
        firm_id,
        contact_id,
        user_id,
    )


async def states(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, bool]:
    """Which of the members exist, and whether each is active."""
    found = await db.rows(
        "SELECT id, deactivated_at IS NULL AS active FROM members WHERE firm_id = $1 AND id = ANY($2)",
        firm_id,
        list(ids),
    )
    return {row["id"]: row["active"] for row in found}


async def active_of(db: Db, firm_id: str, ids: Collection[str]) -> list[str]:
    """Those of the members who are active, in the order given."""
    found = await states(db, firm_id, ids)
    return [member_id for member_id in ids if found.get(member_id)]


async def holders(
    db: Db, firm_id: str, account_ids: Collection[str], role_ids: Collection[str]
) -> dict[str, list[str]]:
    """The active members who hold any of the roles, by account."""
    found = await db.rows(
        """
        SELECT h.account_id, array_agg(DISTINCT h.member_id ORDER BY h.member_id) AS member_ids
        FROM account_role_members h JOIN members m ON m.firm_id = $1 AND m.id = h.member_id
        WHERE h.firm_id = $1 AND h.account_id = ANY($2) AND h.role_id = ANY($3) AND m.deactivated_at IS NULL
        GROUP BY 1
        """,
        firm_id,
        list(account_ids),
        list(role_ids),
    )
    return {row["account_id"]: row["member_ids"] for row in found}


async def owners(db: Db, firm_id: str) -> set[str]:
    """The firm's active owners; who has only been invited is none yet."""
    found = await db.rows(
        "SELECT id FROM members"
        " WHERE firm_id = $1 AND role = 'OWNER' AND deactivated_at IS NULL AND joined_at IS NOT NULL",
        firm_id,
    )
    return {row["id"] for row in found}


async def pipeline_owners(db: Db, firm_id: str, pipeline_ids: Collection[str]) -> dict[str, list[str]]:
    """Who answers for pipelines: their makers while they are active, otherwise the firm's owners."""
    found = await db.rows(
        """
        SELECT p.id, CASE WHEN m.id IS NOT NULL THEN ARRAY[m.id] ELSE ARRAY(
                SELECT o.id FROM members o WHERE o.firm_id = $1 AND o.role = 'OWNER' AND o.deactivated_at IS NULL
            ) END AS owners
        FROM pipelines p
        LEFT JOIN members m ON m.firm_id = $1 AND m.id = p.created_by AND m.deactivated_at IS NULL
        WHERE p.firm_id = $1 AND p.id = ANY($2)
        """,
        firm_id,
        list(pipeline_ids),
    )
    return {row["id"]: row["owners"] for row in found}


async def revoke_sessions(db: Db, firm_id: str, member_id: str) -> list[str]:
    """Ends every login and token of a member; answers the sessions' ids."""
    found = await db.rows(
        "UPDATE sessions SET revoked_at = clock_timestamp()"
        " WHERE firm_id = $1 AND member_id = $2 AND revoked_at IS NULL RETURNING id",
        firm_id,
        member_id,
    )
    return [row["id"] for row in found]
