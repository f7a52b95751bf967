"""The documents of schema/operations that belong to a stream: one to begin with, one to follow, one to catch up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.schema.test_operations import document
from tests.support.api import Client, Json
from tests.support.documents import stored_document
from tests.support.frames import Wire
from tests.transports.house import House, answers

JOB = {"AccountChanged", "MemberChanged", "PipelineChanged"}
TOLD = {
    "Board": {"JobUpserted", "ColumnCountsChanged", *JOB},
    "Job": {"JobChanged", "ItemChanged", "CommentChanged", "DocumentChanged", "RunChanged", *JOB},
    "MyWork": {"TaskChanged", "JobChanged", "NotificationChanged", "UnreadCountChanged", *JOB},
    "Dashboard": {"PipelineCountsChanged"},
}
"""What each stream tells of all that happens below."""


async def things_happen(house: House, job: str, colleague: Client) -> None:
    """Something to do, to say and to count."""
    shop, owner = house.shop, house.owner
    await owner.do("createAutomation", stageId=shop.stages[1], config={"addComment": {"text": "Arrived"}})
    await owner.do("createTask", title="Check", jobId=job, assigneeIds=[owner.member_id])
    await colleague.do("createComment", jobId=job, text="Look", mentionIds=[owner.member_id])
    file = await stored_document(house.served.database, shop.account, job)
    await owner.do("shareDocument", documentId=file)
    expect = {"stageId": shop.stages[0]}  # the last, for it is told by all streams
    await owner.do("moveJob", jobId=job, stageId=shop.stages[1], expect=expect, pendingItems="KEEP")


async def names_change(house: House, job: str, colleague: Client) -> None:
    """Those that stand beside the job; what is joined with the above would come with it."""
    await house.owner.do("updateAccount", accountId=house.shop.account, name=f"Account of {job}")
    await house.owner.do("updateMember", memberId=house.owner.member_id, name=f"Owner of {job}")
    await house.owner.do("updatePipeline", pipelineId=house.shop.pipeline, name=f"Pipeline of {job}")


def things(drawn: Any) -> Iterator[Json]:
    """Every object of an answer, however deep."""
    if isinstance(drawn, dict):
        yield drawn
    for part in drawn.values() if isinstance(drawn, dict) else drawn if isinstance(drawn, list) else ():
        yield from things(part)


def told(events: list[Json]) -> dict[tuple[str, str], Json]:
    """The last thing that events say of each thing, by the kind of the change and the thing's id."""
    found: dict[tuple[str, str], Json] = {}
    for change in (change for event in events for change in event["changes"]):
        [thing] = [part for part in change.values() if isinstance(part, dict)] or [{}]
        found[change["__typename"], (thing.get("pipeline") or thing).get("id", "")] = thing
    return found


async def followed(wire: Wire, operation: str, upto: str) -> list[Json]:
    """What a subscription says up to a cursor."""
    events: list[Json] = []
    while not events or events[-1]["cursor"] != upto:
        [event] = (await wire.result(operation))["data"].values()
        events.append(event)
    return events


@pytest.mark.parametrize("name", TOLD)
async def test_what_a_change_shows_is_what_the_first_document_shows(house: House, name: str) -> None:
    """LV4, LV5, API7: so a client draws by the same parts, whether it queries, follows, or catches up."""
    owner, job = house.owner, (await house.shop.job(assigneeIds=[house.owner.member_id]))["id"]
    colleague, kinds = await house.served.member(owner, role="ADMIN"), set()
    given = {"Board": {"pipelineId": house.shop.pipeline}, "Job": {"jobId": job}}.get(name, {})
    first = {"id": job} if name == "Job" else given
    drawn = await owner.query(document(name), **first)
    cursor = drawn.get("cursor") or drawn[name.lower()]["cursor"]
    async with house.wire() as wire:
        operation = await wire.subscribe(document(f"{name}Events"), **given, after=cursor)
        [nothing] = (await wire.result(operation))["data"].values()
        assert (nothing["changes"], nothing["cursor"]) == ([], cursor)
        for happen in (things_happen, names_change):
            await happen(house, job, colleague)
            page = (await owner.query(document(f"{name}Changes"), **given, after=cursor))["changes"]
            cursor = page["cursor"]
            fresh = list(things(await owner.query(document(name), **first)))
            for some in (page["events"], await followed(wire, operation, cursor)):
                for (kind, _), thing in told(some).items():
                    assert any(thing.items() <= one.items() for one in fresh), (kind, thing)
            kinds |= {kind for kind, _ in told(page["events"])}
        await answers(wire)
    assert kinds == TOLD[name]


async def test_presence_is_asked_for_by_its_document(house: House) -> None:
    """LV5: it has no cursor, and no other document."""
    async with house.wire() as wire:
        operation = await wire.subscribe(document("Presence"), nodeId=house.shop.pipeline)
        assert (await wire.result(operation))["data"]["presence"] == {"viewerCount": 0, "viewers": []}
