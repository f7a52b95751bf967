"""Automations at their places, and their editions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store.database import Db, Row
from store.sql import Params
from store.writes.find import Condition
from store.writes.log import encode
from store.writes.usage import NAMED, Usage

Place = tuple[str, str | None, str | None]
"""A pipeline, and in it a stage or a status."""


async def at(db: Db, firm_id: str, place: Place) -> list[str]:
    """The ids of the live automations of a place, in order."""
    found = await db.rows(
        """
        SELECT id FROM automations WHERE firm_id = $1 AND pipeline_id = $2 AND stage_id IS NOT DISTINCT FROM $3
            AND status_id IS NOT DISTINCT FROM $4 AND deleted_at IS NULL ORDER BY position
        """,
        firm_id,
        *place,
    )
    return [row["id"] for row in found]


async def make(db: Db, firm_id: str, automation_id: str, place: Place, kind: str, position: int) -> None:
    """Makes an automation, without an edition so far."""
    await db.rows(
        "INSERT INTO automations (id, firm_id, pipeline_id, stage_id, status_id, kind, position, edition)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
        automation_id,
        firm_id,
        *place,
        kind,
        position,
    )


async def add_edition(
    db: Db, firm_id: str, automation_id: str, edition: int, config: Any, condition: Any, delay: Any
) -> None:
    """Adds an edition: what the automation does, when, and after which time."""
    await db.rows(
        "INSERT INTO automation_editions (firm_id, automation_id, edition, config, condition, delay)"
        " VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb)",
        firm_id,
        automation_id,
        edition,
        encode(config),
        condition and encode(condition),
        delay and encode(delay),
    )


async def edition(db: Db, firm_id: str, automation_id: str) -> Row | None:
    """An automation with its edition in use."""
    return await db.row(
        """
        SELECT a.*, e.config, e.condition, e.delay FROM automations a
        JOIN automation_editions e ON e.firm_id = $1 AND e.automation_id = a.id AND e.edition = a.edition
        WHERE a.firm_id = $1 AND a.id = $2 AND a.deleted_at IS NULL
        """,
        firm_id,
        automation_id,
    )


async def use_edition(db: Db, firm_id: str, automation_id: str, edition: int, now: datetime) -> None:
    """Puts an edition into use."""
    await db.rows(
        "UPDATE automations SET edition = $3, version = version + 1, updated_at = $4 WHERE firm_id = $1 AND id = $2",
        firm_id,
        automation_id,
        edition,
        now,
    )


async def order(db: Db, firm_id: str, ids: Sequence[str]) -> None:
    """Numbers the automations of a place from 0 in the order given."""
    await db.rows(
        """
        UPDATE automations a SET position = o.n - 1, updated_at = clock_timestamp(), version = version + 1
        FROM unnest($2::text[]) WITH ORDINALITY AS o (id, n)
        WHERE a.firm_id = $1 AND a.id = o.id AND a.position <> o.n - 1
        """,
        firm_id,
        list(ids),
    )


async def retire(db: Db, firm_id: str, ids: Sequence[str], now: datetime) -> None:
    """Deletes automations; runs may still name them, and nothing that they referred to is kept for them."""
    await db.rows(
        """
        WITH gone AS (
            DELETE FROM uses WHERE firm_id = $1 AND user_id = ANY($2)
        )
        UPDATE automations SET deleted_at = $3, position = NULL, updated_at = $3 WHERE firm_id = $1 AND id = ANY($2)
        """,
        firm_id,
        list(ids),
        now,
    )


async def within(db: Db, firm_id: str, pipeline_id: str, stage_id: str | None) -> list[Row]:
    """The live automations of a stage, or of a whole pipeline: id and kind."""
    return await db.rows(
        "SELECT id, kind FROM automations WHERE firm_id = $1 AND pipeline_id = $2"
        " AND ($3::text IS NULL OR stage_id = $3) AND deleted_at IS NULL",
        firm_id,
        pipeline_id,
        stage_id,
    )


async def of_status(db: Db, firm_id: str, status_id: str, seen: Condition) -> Usage:
    """The live automations that are attached to a status in any pipeline (alias t)."""
    p = Params(firm_id, status_id)
    row = await db.row(
        f"""
        SELECT count(*) AS total, (array_agg(t.id ORDER BY t.id) FILTER (WHERE {seen(p)}))[1:{NAMED}] AS seen
        FROM automations t WHERE t.firm_id = $1 AND t.status_id = $2 AND t.deleted_at IS NULL
        """,
        *p.values,
    )
    assert row is not None  # an aggregate always answers
    return Usage(row["total"], tuple(row["seen"] or ()))
