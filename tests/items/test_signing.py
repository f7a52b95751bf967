"""Signature requests: what is shown is what is signed, by those who are asked to, and then the job goes on."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from asyncpg import CheckViolationError
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.items import signing
from tests.access.digest import Unchanged
from tests.items.views import item, made, refusal, shown, stage, told
from tests.portal.kit import Guest, guest
from tests.support.api import Json
from tests.support.desk import Desk
from tests.support.documents import firms_document, stored_document

OWN = "query { portal { documents { nodes { id } } } }"


async def request(desk: Desk, document: str | None = None, *signers: Guest, **given: Any) -> str:
    """A signature request about a document, one of the firm's own unless another one is named."""
    paper = document or await firms_document(desk.database, desk.shop.account)
    content = {"documentId": paper, "text": "Sign here", "signerIds": [one.member_id for one in signers]}
    return await made(desk, {"signatureRequest": content}, **given)


async def signature(client: Guest, item_id: str, name: str = "Ann Client") -> Json:
    """What a client says who signs what they are shown."""
    digest = (await shown(client, item_id))["contentSha256"]
    return {"itemId": item_id, "name": name, "contentSha256": digest}


async def signs(client: Guest, item_id: str, name: str = "Ann Client") -> Json:
    """A client signs; answers what the portal does."""
    return await client.payload("signDocument", "item { state open }", **await signature(client, item_id, name))


async def papers(client: Guest) -> list[str]:
    """The documents that a client is shown."""
    return [one["id"] for one in (await client.query(OWN))["portal"]["documents"]["nodes"]]


async def test_the_last_signature_finishes_it_and_the_job_goes_on(desk: Desk) -> None:
    """AI1, AM2: by hand in a job; everybody who comes in signs what they are shown, and all of that is kept."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job())["id"]
    form = await firms_document(desk.database, desk.shop.account)
    assert await papers(ann) == []
    one = await request(desk, form, jobId=job, title="The form")
    assert await papers(ann) == await papers(bob) == [form]
    found = await shown(ann, one)
    assert (found["state"], found["text"], found["document"]) == ("SENT", "Sign here", {"id": form, "name": "form.pdf"})
    assert found["contentSha256"] == hashlib.sha256(found["signedContent"].encode()).hexdigest()
    assert json.loads(found["signedContent"]) == {
        "content": {"text": "Sign here"},
        "document": {"name": "form.pdf", "sha256": "0" * 64},
        "id": one,
        "kind": "SIGNATURE_REQUEST",
        "title": "The form",
    }
    assert await signs(ann, one) == {"item": {"state": "STARTED", "open": True}, "errors": []}
    assert [(who["name"], who["isOneself"], who["signedName"]) for who in (await shown(bob, one))["signers"]] == [
        ("Ann", False, "Ann Client"),
        ("Bob", True, None),
    ]
    assert await stage(desk, job) == 0
    assert await signs(bob, one, " Bob ") == {"item": {"state": "DONE", "open": False}, "errors": []}
    assert await stage(desk, job) == 1
    assert await told(desk) == ["Bob has signed The form.", "Ann has signed The form."]
    details = (await item(desk.owner, one))["details"]
    assert [
        (who["name"], who["contact"], who["signedName"], who["address"], who["sha256"]) for who in details["signers"]
    ] == [
        ("Ann", {"id": ann.member_id}, "Ann Client", "127.0.0.1", found["contentSha256"]),
        ("Bob", {"id": bob.member_id}, "Bob", "127.0.0.1", found["contentSha256"]),
    ]
    assert details["signedContent"] == found["signedContent"]
    assert details["signers"][0]["signedAt"] < details["signers"][1]["signedAt"]


async def test_only_those_who_are_named_sign(desk: Desk) -> None:
    """AI1: another contact of the account sees it, and is told that it is not theirs to sign."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    eve = await guest(desk, "Eve", other)
    one = await request(desk, None, ann)
    assert [who["name"] for who in (await shown(bob, one))["signers"]] == ["Ann"]
    said = await signature(bob, one)
    async with Unchanged(desk.database):
        assert await refusal(bob, "signDocument", **said) == ("FORBIDDEN", ["input", "itemId"])
        assert await shown(eve, one) is None
        assert await refusal(eve, "signDocument", **said) == ("NOT_FOUND", ["input", "itemId"])
    assert (await signs(ann, one))["item"]["state"] == "DONE"


