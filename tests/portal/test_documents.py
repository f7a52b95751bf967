"""AC5, JB3: clients see and download what is shared with them, and nothing else, and no longer than it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.portal.papers import WAITING
from store.database import Database
from store.ids import new_id
from tests.access.digest import Unchanged
from tests.files.kit import PDF, Office
from tests.portal.kit import Guest, Screen, guest
from tests.support.api import Json, open_shop
from tests.support.desk import Desk
from tests.support.mail import post_office
from tests.support.served import served_api

PAPERS = "documents { totalCount nodes { id name mediaType size sha256 createdAt account { name } downloadUrl } }"


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """The server on real sockets, a folder for its files, and a firm."""
    async with served_api(database, data_dir=tmp_path) as served:
        yield Office(served, await open_shop(served), tmp_path / "files")


@pytest.fixture
async def desk(office: Office, database: Database) -> AsyncIterator[Desk]:
    """The firm whose files lie in a folder, with a mail server."""
    async with post_office() as letters:
        desk = Desk(office.shop, letters, database)
        await desk.owner.do("updateFirm", holdsClientMail=False)
        yield desk


async def papers(client: Guest) -> list[Json]:
    """What a client sees."""
    found = (await client.portal(PAPERS))["documents"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Json] = found["nodes"]
    return nodes


async def share(office: Office, document: Json, verb: str = "shareDocument") -> None:
    """Shares a document, or takes it back."""
    await office.owner.do(verb, documentId=document["id"])


async def test_a_client_downloads_what_is_shared_with_them(office: Office, desk: Desk) -> None:
    """Of their account, and of the firm for all; not of others, and nothing that is not shared or has not come."""
    other = (await office.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob", other)
    mine, theirs = await office.file("mine.pdf"), await office.file("theirs.pdf", accountId=other)
    job = (await office.shop.job())["id"]
    of_job, secret = await office.file("job.pdf", jobId=job), await office.file("secret.pdf")
    everybodys = await firms_own(office)
    await office.request("waiting.pdf")
    assert await papers(ann) == []
    for one in (mine, theirs, of_job, everybodys):
        await share(office, one)
    assert [one["name"] for one in await papers(ann)] == ["all.pdf", "job.pdf", "mine.pdf"]
    assert [one["name"] for one in await papers(bob)] == ["all.pdf", "theirs.pdf"]
    seen = {one["name"]: one for one in await papers(ann)}
    assert seen["mine.pdf"]["account"] == {"name": "Acme"}
    assert seen["all.pdf"]["account"] is None
    for one in seen.values():
        answer = await office.get(one["downloadUrl"])
        assert (answer.status_code, answer.content) == (200, PDF)
        assert f'attachment; filename="{one["name"]}"' in answer.headers["content-disposition"]
        assert one["sha256"] == mine["sha256"]
    assert secret["id"] not in str(seen)


async def firms_own(office: Office) -> Json:
    """A document of the firm's own."""
    document = "document { id uploadUrl }"
    asked: Json = await office.owner.do("requestUpload", document, name="all.pdf", size=len(PDF))
    assert (await office.put(asked["uploadUrl"])).status_code == 201
    return asked


@pytest.mark.parametrize("how", ["unshared", "deleted", "unlinked", "revoked"])
async def test_an_address_is_good_as_long_as_the_client_sees_the_document(office: Office, desk: Desk, how: str) -> None:
    """However it ended; another client's address never opens it, and neither does one that was tampered with."""
    ann = await guest(desk, "Ann")
    document = await office.file()
    await share(office, document)
    [paper] = await papers(ann)
    assert (await office.get(paper["downloadUrl"])).status_code == 200
    bad = paper["downloadUrl"].replace(ann.member_id, office.owner.member_id)
    assert (await office.get(bad)).status_code == 404
    assert (await office.put(paper["downloadUrl"])).status_code == 404
    match how:
        case "unshared":
            await share(office, document, "unshareDocument")
        case "deleted":
            await share(office, document, "deleteDocument")
        case "unlinked":
            await office.owner.do("updateAccount", accountId=office.shop.account, removeContactIds=[ann.member_id])
        case _:
            await office.owner.do("revokeContactAccess", contactId=ann.member_id)
    answer = await office.get(paper["downloadUrl"])
    assert answer.status_code == 404
    assert PDF not in answer.content
    if how != "revoked":
        assert await papers(ann) == []


