"""Links between jobs, for commands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.database import Db, Row


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored: from one job to another."""

    job_id: str
    other_id: str
    kind: str


async def between(db: Db, firm_id: str, job_id: str, other_id: str) -> Row | None:
    """The link between two locked jobs, whichever of them it begins with."""
    return await db.row(
        "SELECT * FROM job_links WHERE firm_id = $1"
        " AND ((job_id = $2 AND other_id = $3) OR (job_id = $3 AND other_id = $2))",
        firm_id,
        job_id,
        other_id,
    )


async def of_jobs(db: Db, firm_id: str, job_ids: Collection[str]) -> dict[str, list[str]]:
    """The jobs that are linked to any of some jobs, by those that they are linked to."""
    found = await db.rows(
        """
        SELECT x.job_id, array_agg(x.other_id ORDER BY x.other_id) AS other_ids FROM (
            SELECT other_id AS job_id, job_id AS other_id FROM job_links WHERE firm_id = $1 AND job_id = ANY($2)
            UNION ALL
            SELECT job_id, other_id FROM job_links WHERE firm_id = $1 AND other_id = ANY($2)
        ) AS x JOIN jobs j ON j.firm_id = $1 AND j.id = x.job_id GROUP BY 1 ORDER BY 1
        """,
        firm_id,
        list(job_ids),
    )
    return {row["job_id"]: row["other_ids"] for row in found}


async def count(db: Db, firm_id: str, job_id: str) -> int:
    """How many links a job has."""
    found: int = await db.value(
        "SELECT count(*) FROM job_links WHERE firm_id = $1 AND (job_id = $2 OR other_id = $2)", firm_id, job_id
    )
    return found


async def add(db: Db, firm_id: str, member_id: str | None, links: Sequence[Link], now: datetime) -> None:
    """Writes links between jobs that have none."""
    await db.rows(
        """
        INSERT INTO job_links (firm_id, job_id, other_id, kind, member_id, linked_at)
        SELECT $1, l.*, $2, $3 FROM unnest($4::text[], $5::text[], $6::text[]) AS l
        """,
        firm_id,
        member_id,
        now,
        [link.job_id for link in links],
        [link.other_id for link in links],
        [link.kind for link in links],
    )


async def drop(db: Db, firm_id: str, link: Row) -> None:
    """Deletes a link."""
    await db.rows(
        "DELETE FROM job_links WHERE firm_id = $1 AND job_id = $2 AND other_id = $3",
        firm_id,
        link["job_id"],
        link["other_id"],
    )
