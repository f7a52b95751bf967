"""The GraphQL blocks of the guide to what is around a job, run one after the other."""

from __future__ import annotations

import re
from typing import Any

from store.database import Database
from tests.docs.pages import ROOT, Page
from tests.docs.test_guides import errors
from tests.jobs.kit import colleague
from tests.support.api import Api, Json, Shop
from tests.support.documents import stored_document

BLOCKS = {
    one.split()[1].partition("(")[0]: one.strip()
    for block in Page(ROOT / "docs/guides/jobs.md").blocks("graphql")
    for one in re.split(r"\n\n(?=query|mutation)", block)
}


async def test_every_block_of_the_guide_works(api: Api, shop: Shop, database: Database) -> None:
    """API7, JB1, JB3: whoever copies one gets no error, typed or not, and what the text says."""
    job = (await shop.job("Return"))["id"]
    values: dict[str, Any] = {"job": job, "other": (await shop.job("Audit"))["id"], "whose": [shop.account]}
    values["colleague"] = (await colleague(api, shop)).member_id
    values["paper"] = await stored_document(database, shop.account, job)
    found: dict[str, Json] = {}
    for name, block in BLOCKS.items():
        wanted = re.findall(r"\$(\w+):", block.partition("{")[0])
        answer = await shop.owner.answer(block, **{one: values.get(one) for one in wanted})
        assert "errors" not in answer, (name, answer["errors"])
        assert errors(answer["data"]) == [], name
        found[name] = answer["data"]
    assert found["Link"]["linkJobs"]["job"]["linkedJobs"]["nodes"][0]["kind"] == "BLOCKS"
    assert found["Unlink"]["unlinkJobs"]["job"]["linkedJobs"] == {"totalCount": 0}
    assert found["Follow"]["theirs"]["job"]["followedByMe"] is True
    assert [one["id"] for one in found["Followed"]["viewer"]["followedJobs"]["nodes"]] == [job]
    assert [one["name"] for one in found["Show"]["createComment"]["comment"]["documents"]] == ["a.pdf"]
    assert found["End"]["stopTimer"]["timeEntry"]["minutes"] == 1
    assert (found["Spent"]["job"]["timeSpentMinutes"], found["Report"]["timeEntries"]["totalMinutes"]) == (46, 45)
    assert found["Budget"]["updateJob"]["job"] == {"timeBudgetMinutes": 600, "timeSpentMinutes": 46}
    actions = [one["action"] for one in found["Story"]["job"]["history"]["nodes"]]
    assert actions == ["UPDATED", "TIME_ADDED", "TIME_ADDED", "UNLINKED", "LINKED", "CREATED"]
