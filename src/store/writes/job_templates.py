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
