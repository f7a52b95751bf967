"""What recurrences name: nothing of it goes away under them (PL4), and pipelines tell what is of no use (PL5)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.recurrence.kit import Recurring
from tests.support.api import Client, Json

HEALTH = """query ($id: ID!) { pipeline(id: $id) { health { code recurrence { id } automation { id } stage { id }
    what { id } } } }"""


@dataclass
class Named:
    """A recurrence that names something of every sort, and what that is."""

    recurrence: str = ""
    ids: dict[str, str] = field(default_factory=dict)


DELETIONS = {
    "tag": ("deleteTag", "tagId"),
    "jobtemplate": ("deleteJobTemplate", "jobTemplateId"),
    "pipeline": ("deletePipeline", "pipelineId"),
    "stage": ("deleteStage", "stageId"),
    "field": ("deleteCustomField", "fieldId"),
}


@pytest.fixture
async def named(works: Recurring) -> Named:
    """It goes through a pipeline of its own."""
    owner = works.owner
    stages = [{"name": name} for name in ("In", "Work", "Out")]
    pipeline = await owner.do("createPipeline", "pipeline { id stages { id } }", name="Books", stages=stages)
    template = await owner.do("createJobTemplate", "jobTemplate { id }", name="Books", jobName="Books")
    fee = await owner.do("createCustomField", "customField { id }", name="Fee", kind="NUMBER")
    ids = {
        "tag": await works.tag("Books"),
        "jobtemplate": template["id"],
        "pipeline": pipeline["id"],
        "stage": pipeline["stages"][1]["id"],
        "field": fee["id"],
        "member": (await works.api.member(owner)).member_id,
    }
    recurrence = await works.recur(
        "FREQ=DAILY",
        "2030-06-04",
        tagIds=[ids["tag"]],
        templateId=ids["jobtemplate"],
        pipelineId=ids["pipeline"],
        stageId=ids["stage"],
        description="Fee: [ACCOUNT_CUSTOM_FIELD:Fee]",
        assigneeIds=[ids["member"]],
    )
    return Named(recurrence, ids)


async def used_by(client: Client, mutation: str, **given: str) -> tuple[str, int, list[Json]]:
    """Why something is not deleted."""
    [error] = await client.refused(mutation, **given)
    return error["code"], error["total"], error["usedBy"]


async def test_nothing_that_a_recurrence_names_is_deleted(works: Recurring, named: Named) -> None:
    """PL4: tags, templates, pipelines, stages, custom fields; deleting the recurrence frees them."""
    for prefix, (mutation, name) in DELETIONS.items():
        used = await used_by(works.owner, mutation, **{name: named.ids[prefix]})
        assert used == ("IN_USE", 1, [{"id": named.recurrence}]), prefix
    assert (await works.recurrence(named.recurrence))["template"] == {"id": named.ids["jobtemplate"]}
    await works.owner.do("deleteRecurrence", recurrenceId=named.recurrence)
    for prefix in ("stage", "pipeline", "tag", "jobtemplate", "field"):
        mutation, name = DELETIONS[prefix]
        await works.owner.do(mutation, **{name: named.ids[prefix]})


async def test_what_an_edit_does_not_name_any_more_can_be_deleted(works: Recurring, named: Named) -> None:
    """PL4: and what it names from then on cannot."""
    other = await works.tag("Other")
    await works.owner.do(
        "updateRecurrence",
        recurrenceId=named.recurrence,
        templateId=None,
        stageId=None,
        description=None,
        pipelineId=works.shop.pipeline,
        addTagIds=[other],
        removeTagIds=[named.ids["tag"]],
    )
    assert (await used_by(works.owner, "deleteTag", tagId=other))[1] == 1
    for prefix in ("stage", "pipeline", "tag", "jobtemplate", "field"):
        mutation, name = DELETIONS[prefix]
        await works.owner.do(mutation, **{name: named.ids[prefix]})


async def test_a_field_that_texts_of_a_recurrence_name_keeps_its_name(works: Recurring, named: Named) -> None:
    """PL4, AU8: or the shortcode would stand for nothing."""
    used = await used_by(works.owner, "updateCustomField", fieldId=named.ids["field"], name="Price")
    assert used == ("IN_USE", 1, [{"id": named.recurrence}])


async def test_whoever_does_not_see_the_pipeline_is_told_the_number_only(works: Recurring, named: Named) -> None:
    """PL4, AC4: the true total, and of the users those that the viewer sees."""
    clerk = await works.api.member(works.owner, rights=["MANAGE_TAGS"])
    assert await used_by(clerk, "deleteTag", tagId=named.ids["tag"]) == ("IN_USE", 1, [])


async def test_a_member_who_is_deactivated_is_a_problem_until_somebody_takes_over(
    works: Recurring, named: Named
) -> None:
    """PL4, PL5: jobs are made all the same, for whoever else there is; the heir stands where the member stood."""
    heir, tag = (await works.api.member(works.owner)).member_id, named.ids["tag"]
    await works.owner.do("updateAccount", accountId=works.shop.account, addTagIds=[tag])
    await works.owner.do("deactivateMember", memberId=named.ids["member"])
    problem = {"code": "DEACTIVATED", "recurrence": {"id": named.recurrence}, "automation": None, "stage": None}
    found = (await works.owner.query(HEALTH, id=named.ids["pipeline"]))["pipeline"]["health"]
    assert found == [{**problem, "what": {"id": named.ids["member"]}}]
    works.shop.pipeline = named.ids["pipeline"]
    works.wait(days=1)
    await works.work()
    assert [job["assignees"] for job in await works.jobs()] == [[]]
    await works.owner.do("deactivateMember", memberId=named.ids["member"], replacementId=heir)
    assert (await works.owner.query(HEALTH, id=named.ids["pipeline"]))["pipeline"]["health"] == []
    assert (await works.recurrence(named.recurrence))["assignees"] == [{"id": heir}]
    await works.owner.do("updateRecurrence", recurrenceId=named.recurrence, stageId=None, templateId=None)
    works.wait(days=1)
    await works.work()
    assert {tuple(one["id"] for one in job["assignees"]) for job in await works.jobs()} == {(), (heir,)}
