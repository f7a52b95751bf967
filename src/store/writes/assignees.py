"""Who is assigned to jobs and tasks. ``engine.job.assignees`` alone writes it: whoever is assigned is told."""

from collections.abc import Collection, Mapping

from store.database import Db

People = Mapping[str, Collection[str]]
"""Members by the job or task."""


async def assign(db: Db, firm_id: str, kind: str, people: People) -> dict[str, list[str]]:
    """Assigns members to jobs or tasks (``kind``: job or task); answers those who were not."""
    return await _write(
        db,
        f"INSERT INTO {kind}_assignees (firm_id, {kind}_id, member_id)"
        " SELECT $1, p.thing_id, p.member_id FROM unnest($2::text[], $3::text[]) AS p (thing_id, member_id)"
        f" ON CONFLICT DO NOTHING RETURNING {kind}_id AS thing_id, member_id",
        firm_id,
        people,
    )


async def unassign(db: Db, firm_id: str, kind: str, people: People) -> dict[str, list[str]]:
    """Unassigns members; answers those who were assigned."""
    return await _write(
        db,
        f"DELETE FROM {kind}_assignees a USING unnest($2::text[], $3::text[]) AS p (thing_id, member_id)"
        f" WHERE a.firm_id = $1 AND a.{kind}_id = p.thing_id AND a.member_id = p.member_id"
        f" RETURNING a.{kind}_id AS thing_id, a.member_id",
        firm_id,
        people,
    )


async def _write(db: Db, sql: str, firm_id: str, people: People) -> dict[str, list[str]]:
    pairs = [(thing_id, member_id) for thing_id, some in people.items() for member_id in dict.fromkeys(some)]
    found: dict[str, list[str]] = {}
    if pairs:
        for row in await db.rows(sql, firm_id, [pair[0] for pair in pairs], [pair[1] for pair in pairs]):
            found.setdefault(row["thing_id"], []).append(row["member_id"])
    return found
