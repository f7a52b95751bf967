"""Who is told that a recurrence has not made its jobs."""

from __future__ import annotations

from tests.recurrence.kit import Recurring
from tests.support.api import Client, Json

INBOX = """{ viewer { notifications { nodes { kind text job { id } subject { id }
    cause { kind recurrence { id } } } } } }"""
TEXT = "A recurrence has not made all of its jobs of 3 June 2030. The pipeline is archived: no job enters it."


async def told(client: Client) -> list[Json]:
    """What somebody is told of recurrences."""
    found = (await client.query(INBOX))["viewer"]["notifications"]["nodes"]
    return [one for one in found if one["kind"] == "RECURRENCE_FAILED"]


async def fails(works: Recurring, client: Client) -> tuple[str, str]:
    """A recurrence of somebody's, and a run of it that fails."""
    made = await client.do("createRecurrence", "recurrence { id }", **works.saying("FREQ=DAILY;COUNT=1"))
    await works.owner.do("archivePipeline", pipelineId=works.shop.pipeline)
    await works.work()
    await works.owner.do("restorePipeline", pipelineId=works.shop.pipeline)
    [run] = (await works.recurrence(made["id"]))["runs"]["nodes"]
    return made["id"], run["id"]


async def test_whoever_has_made_a_recurrence_is_told_until_it_is_tried_again(works: Recurring) -> None:
    """RC2: and nobody else is; what is tried again is taken back, and told anew if it fails anew."""
    boss = works.timed(await works.api.member(works.owner, role="ADMIN"))
    recurrence, run = await fails(works, boss)
    cause = {"kind": "RECURRENCE", "recurrence": {"id": recurrence}}
    said = {"kind": "RECURRENCE_FAILED", "text": TEXT, "job": None, "subject": {"id": run}, "cause": cause}
    assert await told(boss) == [said]
    assert await told(works.owner) == []
    await boss.do("retryRecurrenceRun", runId=run)
    assert await told(boss) == []
    await works.owner.do("archivePipeline", pipelineId=works.shop.pipeline)
    await works.work()
    assert await told(boss) == [said]


async def test_owners_are_told_where_the_maker_is_gone_or_does_not_see_it(works: Recurring) -> None:
    """RC2, AC4: somebody always is."""
    clerk = works.timed(
        await works.api.member(works.owner, rights=["MANAGE_RECURRENCES"], accounts=[works.shop.account])
    )
    listed = {"pipelineId": works.shop.pipeline}
    await works.owner.do("updatePipeline", **listed, addAvailableToIds=[clerk.member_id])
    await fails(works, clerk)
    assert len(await told(clerk)) == 1
    assert await told(works.owner) == []
    made = await clerk.do("createRecurrence", "recurrence { id }", **works.saying("FREQ=DAILY;COUNT=1"))
    await works.owner.do("updatePipeline", **listed, removeAvailableToIds=[clerk.member_id])
    await works.owner.do("archivePipeline", **listed)
    await works.work()
    assert [one["cause"]["recurrence"] for one in await told(works.owner)] == [{"id": made["id"]}]
    assert [one["subject"] for one in await told(clerk)] == [None]
