"""Documents: who may add, see, share and delete them, and what of them is refused (JB3)."""

from __future__ import annotations

import pytest

from engine.files import media
from store.database import Database
from tests.access.digest import Unchanged
from tests.support.api import Api, Client, Json, Shop, open_shop
from tests.support.documents import stored_document

LIST = "query ($filter: DocumentFilter) { documents(filter: $filter) { totalCount nodes { id name } } }"
ALL = "{ documents { totalCount nodes { id } } }"


async def listed(client: Client, **wanted: object) -> list[str]:
    """The names of the documents that somebody lists."""
    found = (await client.query(LIST, filter=wanted or None))["documents"]
    assert found["totalCount"] == len(found["nodes"])
    return [one["name"] for one in found["nodes"]]


async def history(client: Client, job_id: str) -> list[Json]:
    """What happened to a job, newest first."""
    document = """query ($id: ID!) { job(id: $id) { history { nodes { action changes {
        field fromValue toValue fromNodes { id } toNodes { id } } } } } }"""
    found: list[Json] = (await client.query(document, id=job_id))["job"]["history"]["nodes"]
    return found


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.txt",
        "/etc/passwd.txt",
        "..\\..\\windows\\system.txt",
        "C:\\report.pdf",
        "a/b.pdf",
        "a\x01.pdf",
        "a\n.pdf",
        "a\r\nSet-Cookie: x.pdf",
        "invoice\u202efdp.txt",
        "\u2066report\u2069.pdf",
        "",
        "   ",
        "a" * 201 + ".pdf",
    ],
)
async def test_a_name_that_plays_tricks_is_refused(shop: Shop, database: Database, name: str) -> None:
    """JB3: folders, line ends and zeros, signs that turn the writing around; nothing is made of them."""
    async with Unchanged(database):
        errors = await shop.owner.refused("requestUpload", name=name, size=9)
        assert {error["path"][-1] for error in errors} == {"name"}
        assert {error["code"] for error in errors} <= {"INVALID", "REQUIRED", "TOO_LONG", "TYPE_NOT_ALLOWED"}
    document = await stored_document(database, shop.account)
    async with Unchanged(database):
        assert await shop.owner.refused("updateDocument", documentId=document, name=name)


@pytest.mark.parametrize(
    "name",
    [
        "a.exe",
        "a.pdf.exe",
        "a.html",
        "a.svg",
        "a.js",
        "a.bat",
        "a.docm",
        "a.lnk",
        "a",
        ".pdf",
        "..",
        "...pdf",
        "a.pdf.",
    ],
)
async def test_a_name_without_a_known_ending_is_refused(shop: Shop, database: Database, name: str) -> None:
    """JB3: programs, scripts and pages are kept under no name."""
    async with Unchanged(database):
        assert await shop.owner.code("requestUpload", name=name, size=9) == ("TYPE_NOT_ALLOWED", ["input", "name"])


async def test_a_type_that_is_said_must_agree_with_the_name(shop: Shop, database: Database) -> None:
    """Left out, or as browsers say it with parameters, it is that of the name."""
    where = ["input", "mediaType"]
    async with Unchanged(database):
        for wrong in ("text/html", "image/png", "", "application/x-msdownload"):
            code = await shop.owner.code("requestUpload", name="a.pdf", size=9, mediaType=wrong)
            assert code == ("TYPE_NOT_ALLOWED", where)
    said: str | None
    for name, said, found in (
        ("a.PDF", None, "application/pdf"),
        ("a.txt", "Text/Plain; charset=utf-8", "text/plain"),
        ("a.b.jpeg", "image/jpeg", "image/jpeg"),
    ):
        made = await shop.owner.do("requestUpload", "document { mediaType }", name=name, size=9, mediaType=said)
        assert made == {"mediaType": found}


async def test_a_file_is_as_large_as_the_server_takes_and_not_empty(shop: Shop, database: Database) -> None:
    """A gibibyte, unless the operator says otherwise."""
    most = 1024**3
    await shop.owner.do("requestUpload", name="a.zip", size=most)
    async with Unchanged(database):
        assert await shop.owner.code("requestUpload", name="a.zip", size=most + 1) == ("TOO_LARGE", ["input", "size"])
        for size in (0, -1):
            assert await shop.owner.code("requestUpload", name="a.zip", size=size) == ("INVALID", ["input", "size"])


def test_every_kind_of_file_knows_how_it_begins() -> None:
    """None takes a program, a page or nothing at all for one of its own, but what is text takes pages as text."""
    for kind in media.KINDS:
        assert not kind.fits(b"MZ\x90\x00\x03\x00\x00\x00"), kind
        assert not kind.fits(b"\x7fELF\x02\x01\x01\x00"), kind
        shown = kind.media_type.startswith(("image/", "video/", "audio/")) or "officedocument" in kind.media_type
        assert not (shown and kind.fits(b"<html></html>")), kind
    assert len({ending for kind in media.KINDS for ending in kind.endings}) == len(media.BY_ENDING)


