"""Addresses of documents: for whom, for what and for how long they are good (JB3, AC4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from engine.files.passes import LASTS, STEP, Pass, Purpose, ends_at, new_secret
from engine.work import system_clock
from tests.access.digest import Unchanged
from tests.files.kit import PDF, Office, code_of, sending, token_of
from tests.support.api import Client, open_shop
from tests.support.wait import eventually

NOW = datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)
GONE = (404, "NOT_FOUND")


async def secret_of(office: Office) -> str:
    """What the firm signs with."""
    return str(await office.served.database.value("SELECT file_secret FROM firms"))


async def employee(office: Office, *rights: str, accounts: bool = True) -> Client:
    """Somebody who sees the account, if so."""
    listed = [office.shop.account] if accounts else []
    return await office.served.member(office.owner, rights=["MANAGE_DOCUMENTS", *rights], accounts=listed)


def changed(token: str) -> list[str]:
    """The token with signs changed, taken out and doubled."""
    found = []
    for n in range(0, len(token), 3):
        other = "0" if token[n] != "0" else "1"
        found += [token[:n] + other + token[n + 1 :], token[:n] + token[n + 1 :], token[: n + 1] + token[n:]]
    return found


async def test_every_change_of_an_address_makes_it_good_for_nothing(office: Office) -> None:
    """Signs are changed, taken out and doubled in each place; what is refused changes nothing."""
    document, asked = await office.file(), await office.request("second.pdf")
    async with Unchanged(office.served.database):
        for token in changed(token_of(document["downloadUrl"])):
            assert code_of(await office.get(f"/files/{token}")) == GONE, token
        for token in changed(token_of(asked["uploadUrl"])):
            assert code_of(await office.put(f"/files/{token}")) == GONE, token
    assert (await office.get(document["downloadUrl"])).status_code == 200


async def test_what_is_no_address_opens_nothing(office: Office) -> None:
    """Paths, long texts, and signs of all sorts."""
    document = await office.file()
    path = office.stored()[0].relative_to(office.folder)
    texts = ["x", "..", "../files", str(path), f"../{path}", "d." * 2000, "\x00", "💥", document["id"], " ", "%2e%2e"]
    async with Unchanged(office.served.database):
        for text in texts:
            url = f"/files/{quote(text, safe='')}"
            for answer in (await office.get(url), await office.put(url)):
                assert code_of(answer) in {GONE, (405, "METHOD_NOT_ALLOWED")}, text
    answer = await office.served.http.post(document["downloadUrl"])
    assert code_of(answer) == (405, "METHOD_NOT_ALLOWED")


async def test_an_address_is_good_for_one_purpose(office: Office) -> None:
    """Who may download may not upload, and the other way round."""
    document, asked = await office.file(), await office.request("second.pdf")
    async with Unchanged(office.served.database):
        assert code_of(await office.put(document["downloadUrl"])) == GONE
        assert code_of(await office.get(asked["uploadUrl"])) == GONE
        for url, purpose in ((document["downloadUrl"], "u"), (asked["uploadUrl"], "d")):
            token = purpose + token_of(url)[1:]
            assert code_of(await office.put(f"/files/{token}")) == GONE
            assert code_of(await office.get(f"/files/{token}")) == GONE


async def test_an_address_expires(office: Office) -> None:
    """Ten minutes at most; the client is told so and asks for another."""
    document, asked = await office.file(), await office.request("second.pdf")
    secret, ended = await secret_of(office), system_clock() - timedelta(seconds=1)
    key = await office.served.database.value("SELECT object_key FROM documents WHERE id = $1", document["id"])
    down = Pass(Purpose.DOWNLOAD, document["id"], office.owner.member_id, ended).signed(secret, key)
    up = Pass(Purpose.UPLOAD, asked["id"], office.owner.member_id, ended).signed(secret, None)
    async with Unchanged(office.served.database):
        assert code_of(await office.get(f"/files/{down}")) == (410, "TOO_LATE")
        assert code_of(await office.put(f"/files/{up}")) == (410, "TOO_LATE")
    for url in (document["downloadUrl"], asked["uploadUrl"]):
        read = Pass.read(token_of(url))
        assert read is not None
        assert timedelta(minutes=4) < read.until - system_clock() <= LASTS


def test_who_asks_again_soon_gets_the_same_address() -> None:
    """So that a client's cache knows what it has."""
    ends = {ends_at(NOW + timedelta(seconds=n)) for n in range(0, 290, 10)}
    assert ends == {datetime(2026, 11, 23, 12, 10, tzinfo=UTC)}
    assert ends_at(NOW + STEP) == datetime(2026, 11, 23, 12, 15, tzinfo=UTC)


def test_a_pass_is_signed_with_the_secret_and_for_the_content() -> None:
    """Another firm's secret, and another object of the same document, are of no use."""
    secret, made = new_secret(), Pass(Purpose.DOWNLOAD, "doc_1", "member_1", NOW)
    read = Pass.read(made.signed(secret, "firm/a"))
    assert read is not None
    assert (read.purpose, read.document_id, read.holder_id, read.until) == (
        made.purpose,
        made.document_id,
        made.holder_id,
        NOW.replace(microsecond=0),
    )
    assert read.genuine(secret, "firm/a")
    assert not read.genuine(new_secret(), "firm/a")
    assert not read.genuine(secret, "firm/b")
    assert not read.genuine(secret, None)


