"""The GraphQL blocks of the guide to items, those that are for all kinds and for talks, run one after the other."""

from __future__ import annotations

from tests.docs.pages import ROOT, Page
from tests.items.kit import Front
from tests.portal.kit import Guest

BLOCKS = {block.split()[1].partition("(")[0]: block for block in Page(ROOT / "docs/guides/items.md").blocks("graphql")}


async def test_every_block_about_all_items_and_talks_works(desk: Front, ann: Guest) -> None:
    """API7, AI1: whoever copies one gets no error, typed or not."""
    asked = (await desk.owner.query(BLOCKS["Ask"], job=(await desk.shop.job())["id"]))["createItem"]
    assert (asked["errors"], asked["item"]["state"]) == ([], "SENT")
    item = asked["item"]["id"]
    [shown] = (await ann.query(BLOCKS["ToDo"]))["portal"]["items"]["nodes"]
    assert shown["message"] == "We need this for your return, Ann."
    assert (await ann.query(BLOCKS["Look"], item=item))["markPortalItemSeen"]["item"] == {"state": "SEEN"}
    first, second = (await ann.query(BLOCKS["Talk"], item=item))["portal"]["item"]["clientTasks"]
    for task, state in ((first, "STARTED"), (second, "DONE")):
        told = await ann.query(BLOCKS["Tell"], item=item, task=task["id"])
        assert told["postPortalMessage"]["errors"] == []
        assert told["setClientTaskDone"] == {"item": {"state": state}, "errors": []}
    await desk.owner.do("reopenItem", itemId=item)
    went_on = await desk.owner.query(BLOCKS["GoOn"], item=item)
    assert [answer["errors"] for answer in went_on.values()] == [[], []]
    made = await desk.owner.query(BLOCKS["EveryTime"], stage=desk.shop.stages[1])
    assert [answer["errors"] for answer in made.values()] == [[], []]
    assert made["createAutomation"]["automation"] == {"kind": "SEND_MESSAGE"}


def test_every_block_of_the_guide_has_a_name_of_its_own() -> None:
    """By which the tests find it."""
    blocks = Page(ROOT / "docs/guides/items.md").blocks("graphql")
    assert len(BLOCKS) == len(blocks)
