"""The shortest way through the product."""

from __future__ import annotations

from tests.support.api import Shop


async def test_a_job_moves_to_the_next_stage(shop: Shop) -> None:
    """MV1: the first thing that a user does."""
    job = await shop.job()
    moved = await shop.owner.do(
        "moveJob",
        "job { version stage { id } }",
        jobId=job["id"],
        stageId=shop.stages[1],
        expect={"version": job["version"]},
    )
    assert moved == {"version": 2, "stage": {"id": shop.stages[1]}}
