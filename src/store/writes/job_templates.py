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
    """All that a template says, in one."""
    found: str | None = await db.value(
        "SELECT concat_ws(E'\\n', job_name, description) FROM job_templates WHERE firm_id = $1 AND id = $2",
        firm_id,
        template_id,
    )
    return found or ""
