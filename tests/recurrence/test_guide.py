"""The GraphQL blocks of the guide to recurrences, run one after the other."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.docs.pages import ROOT, Page
from tests.docs.test_guides import errors
from tests.recurrence.kit import Recurring

BLOCKS = {
    block.split()[1].partition("(")[0]: block for block in Page(ROOT / "docs/guides/recurrences.md").blocks("graphql")
}


async def test_every_block_of_the_guide_to_recurrences_works(works: Recurring) -> None:
    """API7, RC1 to RC4: whoever copies one gets no error, and what the page says is so."""
    works.now = datetime(2030, 1, 10, 9, tzinfo=UTC)
    tag = await works.tag("Monthly books")
    await works.accounts(2, [tag])
    template = await works.owner.do("createJobTemplate", "jobTemplate { id }", name="Books", jobName="Books")
    given = {"pipeline": works.shop.pipeline, "template": template["id"], "tag": tag}
    made = (await works.owner.query(BLOCKS["Books"], **given))["createRecurrence"]
    assert made["errors"] == []
    recurrence = made["recurrence"]
    assert recurrence["next"] == {
        "date": "2030-01-31",
        "day": "2030-01-31",
        "shifted": None,
        "createsOn": "2030-01-26",
        "createsAt": "2030-01-26T00:00:00+00:00",
    }
    ahead = (await works.owner.query(BLOCKS["Ahead"]))["previewRecurrence"]
    assert [one["date"] for one in ahead["occurrences"][:3]] == ["2030-01-31", "2030-02-28", "2030-03-31"]
    assert [one["day"] for one in ahead["occurrences"][:3]] == ["2030-01-31", "2030-02-28", "2030-03-29"]
    await works.at(datetime(2030, 1, 26, 9, tzinfo=UTC))
    found = (await works.owner.query(BLOCKS["Made"], recurrence=recurrence["id"]))["recurrence"]
    [run] = found["runs"]["nodes"]
    assert (run["state"], run["total"], run["made"], run["failed"], run["results"]["nodes"]) == ("DONE", 2, 2, 0, [])
    assert {(job["name"], job["dueDate"]) for job in await works.jobs()} == {("Books of January 2030", "2030-02-14")}
    changed = await works.owner.query(BLOCKS["Change"], recurrence=recurrence["id"], next=found["next"]["date"])
    assert errors(changed) == []
    assert changed["skipNextOccurrence"]["recurrence"]["next"] == {"date": "2030-03-31"}
    assert changed["updateRecurrence"]["recurrence"]["next"] == {"date": "2030-03-15"}


def test_every_block_of_the_guide_has_a_name_of_its_own() -> None:
    """By which the test finds it."""
    assert len(BLOCKS) == len(Page(ROOT / "docs/guides/recurrences.md").blocks("graphql"))
