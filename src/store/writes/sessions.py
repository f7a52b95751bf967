"""Users, logins and tokens."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from store.database import Db, Row
from store.sql import Params


async def user_by_email(db: Db, email: str) -> Row | None:
    """The user with an e-mail in lower case."""
    return await db.row("SELECT id, email, name, password_hash FROM users WHERE email = $1", email)


async def memberships(db: Db, user_id: str) -> list[Row]:
    """A user's active memberships, by firm name."""
    return await db.rows(
        """
        SELECT m.id, m.firm_id, m.role, f.name AS firm_name, 'Membership' AS "__typename"
        FROM members m JOIN firms f ON f.id = m.firm_id
        WHERE m.user_id = $1 AND m.deactivated_at IS NULL AND m.joined_at IS NOT NULL ORDER BY f.name, m.firm_id
        """,
        user_id,
    )


_IDENTITY: Final = """
    s.id, s.kind, s.scopes, s.expires_at, s.revoked_at, s.last_used_at,
        s.firm_id, m.id AS member_id, c.id AS contact_id, coalesce(m.user_id, c.user_id) AS user_id, m.role, m.rights,
        (m.deactivated_at IS NOT NULL OR (s.contact_id IS NOT NULL AND c.user_id IS NULL)) AS ended,
        f.time_zone, f.clock_date
"""
_SESSIONS: Final = """
    sessions s
    JOIN firms f ON f.id = s.firm_id
    LEFT JOIN members m ON m.firm_id = s.firm_id AND m.id = s.member_id
    LEFT JOIN contacts c ON c.firm_id = s.firm_id AND c.id = s.contact_id
"""


_PROOF: Final = """
    ROW(s.id, s.kind, s.scopes, s.expires_at, s.firm_id, m.id, m.user_id, m.role, m.rights, c.id, c.user_id,
        f.time_zone, f.clock_date)::text
"""


def _live(p: Params, token_hash: bytes, now: datetime) -> str:
    return (
        f"s.token_hash = {p(token_hash)} AND s.revoked_at IS NULL"
        f" AND (s.expires_at IS NULL OR s.expires_at > {p(now)})"
        " AND coalesce(m.user_id, c.user_id) IS NOT NULL AND m.deactivated_at IS NULL"
    )


async def by_token(db: Db, token_hash: bytes, now: datetime) -> Row | None:
    """The live session of a token, with whose it is, and what proves later that it is still the same."""
    p = Params()
    sql = f"SELECT {_IDENTITY}, {_PROOF} AS proof FROM {_SESSIONS} WHERE {_live(p, token_hash, now)}"
    return await db.row(sql, *p.values)


def proof(p: Params, token_hash: bytes, now: datetime) -> str:
    """A query for the proof of a token's session as it is now: another text if anything of it has changed, or none."""
    return f"SELECT {_PROOF} FROM {_SESSIONS} WHERE {_live(p, token_hash, now)}"


async def by_ids(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Sessions, live or not, with their members or contacts, users and firm."""
    sql = f"SELECT {_IDENTITY} FROM {_SESSIONS} WHERE s.firm_id = $1 AND s.id = ANY($2)"
    found = await db.rows(sql, firm_id, list(ids))
    return {row["id"]: row for row in found}


async def used(db: Db, session_id: str, now: datetime, since: datetime) -> bool:
    """Notes that a token was used, unless that was noted after ``since``; answers whether it noted it."""
    found = await db.rows(
        "UPDATE sessions SET last_used_at = $2"
        " WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3) RETURNING TRUE",
        session_id,
        now,
        since,
    )
    return bool(found)


async def revoke(db: Db, firm_id: str, session_id: str, member_id: str | None, kind: str, now: datetime) -> Row | None:
    """Ends a session (of that member, where one is given); answers it unless it had ended."""
    return await db.row(
        "UPDATE sessions SET revoked_at = $5 WHERE firm_id = $1 AND id = $2 AND kind = $4"
        " AND ($3::text IS NULL OR member_id = $3) AND revoked_at IS NULL RETURNING id, member_id",
        firm_id,
        session_id,
        member_id,
        kind,
        now,
    )


async def invitation(db: Db, token_hash: bytes, now: datetime) -> Row | None:
    """Locks a live invitation, with its member's user; the member first, as whoever renews it does."""
    await db.rows(
        "SELECT FROM members WHERE (firm_id, id) = (SELECT firm_id, member_id FROM invitations WHERE token_hash = $1)"
        " FOR UPDATE",
        token_hash,
    )
    return await db.row(
        """
        SELECT i.id, i.firm_id, i.member_id, m.user_id, u.email, u.password_hash
        FROM invitations i
        JOIN members m ON m.firm_id = i.firm_id AND m.id = i.member_id
        JOIN users u ON u.id = m.user_id
        WHERE i.token_hash = $1 AND i.expires_at > $2 AND m.deactivated_at IS NULL
        FOR UPDATE OF i, u
        """,
        token_hash,
        now,
    )


async def invited_login(db: Db, token_hash: bytes) -> str | None:
    """The e-mail of an invited person who has a login already."""
    found: str | None = await db.value(
        """
        SELECT u.email FROM invitations i
        JOIN members m ON m.firm_id = i.firm_id AND m.id = i.member_id
        JOIN users u ON u.id = m.user_id
        WHERE i.token_hash = $1 AND u.password_hash IS NOT NULL
        """,
        token_hash,
    )
    return found


async def strike(db: Db, key: str, now: datetime, window: timedelta) -> int:
    """Counts a try against a key; answers how many there were in the window, this one included."""
    count: int = await db.value(
        """
        INSERT INTO throttles (key, count, since) VALUES ($1, 1, $2)
        ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN throttles.since < $3 THEN 1 ELSE throttles.count + 1 END,
            since = CASE WHEN throttles.since < $3 THEN $2 ELSE throttles.since END
        RETURNING count
        """,
        key,
        now,
        now - window,
    )
    return count


async def forgive(db: Db, key: str) -> None:
    """Forgets the tries against a key."""
    await db.rows("DELETE FROM throttles WHERE key = $1", key)


async def sweep(db: Db, before: datetime) -> int:
    """Deletes sessions, invitations, links and throttles that ended before a time, and old counts of chains.

    Answers how many rows went.
    """
    found = await db.rows(
        """
        WITH s AS (DELETE FROM sessions WHERE expires_at < $1 OR revoked_at < $1 RETURNING 1),
             i AS (DELETE FROM invitations WHERE expires_at < $1 RETURNING 1),
             l AS (DELETE FROM portal_links WHERE expires_at < $1 RETURNING 1),
             t AS (DELETE FROM throttles WHERE since < $1 RETURNING 1),
             c AS (DELETE FROM cascades WHERE since < $1 - interval '30 days' RETURNING 1)
        SELECT 1 FROM s UNION ALL SELECT 1 FROM i UNION ALL SELECT 1 FROM l UNION ALL SELECT 1 FROM t
        UNION ALL SELECT 1 FROM c
        """,
        before,
    )
    return len(found)
