"""The same account, pipeline and period twice is refused, unless the caller wants it (JB1)."""

from __future__ import annotations

from store.database import Database
from tests.bulk.kit import OPERATION, RESULTS
from tests.rules.kit import codes, digest, set_state, together
from tests.support.api import Shop


async def test_a_second_job_of_a_period_is_refused_unless_it_is_wanted(shop: Shop, database: Database) -> None:
    """JB1: of the same account and pipeline, archived or not; jobs without a period are never doubles."""
    given = {"accountId": shop.account, "pipelineId": shop.pipeline, "name": "Payroll"}
    march = given | {"period": " 2026-03 "}
    first = await shop.owner.do("createJob", "job { id period }", **march)
    assert first["period"] == "2026-03"
    await set_state(shop.owner, first["id"], "ARCHIVED")
    before = await digest(database)
    assert await shop.owner.code("createJob", **march) == ("DUPLICATE", ["input", "period"])
    assert await digest(database) == before
    await shop.owner.do("createJob", **given, period="2026-04")
    second = await shop.owner.do("createJob", "job { period }", **march, allowDuplicate=True)
    assert second == {"period": "2026-03"}
    for _ in range(2):
        await shop.owner.do("createJob", **given)
    stages = [{"name": "A"}, {"name": "B"}]
    other = await shop.owner.do("createPipeline", "pipeline { id }", name="Other", stages=stages)
    await shop.owner.do("createJob", **{**march, "pipelineId": other["id"]})


async def test_of_two_jobs_of_a_period_at_once_one_is_made(shop: Shop, database: Database) -> None:
    """JB1: by hand and in bulk at the same time, too."""
    given = {"pipelineId": shop.pipeline, "name": "Payroll", "period": "2026-03"}
    alone = [shop.owner.payload("createJob", "job { id }", accountId=shop.account, **given) for _ in range(3)]
    many = [shop.owner.payload("createJobs", OPERATION, accountIds=[shop.account], **given) for _ in range(3)]
    answers = await together(*alone, *many)
    assert await database.value("SELECT count(*) FROM jobs") == 1
    made = sum(answer["job"] is not None for answer in answers[:3]) + sum(
        answer["operation"]["done"] for answer in answers[3:]
    )
    assert made == 1
    assert {code for answer in answers[:3] for code in codes(answer)} <= {"DUPLICATE"}


async def test_in_bulk_only_those_are_refused_who_have_such_a_job(shop: Shop) -> None:
    """JB1, MV10: the others get theirs; with duplicates allowed all do."""
    other = (await shop.owner.do("createAccount", "account { id }", name="Other"))["id"]
    await shop.job("Payroll", period="2026-03")
    given = {"accountIds": [shop.account, other], "pipelineId": shop.pipeline, "name": "Payroll", "period": "2026-03"}
    made = await shop.owner.do("createJobs", OPERATION, **given)
    assert (made["done"], made["failed"]) == (1, 1)
    results = (await shop.owner.query(RESULTS, id=made["id"]))["bulkOperation"]["results"]["nodes"]
    assert [[error["code"] for error in one["errors"]] for one in results] == [["DUPLICATE"], []]
    both = await shop.owner.do("createJobs", OPERATION, **given, allowDuplicates=True)
    assert (both["done"], both["failed"]) == (2, 0)
    blank = {**given, "period": " "}
    assert await shop.owner.code("createJobs", **blank) == ("REQUIRED", ["input", "period"])
