"""The GraphQL blocks of the guide to templates, run one after the other."""

from __future__ import annotations

from store.ids import new_id
from tests.docs.pages import ROOT, Page
from tests.support.api import Api, Json, Shop
from tests.support.works import Works

PAGE = Page(ROOT / "docs/guides/templates.md")
BLOCKS = {block.split()[1].partition("(")[0]: block for block in PAGE.blocks("graphql")}


async def test_every_block_of_the_guide_works_and_does_what_it_says(api: Api, shop: Shop) -> None:
    """API7: whoever copies one gets no error, typed or not; jobs begin with tasks, versions are read and restored."""
    works = Works.open(api, shop)
    role = (await works.owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"]
    call, file, books = new_id("tasktemplate"), new_id("tasktemplate"), new_id("jobtemplate")
    written = await works.owner.query(BLOCKS["Write"], call=call, file=file, books=books, role=role)
    assert [answer["errors"] for answer in written.values()] == [[], [], []]
    used = (await works.owner.query(BLOCKS["Use"], stage=works.stages[1], call=call))["createAutomation"]
    assert used["errors"] == []
    own: Json = {"title": "", "priority": "URGENT", "template": {"name": "Call the client"}}
    assert used["automation"]["config"] == own
    place = {"accountId": shop.account, "pipelineId": shop.pipeline, "templateId": books}
    job = (await works.owner.do("createJob", "job { id }", **place))["id"]
    made = (await works.owner.query(BLOCKS["Made"], job=job))["job"]
    assert (made["name"], made["fromTemplate"]["version"]) == ("Books May 2030", 1)
    assert [one["title"] for one in made["tasks"]["nodes"]] == [
        "Call Acme about Books May 2030",
        "File Books May 2030",
    ]
    again = await works.owner.query(BLOCKS["Again"], call=call, file=file)
    assert [answer["errors"] for answer in again.values()] == [[], [], []]
    restored: Json = {"name": "Call the client", "version": 3, "title": "Call [ACCOUNT_NAME] about [JOB_NAME]"}
    assert again["restoreTemplateVersion"]["template"] == restored
    assert again["duplicateTemplate"]["template"]["name"] == "File the papers (copy)"
    versions = (await works.owner.query(BLOCKS["Versions"], call=call))["node"]["versions"]["nodes"]
    assert [(one["version"], one["restoredFrom"]) for one in versions] == [(3, 1), (2, None), (1, None)]


def test_every_block_of_the_guide_has_a_name_of_its_own() -> None:
    """By which the test finds it."""
    assert len(BLOCKS) == len(PAGE.blocks("graphql"))