async def test_adding_takes_the_right_and_sight_of_the_place(api: Api, shop: Shop, database: Database) -> None:
    """AC1, AC4: of an account all of it, of a job the job; what one does not see is not found."""
    job, hidden = (await shop.job())["id"], await shop.owner.do("createAccount", "account { id }", name="Hidden")
    without = await api.member(shop.owner, accounts=[shop.account])
    some = await api.member(shop.owner, rights=["MANAGE_DOCUMENTS"], accounts=[shop.account])
    asked = {"name": "a.pdf", "size": 9}
    async with Unchanged(database):
        for place in ({}, {"accountId": shop.account}):
            [error] = await without.refused("requestUpload", **asked, **place)
            assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_DOCUMENTS")
        found = await some.code("requestUpload", **asked, accountId=hidden["id"])
        assert found == ("NOT_FOUND", ["input", "accountId"])
        assert await some.code("requestUpload", **asked, jobId=job) == ("NOT_FOUND", ["input", "jobId"])
        other = {"jobId": job, "accountId": hidden["id"]}
        assert await shop.owner.code("requestUpload", **asked, **other) == ("NOT_FOUND", ["input", "accountId"])
    await shop.owner.do("updateJob", jobId=job, addAssigneeIds=[some.member_id])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[some.member_id])
    selection = "document { account { id } job { id } uploadedBy { id } state }"
    made = await some.do("requestUpload", selection, **asked, jobId=job, accountId=shop.account)
    assert made == {
        "account": {"id": shop.account},
        "job": {"id": job},
        "uploadedBy": {"id": some.member_id},
        "state": "UPLOADING",
    }


async def test_an_archived_job_takes_no_document(shop: Shop, database: Database) -> None:
    """ST1: it is read-only; what it has can still be shared and deleted, as it is the account's."""
    job = (await shop.job())["id"]
    document = {"documentId": await stored_document(database, shop.account, job)}
    statuses = (await shop.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    [archived] = [one["id"] for one in statuses if one["state"] == "ARCHIVED"]
    await shop.owner.do("setJobStatus", jobId=job, statusId=archived, expect={"version": 1})
    async with Unchanged(database):
        found = await shop.owner.code("requestUpload", name="a.pdf", size=9, jobId=job)
        assert found == ("ARCHIVED", ["input", "jobId"])
    await shop.owner.do("shareDocument", **document)
    await shop.owner.do("deleteDocument", **document)


async def test_a_document_is_seen_with_the_account_or_with_the_job_it_was_added_to(
    api: Api, shop: Shop, database: Database
) -> None:
    """AC3, AC4: and the firm's own by every member; each list and look-up agrees."""
    job = await shop.job()
    documents = {
        "account": await stored_document(database, shop.account, name="account.pdf"),
        "job": await stored_document(database, shop.account, job["id"], name="job.pdf"),
        "firm": await stored_document(database, shop.account, name="firm.pdf"),
    }
    await database.rows("UPDATE documents SET account_id = NULL WHERE id = $1", documents["firm"])
    everything = await api.member(shop.owner, rights=["VIEW_ALL_ACCOUNTS"])
    insider = await api.member(shop.owner, accounts=[shop.account])
    assignee, stranger = await api.member(shop.owner), await api.member(shop.owner)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[assignee.member_id])
    await shop.owner.do("updateJob", jobId=job["id"], addAssigneeIds=[assignee.member_id])
    other = (await open_shop(api)).owner
    for client, sees in (
        (shop.owner, ["firm", "job", "account"]),
        (everything, ["firm", "job", "account"]),
        (insider, ["firm", "job", "account"]),
        (assignee, ["firm", "job"]),
        (stranger, ["firm"]),
        (other, []),
    ):
        assert await listed(client) == [f"{name}.pdf" for name in sees]
        for name, document_id in documents.items():
            query = "query ($id: ID!) { document(id: $id) { id } node(id: $id) { id } }"
            seen = {"id": document_id} if name in sees else None
            assert await client.query(query, id=document_id) == {"document": seen, "node": seen}
    query = "query ($id: ID!) { job(id: $id) { documents { nodes { name } } account { documents { totalCount } } } }"
    [found] = [(await assignee.query(query, id=job["id"]))["job"]]
    assert found == {"documents": {"nodes": [{"name": "job.pdf"}]}, "account": {"documents": None}}
    found = await insider.query("query ($id: ID!) { account(id: $id) { documents { totalCount } } }", id=shop.account)
    assert found == {"account": {"documents": {"totalCount": 2}}}


