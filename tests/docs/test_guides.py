"""The GraphQL blocks of the guide to automations, run one after the other in a firm that has what they name."""

from __future__ import annotations

import re
from typing import Any

from store.ids import new_id
from tests.docs.pages import ROOT, Page
from tests.support.api import Api, Json, Shop
from tests.support.works import Works

BLOCKS = Page(ROOT / "docs" / "guides" / "automations.md").blocks("graphql")


async def named(api: Api, works: Works) -> dict[str, Any]:
    """What the blocks take, by the names of their variables; among it a failed and a scheduled automation."""
    owner, stages = works.owner, works.stages
    letter = {"name": "Hello", "subject": "Hello", "text": "Hello"}
    template = (await owner.do("createEmailTemplate", "template { id }", **letter))["id"]
    await works.automate(stages[1], {"sendEmail": {"templateId": template}})
    await works.automate(stages[1], {"addComment": {"text": "Later"}}, delay={"span": {"amount": 1, "unit": "DAYS"}})
    job_id = await works.moved(stages[1])
    failed, scheduled = await works.runs(job_id)
    assert (failed["state"], scheduled["state"]) == ("FAILED", "SCHEDULED")
    version = (await works.look(job_id))["version"]
    return {
        "stage": stages[1],
        "review": stages[1],
        "last": stages[2],
        "done": stages[2],
        "pipeline": works.shop.pipeline,
        "template": new_id("emailtemplate"),
        "role": (await owner.do("createAccountRole", "accountRole { id }", name="Preparer"))["id"],
        "tag": (await owner.do("createTag", "tag { id }", name="S-Corp"))["id"],
        "status": await works.status(),
        "job": job_id,
        "member": (await api.member(owner)).member_id,
        "replacement": owner.member_id,
        "failed": failed["id"],
        "scheduled": scheduled["id"],
        "input": {"jobId": job_id, "stageId": stages[2], "expect": {"version": version}},
    }


def errors(found: Any) -> list[Json]:
    """All typed errors anywhere in an answer."""
    match found:
        case dict():
            own = found.get("errors") or []
            return [*own, *(error for value in found.values() for error in errors(value) if value is not own)]
        case list():
            return [error for value in found for error in errors(value)]
        case _:
            return []


async def test_every_block_of_the_guide_to_automations_works(api: Api, shop: Shop) -> None:
    """API7: whoever copies one gets no error, typed or not."""
    works = Works.open(api, shop)
    values = await named(api, works)
    for block in BLOCKS:
        head = block.partition("{")[0]
        answer = await works.owner.answer(block, **{name: values[name] for name in re.findall(r"\$(\w+):", head)})
        assert "errors" not in answer, (block, answer["errors"])
        assert errors(answer["data"]) == [], block
