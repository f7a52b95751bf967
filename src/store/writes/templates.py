"""Templates of every sort, for commands. Names of tables are our code's."""

from datetime import datetime

from store.database import Db, Row
from store.reads import template_versions as reads


async def version(db: Db, table: str, firm_id: str, template_id: str, number: int) -> Row | None:
    """The row that a template was in a version."""
    key = template_id, number
    return (await reads.by_keys(db, table, "", firm_id, [key])).get(key)


async def note_restored(db: Db, firm_id: str, template_id: str, number: int, restored_from: int) -> None:
    """Notes of which earlier version a fresh one is the content."""
    await db.rows(
        "UPDATE template_versions SET restored_from = $4 WHERE firm_id = $1 AND template_id = $2 AND version = $3",
        firm_id,
        template_id,
        number,
        restored_from,
    )


async def name_of_copy(db: Db, table: str, firm_id: str, name: str, length: int) -> str:
    """A name of at most so many characters for a copy that no template of the table has, whatever its case."""
    found: str = await db.value(
        f"""
        SELECT copy.name FROM generate_series(1, 1 + (SELECT count(*) FROM {table} WHERE firm_id = $1)) AS n
        CROSS JOIN LATERAL (SELECT CASE n WHEN 1 THEN ' (copy)' ELSE format(' (copy %s)', n) END AS tail) AS t
        CROSS JOIN LATERAL (SELECT rtrim(left($2, $3 - length(tail))) || tail AS name) AS copy
        WHERE NOT EXISTS (SELECT FROM {table} x WHERE x.firm_id = $1 AND lower(x.name) = lower(copy.name))
        ORDER BY n LIMIT 1
        """,
        firm_id,
        name,
        length,
    )
    return found


async def copy(db: Db, table: str, source: Row, copy_id: str, name: str, changed_by: str | None, now: datetime) -> None:
    """Makes a template of all that another one says, under another name."""
    await db.rows(
        f"""
        INSERT INTO {table} SELECT made.* FROM {table} t
        CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('id', $3::text, 'name', $4::text, 'version', 1,
            'changed_by', $5::text, 'created_at', $6::timestamptz, 'updated_at', $6::timestamptz)) made
        WHERE t.firm_id = $1 AND t.id = $2
        """,
        source["firm_id"],
        source["id"],
        copy_id,
        name,
        changed_by,
        now,
    )