BAD: Mapping[str, tuple[Json, tuple[str, list[str]]]] = {
    "no name": ({"name": " \u200b "}, ("REQUIRED", ["input", "name"])),
    "too long a name": ({"name": "x" * 201}, ("TOO_LONG", ["input", "name"])),
    "what was not shown": ({"contentSha256": "0" * 64}, ("CONFLICT", ["input", "contentSha256"])),
    "no digest": ({"contentSha256": ""}, ("CONFLICT", ["input", "contentSha256"])),
    "nothing": ({"itemId": "signature_0"}, ("NOT_FOUND", ["input", "itemId"])),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_signature_that_will_not_do_is_refused(desk: Desk, what: str) -> None:
    """Nothing is kept of it."""
    ann, (wrong, expected) = await guest(desk, "Ann"), BAD[what]
    said = await signature(ann, await request(desk)) | wrong
    async with Unchanged(desk.database):
        assert await refusal(ann, "signDocument", **said) == expected


async def test_nobody_signs_twice_or_what_is_over(desk: Desk) -> None:
    """AI1: not while others are still to sign, nor afterwards, nor what was cancelled, nor another kind of item."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    one, cancelled = await request(desk), await request(desk)
    said, late = await signature(ann, one), await signature(ann, cancelled)
    await signs(ann, one)
    await desk.owner.do("cancelItem", itemId=cancelled)
    async with Unchanged(desk.database):
        for given in (said, late):
            assert await refusal(ann, "signDocument", **given) == ("CLOSED", ["input", "itemId"])
    await signs(bob, one)
    thread = await made(desk, {"messageThread": {"text": "Hello"}})
    async with Unchanged(desk.database):
        assert await refusal(ann, "signDocument", **said) == ("CLOSED", ["input", "itemId"])
        assert await refusal(ann, "signDocument", **{**said, "itemId": thread}) == ("NOT_FOUND", ["input", "itemId"])
        assert await desk.owner.do("completeItem", "item { state }", itemId=one) == {"state": "DONE"}  # as it is
        assert await desk.owner.code("cancelItem", itemId=one) == ("CLOSED", ["input", "itemId"])
        assert await desk.owner.code("reopenItem", itemId=one) == ("CLOSED", ["input", "itemId"])


async def test_only_clients_complete_it(desk: Desk) -> None:
    """MV5: members cancel it, or wait."""
    await guest(desk, "Ann")
    one = await request(desk)
    async with Unchanged(desk.database):
        assert await desk.owner.code("completeItem", itemId=one) == ("INVALID", ["input", "itemId"])


async def test_two_signatures_at_the_same_instant_finish_it_once(desk: Desk) -> None:
    """AM3: whichever comes last moves the job, once."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    for _ in range(5):
        job = (await desk.shop.job())["id"]
        one = await request(desk, jobId=job)
        given = [(who, await signature(who, one)) for who in (ann, bob)]
        answers = await asyncio.gather(*(who.payload("signDocument", "item { state }", **said) for who, said in given))
        assert sorted(answer["item"]["state"] for answer in answers) in (["DONE", "STARTED"], ["DONE", "DONE"])
        assert await stage(desk, job) == 1
        visits = "query ($id: ID!) { job(id: $id) { visits { totalCount } } }"
        assert (await desk.owner.query(visits, id=job))["job"]["visits"]["totalCount"] == 2


async def test_one_client_who_signs_twice_at_once_signs_once(desk: Desk) -> None:
    """The second of both is refused."""
    ann, _ = await guest(desk, "Ann"), await guest(desk, "Bob")
    said = await signature(ann, await request(desk))
    answers = await asyncio.gather(*(ann.payload("signDocument", **said) for _ in range(3)))
    assert sorted(len(answer["errors"]) for answer in answers) == [0, 1, 1]
    assert {error["code"] for answer in answers for error in answer["errors"]} == {"CLOSED"}


async def test_an_automation_asks_everybody_who_comes_in_once_mail_goes_out(desk: Desk) -> None:
    """AU9: while the firm holds its mail back nothing is shown: neither the item, nor its document."""
    ann = await guest(desk, "Ann")
    await desk.contact("Bob", "bob@client.test")
    form = await firms_document(desk.database, desk.shop.account)
    content = {"signatureRequest": {"documentId": form, "text": "For [JOB_NAME]"}}
    given = {"name": "Form", "title": "Form of [ACCOUNT_NAME]", "content": content}
    template = (await desk.owner.do("createItemTemplate", "template { id }", **given))["id"]
    config = {"requestSignature": {"templateId": template}}
    await desk.owner.do("createAutomation", stageId=desk.shop.stages[1], config=config)
    await desk.owner.do("updateStage", stageId=desk.shop.stages[1], automove="WHEN_ITEMS_DONE")
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = await desk.move(name="Books")
    await desk.work()
    [one] = [made["id"] for made in (await desk.run(job))["made"] if made["id"].startswith("signature_")]
    assert (await item(desk.owner, one))["state"] == "HELD"
    assert (await shown(ann, one), await papers(ann)) == (None, [])
    await desk.owner.do("updateFirm", holdsClientMail=False)
    await desk.owner.do("releaseEmails", all=True)
    found = await shown(ann, one)
    assert (found["title"], found["text"], await papers(ann)) == ("Form of Acme", "For Books", [form])
    assert [who["name"] for who in found["signers"]] == ["Ann"]
    assert (await signs(ann, one))["item"]["state"] == "DONE"
    assert await stage(desk, job) == 2


async def test_a_document_of_the_account_is_shared_as_the_request_is_sent(desk: Desk) -> None:
    """AC5: not before, and it stays shared afterwards."""
    ann = await guest(desk, "Ann")
    paper = await stored_document(desk.database, desk.shop.account, (await desk.shop.job())["id"])
    one = await request(desk, paper, send=False)
    assert (await papers(ann), await shown(ann, one)) == ([], None)
    await desk.owner.do("sendItem", itemId=one)
    assert await papers(ann) == [paper]
    await desk.owner.do("cancelItem", itemId=one)
    assert await papers(ann) == [paper]


async def test_a_document_to_be_signed_is_not_taken_away(desk: Desk) -> None:
    """PL4: neither deleted, nor taken back from the client, until the request is closed; what was signed is kept."""
    ann = await guest(desk, "Ann")
    form = await firms_document(desk.database, desk.shop.account)
    one = await request(desk, form)
    document = {"documentId": form}
    async with Unchanged(desk.database):
        for mutation, more in (
            ("deleteDocument", {}),
            ("unshareDocument", {}),
            ("unshareDocument", {"accountId": desk.shop.account}),
        ):
            payload = await desk.owner.payload(mutation, **document, **more)
            [error] = payload["errors"]
            assert (error["code"], error["total"], error["usedBy"]) == ("IN_USE", 1, [{"id": one}])
            assert error["message"] == "1 open item is about it: cancel that first."
    await signs(ann, one)
    before = (await item(desk.owner, one))["details"]
    await desk.owner.do("unshareDocument", **document)
    await desk.owner.do("deleteDocument", **document)
    assert (await shown(ann, one))["document"] is None
    assert (await item(desk.owner, one))["details"] == {**before, "content": {"text": "Sign here", "document": None}}


async def test_a_request_that_waits_keeps_its_document_but_not_its_being_shared(desk: Desk) -> None:
    """PL4: what was not sent shows nothing yet."""
    ann = await guest(desk, "Ann")
    form = await firms_document(desk.database, desk.shop.account)
    one = await request(desk, form, send=False)
    await desk.owner.do("shareDocument", documentId=form)
    await desk.owner.do("unshareDocument", documentId=form)
    assert await desk.owner.code("deleteDocument", documentId=form) == ("IN_USE", ["input", "documentId"])
    await desk.owner.do("sendItem", itemId=one)
    assert await papers(ann) == [form]


async def test_a_request_that_an_undone_move_had_cancelled_is_as_it_was(desk: Desk) -> None:
    """MV5, MV7: its document, taken back meanwhile, is shared anew; who had signed has."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    form = await firms_document(desk.database, desk.shop.account)
    job = (await desk.shop.job())["id"]
    one = await request(desk, form, jobId=job)
    await signs(ann, one)
    away = {"jobId": job, "stageId": desk.shop.stages[1], "pendingItems": "CANCEL"}
    await desk.owner.do("moveJob", **away, expect={"stageId": desk.shop.stages[0]})
    assert (await item(desk.owner, one))["state"] == "CANCELLED"
    await desk.owner.do("unshareDocument", documentId=form)
    await desk.owner.do("undoMove", jobId=job, expect={"stageId": desk.shop.stages[1]})
    found = await shown(bob, one)
    assert (found["state"], found["document"]["id"]) == ("STARTED", form)
    assert (await signs(bob, one))["item"]["state"] == "DONE"


async def test_the_title_stays_once_somebody_has_signed_under_it(desk: Desk) -> None:
    """All sign the same; before the first signature it may be changed, and who was shown the old one is told."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    one = await request(desk)
    early = await signature(ann, one)
    await desk.owner.do("updateItem", itemId=one, title="Another title")
    async with Unchanged(desk.database):
        assert await refusal(ann, "signDocument", **early) == ("CONFLICT", ["input", "contentSha256"])
    await signs(ann, one)
    async with Unchanged(desk.database):
        assert await desk.owner.code("updateItem", itemId=one, title="Late") == ("CLOSED", ["input", "title"])
    await desk.owner.do("updateItem", itemId=one, dueDate="2026-12-31")
    await signs(bob, one)
    digests = {who["sha256"] for who in (await item(desk.owner, one))["details"]["signers"]}
    assert digests == {(await shown(ann, one))["contentSha256"]}


WRONG: Mapping[str, tuple[str, list[str]]] = {
    "a contact of another account": ("NOT_FOUND", ["signerIds"]),
    "a contact who does not come in": ("UNREACHABLE", ["signerIds"]),
    "another client's document": ("INVALID", ["documentId"]),
    "no document": ("NOT_FOUND", ["documentId"]),
    "a document that has not come": ("NOT_FOUND", ["documentId"]),
    "too many": ("TOO_MANY", ["signerIds"]),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_cannot_be_signed_is_not_asked_for(desk: Desk, what: str) -> None:
    """Nothing is made."""
    await guest(desk, "Ann")
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    eve = await guest(desk, "Eve", other)
    bob = await desk.contact("Bob", "bob@client.test")
    form = await firms_document(desk.database, desk.shop.account)
    foreign = await stored_document(desk.database, other)
    coming = (await desk.owner.do("requestUpload", "document { id }", name="a.pdf", size=9))["id"]
    named: dict[str, Json] = {
        "a contact of another account": {"documentId": form, "signerIds": [eve.member_id]},
        "a contact who does not come in": {"documentId": form, "signerIds": [bob]},
        "another client's document": {"documentId": foreign},
        "no document": {"documentId": "doc_0"},
        "a document that has not come": {"documentId": coming},
        "too many": {"documentId": form, "signerIds": [f"contact_{n}" for n in range(201)]},
    }
    code, path = WRONG[what]
    said = {"accountId": desk.shop.account, "title": "Please", "content": {"signatureRequest": named[what]}}
    async with Unchanged(desk.database):
        expected = (code, ["input", "content", "signatureRequest", *path])
        assert await desk.owner.code("createItem", **said) == expected


async def test_where_nobody_comes_in_nobody_can_be_asked_to_sign(desk: Desk) -> None:
    """AU9: not even to send it later."""
    form = await firms_document(desk.database, desk.shop.account)
    content = {"signatureRequest": {"documentId": form}}
    said = {"accountId": desk.shop.account, "title": "Please", "content": content}
    async with Unchanged(desk.database):
        assert await desk.owner.code("createItem", **said) == ("UNREACHABLE", ["input", "accountId"])
        assert await desk.owner.code("createItem", **said, send=False) == ("UNREACHABLE", None)


async def test_a_template_names_the_firms_own_document_and_no_signers(desk: Desk) -> None:
    """AI1: it is for no account; its document is not deleted (PL4)."""
    ann = await guest(desk, "Ann")
    form = await firms_document(desk.database, desk.shop.account)
    paper = await stored_document(desk.database, desk.shop.account)
    base = ["input", "content", "signatureRequest"]
    refused: list[tuple[Json, tuple[str, list[str]]]] = [
        ({"documentId": form, "signerIds": [ann.member_id]}, ("NOT_FOUND", [*base, "signerIds"])),
        ({"documentId": paper}, ("INVALID", [*base, "documentId"])),
    ]
    async with Unchanged(desk.database):
        for content, expected in refused:
            given = {"name": "Form", "title": "Form", "content": {"signatureRequest": content}}
            assert await desk.owner.code("createItemTemplate", **given) == expected
    given = {"name": "Form", "title": "Form", "content": {"signatureRequest": {"documentId": form}}}
    await desk.owner.do("createItemTemplate", **given)
    async with Unchanged(desk.database):
        assert await desk.owner.code("deleteDocument", documentId=form) == ("IN_USE", ["input", "documentId"])


async def test_everybody_concerned_is_told_as_somebody_signs(desk: Desk) -> None:
    """LV5: the other client's portal, and whoever looks at the job; the document comes before it can be signed."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    job = (await desk.shop.job())["id"]
    cursor = (await bob.query("{ cursor }"))["cursor"]
    one = await request(desk, jobId=job)
    of_portal = """query ($after: String!) { changes(stream: { portal: {} }, after: $after) { cursor events {
        ... on PortalEvent { changes { __typename ... on PortalItemChanged { item { state
            ... on PortalSignatureRequest { document { id } signers { signedName } } } } } } } } }"""
    page = (await bob.query(of_portal, after=cursor))["changes"]
    told = [change for event in page["events"] for change in event["changes"]]
    assert [change["__typename"] for change in told] == ["PortalItemChanged", "PortalDocumentChanged"]
    assert told[0]["item"]["document"] is not None
    await signs(ann, one)
    [event] = (await bob.query(of_portal, after=page["cursor"]))["changes"]["events"]
    [change] = event["changes"]
    assert (change["item"]["state"], [who["signedName"] for who in change["item"]["signers"]]) == (
        "STARTED",
        ["Ann Client", None],
    )
    of_job = """query ($job: ID!, $after: String!) { changes(stream: { job: { jobId: $job } }, after: $after) { events {
        ... on JobEvent { changes { __typename ... on ItemChanged { item { state
            ... on SignatureRequest { details { signers { signedName } } } } } } } } } }"""
    page = (await desk.owner.query(of_job, job=job, after=page["cursor"]))["changes"]
    shown = [change["item"] for event in page["events"] for change in event["changes"] if "item" in change]
    assert shown == [{"state": "STARTED", "details": {"signers": [{"signedName": "Ann Client"}, {"signedName": None}]}}]


async def test_it_takes_the_right_to_manage_documents(desk: Desk, api: Any) -> None:
    """AC3: others see title, kind and state, and change nothing."""
    await guest(desk, "Ann")
    one = await request(desk)
    clerk = await api.member(desk.owner, accounts=[desk.shop.account])
    keeper = await api.member(desk.owner, rights=["MANAGE_DOCUMENTS"], accounts=[desk.shop.account])
    found = await item(clerk, one)
    assert (found["title"], found["kind"], found["state"]) == ("Please", "SIGNATURE_REQUEST", "SENT")
    assert (found["details"], found["sending"], found["dueDate"]) == (None, None, None)
    form = (await item(keeper, one))["details"]["content"]["document"]["id"]
    said = {"title": "Please", "content": {"signatureRequest": {"documentId": form}}}
    async with Unchanged(desk.database):
        assert await clerk.code("createItem", accountId=desk.shop.account, **said) == ("FORBIDDEN", None)
        assert await clerk.code("cancelItem", itemId=one) == ("FORBIDDEN", ["input", "itemId"])
    await keeper.do("createItem", accountId=desk.shop.account, **said)
    await keeper.do("cancelItem", itemId=one)


async def test_the_database_keeps_signatures_as_they_were_given(desk: Desk) -> None:
    """Whatever the application does: once signed it is signed, and half a signature is none."""
    ann, _ = await guest(desk, "Ann"), await guest(desk, "Bob")
    one = await request(desk)
    await signs(ann, one)
    for change in (
        "signed_name = 'Eve' WHERE name = 'Ann'",
        "sha256 = repeat('1', 64) WHERE name = 'Ann'",
        "signed_name = NULL, signed_at = NULL, address = NULL, sha256 = NULL WHERE name = 'Ann'",
        "signed_name = 'Bob' WHERE name = 'Bob'",
        "signed_name = ' ', signed_at = now(), address = '::1', sha256 = repeat('1', 64) WHERE name = 'Bob'",
        "signed_name = 'Bob', signed_at = now(), address = '::1', sha256 = 'no' WHERE name = 'Bob'",
    ):
        with pytest.raises(CheckViolationError):
            await desk.database.rows(f"UPDATE item_signers SET {change}")


async def test_a_signature_outlives_its_contact(desk: Desk) -> None:
    """What was signed, by whom and when is known for good."""
    ann, bob = await guest(desk, "Ann"), await guest(desk, "Bob")
    one = await request(desk)
    await signs(ann, one)
    await desk.owner.do("deleteContact", contactId=ann.member_id)
    first, second = (await item(desk.owner, one))["details"]["signers"]
    assert (first["name"], first["contact"], first["signedName"]) == ("Ann", None, "Ann Client")
    assert second["contact"] == {"id": bob.member_id}
    assert (await signs(bob, one))["item"]["state"] == "DONE"


TEXT = st.text(max_size=20)
SAID = st.tuples(TEXT, TEXT, TEXT, st.one_of(st.none(), TEXT), st.one_of(st.none(), TEXT))


def _text(said: tuple[str, str, str, str | None, str | None], *, turned: bool = False) -> str:
    """What is signed of an item; ``turned`` writes its content in another order."""
    title, content, name, sha256, currency = said
    words = [("text", content), ("terms", title), ("signer_ids", []), ("document_id", "doc")]
    row = {"id": "signature_1", "kind": "SIGNATURE_REQUEST", "title": title}
    row["content"] = json.dumps(dict(reversed(words) if turned else words), indent=1 if turned else None)
    return signing.text(row, {"name": name, "sha256": sha256, "currency": currency})  # type: ignore[arg-type]


@given(SAID, SAID)
def test_what_is_signed_is_the_same_text_only_where_all_of_it_is_the_same(
    one: tuple[str, str, str, str | None, str | None], other: tuple[str, str, str, str | None, str | None]
) -> None:
    """However its parts are written down; the name of a document that there is none of is no part of it."""
    assert _text(one) == _text(one, turned=True)
    assume([*one[:2], one[2] if one[3] is not None else None, *one[3:]] != [
        *other[:2], other[2] if other[3] is not None else None, *other[3:]
    ])  # fmt: skip
    assert signing.digest(_text(one)) != signing.digest(_text(other))
