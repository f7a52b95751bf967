"""The whole story: a firm and its client, each watching live, a real server with its worker, and a real mail server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from store.database import Database
from tests.items.kit import done, to_dos
from tests.portal.kit import TOKEN, Guest
from tests.support.api import Client, Json, Shop, open_shop, remote_api
from tests.support.databases import on_database
from tests.support.desk import MAIL_FROM
from tests.support.frames import Wire, acknowledged
from tests.support.mail import PostOffice, post_office
from tests.support.processes import PATIENCE, running
from tests.support.redis import free_port
from tests.support.served import http_client
from tests.support.wait import eventually

BOARD = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { cause { kind } changes {
    ... on JobUpserted { job { name stage { name } status { name } } } } } }"""
PORTAL = "subscription { portalEvents { changes { ... on PortalItemChanged { item { kind title state } } } } }"
PROPOSAL: Json = {
    "introduction": "Dear [CONTACT_FIRST_NAME]",
    "services": [{"name": "Return", "price": "400.00", "taxRate": "19"}],
}
SECTION: Json = {"title": "You", "questions": [{"key": "children", "kind": "NUMBER", "text": "?", "required": True}]}
INVOICE: Json = {"lines": [{"description": "Return", "unitPrice": "400.00", "taxRate": "19"}]}
CONTENTS: Json = {"proposal": PROPOSAL, "organizer": {"sections": [SECTION]}, "invoice": INVOICE}
SENDS = {"proposal": "sendProposal", "organizer": "sendOrganizer", "invoice": "createInvoice"}


@dataclass
class Watcher:
    """Somebody who looks at a stream, and remembers what it has shown."""

    shown: list[Json] = field(default_factory=list)

    async def watch(self, wire: Wire, name: str, stream: str) -> None:
        """Reads until it is cancelled."""
        while True:
            event = (await wire.next(name, within=60))["payload"]["data"][stream]
            self.shown += [change for change in event["changes"] if change]

    async def sees(self, **wanted: str) -> None:
        """Waits until it has been shown something."""
        await eventually(lambda: self._has(wanted), f"{wanted} is shown: {self.shown}", within=PATIENCE)

    def _has(self, wanted: Json) -> bool:
        return any(wanted.items() <= _flat(change).items() for change in self.shown)


def _flat(change: Json) -> Json:
    thing = change.get("job") or change.get("item") or {}
    return {name: part["name"] if isinstance(part, dict) else part for name, part in thing.items()}


