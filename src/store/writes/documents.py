"""Writing documents, and the objects that their bytes lie in."""

from collections.abc import Collection
from datetime import datetime

from store.database import Database, Db, Row


async def give_secret(db: Db, firm_id: str, secret: str) -> None:
    """Gives a firm its secret for addresses of documents; one that has one keeps it."""
    await db.rows("UPDATE firms SET file_secret = $2 WHERE id = $1 AND file_secret IS NULL", firm_id, secret)


async def with_secret(db: Db, document_id: str) -> Row | None:
    """A document of any firm, with the secret of that, and with its text, if it was made of one."""
    return await db.row(
        """
        SELECT d.*, f.file_secret, t.text FROM documents d JOIN firms f ON f.id = d.firm_id
        LEFT JOIN document_texts t ON t.firm_id = d.firm_id AND t.document_id = d.id WHERE d.id = $1
        """,
        document_id,
    )


async def write_text(db: Db, firm_id: str, document_id: str, text: str) -> None:
    """Keeps the text that a document is made of, as long as there is the document."""
    await db.rows(
        "INSERT INTO document_texts (firm_id, document_id, text) VALUES ($1, $2, $3)", firm_id, document_id, text
    )


async def fill(db: Db, firm_id: str, document_id: str, now: datetime, key: str, sha256: str) -> None:
    """Notes that a document's bytes have come, and where they lie. One that a client has uploaded is shared."""
    await db.rows(
        """
        UPDATE documents SET state = 'READY', object_key = $4, sha256 = $5, updated_at = $3, version = version + 1,
            shared_at = CASE WHEN uploaded_by_contact IS NOT NULL THEN $3::timestamptz END
        WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        document_id,
        now,
        key,
        sha256,
    )


async def share(
    db: Db, firm_id: str, document_ids: Collection[str], account_ids: Collection[str], now: datetime
) -> list[Row]:
    """Shares documents of the firm's own with accounts; answers the pairs that are new. What is gone is left out."""
    return await db.rows(
        """
        INSERT INTO document_shares (firm_id, document_id, account_id, shared_at)
        SELECT $1, d.id, a.id, $4 FROM documents d CROSS JOIN unnest($3::text[]) AS a (id)
        WHERE d.firm_id = $1 AND d.id = ANY($2) AND d.account_id IS NULL AND d.state = 'READY'
        ON CONFLICT DO NOTHING RETURNING document_id, account_id
        """,
        firm_id,
        sorted(document_ids),
        sorted(account_ids),
        now,
    )


async def hold(db: Db, firm_id: str, document_id: str) -> Row | None:
    """A document that nobody deletes or takes back from clients until this transaction ends."""
    return await db.row("SELECT * FROM documents WHERE firm_id = $1 AND id = $2 FOR KEY SHARE", firm_id, document_id)


async def of_firm(db: Db, firm_id: str, ids: Collection[str]) -> set[str]:
    """Those of the documents that are the firm's own, and whose content has come."""
    found = await db.rows(
        "SELECT id FROM documents WHERE firm_id = $1 AND id = ANY($2) AND account_id IS NULL AND state = 'READY'",
        firm_id,
        list(ids),
    )
    return {row["id"] for row in found}


async def unshare(db: Db, firm_id: str, document_id: str, account_id: str | None = None) -> list[str]:
    """Takes a document back from an account, or from all; answers from which."""
    found = await db.rows(
        "DELETE FROM document_shares WHERE firm_id = $1 AND document_id = $2 AND ($3::text IS NULL OR account_id = $3)"
        " RETURNING account_id",
        firm_id,
        document_id,
        account_id,
    )
    return sorted(row["account_id"] for row in found)


async def announce(db: Db, firm_id: str, document_id: str, key: str, due_at: datetime) -> None:
    """Says that an object is about to be written, and until when its document must have taken it."""
    await db.rows(
        "INSERT INTO stray_objects (key, firm_id, document_id, due_at, doomed) VALUES ($1, $2, $3, $4, FALSE)",
        key,
        firm_id,
        document_id,
        due_at,
    )


async def announced(db: Db, firm_id: str, document_id: str) -> int:
    """How many objects are being written for a document."""
    sql = "SELECT count(*) FROM stray_objects WHERE firm_id = $1 AND document_id = $2 AND NOT doomed"
    return int(await db.value(sql, firm_id, document_id))


async def take(db: Db, firm_id: str, key: str) -> bool:
    """Has an announced object be its document's; answers whether it was not doomed meanwhile."""
    sql = "DELETE FROM stray_objects WHERE firm_id = $1 AND key = $2 AND NOT doomed RETURNING key"
    return await db.row(sql, firm_id, key) is not None


async def doom(db: Db, firm_id: str, document_id: str, key: str, now: datetime) -> None:
    """Leaves an object that its document gives up to be deleted."""
    await db.rows(
        """
        INSERT INTO stray_objects (key, firm_id, document_id, due_at, doomed) VALUES ($1, $2, $3, $4, TRUE)
        """,
        key,
        firm_id,
        document_id,
        now,
    )


async def abandon(db: Db, key: str, now: datetime) -> bool:
    """Dooms an announced object; answers whether it was one still."""
    sql = "UPDATE stray_objects SET doomed = TRUE, due_at = $2 WHERE key = $1 RETURNING key"
    return await db.row(sql, key, now) is not None


async def claim_strays(database: Database, now: datetime, until: datetime, most: int) -> list[str]:
    """Takes the next objects to be deleted, for a while; nobody can make use of them any more."""
    found = await database.rows(
        """
        UPDATE stray_objects SET doomed = TRUE, due_at = $2 WHERE key IN (
            SELECT key FROM stray_objects WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING key
        """,
        now,
        until,
        most,
    )
    return [row["key"] for row in found]


async def forget_strays(database: Database, keys: Collection[str]) -> None:
    """Forgets objects that have been deleted."""
    await database.rows("DELETE FROM stray_objects WHERE key = ANY($1)", list(keys))


async def forget_unfilled(database: Database, before: datetime) -> int:
    """Deletes documents whose bytes have not come since a time. Nobody but who asked for them knows of them."""
    found = await database.rows(
        "DELETE FROM documents WHERE state = 'UPLOADING' AND created_at < $1 RETURNING id", before
    )
    return len(found)
