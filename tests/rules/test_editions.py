"""The run log says what a turn was meant to do, whatever has become of its automation since (AU3, PL4)."""

from __future__ import annotations

import pytest

from tests.support.api import Api, Client, Json, Shop
from tests.support.statements import counting
from tests.support.works import Works, said

HOUR = {"span": {"amount": 1, "unit": "HOURS"}}
EDITION = """automation { id } edition { kind config { __typename ... on AddCommentConfig { text }
    ... on CallWebhookConfig { url } } condition { priority } delay { span { amount unit } } }"""


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def log(client: Client, job_id: str, part: str = EDITION) -> list[Json]:
    """The turns of a job, oldest first."""
    document = f"query ($id: ID!) {{ job(id: $id) {{ runs(first: 200) {{ nodes {{ {part} }} }} }} }}"
    found: list[Json] = (await client.query(document, id=job_id))["job"]["runs"]["nodes"]
    return found


async def test_a_turn_shows_the_automation_as_it_was_when_the_job_entered(works: Works) -> None:
    """AU3, PL4: with its condition and delay, while it waits and ever after; edited and deleted."""
    given: Json = {"condition": {"priority": ["MEDIUM"]}, "delay": HOUR}
    automation = await works.automate(works.stages[1], said("Old"), **given)
    job = await works.moved(works.stages[1])
    old: Json = {
        "kind": "ADD_COMMENT",
        "config": {"__typename": "AddCommentConfig", "text": "Old"},
        "condition": {"priority": ["MEDIUM"]},
        "delay": HOUR,
    }
    new = {"config": said("New"), "condition": None, "delay": None}
    await works.owner.do("updateAutomation", automationId=automation, **new)
    assert await log(works.owner, job) == [{"automation": {"id": automation}, "edition": old}]
    later = await works.moved(works.stages[1])
    await works.owner.do("deleteAutomation", automationId=automation)
    assert await log(works.owner, job) == [{"automation": None, "edition": old}]
    config = {"__typename": "AddCommentConfig", "text": "New"}
    edited = {"kind": "ADD_COMMENT", "config": config, "condition": None, "delay": None}
    assert await log(works.owner, later) == [{"automation": None, "edition": edited}]
    works.wait(hours=1)
    await works.work()
    assert await works.comments(job) == ["Old"]
    assert await log(works.owner, job) == [{"automation": None, "edition": old}]


async def test_what_is_guarded_stays_so_in_the_log(works: Works, api: Api) -> None:
    """AC4: the address of a webhook is for those who may configure it."""
    url = "https://hooks.example.com/secret"
    await works.automate(works.stages[1], {"callWebhook": {"url": url}})
    job = await works.moved(works.stages[1])
    member = works.timed(await api.member(works.owner, accounts=[works.shop.account]))
    await works.owner.do("updatePipeline", pipelineId=works.shop.pipeline, addAvailableToIds=[member.member_id])
    for client, shown in ((works.owner, url), (member, None)):
        [run] = await log(client, job)
        assert run["edition"]["config"] == {"__typename": "CallWebhookConfig", "url": shown}


async def test_what_cannot_be_read_any_more_is_null(works: Works) -> None:
    """AU3: a configuration of an earlier release takes nothing else of the log with it."""
    await works.automate(works.stages[1], said("Old"))
    job = await works.moved(works.stages[1])
    await works.database.rows("UPDATE automation_editions SET config = '{}'")
    [run] = await log(works.owner, job, "edition { kind config { __typename } }")
    assert run["edition"] == {"kind": "ADD_COMMENT", "config": None}


async def test_many_turns_take_no_more_statements_than_one(works: Works) -> None:
    """API2: their editions are read together."""
    counts: list[int] = []
    for _ in range(2):
        await works.automate(works.stages[1], said("Once more"))
        job = await works.moved(works.stages[1])
        with counting(works.database) as statements:
            await log(works.owner, job)
        counts.append(len(statements))
    assert counts[0] == counts[1]
