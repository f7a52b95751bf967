"""A job waits for items of every kind, in whichever order they are finished, two at the same instant included (AM3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import combinations
from random import Random

import pytest

from engine.enums import ItemKind
from engine.items.rules import kinds
from tests.items.kit import Front
from tests.portal.kit import Guest
from tests.support.api import Json
from tests.support.documents import handed_in, stored_document

SEED = 20_261_123
SHA256 = """query ($id: ID!) { portal { item(id: $id) { ... on PortalProposal { contentSha256 }
    ... on PortalSignatureRequest { contentSha256 } } } }"""


@dataclass
class Finishing:
    """A firm and its client, who finish items, each as items of that kind are finished."""

    desk: Front
    ann: Guest
    document: str

    def contents(self) -> dict[ItemKind, Json | None]:
        """The least that items hold."""
        question = {"key": "a", "kind": "CONFIRMATION", "text": "?", "required": True}
        return {
            ItemKind.TASK: None,
            ItemKind.ORGANIZER: {"organizer": {"sections": [{"title": "A", "questions": [question]}]}},
            ItemKind.INVOICE: {"invoice": {"lines": [{"description": "A", "unitPrice": "1.00"}]}},
            ItemKind.PROPOSAL: {"proposal": {"terms": "A"}},
            ItemKind.SIGNATURE_REQUEST: {"signatureRequest": {"documentId": self.document}},
            ItemKind.DOCUMENT_REQUEST: {"documentRequest": {"lines": [{"title": "A", "required": True}]}},
            ItemKind.APPROVAL: {"approval": {"documentId": self.document}},
            ItemKind.MESSAGE_THREAD: {"messageThread": {"text": "A"}},
        }

    async def made(self, kind: ItemKind, job_id: str) -> str:
        """An item of a job, sent."""
        content = self.contents()[kind]
        if content is None:
            return str((await self.desk.owner.do("createTask", "task { id }", title="A", jobId=job_id))["id"])
        item = await self.desk.item(content, jobId=job_id, title=kind.title(), reminders=None)
        return str(item["id"])

    async def finish(self, kind: ItemKind, item_id: str) -> None:
        """Whoever finishes such an item does."""
        ways: dict[ItemKind, Callable[[str], Awaitable[Json]]] = {
            ItemKind.TASK: lambda one: self.desk.owner.payload("completeItem", itemId=one),
            ItemKind.ORGANIZER: self._answers,
            ItemKind.INVOICE: lambda one: self.desk.owner.payload("recordPayment", itemId=one, amount="1.00"),
            ItemKind.PROPOSAL: lambda one: self._signs("signProposal", one),
            ItemKind.SIGNATURE_REQUEST: lambda one: self._signs("signDocument", one),
            ItemKind.DOCUMENT_REQUEST: self._gives,
            ItemKind.APPROVAL: lambda one: self.ann.payload("answerApproval", itemId=one, approved=True),
            ItemKind.MESSAGE_THREAD: lambda one: self.ann.payload("postPortalMessage", itemId=one, text="A"),
        }
        payload = await ways[kind](item_id)
        assert payload["errors"] == [], (kind, payload)

    async def _answers(self, item_id: str) -> Json:
        yes = [{"questionKey": "a", "value": {"confirmed": True}}]
        assert (await self.ann.payload("saveAnswers", itemId=item_id, answers=yes))["errors"] == []
        return await self.ann.payload("submitOrganizer", itemId=item_id)

    async def _signs(self, mutation: str, item_id: str) -> Json:
        shown = (await self.ann.query(SHA256, id=item_id))["portal"]["item"]["contentSha256"]
        return await self.ann.payload(mutation, itemId=item_id, name="Ann", contentSha256=shown)

    async def _gives(self, item_id: str) -> Json:
        given = await handed_in(self.desk.database, item_id, self.desk.shop.account)
        payload: Json = await self.desk.owner.payload("acceptDocument", itemId=item_id, documentId=given)
        return payload


@pytest.fixture
async def finishing(desk: Front, ann: Guest) -> Finishing:
    """Jobs leave the first stage by themselves."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    return Finishing(desk, ann, await stored_document(desk.database, desk.shop.account))


async def visits(desk: Front, job_id: str) -> int:
    """How many stages a job has been in."""
    found = await desk.owner.query("query ($id: ID!) { job(id: $id) { visits { totalCount } } }", id=job_id)
    return int(found["job"]["visits"]["totalCount"])


async def test_every_kind_is_finished_here(finishing: Finishing) -> None:
    """A new kind has to be, too."""
    assert set(finishing.contents()) == set(ItemKind) == set(kinds())


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
async def test_a_job_moves_once_with_the_last_of_its_items_whichever_that_is(finishing: Finishing, part: int) -> None:
    """AM2, AM3: seven kinds finished in any order move nothing; the last two, at the same instant, move it once."""
    random = Random(SEED + part)  # noqa: S311
    for last in list(combinations(ItemKind, 2))[part::4]:
        job = (await finishing.desk.shop.job())["id"]
        items = {kind: await finishing.made(kind, job) for kind in ItemKind}
        await finishing.desk.work()
        for kind in random.sample(sorted(set(ItemKind) - set(last)), len(ItemKind) - 2):
            await finishing.finish(kind, items[kind])
        await finishing.desk.work()
        assert await visits(finishing.desk, job) == 1, last
        await asyncio.gather(*(finishing.finish(kind, items[kind]) for kind in random.sample(last, 2)))
        await finishing.desk.work()
        assert (await finishing.desk.stage_of(job), await visits(finishing.desk, job)) == (1, 2), last
