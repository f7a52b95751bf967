"""Answers to the questions of organizers."""

from collections.abc import Collection, Mapping
from typing import Final

from store.database import Db, Row
from store.reads.things import grouped

ANSWERS: Final = """
    SELECT a.item_id AS parent_id, a.*, coalesce((
        SELECT array_agg(f.document_id ORDER BY f.place) FROM organizer_files f
        WHERE f.firm_id = a.firm_id AND f.item_id = a.item_id AND f.question_key = a.question_key
    ), '{}') AS document_ids
    FROM organizer_answers a
"""
"""With the documents that they name, as long as those are there."""


async def answers(db: Db, firm_id: str, item_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The answers to organizers, by the organizers."""
    sql = f"{ANSWERS} WHERE a.firm_id = $1 AND a.item_id = ANY($2)"
    return grouped(await db.rows(sql, firm_id, list(item_ids)))
