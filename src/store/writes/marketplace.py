"""What installing a pipeline looks for in a firm, and what exporting one takes out of it."""

from collections.abc import Collection, Sequence

from store.database import Db, Row
from store.sql import Params
from store.writes import locks
from store.writes.find import Condition


async def own_names(db: Db, firm_id: str, table: str) -> None:
    """Holds up others who give names in a table of the firm, as ``names.taken`` does, until the transaction ends."""
    await locks.own_firm(db, f"{firm_id}/{table}")


async def named(db: Db, firm_id: str, table: str, name: str) -> Row | None:
    """The thing of a name that is unique in the firm, whatever its case. ``table`` is a name in our code."""
    return await db.row(f"SELECT * FROM {table} WHERE firm_id = $1 AND lower(name) = lower($2)", firm_id, name)


async def by_ids(db: Db, firm_id: str, table: str, ids: Collection[str]) -> dict[str, Row]:
    """Things by their ids. ``table`` is a name in our code."""
    found = await db.rows(f"SELECT * FROM {table} WHERE firm_id = $1 AND id = ANY($2)", firm_id, list(ids))
    return {row["id"]: row for row in found}


async def members(db: Db, firm_id: str) -> list[Row]:
    """The active members: id, name, e-mail address."""
    return await db.rows(
        "SELECT m.id, m.name, u.email FROM members m JOIN users u ON u.id = m.user_id"
        " WHERE m.firm_id = $1 AND m.deactivated_at IS NULL ORDER BY m.id",
        firm_id,
    )


async def people(db: Db, firm_id: str, ids: Collection[str]) -> list[Row]:
    """The same of these members, deactivated ones included."""
    return await db.rows(
        "SELECT m.id, m.name, u.email FROM members m JOIN users u ON u.id = m.user_id"
        " WHERE m.firm_id = $1 AND m.id = ANY($2)",
        firm_id,
        list(ids),
    )


async def former(db: Db, firm_id: str) -> dict[str, str]:
    """The names of the deactivated members, by their ids."""
    found = await db.rows("SELECT id, name FROM members WHERE firm_id = $1 AND deactivated_at IS NOT NULL", firm_id)
    return {row["id"]: row["name"] for row in found}


async def pipelines(db: Db, firm_id: str, seen: Condition) -> list[Row]:
    """The pipelines (alias t) that meet a condition, deleted ones left out: id, name, whether archived."""
    p = Params(firm_id)
    return await db.rows(
        "SELECT t.id, t.name, t.archived_at IS NOT NULL AS archived FROM pipelines t"
        f" WHERE t.firm_id = $1 AND t.deleted_at IS NULL AND {seen(p)}",
        *p.values,
    )


async def stages(db: Db, firm_id: str, pipeline_ids: Collection[str]) -> list[Row]:
    """The stages of pipelines: id, name, pipeline, in order."""
    return await db.rows(
        "SELECT id, name, pipeline_id FROM stages WHERE firm_id = $1 AND pipeline_id = ANY($2) AND deleted_at IS NULL"
        " ORDER BY pipeline_id, position",
        firm_id,
        list(pipeline_ids),
    )


async def papers(db: Db, firm_id: str, names: Collection[str]) -> list[Row]:
    """Documents of the firm's own with these names whose content has come, the newest first."""
    return await db.rows(
        "SELECT id, name, sha256 FROM documents WHERE firm_id = $1 AND name = ANY($2) AND account_id IS NULL"
        " AND state = 'READY' ORDER BY created_at DESC, id DESC",
        firm_id,
        list(names),
    )


async def texts(db: Db, firm_id: str, document_ids: Collection[str]) -> dict[str, str]:
    """The texts of those documents that were made of one."""
    found = await db.rows(
        "SELECT document_id, text FROM document_texts WHERE firm_id = $1 AND document_id = ANY($2)",
        firm_id,
        list(document_ids),
    )
    return {row["document_id"]: row["text"] for row in found}


async def built_in_statuses(db: Db, firm_id: str) -> dict[str, str]:
    """The ids of the built-in statuses by their states."""
    found = await db.rows("SELECT id, state FROM job_statuses WHERE firm_id = $1 AND state <> 'CUSTOM'", firm_id)
    return {row["state"]: row["id"] for row in found}


async def statuses(db: Db, firm_id: str, pipeline_id: str) -> list[Row]:
    """The custom statuses enabled in a pipeline, by name: id, automove."""
    return await db.rows(
        """
        SELECT s.id, x.automove FROM pipeline_statuses x JOIN job_statuses s ON s.firm_id = $1 AND s.id = x.status_id
        WHERE x.firm_id = $1 AND x.pipeline_id = $2 ORDER BY lower(s.name), s.id
        """,
        firm_id,
        pipeline_id,
    )


async def automations(db: Db, firm_id: str, pipeline_id: str) -> list[Row]:
    """The live automations of a pipeline with their editions, in order."""
    return await db.rows(
        """
        SELECT a.id, a.stage_id, a.status_id, a.kind, e.config, e.condition, e.delay FROM automations a
        JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = a.edition
        WHERE a.firm_id = $1 AND a.pipeline_id = $2 AND a.deleted_at IS NULL ORDER BY a.position, a.id
        """,
        firm_id,
        pipeline_id,
    )


async def moves(db: Db, firm_id: str, pipeline_id: str) -> Sequence[Row]:
    """The allowed moves of a pipeline, in the order of its stages."""
    return await db.rows(
        """
        SELECT a.from_stage_id, a.to_stage_id FROM allowed_moves a
        JOIN stages f ON f.firm_id = $1 AND f.id = a.from_stage_id
        JOIN stages t ON t.firm_id = $1 AND t.id = a.to_stage_id
        WHERE a.firm_id = $1 AND a.pipeline_id = $2 ORDER BY f.position, t.position
        """,
        firm_id,
        pipeline_id,
    )
