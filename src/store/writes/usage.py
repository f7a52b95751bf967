"""Who uses a thing: the true number, and the first of those that meet a condition of sight (PL4).

What is in the trash counts: it is to come back as it was. It is not named.
"""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from store.database import Db
from store.sql import Params
from store.tables import MAY_BE_TRASHED, everything
from store.writes.find import Condition

NAMED: Final = 20  # how many users are named

LEADING: Final = """
    WITH RECURSIVE way AS (
        SELECT $2::text COLLATE "C" AS id UNION
        SELECT s.id FROM stages s JOIN way w ON s.firm_id = $1 AND s.heir_id = w.id
    ) SELECT id FROM way
"""
"""A stage, and those that were deleted and have left their jobs to it: what stood there comes back into this one."""


class Usage(NamedTuple):
    """By how many something is used, who of them the viewer sees, and how many of them are in the trash."""

    total: int
    seen: tuple[str, ...]
    trashed: int = 0


async def accounts_with_role(db: Db, firm_id: str, role_id: str, seen: Condition) -> Usage:
    """Accounts on which somebody holds an account role."""
    used = "SELECT FROM account_role_members u WHERE u.firm_id = $1 AND u.account_id = t.id AND u.role_id = $2"
    return await _count(db, "accounts", f"EXISTS ({used})", firm_id, role_id, seen)


async def jobs_with_status(db: Db, firm_id: str, status_id: str, seen: Condition) -> Usage:
    """Jobs in a status."""
    return await _count(db, "jobs", "t.status_id = $2", firm_id, status_id, seen)


async def jobs_with_client_status(db: Db, firm_id: str, client_status_id: str, seen: Condition) -> Usage:
    """Jobs with a client-facing status."""
    return await _count(db, "jobs", "t.client_status_id = $2", firm_id, client_status_id, seen)


async def items_about(
    db: Db, firm_id: str, document_id: str, account_id: str | None, seen: Condition, *, sent: bool
) -> Usage:
    """Open items for clients that are about a document: all, or those that have been sent, of an account or of any."""
    which = "c.delivery = 'SENT' AND ($3::text IS NULL OR c.account_id = $3)" if sent else "$3::text IS NULL"
    used = (
        "SELECT FROM item_documents u JOIN all_client_items c ON c.firm_id = $1 AND c.id = u.item_id"
        f" WHERE u.firm_id = $1 AND u.item_id = t.id AND u.document_id = $2 AND {which}"
    )
    return await _count(db, "items", f"t.open AND EXISTS ({used})", firm_id, document_id, seen, account_id)


async def accounts_with_choice(db: Db, firm_id: str, field_id: str, choices: Collection[str], seen: Condition) -> Usage:
    """Accounts whose value of a custom field is one of the choices."""
    value = "SELECT FROM account_field_values v WHERE v.firm_id = $1 AND v.account_id = t.id AND v.field_id = $2"
    return await _count(
        db, "accounts", f"EXISTS ({value} AND v.value = ANY($3))", firm_id, field_id, seen, list(choices)
    )


async def configurations(db: Db, firm_id: str, used_id: str, seen: Condition) -> Usage:
    """Stages in use by their conditions, automations, templates and recurrences that refer to a thing.

    The condition of sight speaks of ``t.pipeline_id``. What belongs to no pipeline is seen by everybody.
    """
    return await _configurations(db, firm_id, used_id, "TRUE", seen)


async def texts_with_field(db: Db, firm_id: str, field_id: str, seen: Condition) -> Usage:
    """Those that refer to a custom field in a text: templates, recurrences, and automations with such shortcodes."""
    texts = "(pl.id IS NULL OR rc.id IS NOT NULL OR strpos(e.config::text, '[ACCOUNT_CUSTOM_FIELD:') > 0)"
    return await _configurations(db, firm_id, field_id, texts, seen)


