"""JB3: a deleted job is gone from everything, waits for 30 days, and comes back as it was."""

from __future__ import annotations

from tests.support.api import Shop


async def test_a_deleted_job_is_not_found_and_comes_back(shop: Shop) -> None:
    job = await shop.job("Return")
    payload = await shop.owner.payload(
        "deleteJob",
        "deletedId trashEntry { id kind thingId name accountName jobCount pipeline { id } until deletedAt withAccount"
        " cause { kind actor { ... on Member { id } } } }",
        jobId=job["id"],
        expect={"version": 1},
    )
    print(payload)
    assert payload["errors"] == []
    found = await shop.owner.query("query ($id: ID!) { job(id: $id) { id } node(id: $id) { id } }", id=job["id"])
    assert found == {"job": None, "node": None}
    print(await shop.owner.query("{ trash { totalCount nodes { id name } } jobs { totalCount } }"))
    back = await shop.owner.do("restoreJob", "job { id version history { nodes { action } } }", jobId=job["id"])
    print(back)
    print(await shop.owner.query("{ trash { totalCount nodes { id name } } jobs { totalCount } }"))
