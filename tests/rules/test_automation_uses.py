"""What automations name, and where they are attached: nothing of it goes away under them."""

from __future__ import annotations

from typing import Any

import pytest

from store.database import Database
from tests.rules.kit import digest, pipeline, together
from tests.support.api import Api, Json, Shop
from tests.support.configs import SENDING, configs
from tests.support.contents import item_templates
from tests.support.documents import firms_document
from tests.support.works import Works, said

DELETIONS = {
    "tag": ("deleteTag", "tagId"),
    "tag_spare": ("deleteTag", "tagId"),
    "role": ("deleteAccountRole", "accountRoleId"),
    "status": ("deleteJobStatus", "statusId"),
    "clientstatus": ("deleteClientStatus", "clientStatusId"),
    "jobtemplate": ("deleteJobTemplate", "jobTemplateId"),
    "tasktemplate": ("deleteTaskTemplate", "taskTemplateId"),
    "emailtemplate": ("deleteEmailTemplate", "templateId"),
    **{f"itemtemplate_{kind}": ("deleteItemTemplate", "itemTemplateId") for kind in SENDING},
    "doc": ("deleteDocument", "documentId"),
    "pipeline": ("deletePipeline", "pipelineId"),
    "stage": ("deleteStage", "stageId"),
}
"""How things are deleted that configurations name."""


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def things(works: Works) -> dict[str, str]:
    """Something of every sort that configurations name."""
    owner = works.owner
    letter = {"name": "Hello", "subject": "Hello", "text": "Hello"}
    other, stages = await pipeline(owner, "One", "Two", "Three")
    made = {
        "tag": await owner.do("createTag", "tag { id }", name="VIP"),
        "tag_spare": await owner.do("createTag", "tag { id }", name="Spare"),
        "role": await owner.do("createAccountRole", "accountRole { id }", name="Preparer"),
        "status": await owner.do("createJobStatus", "status { id }", name="On hold"),
        "clientstatus": await owner.do("createClientStatus", "clientStatus { id }", name="In review"),
        "jobtemplate": await owner.do("createJobTemplate", "jobTemplate { id }", name="Books", jobName="Books"),
        "tasktemplate": await owner.do("createTaskTemplate", "taskTemplate { id }", name="Call", title="Call"),
        "emailtemplate": await owner.do("createEmailTemplate", "template { id }", **letter),
    }
    ids = {prefix: str(thing["id"]) for prefix, thing in made.items()}
    ids["doc"] = await firms_document(works.database, works.shop.account)
    form = await firms_document(works.database, works.shop.account)
    templates = await item_templates(owner, {"doc": form})
    return ids | templates | {"member": owner.member_id, "pipeline": other, "stage": stages[1]}


