"""Who refers to what inside of a configuration: conditions of stages, automations, job templates (PL4)."""

from collections.abc import Collection, Mapping
from typing import Final

from store.database import Db
from store.ids import prefix_of

TABLES: Final[Mapping[str, str]] = {
    "tag": "tags",
    "field": "custom_fields",
    "member": "members",
    "role": "account_roles",
    "status": "job_statuses",
    "clientstatus": "client_statuses",
    "emailtemplate": "email_templates",
    "jobtemplate": "job_templates",
    "tasktemplate": "task_templates",
    "itemtemplate": "item_templates",
    "doc": "documents",
    "pipeline": "pipelines",
    "stage": "stages",
}
"""Where the things are that can be referred to, by the prefixes of their ids."""


async def refer(db: Db, firm_id: str, user_id: str, ids: Collection[str]) -> set[str]:
    """Says all that a user refers to from now on, and keeps it from being deleted until the transaction ends.

    Answers the ids of what is not there (any more); nothing has been written then.
    """
    missing = set(ids) - await _kept(db, firm_id, set(ids))
    if not missing:
        await db.rows(
            """
            WITH gone AS (
                DELETE FROM uses WHERE firm_id = $1 AND user_id = $2 AND used_id <> ALL($3)
            )
            INSERT INTO uses (firm_id, user_id, used_id) SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING
            """,
            firm_id,
            user_id,
            sorted(set(ids)),
        )
    return missing


async def _kept(db: Db, firm_id: str, ids: Collection[str]) -> set[str]:
    """Which of the things are there, locked against deletion: one statement per kind, always in the same order."""
    found: set[str] = set()
    for prefix, table in TABLES.items():
        some = sorted(one for one in ids if prefix_of(one) == prefix)
        if some:
            sql = f"SELECT id FROM {table} WHERE firm_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE"
            found |= {row["id"] for row in await db.rows(sql, firm_id, some)}
    return found


async def used_by(db: Db, firm_id: str, user_id: str) -> list[str]:
    """The ids of everything that something refers to."""
    found = await db.rows("SELECT used_id FROM uses WHERE firm_id = $1 AND user_id = $2 ORDER BY 1", firm_id, user_id)
    return [row["used_id"] for row in found]


async def users_of(db: Db, firm_id: str, used_id: str) -> list[str]:
    """The ids of everything that refers to a thing, deleted stages and automations included."""
    found = await db.rows("SELECT user_id FROM uses WHERE firm_id = $1 AND used_id = $2 ORDER BY 1", firm_id, used_id)
    return [row["user_id"] for row in found]
