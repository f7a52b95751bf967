"""Comments on jobs, for commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.database import Db, Row


@dataclass(frozen=True, slots=True)
class Said:
    """One comment on one job, with the members that it mentions."""

    id: str
    job_id: str
    text: str
    mention_ids: Sequence[str]


async def add(db: Db, firm_id: str, author_id: str | None, said: Sequence[Said], now: datetime) -> None:
    """Writes comments with their mentions."""
    await db.rows(
        """
        INSERT INTO comments (id, firm_id, job_id, author_id, text, created_at, updated_at)
        SELECT c.id, $1, c.job_id, $2, c.text, $3, $3
        FROM unnest($4::text[], $5::text[], $6::text[]) AS c (id, job_id, text)
        """,
        firm_id,
        author_id,
        now,
        [one.id for one in said],
        [one.job_id for one in said],
        [one.text for one in said],
    )
    mentions = [(one.id, member_id) for one in said for member_id in one.mention_ids]
    if mentions:
        await db.rows(
            "INSERT INTO comment_mentions (firm_id, comment_id, member_id)"
            " SELECT $1, * FROM unnest($2::text[], $3::text[])",
            firm_id,
            [comment_id for comment_id, _ in mentions],
            [member_id for _, member_id in mentions],
        )


async def carrying(db: Db, firm_id: str, document_id: str) -> list[Row]:
    """The comments that carry a document, with their jobs."""
    return await db.rows(
        "SELECT c.id, c.job_id FROM comment_documents x JOIN comments c ON c.firm_id = $1 AND c.id = x.comment_id"
        " WHERE x.firm_id = $1 AND x.document_id = $2",
        firm_id,
        document_id,
    )