async def test_what_is_shared_shows_at_once(office: Office, desk: Desk) -> None:
    """LV5: shared, renamed, taken back, deleted; of what was never shared nothing is said."""
    other = (await office.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    screens = [await Screen(await guest(desk, "Ann")).draw(), await Screen(await guest(desk, "Bob", other)).draw()]
    document, secret, everybodys = await office.file(), await office.file("secret.pdf"), await firms_own(office)
    changed, removed = ["PortalDocumentChanged"], ["PortalDocumentRemoved"]
    steps = [
        ("updateDocument", {"documentId": secret["id"], "name": "other.pdf"}, [], []),
        ("shareDocument", {"documentId": document["id"]}, changed, []),
        ("updateDocument", {"documentId": document["id"], "name": "named.pdf"}, changed, []),
        ("unshareDocument", {"documentId": document["id"]}, removed, []),
        ("updateDocument", {"documentId": document["id"], "name": "again.pdf"}, [], []),
        ("shareDocument", {"documentId": document["id"]}, changed, []),
        ("deleteDocument", {"documentId": document["id"]}, removed, []),
        ("deleteDocument", {"documentId": secret["id"]}, [], []),
        ("shareDocument", {"documentId": everybodys["id"], "accountId": other}, [], changed),
        ("unshareDocument", {"documentId": everybodys["id"], "accountId": other}, [], removed),
        ("unshareDocument", {"documentId": everybodys["id"], "accountId": other}, [], []),
        ("shareDocument", {"documentId": everybodys["id"], "accountId": office.shop.account}, changed, []),
        ("shareDocument", {"documentId": everybodys["id"]}, changed, changed),
        ("unshareDocument", {"documentId": everybodys["id"], "accountId": office.shop.account}, changed, changed),
        ("deleteDocument", {"documentId": everybodys["id"]}, removed, removed),
    ]
    for mutation, given, *told in steps:
        await screens[0].follow()
        await screens[1].follow()
        await office.owner.do(mutation, **given)
        assert [await one.follow() for one in screens] == told, (mutation, given)
        for one in screens:
            assert one.drawn == (await Screen(one.guest).draw()).drawn


ASKED = "document { id name state: sha256 uploadUrl downloadUrl isOwnUpload account { name } }"


async def asks(client: Guest, account: str, **given: object) -> Json:
    """What a client is answered who wants to upload."""
    wanted = {"accountId": account, "name": "mine.pdf", "size": len(PDF), **given}
    return await client.payload("requestPortalUpload", ASKED, **wanted)


async def test_a_client_brings_a_file(office: Office, desk: Desk) -> None:
    """It is theirs alone until it has come; then members see it, and other clients of the account, at once."""
    ann, bea = await guest(desk, "Ann"), await guest(desk, "Bea")
    screens = [await Screen(ann).draw(), await Screen(bea).draw()]
    asked = await asks(ann, office.shop.account)
    assert asked["errors"] == []
    paper = asked["document"]
    assert (paper["state"], paper["downloadUrl"], paper["isOwnUpload"]) == (None, None, True)
    assert await papers(ann) == []
    listed = "{ documents { totalCount nodes { id sharedAt uploadedBy { id } uploadedByClient { name } } } }"
    assert (await office.owner.query(listed))["documents"]["totalCount"] == 0
    assert (await office.get(paper["uploadUrl"])).status_code == 404
    answer = await office.put(paper["uploadUrl"])
    assert answer.status_code == 201, answer.text
    [found] = (await office.owner.query(listed))["documents"]["nodes"]
    assert found.pop("sharedAt") is not None
    assert found == {"id": paper["id"], "uploadedBy": None, "uploadedByClient": {"name": "Ann"}}
    assert [await one.follow() for one in screens] == [["PortalDocumentChanged"]] * 2
    [mine], [hers] = await papers(ann), await papers(bea)
    assert (await office.get(mine["downloadUrl"])).content == PDF
    assert (await office.get(hers["downloadUrl"])).content == PDF
    assert (await office.put(paper["uploadUrl"])).status_code == 404
    event = await desk.database.rows("SELECT cause FROM events ORDER BY seq DESC LIMIT 1")
    assert f'"actor": "{ann.member_id}"' in event[0]["cause"]


REFUSED: dict[str, tuple[dict[str, object], tuple[str, list[str]]]] = {
    "another account": ({}, ("NOT_FOUND", ["input", "accountId"])),
    "no account": ({"accountId": "account_none"}, ("NOT_FOUND", ["input", "accountId"])),
    "a program": ({"name": "a.exe"}, ("TYPE_NOT_ALLOWED", ["input", "name"])),
    "a path": ({"name": "../a.pdf"}, ("INVALID", ["input", "name"])),
    "nothing": ({"size": 0}, ("INVALID", ["input", "size"])),
    "too much": ({"size": 2_000_000_000}, ("TOO_LARGE", ["input", "size"])),
    "another type": ({"mediaType": "image/png"}, ("TYPE_NOT_ALLOWED", ["input", "mediaType"])),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_a_client_may_not_bring_is_refused(office: Office, desk: Desk, what: str) -> None:
    """As it is to members; nothing is kept of it."""
    ann, (given, expected) = await guest(desk, "Ann"), REFUSED[what]
    other = (await office.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    account = other if what == "another account" else office.shop.account
    async with Unchanged(desk.database):
        answered = await asks(ann, account, **given)
    assert answered["document"] is None
    assert [(error["code"], error["path"]) for error in answered["errors"]] == [expected]


@pytest.mark.parametrize("how", ["unlinked", "revoked", "another person"])
async def test_an_address_to_upload_to_is_good_as_long_as_the_client_is_one(
    office: Office, desk: Desk, how: str
) -> None:
    """Also not for whoever comes in as the same contact later."""
    ann = await guest(desk, "Ann")
    url = (await asks(ann, office.shop.account))["document"]["uploadUrl"]
    match how:
        case "unlinked":
            await office.owner.do("updateAccount", accountId=office.shop.account, removeContactIds=[ann.member_id])
        case "revoked":
            await office.owner.do("revokeContactAccess", contactId=ann.member_id)
        case _:
            await office.owner.do("updateContact", contactId=ann.member_id, email="bea@client.test")
            await office.owner.do("inviteContact", contactId=ann.member_id)
    assert (await office.put(url)).status_code == 404
    assert await office.nothing_left()
    assert await desk.database.value("SELECT state FROM documents") == "UPLOADING"


async def test_a_client_has_so_many_files_on_their_way_and_no_more(office: Office, desk: Desk) -> None:
    """Those that have come do not count; the same one again is the same."""
    ann = await guest(desk, "Ann")
    first = await asks(ann, office.shop.account, id=new_id("doc"))
    again = await asks(ann, office.shop.account, id=first["document"]["id"])
    assert (again["errors"], again["document"]["id"]) == ([], first["document"]["id"])
    for _ in range(WAITING - 1):
        assert (await asks(ann, office.shop.account))["errors"] == []
    full = await asks(ann, office.shop.account)
    assert [(error["code"], error["path"]) for error in full["errors"]] == [("TOO_MANY", ["input", "name"])]
    assert (await office.put(first["document"]["uploadUrl"])).status_code == 201
    assert (await asks(ann, office.shop.account))["errors"] == []
