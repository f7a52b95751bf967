"""LV1, LV4, LV5, ST2: what a client has drawn is kept right by what they are told, and nobody is told another's."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest

from resolvers import portal_changes
from store.database import Database
from tests.portal.kit import EVENTS, Guest, Screen, guest
from tests.support.api import Json, open_shop
from tests.support.desk import Desk
from tests.support.documents import stored_document
from tests.support.frames import acknowledged
from tests.support.mail import post_office
from tests.support.served import served_api

RANDOM = 20_261_123
STEPS = 80


async def status(desk: Desk, name: str, **given: str) -> str:
    """A client-facing status."""
    return str((await desk.owner.do("createClientStatus", "clientStatus { id }", name=name, **given))["id"])


async def put(desk: Desk, job: str, status_id: str | None) -> None:
    """Gives a job a client-facing status."""
    await desk.owner.do("setClientStatus", jobId=job, clientStatusId=status_id)


async def works(client: Guest) -> list[Json]:
    """What a client sees of the firm's work."""
    found = (await client.portal("works { nodes { name color description account { name } } }"))["works"]["nodes"]
    return list(found)


async def test_a_client_sees_where_work_stands_in_words_that_are_filled_in(desk: Desk) -> None:
    """ST2, AU8: as they were when the job got its status; a new description is filled in anew, others stay."""
    ann = await guest(desk, "Ann")
    waiting = await status(
        desk, "Waiting", color="#ff0000", description="[ACCOUNT_NAME]: we wait for you, [[JOB_NAME]], for [JOB_NAME]."
    )
    job = (await desk.shop.job("Return"))["id"]
    assert await works(ann) == []
    await put(desk, job, waiting)
    shown = {"name": "Waiting", "color": "#ff0000", "account": {"name": "Acme"}}
    assert await works(ann) == [shown | {"description": "Acme: we wait for you, [JOB_NAME], for Return."}]
    await desk.owner.do("updateJob", jobId=job, name="Other")
    assert await works(ann) == [shown | {"description": "Acme: we wait for you, [JOB_NAME], for Return."}]
    await desk.owner.do("updateClientStatus", clientStatusId=waiting, description="For [JOB_NAME]!", name="Still")
    assert await works(ann) == [shown | {"name": "Still", "description": "For Other!"}]
    await desk.owner.do("updateClientStatus", clientStatusId=waiting, description=None)
    assert await works(ann) == [shown | {"name": "Still", "description": None}]


async def test_what_happens_to_work_is_told_to_its_client_alone(desk: Desk) -> None:
    """Set, changed, archived, brought back, taken away; a job without a status is never named."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob", other)
    screens = [await Screen(ann).draw(), await Screen(bob).draw()]
    waiting, done = await status(desk, "Waiting"), await status(desk, "Done")
    job = (await desk.shop.job())["id"]
    aside = (await desk.shop.job())["id"]
    statuses = (await desk.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    by_state = {one["state"]: one["id"] for one in statuses}
    steps = [
        ("updateJob", {"jobId": aside, "name": "Never shown"}, []),
        ("setClientStatus", {"jobId": job, "clientStatusId": waiting}, ["PortalWorkChanged"]),
        ("setClientStatus", {"jobId": job, "clientStatusId": done}, ["PortalWorkChanged"]),
        ("updateClientStatus", {"clientStatusId": done, "color": "#00ff00"}, ["PortalWorkChanged"]),
        ("updateClientStatus", {"clientStatusId": waiting, "color": "#00ff00"}, []),
        ("setJobStatus", {"jobId": job, "statusId": by_state["ARCHIVED"]}, ["PortalWorkRemoved"]),
        ("setJobStatus", {"jobId": job, "statusId": by_state["ACTIVE"]}, ["PortalWorkChanged"]),
        ("updateAccount", {"accountId": desk.shop.account, "name": "Acme & Co"}, ["PortalAccountChanged"]),
        ("setClientStatus", {"jobId": job, "clientStatusId": None}, ["PortalWorkRemoved"]),
        ("setClientStatus", {"jobId": aside, "clientStatusId": None}, []),
    ]
    for mutation, given, told in steps:
        await desk.owner.do(mutation, **given)
        assert await screens[0].follow() == told, (mutation, given)
        assert await screens[1].follow() == []
        fresh = await Screen(ann).draw()
        assert screens[0].drawn == fresh.drawn


async def test_who_gets_other_accounts_begins_anew(desk: Desk) -> None:
    """AC4: what was not theirs is not named, and what is not theirs any more is gone."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    waiting = await status(desk, "Waiting")
    mine = (await desk.shop.job())["id"]
    theirs = (await desk.shop.job(accountId=other))["id"]
    await put(desk, mine, waiting)
    await put(desk, theirs, waiting)
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob", other)
    screens = [await Screen(one).draw() for one in (ann, bob)]
    await desk.owner.do("updateAccount", accountId=other, addContactIds=[ann.member_id])
    assert [await one.follow() for one in screens] == [["StreamReset"], []]
    assert set(screens[0].works) == {mine, theirs}
    await desk.owner.do("updateAccount", accountId=desk.shop.account, removeContactIds=[ann.member_id])
    await put(desk, mine, None)
    assert [await one.follow() for one in screens] == [["StreamReset"], []]
    assert set(screens[0].works) == {theirs}
    said = {"name": "Kontor & Co", "replyTo": "us@kontor.test", "timeZone": "Asia/Tokyo", "currency": "JPY"}
    for name, value in said.items():
        await desk.owner.do("updateFirm", **{name: value})
        assert [await one.follow() for one in screens] == [["StreamReset"]] * 2, name
    await desk.owner.do("updateFirm", senderName="Kontor", portalUrl="https://clients.test", quietFrom="22:00")
    assert [await one.follow() for one in screens] == [[], []]


