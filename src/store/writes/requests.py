"""Document requests, for commands. The lock on its item guards all of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.writes.log import encode


async def make(db: Db, firm_id: str, lines: Sequence[dict[str, Any]]) -> None:
    """Writes what fresh requests want. A line has id, item_id, position, title, help and required."""
    await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($2::jsonb)
                AS g (id text, item_id text, position int, title text, help text, required boolean)
        ), requests AS (
            INSERT INTO document_requests (id, firm_id) SELECT DISTINCT item_id, $1 FROM given
        )
        INSERT INTO request_lines (id, firm_id, item_id, position, title, help, required)
        SELECT id, $1, item_id, position, title, help, required FROM given
        """,
        firm_id,
        encode(list(lines)),
    )


async def lines(db: Db, firm_id: str, item_id: str) -> list[Row]:
    """What a request wants, in order, each with the states of the documents that were given for it."""
    return await db.rows(
        """
        SELECT l.id, l.title, l.required, array_remove(array_agg(d.state), NULL) AS states FROM request_lines l
        LEFT JOIN request_documents d ON d.firm_id = $1 AND d.item_id = $2 AND d.line_id = l.id
        WHERE l.firm_id = $1 AND l.item_id = $2 GROUP BY l.id ORDER BY l.position
        """,
        firm_id,
        item_id,
    )


async def is_submitted(db: Db, firm_id: str, item_id: str) -> bool:
    """Whether the client has said that it is all."""
    sql = "SELECT submitted_at IS NOT NULL FROM document_requests WHERE firm_id = $1 AND id = $2"
    return bool(await db.value(sql, firm_id, item_id))


async def submit(db: Db, firm_id: str, item_id: str, at: datetime | None) -> None:
    """Notes that the client has said that it is all; or that it is not."""
    await db.rows("UPDATE document_requests SET submitted_at = $3 WHERE firm_id = $1 AND id = $2", firm_id, item_id, at)


async def upload(db: Db, firm_id: str, document_id: str, account_id: str) -> Row | None:
    """A document that a client of an account has uploaded, and whose content has come; it stays there meanwhile."""
    return await db.row(
        """
        SELECT id, name FROM documents
        WHERE firm_id = $1 AND id = $2 AND account_id = $3 AND state = 'READY' AND uploaded_by_contact IS NOT NULL
        FOR KEY SHARE
        """,
        firm_id,
        document_id,
        account_id,
    )


async def given(db: Db, firm_id: str, item_id: str, document_id: str) -> Row | None:
    """What has become of a document that was given in a request."""
    return await db.row(
        """
        SELECT r.*, d.name FROM request_documents r JOIN documents d ON d.firm_id = $1 AND d.id = r.document_id
        WHERE r.firm_id = $1 AND r.item_id = $2 AND r.document_id = $3
        """,
        firm_id,
        item_id,
        document_id,
    )


async def give(db: Db, firm_id: str, line: tuple[str, str], document_id: str, contact_id: str, now: datetime) -> None:
    """Adds a document to a line, which is named with its request."""
    await db.rows(
        "INSERT INTO request_documents (firm_id, item_id, line_id, document_id, contact_id, given_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        firm_id,
        *line,
        document_id,
        contact_id,
        now,
    )


async def take(db: Db, firm_id: str, item_id: str, document_id: str) -> None:
    """Takes a document out of a request."""
    await db.rows(
        "DELETE FROM request_documents WHERE firm_id = $1 AND item_id = $2 AND document_id = $3",
        firm_id,
        item_id,
        document_id,
    )


async def decide(db: Db, firm_id: str, given: Row, state: str, comment: str | None, **by: Any) -> None:
    """Accepts a document, or sends it back; ``by`` says which member_id did it, and when: at."""
    await db.rows(
        """
        UPDATE request_documents SET state = $4, comment = $5, member_id = $6, decided_at = $7
        WHERE firm_id = $1 AND item_id = $2 AND document_id = $3
        """,
        firm_id,
        given["item_id"],
        given["document_id"],
        state,
        comment,
        by["member_id"],
        by["at"],
    )


async def with_document(db: Db, firm_id: str, document_id: str) -> list[str]:
    """The requests in which a document was given."""
    found = await db.rows(
        "SELECT item_id FROM request_documents WHERE firm_id = $1 AND document_id = $2 ORDER BY 1", firm_id, document_id
    )
    return [row["item_id"] for row in found]
