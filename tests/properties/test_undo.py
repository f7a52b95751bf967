"""MV7: a move that is undone before a worker has done anything leaves nothing but traces."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.properties.foretold import foretold
from tests.rules.kit import look
from tests.support.api import Api
from tests.support.foresight import accept

SEEDS = range(4)
MOVES = 6
PARTS = {
    "job": """SELECT pipeline_id, stage_id, rank, status_id, state, entered_stage_at, paused_at IS NULL AS goes
        FROM jobs WHERE id = $1 AND $2::int IS NOT NULL""",
    "visit": "SELECT * FROM stage_visits WHERE job_id = $1 AND number <= $2 ORDER BY number",
    "stay": "SELECT * FROM status_stays WHERE job_id = $1 AND left_at IS NULL AND $2::int IS NOT NULL",
    "items": """SELECT i.id, i.open, t.status, l.blocking, l.visit_id, l.stay_id FROM item_links l
        JOIN stage_visits v ON v.id = l.visit_id JOIN items i ON i.id = l.item_id JOIN tasks t ON t.id = i.id
        WHERE l.job_id = $1 AND v.number <= $2 ORDER BY 1""",
    "turns": """SELECT r.id, r.state, r.reason, r.due_at, r.attempts FROM runs r
        JOIN stage_visits v ON v.id = r.visit_id WHERE r.job_id = $1 AND v.number <= $2 ORDER BY 1""",
    "due": """SELECT d.kind, d.subject_id, d.shifts, d.waits, d.paused, CASE WHEN NOT d.paused THEN d.due_at END AS at
        FROM due d WHERE d.job_id = $1 AND $2::int IS NOT NULL AND d.kind <> 'ADVANCE' ORDER BY 1, 2""",
}
"""What is to be as it was: of the job, and of its visits up to the one that was left."""


async def picture(database: Database, job: str, number: int) -> dict[str, Any]:
    """All of it."""
    return {name: [dict(row) for row in await database.rows(sql, job, number)] for name, sql in PARTS.items()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_an_undone_move_leaves_the_earlier_visit_as_it_was(api: Api, seed: int) -> None:
    """MV7: place, status, items, and what is still to come; nothing more happens afterwards than would have."""
    world = await foretold(api, seed)
    for n in range(MOVES):
        await accept(api.database)
        job = await world.job()
        if world.random.random() < 0.7:
            await accept(api.database)
        before = await look(world.owner, job)
        number, stage = before["visits"]["nodes"][0]["number"], world.random.choice(world.stages)
        seen = await picture(api.database, job, number)
        given = {"jobId": job, "stageId": stage, "pendingItems": "COMPLETE", **world.choices()}
        payload = await world.owner.payload("moveJob", **given, expect={"version": before["version"]})
        if payload["errors"] or stage == before["stage"]["id"]:
            continue
        await world.owner.do("undoMove", jobId=job, expect={"stageId": stage})
        assert await picture(api.database, job, number) == seen, f"move {n}"
