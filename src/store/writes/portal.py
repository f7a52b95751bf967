"""Contacts who come into the portal, and their links."""

from datetime import datetime

from store.database import Db, Row


async def address(db: Db, firm_id: str) -> str | None:
    """Where a firm's portal is."""
    found: str | None = await db.value("SELECT portal_url FROM firms WHERE id = $1", firm_id)
    return found


async def guest_of(db: Db, firm_id: str, user_id: str) -> str | None:
    """The contact of a firm as whom a user may come in."""
    found: str | None = await db.value("SELECT id FROM contacts WHERE firm_id = $1 AND user_id = $2", firm_id, user_id)
    return found


async def guest(db: Db, firm_id: str, contact_id: str) -> Row | None:
    """As whom a contact comes in, with the firm's time zone and clock date; None without access."""
    return await db.row(
        """
        SELECT c.user_id, f.time_zone, f.clock_date FROM contacts c JOIN firms f ON f.id = c.firm_id
        WHERE c.firm_id = $1 AND c.id = $2 AND c.user_id IS NOT NULL
        """,
        firm_id,
        contact_id,
    )


async def has_account(db: Db, firm_id: str, contact_id: str, account_id: str) -> bool:
    """Whether an account is a contact's; if so, that lasts until this transaction ends."""
    return bool(
        await db.value(
            """
            SELECT TRUE FROM account_contacts x JOIN accounts a ON a.firm_id = $1 AND a.id = x.account_id
            WHERE x.firm_id = $1 AND x.contact_id = $2 AND x.account_id = $3 FOR SHARE OF x FOR KEY SHARE OF a
            """,
            firm_id,
            contact_id,
            account_id,
        )
    )


async def accounts_of(db: Db, firm_id: str, contact_id: str) -> list[str]:
    """The accounts of a contact, but those in the trash."""
    found = await db.rows(
        """
        SELECT a.id FROM account_contacts x JOIN accounts a ON a.firm_id = $1 AND a.id = x.account_id
        WHERE x.firm_id = $1 AND x.contact_id = $2 ORDER BY 1
        """,
        firm_id,
        contact_id,
    )
    return [row["id"] for row in found]


async def uploads_waiting(db: Db, firm_id: str, contact_id: str) -> int:
    """How many documents wait for a contact's uploads."""
    found: int = await db.value(
        "SELECT count(*) FROM documents WHERE firm_id = $1 AND uploaded_by_contact = $2 AND state = 'UPLOADING'",
        firm_id,
        contact_id,
    )
    return found


async def addressee(db: Db, firm_id: str, contact_id: str) -> Row | None:
    """A contact who may come in, the firm's name, and one of the contact's accounts, if there is any.

    None where the access has ended; if not, it lasts until this transaction ends.
    """
    return await db.row(
        """
        SELECT c.name, c.email, f.name AS firm, (
            SELECT min(a.id) FROM account_contacts x JOIN accounts a ON a.firm_id = $1 AND a.id = x.account_id
            WHERE x.firm_id = $1 AND x.contact_id = $2
        ) AS account_id
        FROM contacts c JOIN firms f ON f.id = c.firm_id
        WHERE c.firm_id = $1 AND c.id = $2 AND c.user_id IS NOT NULL FOR SHARE OF c
        """,
        firm_id,
        contact_id,
    )


async def doors(db: Db, email: str) -> list[Row]:
    """The portals that the user with an e-mail in lower case may come into, by the firms' names."""
    return await db.rows(
        """
        SELECT c.firm_id, f.name AS firm_name, c.id AS contact_id, c.user_id,
            c.password_hash, 'PortalDoor' AS "__typename"
        FROM users u JOIN contacts c ON c.user_id = u.id JOIN firms f ON f.id = c.firm_id
        WHERE u.email = $1 ORDER BY f.name, c.firm_id
        """,
        email,
    )


async def add_link(
    db: Db, link_id: str, firm_id: str, contact_id: str, address: str, token_hash: bytes, expires_at: datetime
) -> bool:
    """Keeps a link that goes to an e-mail address; answers whether the contact may come in by that address.

    Whoever takes the access away meanwhile waits, and ends this link, too.
    """
    found = await db.rows(
        """
        WITH c AS (
            SELECT firm_id, id FROM contacts WHERE firm_id = $2 AND id = $3 AND user_id IS NOT NULL AND email = $4
            FOR SHARE
        )
        INSERT INTO portal_links (id, firm_id, contact_id, token_hash, expires_at)
        SELECT $1, firm_id, id, $5, $6 FROM c RETURNING TRUE
        """,
        link_id,
        firm_id,
        contact_id,
        address,
        token_hash,
        expires_at,
    )
    return bool(found)