async def test_documents_are_found_by_what_is_known_of_them(shop: Shop, database: Database) -> None:
    """API2: newest first, by account, job, name, and whether clients see them; `not` leaves none out."""
    job = (await shop.job())["id"]
    first = await stored_document(database, shop.account, name="Books.pdf")
    await stored_document(database, shop.account, job, name="bank.pdf")
    own = await stored_document(database, shop.account, name="form.pdf")
    await database.rows("UPDATE documents SET account_id = NULL WHERE id = $1", own)
    await shop.owner.do("shareDocument", documentId=first)
    owner = shop.owner
    assert await listed(owner) == ["form.pdf", "bank.pdf", "Books.pdf"]
    assert await listed(owner, ids=[first, own]) == ["form.pdf", "Books.pdf"]
    assert await listed(owner, accountIds=[shop.account]) == ["bank.pdf", "Books.pdf"]
    assert await listed(owner, jobIds=[job]) == ["bank.pdf"]
    assert (await listed(owner, ofFirm=True), await listed(owner, ofFirm=False)) == (
        ["form.pdf"],
        ["bank.pdf", "Books.pdf"],
    )
    assert (await listed(owner, shared=True), await listed(owner, shared=False)) == (
        ["Books.pdf"],
        ["form.pdf", "bank.pdf"],
    )
    assert await listed(owner, nameContains="B") == ["bank.pdf", "Books.pdf"]
    assert await listed(owner, **{"not": {"accountIds": [shop.account]}}) == ["form.pdf"]
    assert await listed(owner, **{"or": [{"ofFirm": True}, {"shared": True}]}) == ["form.pdf", "Books.pdf"]


async def test_sharing_renaming_and_deleting_take_the_right(api: Api, shop: Shop, database: Database) -> None:
    """AC1: who sees a document and lacks it changes nothing of it."""
    document = {"documentId": await stored_document(database, shop.account)}
    insider = await api.member(shop.owner, accounts=[shop.account])
    stranger = await api.member(shop.owner, rights=["MANAGE_DOCUMENTS"])
    async with Unchanged(database):
        for mutation, more in (
            ("updateDocument", {"name": "b.pdf"}),
            ("shareDocument", {}),
            ("unshareDocument", {}),
            ("deleteDocument", {}),
        ):
            [error] = await insider.refused(mutation, **document, **more)
            assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_DOCUMENTS")
            assert await stranger.code(mutation, **document, **more) == ("NOT_FOUND", ["input", "documentId"])


async def test_what_happens_to_a_document_is_in_the_history_of_its_job(shop: Shop, database: Database) -> None:
    """JB3: with the names of then; what was deleted is named all the same. The job's version stays (MV4)."""
    job = (await shop.job())["id"]
    document_id = await stored_document(database, shop.account, job)
    document = {"documentId": document_id}
    await shop.owner.do("updateDocument", **document, name="b.pdf")
    shared = await shop.owner.do("shareDocument", "document { sharedAt version }", **document)
    assert (shared["sharedAt"] is not None, shared["version"]) == (True, 3)
    again = await shop.owner.do("shareDocument", "document { sharedAt version }", **document)
    assert again == shared
    assert (await shop.owner.do("unshareDocument", "document { sharedAt }", **document)) == {"sharedAt": None}
    assert await shop.owner.do("deleteDocument", "deletedId", **document) == document_id
    removed, unshared, share, renamed, _ = await history(shop.owner, job)
    assert [one["action"] for one in (removed, unshared, share, renamed)] == [
        "DOCUMENT_REMOVED",
        *["DOCUMENT_CHANGED"] * 3,
    ]
    none: Json = {"fromNodes": [], "toNodes": []}
    assert renamed["changes"] == [
        {"field": "document", "fromValue": "a.pdf", "toValue": "a.pdf", **none},
        {"field": "name", "fromValue": "a.pdf", "toValue": "b.pdf", **none},
    ]
    assert [line["field"] for line in share["changes"]] == ["document", "sharedAt"]
    assert removed["changes"] == [{"field": "document", "fromValue": "b.pdf", "toValue": None, **none}]
    assert await shop.owner.query("query ($id: ID!) { job(id: $id) { version } }", id=job) == {"job": {"version": 1}}


async def test_a_document_keeps_its_type_when_it_is_renamed(shop: Shop, database: Database) -> None:
    """What says that it is a PDF opens as one."""
    document = {"documentId": await stored_document(database, shop.account)}
    async with Unchanged(database):
        found = await shop.owner.code("updateDocument", **document, name="a.txt")
        assert found == ("TYPE_NOT_ALLOWED", ["input", "name"])
        await shop.owner.do("updateDocument", **document)
        await shop.owner.do("updateDocument", **document, name="a.pdf")


async def test_a_document_that_waits_for_its_content_can_only_be_uploaded(shop: Shop, database: Database) -> None:
    """It is on no list, and goes by itself if nothing comes."""
    job = (await shop.job())["id"]
    made = await shop.owner.do("requestUpload", "document { id uploadUrl }", name="a.pdf", size=9, jobId=job)
    assert made["uploadUrl"].startswith("http://127.0.0.1:8000/files/u.doc_")
    assert await listed(shop.owner) == []
    async with Unchanged(database):
        for mutation in ("shareDocument", "unshareDocument", "deleteDocument", "updateDocument"):
            found = await shop.owner.code(mutation, documentId=made["id"])
            assert found == ("NOT_FOUND", ["input", "documentId"])
