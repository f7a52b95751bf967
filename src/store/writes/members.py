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


async def states(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, bool]:
    """Which of the members exist, and whether each is active."""
    found = await db.rows(
        "SELECT id, deactivated_at IS NULL AS active FROM members WHERE firm_id = $1 AND id = ANY($2)",
        firm_id,
        list(ids),
    )
    return {row["id"]: row["active"] for row in found}


async def owners(db: Db, firm_id: str) -> set[str]:
    """The firm's active owners; who has only been invited is none yet."""
    found = await db.rows(
        "SELECT id FROM members"
        " WHERE firm_id = $1 AND role = 'OWNER' AND deactivated_at IS NULL AND joined_at IS NOT NULL",
        firm_id,
    )
    return {row["id"] for row in found}


async def revoke_sessions(db: Db, firm_id: str, member_id: str) -> list[str]:
    """Ends every login and token of a member; answers the sessions' ids."""
    found = await db.rows(
        "UPDATE sessions SET revoked_at = clock_timestamp()"
        " WHERE firm_id = $1 AND member_id = $2 AND revoked_at IS NULL RETURNING id",
        firm_id,
        member_id,
    )
    return [row["id"] for row in found]
