"""A bulk operation whose worker is killed in every chunk goes on where it was (MV10)."""

from __future__ import annotations

from random import Random, SystemRandom
from typing import Final

import pytest

from store.ids import new_id
from tests.crash.plant import Death, Plant

SEED: Final = SystemRandom().randrange(10**6)
ACCOUNTS: Final = 350
"""Four chunks."""
STEPS: Final = 40
"""What a worker says to the database until its first chunk is done, and somewhat beyond."""
MADE: Final = """
    SELECT count(*) FILTER (WHERE r.state = 'DONE') AS done, count(DISTINCT r.job_id) AS jobs,
        bool_and(j.account_id = r.subject_id) AS theirs, count(DISTINCT h.id) AS told, count(DISTINCT v.id) AS visits
    FROM bulk_results r LEFT JOIN jobs j ON j.id = r.job_id
    LEFT JOIN history h ON h.job_id = j.id LEFT JOIN stage_visits v ON v.job_id = j.id
    WHERE r.operation_id = $1
"""
CHUNKS: Final = """
    SELECT e.seq FROM events e WHERE EXISTS (
        SELECT FROM jsonb_array_elements(e.changes) c WHERE c->>'type' = 'bulk' AND c->>'id' = $1
    ) ORDER BY 1
"""


@pytest.mark.slow
async def test_a_bulk_operation_goes_on_where_the_worker_was_killed(plant: Plant) -> None:
    """MV10: killed in each of its lives, at any step: one job and one result for every account, one event a chunk."""
    random, database = Random(SEED), plant.database  # noqa: S311  # a life, not a secret
    tag = (await plant.owner.do("createTag", "tag { id }", name=f"Bulk {SEED}"))["id"]
    accounts = [new_id("account") for _ in range(ACCOUNTS)]
    await database.rows(
        """
        WITH made AS (
            INSERT INTO accounts (id, firm_id, name, created_at, updated_at)
            SELECT a, t.firm_id, 'Of ' || a, now(), now() FROM unnest($1::text[]) a, tags t WHERE t.id = $2
            RETURNING firm_id, id
        )
        INSERT INTO account_tags (firm_id, account_id, tag_id) SELECT firm_id, id, $2 FROM made
        """,
        accounts,
        tag,
    )
    books = await plant.owner.do(
        "createPipeline", "pipeline { id }", name="Bulk", stages=[{"name": name} for name in ("In", "Out")]
    )
    deaths, lives = [Death("worker", random.randrange(STEPS)) for _ in range(4)], plant.worker.lives
    plant.set(*deaths)
    given = {"tagIds": [tag], "pipelineId": books["id"], "name": "Payroll"}
    operation = (await plant.owner.do("createJobs", "operation { id }", **given))["id"]
    await plant.settled()
    assert plant.worker.lives - lives == len(deaths), f"SEED={SEED}: {deaths}"
    stood = await database.row("SELECT state, total, done, failed FROM bulk_operations WHERE id = $1", operation)
    assert stood is not None
    assert tuple(stood) == ("COMPLETED", ACCOUNTS, ACCOUNTS, 0), f"SEED={SEED}: {deaths}"
    made = await database.row(MADE, operation)
    assert made is not None
    assert tuple(made) == (ACCOUNTS, ACCOUNTS, True, ACCOUNTS, ACCOUNTS), f"SEED={SEED}: {deaths}"
    assert await database.value("SELECT count(*) FROM jobs WHERE pipeline_id = $1", books["id"]) == ACCOUNTS
    assert len(await database.rows(CHUNKS, operation)) == 1 + 4, f"SEED={SEED}: {deaths}"