async def conditions_with_choice(
    db: Db, firm_id: str, field_id: str, choices: Collection[str], seen: Condition
) -> Usage:
    """Those of them whose condition names one of the choices of a custom field."""
    test = "$.** ? (@.field_id == $field && @.is_one_of[*] == $choice)"
    named = (
        "EXISTS (SELECT FROM unnest($3::text[]) AS c (choice) WHERE jsonb_path_exists("
        "CASE WHEN a.id IS NULL THEN st.condition ELSE e.condition END,"
        f" '{test}', jsonb_build_object('field', $2::text, 'choice', c.choice)))"
    )
    return await _configurations(db, firm_id, field_id, named, seen, list(choices))


async def _configurations(db: Db, firm_id: str, used_id: str, which: str, seen: Condition, *more: Any) -> Usage:
    p = Params(firm_id, used_id, *more)
    row = await db.row(
        f"""
        SELECT count(*) AS total, (
            array_agg(t.id ORDER BY t.id) FILTER (WHERE t.pipeline_id IS NULL OR {seen(p)})
        )[1:{NAMED}] AS seen
        FROM (
            SELECT u.user_id AS id, pl.id AS pipeline_id FROM uses u
            LEFT JOIN automations a ON a.firm_id = $1 AND a.id = u.user_id
            LEFT JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = a.edition
            LEFT JOIN stages st ON st.firm_id = $1 AND st.id = coalesce(a.stage_id, u.user_id)
            LEFT JOIN recurrences rc ON rc.firm_id = $1 AND rc.id = u.user_id
            LEFT JOIN pipelines pl
                ON pl.firm_id = $1 AND pl.id = coalesce(a.pipeline_id, st.pipeline_id, rc.pipeline_id)
            WHERE u.firm_id = $1 AND u.used_id = $2
            AND a.deleted_at IS NULL AND st.deleted_at IS NULL AND (pl.deleted_at IS NULL OR rc.id IS NOT NULL)
            AND {which}
        ) t
        """,
        *p.values,
    )
    assert row is not None  # an aggregate always answers
    return Usage(row["total"], tuple(row["seen"] or ()))


async def pipelines_with_template(db: Db, firm_id: str, template_id: str, seen: Condition) -> Usage:
    """Pipelines whose jobs start with a template unless another is named."""
    return await _count(db, "pipelines", "t.job_template_id = $2 AND t.deleted_at IS NULL", firm_id, template_id, seen)


async def jobs_in_pipeline(db: Db, firm_id: str, pipeline_id: str, seen: Condition) -> Usage:
    """Jobs of a pipeline, archived ones included."""
    return await _count(db, "jobs", "t.pipeline_id = $2", firm_id, pipeline_id, seen)


async def jobs_in_stage(db: Db, firm_id: str, stage_id: str, seen: Condition) -> Usage:
    """Jobs in a stage, archived ones included, and those in the trash that come back into it (``LEADING``)."""
    return await _count(db, "jobs", f"t.stage_id IN ({LEADING})", firm_id, stage_id, seen)


async def jobs_with_status_in_pipeline(
    db: Db, firm_id: str, status_id: str, pipeline_id: str, seen: Condition
) -> Usage:
    """Jobs of one pipeline in a status."""
    return await _count(db, "jobs", "t.status_id = $2 AND t.pipeline_id = $3", firm_id, status_id, seen, pipeline_id)


async def _count(db: Db, table: str, used: str, firm_id: str, used_id: str, seen: Condition, *more: Any) -> Usage:
    p = Params(firm_id, used_id, *more)
    there = "t.trash_id IS NULL" if table in MAY_BE_TRASHED else "TRUE"
    row = await db.row(
        f"""
        SELECT count(*) AS total, count(*) FILTER (WHERE NOT {there}) AS trashed,
            (array_agg(t.id ORDER BY t.id) FILTER (WHERE {there} AND {seen(p)}))[1:{NAMED}] AS seen
        FROM {everything(table)} t WHERE t.firm_id = $1 AND {used}
        """,
        *p.values,
    )
    assert row is not None  # an aggregate always answers
    return Usage(row["total"], tuple(row["seen"] or ()), row["trashed"])
