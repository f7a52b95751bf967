"""Drives a job through any pipeline: the firm and its client do whatever is open, as people would, until it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.items.kit import Front
from tests.items.test_document_requests import upload
from tests.portal.kit import Guest
from tests.support.api import Json

MOST_ROUNDS = 60
JOB = """query ($id: ID!) { job(id: $id) { version status { state } stage { name automove }
    visits { nodes { stage { name } } } runs(first: 200) { nodes { state reason } }
    items(open: true, first: 50) { nodes { id kind title links { job { id } blocking } } } } }"""
SECTIONS = """query ($id: ID!) { portal { item(id: $id) { ... on PortalOrganizer { sections { questions {
    key kind options answer { text number date choices confirmed } } } } } } }"""
LINES = "query ($id: ID!) { portal { item(id: $id) { ... on PortalDocumentRequest { lines { id required } } } } }"
SHA256 = """query ($id: ID!) { portal { item(id: $id) { ... on PortalProposal { contentSha256 }
    ... on PortalSignatureRequest { contentSha256 } } } }"""


@dataclass
class Drive:
    """One job, its firm and its client."""

    desk: Front
    client: Guest
    job: str
    done: list[str] = field(default_factory=list)
    """The kinds of the items that were finished, in order."""

    async def to_the_end(self) -> Json:
        """The job once it is completed. Fails where it stands still, or an automation has failed."""
        for _ in range(MOST_ROUNDS):
            await self.desk.work()
            job = await self.look()
            failed = [run for run in job["runs"]["nodes"] if run["state"] == "FAILED"]
            assert failed == []
            if job["status"]["state"] == "COMPLETED":
                return job
            waits = [one for one in job["items"]["nodes"] if self._blocks(one)]
            assert waits, f"nothing is left to do in {job['stage']['name']}"
            for item in waits:
                self.done.append(item["kind"])
                await self._ways[item["kind"]](item["id"])
        raise AssertionError(f"it never ends: {self.done}")

    async def look(self) -> Json:
        """The job as it is now."""
        job: Json = (await self.desk.owner.query(JOB, id=self.job))["job"]
        return job

    def _blocks(self, item: Json) -> bool:
        return any(link["blocking"] and link["job"]["id"] == self.job for link in item["links"])

    @property
    def _ways(self) -> dict[str, Callable[[str], Awaitable[None]]]:
        return {
            "TASK": self._task,
            "ORGANIZER": self._organizer,
            "INVOICE": self._invoice,
            "PROPOSAL": lambda one: self._signature("signProposal", one),
            "SIGNATURE_REQUEST": lambda one: self._signature("signDocument", one),
            "DOCUMENT_REQUEST": self._request,
            "APPROVAL": lambda one: self._says("answerApproval", itemId=one, approved=True),
            "MESSAGE_THREAD": self._thread,
        }

    async def _says(self, mutation: str, **given: object) -> None:
        payload = await self.client.payload(mutation, **given)
        assert payload["errors"] == [], (mutation, payload["errors"])

    async def _task(self, item: str) -> None:
        await self.desk.owner.do("completeItem", itemId=item)

    async def _organizer(self, item: str) -> None:
        """Answers all that is asked, also what is asked because of an answer."""
        while True:
            sections = (await self.client.query(SECTIONS, id=item))["portal"]["item"]["sections"]
            asked = [one for section in sections for one in section["questions"] if one["answer"] is None]
            asked = [one for one in asked if one["kind"] != "FILE"]
            if not asked:
                break
            answers = [{"questionKey": one["key"], "value": _answer(one)} for one in asked]
            await self._says("saveAnswers", itemId=item, answers=answers)
        await self._says("submitOrganizer", itemId=item)

    async def _invoice(self, item: str) -> None:
        query = "query ($id: ID!) { node(id: $id) { ... on Invoice { details { left } } } }"
        left = (await self.desk.owner.query(query, id=item))["node"]["details"]["left"]
        await self.desk.owner.do("recordPayment", itemId=item, amount=left)

    async def _signature(self, mutation: str, item: str) -> None:
        shown = (await self.client.query(SHA256, id=item))["portal"]["item"]["contentSha256"]
        await self._says(mutation, itemId=item, name="Ann Smith", contentSha256=shown)

    async def _request(self, item: str) -> None:
        """Gives what is required; somebody of the firm accepts it."""
        lines = (await self.client.query(LINES, id=item))["portal"]["item"]["lines"]
        given = []
        for line in lines:
            if line["required"]:
                given.append(await upload(self.desk, self.client))
                await self._says("attachDocument", itemId=item, lineId=line["id"], documentId=given[-1])
        await self._says("submitDocuments", itemId=item)
        for document in given:
            await self.desk.owner.do("acceptDocument", itemId=item, documentId=document)

    async def _thread(self, item: str) -> None:
        query = "query ($id: ID!) { portal { item(id: $id) { ... on PortalMessageThread { clientTasks { id } } } } }"
        tasks = (await self.client.query(query, id=item))["portal"]["item"]["clientTasks"]
        await self._says("postPortalMessage", itemId=item, text="All clear.")
        for task in tasks:
            await self._says("setClientTaskDone", clientTaskId=task["id"])


def _answer(question: Json) -> Json:
    match question["kind"]:
        case "NUMBER":
            return {"number": "2"}
        case "DATE":
            return {"date": "2026-01-31"}
        case "CHOICE":
            return {"choices": question["options"][:1]}
        case "CHOICES":
            return {"choices": question["options"]}
        case "CONFIRMATION":
            return {"confirmed": True}
        case _:
            return {"text": "This is how it is."}
