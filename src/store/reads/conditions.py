"""What conditions ask of jobs and their accounts, and what is called what in them."""

from collections.abc import Collection

from store.database import Db, Row


async def facts(
    db: Db,
    firm_id: str,
    job_ids: Collection[str],
    tag_ids: Collection[str],
    field_ids: Collection[str],
    *,
    assignees: bool,
) -> list[Row]:
    """Of each job its priority, which of the tags its account has, its values of the fields, its assignees if asked."""
    return await db.rows(
        """
        SELECT j.id, j.priority,
            ARRAY(
                SELECT x.tag_id FROM account_tags x
                WHERE x.firm_id = $1 AND x.account_id = j.account_id AND x.tag_id = ANY($3)
            ) AS tags,
            (
                SELECT jsonb_object_agg(x.field_id, x.value) FROM account_field_values x
                WHERE x.firm_id = $1 AND x.account_id = j.account_id AND x.field_id = ANY($4)
            ) AS field_values,
            ARRAY(
                SELECT x.member_id FROM job_assignees x WHERE $5 AND x.firm_id = $1 AND x.job_id = j.id
            ) AS assignees
        FROM jobs j WHERE j.firm_id = $1 AND j.id = ANY($2)
        """,
        firm_id,
        list(job_ids),
        list(tag_ids),
        list(field_ids),
        assignees,
    )


async def named(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Tags, members and custom fields by id, with their names, and the fields' kinds and choices."""
    found = await db.rows(
        """
        SELECT id, name, kind, choices FROM custom_fields WHERE firm_id = $1 AND id = ANY($2)
        UNION ALL SELECT id, name, NULL, NULL FROM tags WHERE firm_id = $1 AND id = ANY($2)
        UNION ALL SELECT id, name, NULL, NULL FROM members WHERE firm_id = $1 AND id = ANY($2)
        """,
        firm_id,
        list(ids),
    )
    return {row["id"]: row for row in found}