async def test_more_than_a_page_holds_is_asked_for_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """LV3: a status of very many jobs is renamed."""
    ann = await guest(desk, "Ann")
    waiting = await status(desk, "Waiting")
    jobs = [(await desk.shop.job())["id"] for _ in range(3)]
    for job in jobs:
        await put(desk, job, waiting)
    screen = await Screen(ann).draw()
    for most, told in ((3, ["PortalWorkChanged"] * 3), (2, ["StreamReset"])):
        monkeypatch.setattr(portal_changes, "TOO_MANY_THINGS", most)
        await desk.owner.do("updateClientStatus", clientStatusId=waiting, name=f"Waiting {most}")
        assert await screen.follow() == told
        assert {work["name"] for work in screen.works.values()} == {f"Waiting {most}"}


QUESTION = {"messageThread": {"text": "Well?"}}


@dataclass
class Town:
    """Clients of one, two and no accounts, and a firm that does this and that."""

    desk: Desk
    random: Random
    accounts: list[str]
    clients: list[Guest]
    statuses: list[str | None]
    jobs: list[str]
    states: list[str]
    papers: list[str]
    steps: int = 0

    @classmethod
    async def open(cls, desk: Desk, random: Random) -> Town:
        """With six jobs, and twelve documents, three of which are the firm's own."""
        more = [await desk.owner.do("createAccount", "account { id }", name=name) for name in ("Bolt", "Cord")]
        accounts = [desk.shop.account, *(account["id"] for account in more)]
        clients = [await guest(desk, "Ann", *accounts[:1]), await guest(desk, "Bob", *accounts[:2])]
        clients.append(await guest(desk, "Cy", account=False))
        statuses = [None, await status(desk, "Waiting", description="[JOB_NAME]"), await status(desk, "Done")]
        jobs = [(await desk.shop.job(f"Job {n}", accountId=random.choice(accounts)))["id"] for n in range(6)]
        states = [one["id"] for one in (await desk.owner.query("{ jobStatuses { id } }"))["jobStatuses"]]
        papers = [await stored_document(desk.database, account) for account in accounts * 4]
        await desk.database.rows("UPDATE documents SET account_id = NULL WHERE id = ANY($1)", papers[:3])
        return cls(desk, random, accounts, clients, statuses, jobs, states, papers)

    async def step(self) -> None:
        """The firm does something."""
        self.steps += 1
        said = (self.says, self.says, self.archives, self.renames, self.links, self.edits, self.shares, self.deletes)
        more = (self.asks, self.asks, self.settles, self.is_answered, self.throws_away, self.takes_out)
        await self.random.choice((*said, *more, self.throws_all_away))()

    async def asks(self) -> None:
        """It sends a client a question, if there is anybody, or writes one that it does not send; in a job or not."""
        places = [{"accountId": self.random.choice(self.accounts)}, {"jobId": self.random.choice(self.jobs)}]
        given = self.random.choice(places) | {"title": f"Question {self.steps}"}
        send = self.random.random() < 0.8
        await self.desk.owner.payload("createItem", content=QUESTION, send=send, **given)

    async def throws_away(self) -> None:
        """A job goes into the trash, if it is not there."""
        await self.desk.owner.payload("deleteJob", jobId=self.random.choice(self.jobs))

    async def takes_out(self) -> None:
        """A job comes out of it, if it is there."""
        await self.desk.owner.do("restoreJob", jobId=self.random.choice(self.jobs))

    async def throws_all_away(self) -> None:
        """An account goes into the trash and comes back: its clients could not come in meanwhile."""
        account = self.random.choice(self.accounts)
        await self.desk.owner.do("deleteAccount", accountId=account)
        await self.desk.owner.do("restoreAccount", accountId=account)

    async def settles(self) -> None:
        """It sends, changes, closes or opens what it has asked."""
        found = (await self.desk.owner.query("{ items(first: 200) { nodes { id } } }"))["items"]["nodes"]
        if found:
            mutations = ("sendItem", "completeItem", "cancelItem", "reopenItem", "updateItem")
            mutation = self.random.choice(mutations)
            more = {"title": f"Question {self.steps}", "dueDate": "2027-01-02"} if mutation == "updateItem" else {}
            await self.desk.owner.payload(mutation, itemId=self.random.choice(found)["id"], **more)

    async def is_answered(self) -> None:
        """A client looks at a question, or answers it, whether or not it is there for them."""
        found = (await self.desk.owner.query("{ items(first: 200) { nodes { id } } }"))["items"]["nodes"]
        if found:
            client, item = self.random.choice(self.clients), self.random.choice(found)["id"]
            await client.payload("markPortalItemSeen", itemId=item)
            if self.random.random() < 0.5:
                await client.payload("postPortalMessage", itemId=item, text="Yes")

    async def says(self) -> None:
        """It says where a job stands; refused while that is archived."""
        given = {"jobId": self.random.choice(self.jobs), "clientStatusId": self.random.choice(self.statuses)}
        await self.desk.owner.payload("setClientStatus", **given)

    async def archives(self) -> None:
        """A job goes into another status."""
        given = {"jobId": self.random.choice(self.jobs), "statusId": self.random.choice(self.states)}
        await self.desk.owner.payload("setJobStatus", **given)

    async def renames(self) -> None:
        """An account gets another name."""
        given = {"accountId": self.random.choice(self.accounts), "name": f"Account {self.steps}"}
        await self.desk.owner.do("updateAccount", **given)

    async def links(self) -> None:
        """A client gets another account, or loses one."""
        verb, client = self.random.choice(["addContactIds", "removeContactIds"]), self.random.choice(self.clients)
        given = {"accountId": self.random.choice(self.accounts), verb: [client.member_id]}
        await self.desk.owner.do("updateAccount", **given)

    async def edits(self) -> None:
        """A job gets another name; refused while it is archived."""
        await self.desk.owner.payload("updateJob", jobId=self.random.choice(self.jobs), name=f"Job {self.steps}")

    async def shares(self) -> None:
        """A document is shared, with all or with one, taken back, or renamed; refused where it is another client's."""
        verb = self.random.choice(["shareDocument", "unshareDocument", "updateDocument"])
        more = {"name": f"Paper {self.steps}.pdf"} if verb == "updateDocument" else {}
        if not more and self.random.random() < 0.5:
            more = {"accountId": self.random.choice(self.accounts)}
        await self.desk.owner.payload(verb, documentId=self.random.choice(self.papers), **more)

    async def deletes(self) -> None:
        """A document goes, while there are some."""
        if len(self.papers) > 3:
            gone = self.papers.pop(self.random.randrange(len(self.papers)))
            await self.desk.owner.do("deleteDocument", documentId=gone)


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_drawn_is_what_is_there_whatever_happens(desk: Desk, seed: int) -> None:
    """LV1: random changes, followed now and then in pages of any size."""
    random = Random(RANDOM + seed)  # noqa: S311
    town = await Town.open(desk, random)
    screens = [await Screen(one).draw() for one in town.clients]
    for n in range(STEPS):
        await town.step()
        for screen in screens:
            if random.random() < 0.3 or n == STEPS - 1:
                await screen.follow(random.choice([1, 3, 50]))
                assert screen.drawn == (await Screen(screen.guest).draw()).drawn, n


