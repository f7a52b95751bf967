"""Answers to the questions of organizers, for commands. Whoever changes them has locked the item."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.reads.organizers import ANSWERS
from store.writes.log import encode


async def answers(db: Db, firm_id: str, item_id: str) -> list[Row]:
    """The answers to an organizer."""
    return await db.rows(f"{ANSWERS} WHERE a.firm_id = $1 AND a.item_id = $2", firm_id, item_id)


async def drop(db: Db, firm_id: str, item_id: str, keys: Collection[str]) -> None:
    """Takes back the answers to some questions."""
    await db.rows(
        "DELETE FROM organizer_answers WHERE firm_id = $1 AND item_id = $2 AND question_key = ANY($3)",
        firm_id,
        item_id,
        list(keys),
    )


async def save(
    db: Db, firm_id: str, item_id: str, contact_id: str, now: datetime, lines: Sequence[dict[str, Any]]
) -> None:
    """Keeps answers to questions that have none.

    A line has question_key, one of text, number (as a text), date, choices and confirmed, and document_ids.
    """
    await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($5::jsonb) AS g (question_key text, text text, number numeric, date date,
                choices text[], confirmed boolean, document_ids text[])
        ), answered AS (
            INSERT INTO organizer_answers (firm_id, item_id, question_key, text, number, date, choices, confirmed,
                answered_at, answered_by)
            SELECT $1, $2, question_key, text, number, date, choices, confirmed, $4, $3 FROM given
        )
        INSERT INTO organizer_files (firm_id, item_id, question_key, document_id, place)
        SELECT $1, $2, given.question_key, d.id, d.place
        FROM given CROSS JOIN LATERAL unnest(given.document_ids) WITH ORDINALITY AS d (id, place)
        """,
        firm_id,
        item_id,
        contact_id,
        now,
        encode(list(lines)),
    )


async def documents(db: Db, firm_id: str, item: Row, ids: Collection[str]) -> set[str]:
    """Those of the documents that an answer to an organizer may name, or names already.

    They are shared with the clients of its account (so their content has come), one of whom has uploaded them.
    """
    found = await db.rows(
        """
        SELECT d.id FROM documents d
        WHERE d.firm_id = $1 AND d.id = ANY($4) AND d.account_id = $3 AND d.shared_at IS NOT NULL
            AND (d.uploaded_by_contact IS NOT NULL OR EXISTS (
                SELECT FROM organizer_files f WHERE f.firm_id = $1 AND f.item_id = $2 AND f.document_id = d.id
            ))
        """,
        firm_id,
        item["id"],
        item["account_id"],
        list(ids),
    )
    return {row["id"] for row in found}


async def naming(db: Db, firm_id: str, document_id: str) -> list[Row]:
    """The organizers in whose answers a document is named, with their jobs."""
    return await db.rows(
        """
        SELECT DISTINCT ci.id, ci.account_id, ARRAY(
            SELECT l.job_id FROM item_links l WHERE l.firm_id = $1 AND l.item_id = ci.id ORDER BY 1
        ) AS jobs
        FROM organizer_files f
        JOIN client_items ci ON ci.firm_id = $1 AND ci.id = f.item_id
        WHERE f.firm_id = $1 AND f.document_id = $2
        """,
        firm_id,
        document_id,
    )