@pytest.mark.parametrize("text", ["", "d.doc_1.member_1.1.", f"d.doc_1.member_1.01.{'0' * 64}", "d" * 10_000])
def test_what_is_not_written_as_a_pass_is_none(text: str) -> None:
    """There is one way to write each."""
    assert Pass.read(text) is None


async def test_a_firms_secret_opens_nothing_of_another_firm(office: Office) -> None:
    """AC4: not even a member of it with the right secret of their own."""
    document = await office.file()
    key = await office.served.database.value("SELECT object_key FROM documents")
    other = await open_shop(office.served)
    await other.owner.do("requestUpload", name="a.pdf", size=9)
    sql = "SELECT f.file_secret FROM firms f JOIN members m ON m.firm_id = f.id WHERE m.id = $1"
    theirs = str(await office.served.database.value(sql, other.owner.member_id))
    until = ends_at(system_clock())
    for secret, holder in ((theirs, other.owner), (await secret_of_first(office), other.owner)):
        text = Pass(Purpose.DOWNLOAD, document["id"], holder.member_id, until).signed(secret, key)
        assert code_of(await office.get(f"/files/{text}")) == GONE


async def secret_of_first(office: Office) -> str:
    """What the first firm signs with."""
    sql = "SELECT f.file_secret FROM firms f JOIN members m ON m.firm_id = f.id WHERE m.id = $1"
    return str(await office.served.database.value(sql, office.owner.member_id))


async def test_an_address_ends_with_the_document(office: Office) -> None:
    """Its bytes are gone soon after."""
    document = await office.file()
    await office.owner.do("deleteDocument", documentId=document["id"])
    assert code_of(await office.get(document["downloadUrl"])) == GONE
    assert await office.swept() == 1
    assert await office.nothing_left()


async def test_an_address_gives_nobody_what_they_have_lost(office: Office) -> None:
    """AC4: access to the account, or being a member at all; others' addresses stay good."""
    document = await office.file()
    someone = await employee(office)
    seen = await office.seen(document["id"], someone)
    assert seen is not None
    assert seen["downloadUrl"] != document["downloadUrl"]
    assert (await office.get(seen["downloadUrl"])).content == PDF
    change = {"memberId": someone.member_id}
    await office.owner.do("updateMemberAccess", **change, removeAccountIds=[office.shop.account])
    assert code_of(await office.get(seen["downloadUrl"])) == GONE
    await office.owner.do("updateMemberAccess", **change, addAccountIds=[office.shop.account])
    assert (await office.get(seen["downloadUrl"])).content == PDF
    await office.owner.do("deactivateMember", **change)
    assert code_of(await office.get(seen["downloadUrl"])) == GONE
    assert (await office.get(document["downloadUrl"])).content == PDF


async def test_an_upload_takes_what_its_request_took(office: Office) -> None:
    """AC1, AC4: the right, and sight of the account, when it begins; nothing is stored without."""
    someone = await employee(office)
    asked = await office.request(by=someone)
    change = {"memberId": someone.member_id}
    await office.owner.do("updateMemberAccess", **change, removeRights=["MANAGE_DOCUMENTS"])
    assert code_of(await office.put(asked["uploadUrl"])) == (403, "FORBIDDEN")
    await office.owner.do("updateMemberAccess", **change, addRights=["MANAGE_DOCUMENTS"])
    await office.owner.do("updateMemberAccess", **change, removeAccountIds=[office.shop.account])
    assert code_of(await office.put(asked["uploadUrl"])) == GONE
    assert await office.nothing_left()
    await office.owner.do("updateMemberAccess", **change, addAccountIds=[office.shop.account])
    assert (await office.put(asked["uploadUrl"])).status_code == 201


async def test_an_upload_takes_the_right_until_its_end(office: Office) -> None:
    """AC1: who loses it meanwhile has uploaded nothing."""
    someone = await employee(office)
    asked = await office.request(by=someone)
    async with sending(office.served.port, asked["uploadUrl"], len(PDF)) as upload:
        await upload.write(PDF[:100])
        await eventually(lambda: office.begun(1), "the upload has begun")
        await office.owner.do("updateMemberAccess", memberId=someone.member_id, removeRights=["MANAGE_DOCUMENTS"])
        await upload.write(PDF[100:])
        assert await upload.status() == 403
    assert await office.nothing_left()


async def test_a_token_that_only_reads_gets_no_address_to_upload_to(office: Office) -> None:
    """API5: an address is as good as a mutation; to download it is a reader's."""
    document, asked = await office.file(), await office.request("second.pdf")
    given = {"name": "Program", "scopes": ["READ"]}
    token = (await office.owner.payload("createApiToken", "token", **given))["token"]
    reader = Client(office.served.http, token, office.owner.member_id)
    found, waiting = await office.seen(document["id"], reader), await office.seen(asked["id"], reader)
    assert found is not None
    assert waiting is not None
    assert (found["downloadUrl"] is not None, waiting["uploadUrl"]) == (True, None)


async def test_nobody_uploads_what_another_has_announced(office: Office) -> None:
    """Until its content has come a document is its uploader's alone."""
    asked = await office.request()
    someone = await employee(office)
    assert await office.seen(asked["id"], someone) is None
    secret = await secret_of(office)
    text = Pass(Purpose.UPLOAD, asked["id"], someone.member_id, ends_at(system_clock())).signed(secret, None)
    assert code_of(await office.put(f"/files/{text}")) == GONE
    assert await office.nothing_left()


async def test_the_api_hands_out_whole_addresses(office: Office) -> None:
    """Of the server as clients reach it."""
    document = await office.file()
    assert document["downloadUrl"].startswith(f"{office.served.origin}/files/d.")