async def link(db: Db, token_hash: bytes, now: datetime) -> Row | None:
    """Whose link it is, and as which user they come in, unless it is over; not locked."""
    return await db.row(
        """
        SELECT l.firm_id, l.contact_id, c.user_id FROM portal_links l
        JOIN contacts c ON c.firm_id = l.firm_id AND c.id = l.contact_id
        WHERE l.token_hash = $1 AND l.expires_at > $2 AND c.user_id IS NOT NULL
        """,
        token_hash,
        now,
    )


async def use_link(db: Db, token_hash: bytes) -> bool:
    """Uses a link up; answers whether it was there. The contact is locked before it, as whoever ends links does."""
    return bool(await db.rows("DELETE FROM portal_links WHERE token_hash = $1 RETURNING TRUE", token_hash))


async def password_hash(db: Db, firm_id: str, contact_id: str) -> str | None:
    """The Argon2id hash of a contact's password, if one was set."""
    found: str | None = await db.value(
        "SELECT password_hash FROM contacts WHERE firm_id = $1 AND id = $2", firm_id, contact_id
    )
    return found


async def set_password(db: Db, firm_id: str, contact_id: str, password_hash: str) -> None:
    """Sets the password of a contact who has access."""
    await db.rows(
        "UPDATE contacts SET password_hash = $3 WHERE firm_id = $1 AND id = $2", firm_id, contact_id, password_hash
    )


async def joined(db: Db, firm_id: str, contact_id: str, now: datetime) -> bool:
    """Notes that a contact came in; answers whether for the first time."""
    found = await db.rows(
        "UPDATE contacts SET joined_at = $3, updated_at = $3, version = version + 1"
        " WHERE firm_id = $1 AND id = $2 AND joined_at IS NULL RETURNING TRUE",
        firm_id,
        contact_id,
        now,
    )
    return bool(found)


async def unsent_mail(db: Db, firm_id: str, contact_id: str) -> list[Row]:
    """The e-mails with a link to a contact that have not been sent, with where they belong; not locked."""
    return await db.rows(
        "SELECT id, job_id, item_id FROM emails WHERE firm_id = $1 AND contact_id = $2 AND opens_portal"
        " AND state IN ('HELD', 'QUEUED', 'FAILED')",
        firm_id,
        contact_id,
    )


async def discard_mail(db: Db, firm_id: str, contact_id: str, now: datetime) -> list[Row]:
    """Has e-mails with a link never sent that have not been: their links would open nothing. Answers those."""
    return await db.rows(
        """
        UPDATE emails SET state = 'DISCARDED', updated_at = $3, version = version + 1
        WHERE firm_id = $1 AND contact_id = $2 AND opens_portal AND state IN ('HELD', 'QUEUED', 'FAILED')
        RETURNING id, job_id, run_id, item_id
        """,
        firm_id,
        contact_id,
        now,
    )


async def end(db: Db, firm_id: str, contact_id: str, now: datetime) -> None:
    """Ends all sessions and links of a contact."""
    await db.rows(
        "UPDATE sessions SET revoked_at = $3 WHERE firm_id = $1 AND contact_id = $2 AND revoked_at IS NULL",
        firm_id,
        contact_id,
        now,
    )
    await db.rows("DELETE FROM portal_links WHERE firm_id = $1 AND contact_id = $2", firm_id, contact_id)


async def end_others(db: Db, firm_id: str, contact_id: str, session_id: str, now: datetime) -> list[str]:
    """Ends all sessions of a contact but one; answers which."""
    found = await db.rows(
        "UPDATE sessions SET revoked_at = $4"
        " WHERE firm_id = $1 AND contact_id = $2 AND id <> $3 AND revoked_at IS NULL RETURNING id",
        firm_id,
        contact_id,
        session_id,
        now,
    )
    return [row["id"] for row in found]


async def log_out(db: Db, firm_id: str, contact_id: str, session_id: str, now: datetime) -> bool:
    """Ends one session of a contact; answers whether it was open."""
    found = await db.rows(
        "UPDATE sessions SET revoked_at = $4 WHERE firm_id = $1 AND contact_id = $2 AND id = $3 AND revoked_at IS NULL"
        " RETURNING TRUE",
        firm_id,
        contact_id,
        session_id,
        now,
    )
    return bool(found)
