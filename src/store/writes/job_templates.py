"""Job templates, for commands."""

from store.database import Db


async def leave_deleted_pipelines(db: Db, firm_id: str, template_id: str) -> None:
    """Takes a template off the pipelines that have been deleted, which are kept for what names them."""
    await db.rows(
        "UPDATE pipelines SET job_template_id = NULL"
        " WHERE firm_id = $1 AND job_template_id = $2 AND deleted_at IS NOT NULL",
        firm_id,
        template_id,
    )


async def texts(db: Db, firm_id: str, template_id: str) -> str:
    """All that a template says, in one, with what the templates of its tasks say."""
    found: str | None = await db.value(
        """
        SELECT concat_ws(E'\n', j.job_name, j.description, (
            SELECT string_agg(concat_ws(E'\n', t.title, t.description, t.subtasks ->> s.n), E'\n')
            FROM task_templates t CROSS JOIN LATERAL generate_series(0, jsonb_array_length(t.subtasks)) AS s (n)
            WHERE t.firm_id = $1 AND jsonb_exists(j.tasks, t.id)
        )) FROM job_templates j WHERE j.firm_id = $1 AND j.id = $2
        """,
        firm_id,
        template_id,
    )
    return found or ""