@dataclass
class Stage:
    """Where it plays."""

    shop: Shop
    office: PostOffice
    port: int
    watchers: AsyncExitStack

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner

    async def follow(self, client: Client, document: str, stream: str, **given: str) -> Watcher:
        """Has somebody look at a stream from now on."""
        wire = await self.watchers.enter_async_context(
            acknowledged(f"ws://127.0.0.1:{self.port}/graphql", client.token)
        )
        name = await wire.subscribe(document, **given)
        await wire.next(name)
        watcher = Watcher()
        task = asyncio.create_task(watcher.watch(wire, name, stream))
        self.watchers.push_async_callback(_ended, task)
        return watcher

    async def letter(self, subject: str) -> str:
        """The text of a letter that has come."""

        def found() -> str:
            letters = [one for one in self.office.received if subject in str(one.message["Subject"])]
            return letters[-1].part("plain") if letters else ""

        text: str = await eventually(found, f"a letter about {subject} comes", within=PATIENCE)
        return text


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def stage(database: Database, postgres_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """A firm on a server of its own, whose e-mails go to a mail server."""
    url, port = on_database(postgres_url, str(await database.value("SELECT current_database()"))), free_port()
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(post_office())
        settings = {"SMTP_URL": f"smtp://127.0.0.1:{office.port}?tls=off", "MAIL_FROM": MAIL_FROM, "PORT": str(port)}
        server = await stack.enter_async_context(running("serve", folder=tmp_path, DATABASE_URL=url, **settings))
        await server.says("Stageline runs on")
        http = await stack.enter_async_context(http_client(f"http://127.0.0.1:{port}"))
        api = await stack.enter_async_context(remote_api(url, http))
        shop = await open_shop(api)
        await shop.owner.do("updateFirm", holdsClientMail=False)
        yield Stage(shop, office, port, await stack.enter_async_context(AsyncExitStack()))


async def pipeline(owner: Client) -> str:
    """Three stages, each of which asks the client for something; answers the pipeline."""
    stages = []
    for kind, automation in SENDS.items():
        given = {"name": kind, "title": f"The {kind}", "content": {kind: CONTENTS[kind]}}
        template = (await owner.do("createItemTemplate", "template { id }", **given))["id"]
        stages.append({"name": kind, "automations": [{"config": {automation: {"templateId": template}}}]})
    for one in stages[:2]:
        one["automove"] = "WHEN_ITEMS_DONE"
    stages[2]["completion"] = "WHEN_ITEMS_DONE"
    made = await owner.do("createPipeline", "pipeline { id }", name="Engagement", stages=stages)
    return str(made["id"])


@pytest.mark.slow
async def test_a_client_signs_answers_and_pays_and_the_job_goes_its_way(stage: Stage) -> None:
    """AI1, AM2, PL7, LV5: each step seen live on both sides, by e-mail, and in the end nothing is left to do."""
    owner, shop = stage.owner, stage.shop
    ann = {"name": "Ann", "email": "ann@client.test", "accountIds": [shop.account]}
    await owner.do("inviteContact", contactId=(await owner.do("createContact", "contact { id }", **ann))["id"])
    [token] = TOKEN.findall(await stage.letter("invites you"))
    client = await Guest(owner.http).enter("enterPortalByLink", token=token)
    pipeline_id = await pipeline(owner)
    firm = await stage.follow(owner, BOARD, "boardEvents", pipeline=pipeline_id)
    portal = await stage.follow(client, PORTAL, "portalEvents")

    job = (await shop.job("Return", pipelineId=pipeline_id, assigneeIds=[owner.member_id]))["id"]
    await firm.sees(name="Return", stage="proposal")
    await portal.sees(kind="PROPOSAL", title="The proposal", state="SENT")
    assert "asks you to" in await stage.letter("The proposal")
    [letter] = await to_dos(client, open=True)
    query = "query ($id: ID!) { portal { item(id: $id) { ... on PortalProposal { contentSha256 } } } }"
    shown = (await client.query(query, id=letter["id"]))["portal"]["item"]["contentSha256"]
    await done(client, "signProposal", itemId=letter["id"], name="Ann Smith", contentSha256=shown)

    await firm.sees(name="Return", stage="organizer")
    await portal.sees(kind="ORGANIZER", state="SENT")
    await stage.letter("The organizer")
    [questions] = await to_dos(client, open=True)
    two = [{"questionKey": "children", "value": {"number": "2"}}]
    await done(client, "saveAnswers", itemId=questions["id"], answers=two)
    await portal.sees(kind="ORGANIZER", state="STARTED")
    await done(client, "submitOrganizer", itemId=questions["id"])

    await firm.sees(name="Return", stage="invoice", status="Active")
    await portal.sees(kind="INVOICE", state="SENT")
    await stage.letter("The invoice")
    [bill] = await to_dos(client, open=True)
    await owner.do("recordPayment", itemId=bill["id"], amount="400.00")
    assert [one["id"] for one in await to_dos(client, open=True)] == [bill["id"]]
    await owner.do("recordPayment", itemId=bill["id"], amount="76.00")

    await firm.sees(name="Return", stage="invoice", status="Completed")
    await portal.sees(kind="INVOICE", state="DONE")
    assert await to_dos(client, open=True) == []
    await _nothing_twice(stage, job)


async def _nothing_twice(stage: Stage, job: str) -> None:
    """Each automation had one turn, each letter went out once, the members were told of each answer once."""
    query = """query ($id: ID!) { job(id: $id) { runs { nodes { state } } visits { totalCount }
        items { nodes { kind state } } } viewer { notifications { nodes { kind text } } } }"""
    found = await stage.owner.query(query, id=job)
    assert [run["state"] for run in found["job"]["runs"]["nodes"]] == ["DONE"] * 3
    assert found["job"]["visits"]["totalCount"] == 3
    kinds = ["PROPOSAL", "ORGANIZER", "INVOICE"]
    assert found["job"]["items"]["nodes"] == [{"kind": kind, "state": "DONE"} for kind in kinds]
    told = [one["text"] for one in found["viewer"]["notifications"]["nodes"] if one["kind"] == "ITEM_ANSWERED"]
    assert len(told) == 2, told
    subjects = [str(one.message["Subject"]) for one in stage.office.received]
    assert len(subjects) == len(set(subjects)) == 4, subjects