def named(value: Any) -> set[str]:
    """All the texts inside a configuration, ids among them."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return {one for part in parts for one in named(part)}


async def test_nothing_that_a_configuration_names_is_deleted(works: Works, database: Database) -> None:
    """PL4: whatever the kind; the refusal tells which automations it is named by, and deleting those frees it."""
    ids = await things(works)
    some = configs(ids)
    automations = {kind: await works.automate(works.stages[1], {kind: config}) for kind, config in some.items()}
    before = await digest(database)
    for prefix, (mutation, field) in DELETIONS.items():
        [error] = await works.owner.refused(mutation, **{field: ids[prefix]})
        users = {automations[kind] for kind, config in some.items() if ids[prefix] in named(config)}
        assert users
        assert (error["code"], error["total"], {one["id"] for one in error["usedBy"]}) == ("IN_USE", len(users), users)
    assert await digest(database) == before
    for automation in automations.values():
        await works.owner.do("deleteAutomation", automationId=automation)
    for prefix in sorted(DELETIONS, key=["stage", "pipeline"].__contains__):
        mutation, field = DELETIONS[prefix]
        await works.owner.do(mutation, **{field: ids[prefix]})
        if prefix == "pipeline":
            break  # its stages are gone with it


async def test_what_an_edit_no_longer_names_is_free(works: Works) -> None:
    """PL4: the configuration in use counts, not what it once was; jobs that began with that go on without it."""
    vip, spare = [await works.owner.do("createTag", "tag { id }", name=name) for name in ("VIP", "Spare")]
    later: Json = {"delay": {"span": {"amount": 1, "unit": "HOURS"}}}
    config = {"updateTags": {"addTagIds": [vip["id"], spare["id"]]}}
    automation = await works.automate(works.stages[1], config, **later)
    job = await works.moved(works.stages[1])
    config = {"updateTags": {"addTagIds": [spare["id"]]}}
    await works.owner.do("updateAutomation", automationId=automation, config=config)
    await works.owner.do("deleteTag", tagId=vip["id"])
    works.wait(hours=1)
    await works.work()
    assert await works.states(job) == ["DONE"]
    assert (await works.look(job))["account"] == {"tags": [spare]}


async def test_a_status_keeps_the_automations_that_are_attached_to_it(works: Works, database: Database) -> None:
    """PL4, AM4: it is neither taken out of the pipeline nor deleted as long as it has some there."""
    hold = await works.status()
    attached = {"pipelineId": works.shop.pipeline, "statusId": hold, "config": said("Waiting")}
    automation = await works.owner.do("createAutomation", "automation { id }", **attached)
    before = await digest(database)
    out: Json = {"pipelineId": works.shop.pipeline, "removeStatusIds": [hold]}
    for mutation, given in (("updatePipeline", out), ("deleteJobStatus", {"statusId": hold})):
        [error] = await works.owner.refused(mutation, **given)
        assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [automation])
    assert await digest(database) == before
    await works.owner.do("deleteAutomation", automationId=automation["id"])
    await works.owner.do("updatePipeline", **out)
    await works.owner.do("deleteJobStatus", statusId=hold)


async def test_naming_and_deleting_at_the_same_time_leaves_nothing_that_names_what_is_gone(works: Works) -> None:
    """PL4: one of the two is refused."""
    for turn in range(10):
        tag = (await works.owner.do("createTag", "tag { id }", name=f"Tag {turn}"))["id"]
        given = {"stageId": works.stages[1], "config": {"updateTags": {"addTagIds": [tag]}}}
        calls = [works.owner.payload("createAutomation", **given), works.owner.payload("deleteTag", tagId=tag)]
        answers = await together(*(calls if turn % 2 else calls[::-1]))
        made, gone = answers if turn % 2 else answers[::-1]
        codes = [[error["code"] for error in answer["errors"]] for answer in (made, gone)]
        assert codes in ([[], ["IN_USE"]], [["NOT_FOUND"], []])


async def test_the_automations_of_a_new_pipeline_take_the_rights_of_their_kinds(
    works: Works, database: Database
) -> None:
    """AU5: the refusal says which one; with the right, all of them are there in order."""
    maker = works.timed(await works.api.member(works.owner, rights=["MANAGE_PIPELINES"]))
    tagging: Json = {"config": {"updateTags": {"clear": True}}}
    stages = [{"name": "One"}, {"name": "Two", "automations": [{"config": said("Hello")}, tagging]}]
    before = await digest(database)
    [error] = await maker.refused("createPipeline", name="New", stages=stages)
    path = ["input", "stages", "1", "automations", "1", "config"]
    assert (error["code"], error["right"], error["path"]) == ("FORBIDDEN", "MANAGE_ACCOUNTS", path)
    assert await digest(database) == before
    await works.owner.do("updateMemberAccess", memberId=maker.member_id, addRights=["MANAGE_ACCOUNTS"])
    shown = "pipeline { stages { automations { position kind } } }"
    made = await maker.do("createPipeline", shown, name="New", stages=stages)
    kinds = [{"position": 0, "kind": "ADD_COMMENT"}, {"position": 1, "kind": "UPDATE_TAGS"}]
    assert made == {"stages": [{"automations": []}, {"automations": kinds}]}
