"""The GraphQL blocks of the guide to organizers, run one after the other."""

from __future__ import annotations

from tests.docs.pages import ROOT, Page
from tests.items.kit import Front
from tests.portal.kit import Guest

NAMES = ("AskQuestions", "Questions", "SaveAnswers", "Submit", "Answers", "Unseal", "Seal")
BLOCKS = {block.split()[1].partition("(")[0]: block for block in Page(ROOT / "docs/guides/items.md").blocks("graphql")}


async def test_every_block_of_the_guide_to_organizers_works(desk: Front, ann: Guest) -> None:
    """API7, AI1: whoever copies one gets no error, typed or not."""
    ask, questions, save, submit, answers, unseal, seal = (BLOCKS[name] for name in NAMES)
    asked = (await desk.owner.query(ask, job=(await desk.shop.job())["id"]))["createItem"]
    assert asked["errors"] == []
    item = asked["item"]["id"]
    drawn = (await ann.query(questions, item=item))["portal"]["item"]
    assert [part["shown"] for part in drawn["sections"]] == [True, False, True]
    assert [one["key"] for one in drawn["sections"][1]["questions"]] == ["spouse", "q1"]
    saved = (await ann.query(save, item=item))["saveAnswers"]
    assert (saved["errors"], saved["item"]["state"]) == ([], "STARTED")
    submitted = (await ann.query(submit, item=item))["submitOrganizer"]
    assert (submitted["errors"], submitted["item"]["state"]) == ([], "DONE")
    found = (await desk.owner.query(answers, item=item))["node"]
    assert found["details"]["sections"][0]["questions"][2]["answer"]["number"] == "52000.50"
    assert (await desk.owner.query(unseal, item=item))["reopenItem"] == {"item": {"state": "STARTED"}, "errors": []}
    assert (await desk.owner.query(seal, item=item))["sealOrganizer"] == {"item": {"state": "DONE"}, "errors": []}
