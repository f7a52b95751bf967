"""Versions of templates: their rows as they were."""

from collections.abc import Collection

from store.database import Db, Row

Key = tuple[str, int]
"""A template's id, and the number of a version."""


def columns(typename: str) -> str:
    """Those of the template as it was (alias t), and what the version (alias v) says of itself."""
    return f"""t.*, v.template_id, v.changed_at, v.restored_from, '{typename}' AS "__typename" """


def tables(table: str) -> str:
    """The versions (alias v) of the templates of a table, each with the row (alias t) that the template was then.

    What was added to the table since stands for nothing there. ``table`` is a name in our code.
    """
    return f"""
        template_versions v CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.content || jsonb_build_object(
            'id', v.template_id, 'firm_id', v.firm_id, 'version', v.version, 'changed_by', v.changed_by)) t
    """


async def by_keys(db: Db, table: str, typename: str, firm_id: str, keys: Collection[Key]) -> dict[Key, Row]:
    """Versions by templates and numbers."""
    if not keys:
        return {}
    found = await db.rows(
        f"""
        SELECT {columns(typename)} FROM {tables(table)} WHERE v.firm_id = $1
            AND (v.template_id, v.version) IN (SELECT * FROM unnest($2::text[], $3::int[]))
        """,
        firm_id,
        [template_id for template_id, _ in keys],
        [version for _, version in keys],
    )
    return {(row["template_id"], row["version"]): row for row in found}
