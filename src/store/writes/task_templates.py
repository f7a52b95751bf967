"""Task templates, for commands."""

from store.database import Db


async def texts(db: Db, firm_id: str, template_id: str) -> str:
    """All that a template says, in one."""
    found: str | None = await db.value(
        """
        SELECT concat_ws(E'\n', title, description, (SELECT string_agg(line, E'\n') FROM
            jsonb_array_elements_text(subtasks) AS s (line))) FROM task_templates WHERE firm_id = $1 AND id = $2
        """,
        firm_id,
        template_id,
    )
    return found or ""
