"""Documents as if their content had come, for tests that do not look at that."""

from __future__ import annotations

from store.database import Database
from store.ids import new_id


async def firms_document(database: Database, account_id: str) -> str:
    """The id of a document of the firm's own, in the firm of an account."""
    document_id = await stored_document(database, account_id, name="form.pdf")
    await database.rows("UPDATE documents SET account_id = NULL WHERE id = $1", document_id)
    return document_id


async def stored_document(
    database: Database, account_id: str, job_id: str | None = None, *, uploader: str | None = None, name: str = "a.pdf"
) -> str:
    """The id of a document of an account, added to one of its jobs or not; nothing lies under its key."""
    document_id = new_id("doc")
    await database.rows(
        """
        WITH office AS (
            UPDATE firms f SET file_secret = coalesce(f.file_secret, 'secret') FROM accounts a
            WHERE a.id = $2 AND f.id = a.firm_id RETURNING f.id
        )
        INSERT INTO documents (id, firm_id, account_id, job_id, uploaded_by, name, media_type, size, sha256, state,
            object_key)
        SELECT $1, office.id, $2, $3, $4, $5, 'application/pdf', 9, repeat('0', 64), 'READY', 'nowhere/' || $1
        FROM office
        """,
        document_id,
        account_id,
        job_id,
        uploader,
        name,
    )
    return document_id


async def handed_in(database: Database, item_id: str, account_id: str, contact_id: str | None = None) -> str:
    """The id of a document that a client has uploaded, and given for the first line of a request."""
    document_id = await stored_document(database, account_id)
    await database.rows(
        """
        INSERT INTO request_documents (firm_id, item_id, line_id, document_id, contact_id, given_at)
        SELECT l.firm_id, l.item_id, l.id, $2, $3, now() FROM request_lines l WHERE l.item_id = $1 AND l.position = 0
        """,
        item_id,
        document_id,
        contact_id,
    )
    return document_id
