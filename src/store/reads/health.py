"""What is wrong with what stages, automations and recurrences refer to (PL5)."""

from collections.abc import Collection
from typing import Final

from store.database import Db, Row

_KEPT: Final = {
    "tag": "tags",
    "field": "custom_fields",
    "role": "account_roles",
    "clientstatus": "client_statuses",
    "emailtemplate": "email_templates",
    "jobtemplate": "job_templates",
    "tasktemplate": "task_templates",
    "itemtemplate": "item_templates",
}
"""Things that are either there or gone, by the prefixes of their ids."""

_GONE: Final = "\n".join(
    f"WHEN '{prefix}' THEN CASE WHEN NOT EXISTS (SELECT FROM {table} t WHERE t.firm_id = $1 AND t.id = u.used_id)"
    " THEN 'NOT_FOUND' END"
    for prefix, table in _KEPT.items()
)


async def problems(db: Db, firm_id: str, pipeline_ids: Collection[str]) -> list[Row]:
    """References of live stages, automations and recurrences to what is gone or of no use, with a code, in order.

    A row has parent_id (the pipeline), stage_id, automation_id and recurrence_id (each or None), used_id and code.
    """
    return await db.rows(
        f"""
        WITH users AS (
            SELECT s.pipeline_id, s.id AS stage_id, NULL AS automation_id, NULL AS recurrence_id, s.id AS user_id,
                s.position AS place, NULL::int AS position
            FROM stages s WHERE s.firm_id = $1 AND s.pipeline_id = ANY($2) AND s.deleted_at IS NULL
            UNION ALL
            SELECT a.pipeline_id, a.stage_id, a.id, NULL, a.id, s.position, a.position FROM automations a
            LEFT JOIN stages s ON s.firm_id = $1 AND s.id = a.stage_id
            WHERE a.firm_id = $1 AND a.pipeline_id = ANY($2) AND a.deleted_at IS NULL
            UNION ALL
            SELECT r.pipeline_id, NULL, NULL, r.id, r.id, NULL, NULL FROM recurrences r
            WHERE r.firm_id = $1 AND r.pipeline_id = ANY($2) AND r.deleted_at IS NULL
        ), used AS (
            SELECT users.*, x.used_id FROM users
            JOIN uses x ON x.firm_id = $1 AND x.user_id = users.user_id
            UNION
            SELECT users.*, a.status_id FROM users
            JOIN automations a ON a.firm_id = $1 AND a.id = users.automation_id AND a.status_id IS NOT NULL
        ), found AS (
            SELECT u.*, CASE split_part(u.used_id, '_', 1)
                {_GONE}
                WHEN 'member' THEN CASE WHEN m.id IS NULL THEN 'NOT_FOUND'
                    WHEN m.deactivated_at IS NOT NULL THEN 'DEACTIVATED' END
                WHEN 'pipeline' THEN CASE WHEN p.id IS NULL OR p.deleted_at IS NOT NULL THEN 'NOT_FOUND'
                    WHEN p.archived_at IS NOT NULL THEN 'ARCHIVED' END
                WHEN 'stage' THEN CASE WHEN s.id IS NULL OR s.deleted_at IS NOT NULL THEN 'NOT_FOUND' END
                WHEN 'status' THEN CASE WHEN j.id IS NULL THEN 'NOT_FOUND'
                    WHEN j.state = 'CUSTOM' AND e.status_id IS NULL THEN 'NOT_ENABLED' END
            END AS code
            FROM used u
            LEFT JOIN members m ON m.firm_id = $1 AND m.id = u.used_id
            LEFT JOIN pipelines p ON p.firm_id = $1 AND p.id = u.used_id
            LEFT JOIN stages s ON s.firm_id = $1 AND s.id = u.used_id
            LEFT JOIN job_statuses j ON j.firm_id = $1 AND j.id = u.used_id
            LEFT JOIN pipeline_statuses e
                ON e.firm_id = $1 AND e.pipeline_id = u.pipeline_id AND e.status_id = u.used_id
        )
        SELECT pipeline_id AS parent_id, stage_id, automation_id, recurrence_id, used_id, code FROM found
        WHERE code IS NOT NULL
        ORDER BY place NULLS LAST, position NULLS FIRST, automation_id, recurrence_id, used_id
        """,
        firm_id,
        list(pipeline_ids),
    )