async def test_the_stream_is_live_and_ends_with_the_access(database: Database) -> None:
    """LV5, LV6: over a real socket, at once; two clients of one server, each with their own."""
    async with served_api(database) as served, post_office() as office:
        desk = Desk(await open_shop(served), office, database)
        await desk.owner.do("updateFirm", holdsClientMail=False)
        other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
        ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob", other)
        waiting = await status(desk, "Waiting")
        job = (await desk.shop.job())["id"]
        theirs = (await desk.shop.job(accountId=other))["id"]
        async with acknowledged(served.socket_url, ann.token) as one, acknowledged(served.socket_url, bob.token) as two:
            wires = [(one, await one.subscribe(EVENTS)), (two, await two.subscribe(EVENTS))]
            for wire, name in wires:
                assert (await wire.next(name))["payload"]["data"]["portalEvents"]["changes"] == []
            await put(desk, theirs, waiting)
            await put(desk, job, waiting)
            for (wire, name), work, account in zip(wires, (job, theirs), ("Acme", "Bolt"), strict=True):
                changes = (await wire.next(name))["payload"]["data"]["portalEvents"]["changes"]
                shown = {"id": work, "name": "Waiting", "account": {"name": account}}
                assert changes == [{"__typename": "PortalWorkChanged", "work": shown}]
            await desk.owner.do("revokeContactAccess", contactId=ann.member_id)
            *before, end = await one.rest()
            assert "cursor" not in str(before)
            assert end["code"] == 4411
            await put(desk, theirs, None)
            changes = (await two.next(wires[1][1]))["payload"]["data"]["portalEvents"]["changes"]
            assert changes == [{"__typename": "PortalWorkRemoved", "workId": theirs}]
