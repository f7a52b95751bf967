"""Users and their joining of firms."""

from datetime import datetime
from typing import Any

from tortoise.expressions import F

from store import models
from store.database import Db, Row


async def user(db: Db, user_id: str, email: str, name: str) -> str:
    """The id of the user with an e-mail; makes one with ``user_id``, without a password, where there is none."""
    await db.rows(
        "INSERT INTO users (id, email, name, created_at) VALUES ($1, $2, $3, clock_timestamp()) ON CONFLICT DO NOTHING",
        user_id,
        email,
        name,
    )
    found: str = await db.value("SELECT id FROM users WHERE email = $1", email)
    return found


async def member_of(db: Db, firm_id: str, user_id: str) -> str | None:
    """The user's member in a firm, deactivated or not."""
    found: str | None = await db.value("SELECT id FROM members WHERE firm_id = $1 AND user_id = $2", firm_id, user_id)
    return found


async def set_password(db: Db, user_id: str, password_hash: str) -> None:
    """Sets a user's password."""
    await db.rows("UPDATE users SET password_hash = $2 WHERE id = $1", user_id, password_hash)


async def join(db: Db, firm_id: str, member_id: str, invitation_id: str, now: datetime) -> None:
    """Uses an invitation up."""
    await db.rows("DELETE FROM invitations WHERE firm_id = $1 AND id = $2", firm_id, invitation_id)
    await db.rows(
        "UPDATE members SET joined_at = $3, updated_at = $3, version = version + 1 WHERE firm_id = $1 AND id = $2",
        firm_id,
        member_id,
        now,
    )


async def any_firm(db: Db) -> bool:
    """Whether the database holds a firm."""
    return bool(await db.value("SELECT TRUE FROM firms LIMIT 1"))


async def open_log(db: Db, firm_id: str) -> None:
    """Starts a firm's event log at 0."""
    await db.rows("INSERT INTO event_heads (firm_id) VALUES ($1)", firm_id)


async def password_hash(db: Db, user_id: str) -> str | None:
    """A user's Argon2id hash, if a password was set. Locks the user."""
    found: str | None = await db.value("SELECT password_hash FROM users WHERE id = $1 FOR UPDATE", user_id)
    return found


async def firm(db: Db, firm_id: str) -> Row | None:
    """Locks a firm and answers its row."""
    return await db.row("SELECT * FROM firms WHERE id = $1 FOR NO KEY UPDATE", firm_id)


async def change_firm(db: Db, firm_id: str, now: datetime, values: dict[str, Any]) -> None:
    """Changes a firm and counts its version up."""
    rows = models.Firm.filter(id=firm_id).using_db(db.client)
    await rows.update(**values, updated_at=now, version=F("version") + 1)


async def exists(db: Db, table: str, thing_id: str) -> bool:
    """Whether a thing is there. ``table`` is a name in our code."""
    return bool(await db.value(f"SELECT TRUE FROM {table} WHERE id = $1", thing_id))


async def owner_by_email(db: Db, email: str) -> Row | None:
    """The owner with an e-mail, with the firm's time zone and clock date."""
    return await db.row(
        """
        SELECT m.id AS member_id, m.firm_id, m.user_id, f.time_zone, f.clock_date FROM members m
        JOIN users u ON u.id = m.user_id JOIN firms f ON f.id = m.firm_id
        WHERE u.email = $1 AND m.role = 'OWNER' AND m.deactivated_at IS NULL ORDER BY m.firm_id LIMIT 1
        """,
        email,
    )


async def end_invitations(db: Db, firm_id: str, member_id: str) -> None:
    """Ends the invitations of a member."""
    await db.rows("DELETE FROM invitations WHERE firm_id = $1 AND member_id = $2", firm_id, member_id)


async def quiet_hours(db: Db, firm_id: str) -> Row:
    """In which zone a firm is, and from when until when its clients are not reminded of anything."""
    row = await db.row("SELECT time_zone, quiet_from, quiet_until FROM firms WHERE id = $1", firm_id)
    assert row is not None  # whoever asks has something of the firm in hand
    return row
