"""AI1: clients hand in what is wanted of them, members accept it or send it back, until nothing is missing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.enums import ReviewState
from engine.items.fulfilment import Wanted, is_fulfilled
from engine.items.handing_in import MOST_DOCUMENTS
from tests.access.digest import Unchanged
from tests.items.kit import Front
from tests.portal.kit import Guest, guest
from tests.support.api import Api, Client, Json, open_shop
from tests.support.contents import REQUEST
from tests.support.documents import stored_document

LINES = "submittedAt lines { title help required documents { document { id } state comment } }"
PAPERS = f"""id state open ... on DocumentRequest {{ details {{ {LINES} }} }}"""
OWN = """id state open ... on PortalDocumentRequest { submittedAt
  lines { id title help required documents { document { id } state comment } } }"""


async def upload(desk: Front, client: Guest, account: str | None = None) -> str:
    """A document as if a client had uploaded it."""
    document = await stored_document(desk.database, account or desk.shop.account)
    sql = "UPDATE documents SET uploaded_by_contact = $2, shared_at = now() WHERE id = $1"
    await desk.database.rows(sql, document, client.member_id)
    return document


async def request(desk: Front, content: Json = REQUEST, **given: Any) -> str:
    """A new request, sent."""
    return str((await desk.item(content, **given))["id"])


async def look(client: Client, item: str) -> Json:
    """A request as a member sees it."""
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on ActionItem {{ {PAPERS} }} }} }}"
    found: Json = (await client.query(document, id=item))["node"]
    return found


async def shown(client: Guest, item: str) -> Json:
    """A request as its client sees it."""
    document = f"query ($id: ID!) {{ portal {{ item(id: $id) {{ {OWN} }} }} }}"
    found: Json = (await client.query(document, id=item))["portal"]["item"]
    return found


async def do(client: Guest, mutation: str, **given: Any) -> str:
    """How a request stands after something that its client has done, and that must succeed."""
    payload = await client.payload(mutation, "item { state }", **given)
    assert payload["errors"] == [], payload["errors"]
    return str(payload["item"]["state"])


async def refused(client: Guest, mutation: str, **given: Any) -> tuple[str, list[str] | None]:
    """With what a client is refused, and where."""
    [error] = (await client.payload(mutation, **given))["errors"]
    return error["code"], error["path"]


async def lines_of(client: Guest, item: str) -> list[str]:
    """The ids of a request's lines, in order."""
    return [line["id"] for line in (await shown(client, item))["lines"]]


async def test_a_request_is_done_once_what_is_required_is_accepted(desk: Front, ann: Guest) -> None:
    """AI1, AM2: handed in, sent back, handed in again, accepted; each side sees the same, and the job goes on."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job())["id"]
    item = await request(desk, jobId=job)
    passport, _ = await lines_of(ann, item)
    first, second = await upload(desk, ann), await upload(desk, ann)
    assert await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=first) == "STARTED"
    assert await do(ann, "submitDocuments", itemId=item) == "STARTED"
    assert await desk.told() == ["Ann has handed in Talk."]
    assert (await look(desk.owner, item))["details"]["submittedAt"] is not None
    await desk.owner.do("returnDocument", itemId=item, documentId=first, comment="The {other} side, too.")
    await desk.work()
    letters = [letter.part("plain") for letter in desk.office.received]
    [letter] = [text for text in letters if "has sent back a.pdf:" in text]
    assert "The {other} side, too." in letter
    seen = await shown(ann, item)
    given = {"document": {"id": first}, "state": "RETURNED", "comment": "The {other} side, too."}
    assert (seen["submittedAt"], seen["lines"][0]["documents"]) == (None, [given])
    assert await refused(ann, "submitDocuments", itemId=item) == ("REQUIRED", ["input", "itemId"])
    await do(ann, "detachDocument", itemId=item, documentId=first)
    await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=second)
    await do(ann, "submitDocuments", itemId=item)
    await desk.work()
    assert await desk.stage_of(job) == 0
    done = await desk.owner.do("acceptDocument", "item { state }", itemId=item, documentId=second)
    assert done == {"state": "DONE"}
    await desk.work()
    assert await desk.stage_of(job) == 1
    accepted = {"document": {"id": second}, "state": "ACCEPTED", "comment": None}
    lines: list[Json] = [
        {"title": "Passport", "help": "Both sides.", "required": True, "documents": [accepted]},
        {"title": "Receipts", "help": None, "required": False, "documents": []},
    ]
    assert (await look(desk.owner, item))["details"]["lines"] == lines
    assert [{name: one[name] for name in lines[0]} for one in (await shown(ann, item))["lines"]] == lines


async def test_what_waits_holds_a_request_open(desk: Front, ann: Guest) -> None:
    """AI1: also for a line that is not required; what is taken back waits no more."""
    item = await request(desk)
    passport, receipts = await lines_of(ann, item)
    first, second = await upload(desk, ann), await upload(desk, ann)
    await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=first)
    await do(ann, "attachDocument", itemId=item, lineId=receipts, documentId=second)
    done = await desk.owner.do("acceptDocument", "item { state }", itemId=item, documentId=first)
    assert done == {"state": "STARTED"}
    assert await do(ann, "detachDocument", itemId=item, documentId=second) == "DONE"
    assert await desk.told() == ["Ann has handed in all of Talk."]


async def test_what_is_sent_back_waits_for_the_client(desk: Front, ann: Guest) -> None:
    """AI1: also where it is not required: until they give another, take it back, or say that it is all."""
    items = [await request(desk) for _ in range(3)]
    for item in items:
        passport, receipts = await lines_of(ann, item)
        first, second = await upload(desk, ann), await upload(desk, ann)
        await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=first)
        await do(ann, "attachDocument", itemId=item, lineId=receipts, documentId=second)
        await desk.owner.do("acceptDocument", itemId=item, documentId=first)
        back = {"itemId": item, "documentId": second, "comment": "Blurred."}
        assert await desk.owner.do("returnDocument", "item { state }", **back) == {"state": "STARTED"}
        if item == items[0]:
            assert await do(ann, "detachDocument", itemId=item, documentId=second) == "DONE"
        elif item == items[1]:
            assert await do(ann, "submitDocuments", itemId=item) == "DONE"
        else:
            another = await upload(desk, ann)
            given = {"itemId": item, "documentId": another}
            assert await do(ann, "attachDocument", **given, lineId=receipts) == "STARTED"
            assert await desk.owner.do("acceptDocument", "item { state }", **given) == {"state": "DONE"}


async def test_a_request_that_requires_nothing_is_done_when_its_client_says_so(desk: Front, ann: Guest) -> None:
    """AI1: with nothing at all, or once what was given is accepted."""
    content = {"documentRequest": {"lines": [{"title": "Receipts", "required": False}]}}
    empty, item = await request(desk, content), await request(desk, content)
    assert await do(ann, "submitDocuments", itemId=empty) == "DONE"
    [line], document = await lines_of(ann, item), await upload(desk, ann)
    await do(ann, "attachDocument", itemId=item, lineId=line, documentId=document)
    assert await do(ann, "submitDocuments", itemId=item) == "STARTED"
    accepted = {"itemId": item, "documentId": document}
    assert await desk.owner.do("acceptDocument", "item { state }", **accepted) == {"state": "DONE"}


async def test_members_complete_cancel_and_reopen_a_request(desk: Front, ann: Guest) -> None:
    """AI3, MV5: an open one lets its client go on; a closed one is left as it is."""
    item = await request(desk)
    passport, _ = await lines_of(ann, item)
    document = await upload(desk, ann)
    given = {"itemId": item, "documentId": document}
    await do(ann, "attachDocument", **given, lineId=passport)
    await do(ann, "submitDocuments", itemId=item)
    for closing in ("completeItem", "cancelItem"):
        await desk.owner.do(closing, itemId=item)
        async with Unchanged(desk.database):
            at = ("CLOSED", ["input", "itemId"])
            assert await refused(ann, "attachDocument", **given, lineId=passport) == at
            assert await refused(ann, "detachDocument", **given) == at
            assert await refused(ann, "submitDocuments", itemId=item) == at
            assert await desk.owner.code("acceptDocument", **given) == at
            assert await desk.owner.code("returnDocument", **given, comment="No") == at
        await desk.owner.do("reopenItem", itemId=item)
        assert (await shown(ann, item))["submittedAt"] is None
    assert await do(ann, "submitDocuments", itemId=item) == "STARTED"
    assert await desk.owner.do("acceptDocument", "item { state }", **given) == {"state": "DONE"}


async def test_only_what_a_client_of_the_account_has_uploaded_is_given(desk: Front, ann: Guest) -> None:
    """AC5: nothing of the firm, of others, that has not come, or that there is not; and for no item of others."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    bob = await guest(desk, "Bob", other)
    item = await request(desk)
    passport, receipts = await lines_of(ann, item)
    theirs, of_firm = await upload(desk, bob, other), await stored_document(desk.database, desk.shop.account)
    await desk.database.rows("UPDATE documents SET shared_at = now() WHERE id = $1", of_firm)
    upload_of = {"accountId": desk.shop.account, "name": "late.pdf", "size": 9}
    late = (await ann.payload("requestPortalUpload", "document { id }", **upload_of))["document"]["id"]
    mine = await upload(desk, ann)
    async with Unchanged(desk.database):
        for document in (theirs, of_firm, late, "doc_none", item):
            code = await refused(ann, "attachDocument", itemId=item, lineId=passport, documentId=document)
            assert code == ("NOT_FOUND", ["input", "documentId"]), document
        code = await refused(ann, "attachDocument", itemId=item, lineId="wanted_none", documentId=mine)
        assert code == ("NOT_FOUND", ["input", "lineId"])
        for mutation, given in (
            ("attachDocument", {"lineId": passport, "documentId": theirs}),
            ("detachDocument", {"documentId": theirs}),
            ("submitDocuments", {}),
        ):
            assert await refused(bob, mutation, itemId=item, **given) == ("NOT_FOUND", ["input", "itemId"])
        assert await refused(ann, "detachDocument", itemId=item, documentId=mine) == (
            "NOT_FOUND",
            ["input", "documentId"],
        )
    await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=mine)
    async with Unchanged(desk.database):
        await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=mine)
        code = await refused(ann, "attachDocument", itemId=item, lineId=receipts, documentId=mine)
        assert code == ("ALREADY_LINKED", ["input", "documentId"])


async def test_what_cannot_be_handed_in_or_decided_is_refused(desk: Front, ann: Guest) -> None:
    """AI1: submitting twice, taking back what is accepted, deciding on what was not given; nothing changes."""
    item = await request(desk)
    passport, receipts = await lines_of(ann, item)
    first, second = await upload(desk, ann), await upload(desk, ann)
    async with Unchanged(desk.database):
        [error] = (await ann.payload("submitDocuments", itemId=item))["errors"]
        assert (error["code"], error["message"]) == ("REQUIRED", "Still wanted: Passport.")
        code = await desk.owner.code("acceptDocument", itemId=item, documentId=first)
        assert code == ("NOT_FOUND", ["input", "documentId"])
    for line, document in ((passport, first), (receipts, second)):
        await do(ann, "attachDocument", itemId=item, lineId=line, documentId=document)
    await do(ann, "submitDocuments", itemId=item)
    await desk.owner.do("acceptDocument", itemId=item, documentId=first)
    async with Unchanged(desk.database):
        assert await refused(ann, "submitDocuments", itemId=item) == ("ALREADY_SENT", ["input", "itemId"])
        code = await refused(ann, "detachDocument", itemId=item, documentId=first)
        assert code == ("INVALID", ["input", "documentId"])
        await desk.owner.do("acceptDocument", itemId=item, documentId=first)
        code = await desk.owner.code("returnDocument", itemId=item, documentId=second, comment=" ")
        assert code == ("REQUIRED", ["input", "comment"])


async def test_a_line_takes_so_many_documents(desk: Front, ann: Guest) -> None:
    """AI1: and no more."""
    item = await request(desk)
    passport, _ = await lines_of(ann, item)
    for _ in range(MOST_DOCUMENTS):
        await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=await upload(desk, ann))
    one_more = await upload(desk, ann)
    async with Unchanged(desk.database):
        code = await refused(ann, "attachDocument", itemId=item, lineId=passport, documentId=one_more)
        assert code == ("TOO_MANY", ["input", "lineId"])


@pytest.mark.parametrize(
    ("lines", "code", "path"),
    [
        ([], "REQUIRED", ["lines"]),
        ([{"title": "A"}] * 101, "TOO_MANY", ["lines"]),
        ([{"title": "A"}, {"title": " "}], "REQUIRED", ["lines", "1", "title"]),
        ([{"title": "A", "help": "x" * 10_001}], "TOO_LONG", ["lines", "0", "help"]),
    ],
)
async def test_a_request_wants_something(desk: Front, ann: Guest, lines: Json, code: str, path: list[str]) -> None:
    """AI1: and not too much."""
    content = {"documentRequest": {"lines": lines}}
    given = {"accountId": desk.shop.account, "title": "Request", "content": content}
    async with Unchanged(desk.database):
        found = await desk.owner.code("createItem", **given)
        assert found == (code, ["input", "content", "documentRequest", *path])


async def test_a_document_that_is_deleted_is_taken_back(desk: Front, ann: Guest) -> None:
    """JB3: its request is told, and is done if it was the last that waited."""
    item = await request(desk)
    passport, receipts = await lines_of(ann, item)
    first, second = await upload(desk, ann), await upload(desk, ann)
    await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=first)
    await do(ann, "attachDocument", itemId=item, lineId=receipts, documentId=second)
    await desk.owner.do("acceptDocument", itemId=item, documentId=first)
    await desk.owner.do("deleteDocument", documentId=second)
    seen = await shown(ann, item)
    assert (seen["state"], [len(line["documents"]) for line in seen["lines"]]) == ("DONE", [1, 0])
    await desk.owner.do("deleteDocument", documentId=first)
    seen = await shown(ann, item)
    assert (seen["state"], [len(line["documents"]) for line in seen["lines"]]) == ("DONE", [0, 0])


async def test_a_document_that_is_deleted_as_it_is_given_is_given_nowhere(desk: Front, ann: Guest) -> None:
    """JB3: whichever comes first; nothing refers to what is gone."""
    item = await request(desk)
    passport, _ = await lines_of(ann, item)
    for _ in range(6):
        document = await upload(desk, ann)
        given = {"itemId": item, "lineId": passport, "documentId": document}
        attached, deleted = await asyncio.gather(
            ann.payload("attachDocument", **given), desk.owner.payload("deleteDocument", documentId=document)
        )
        assert [error["code"] for error in attached["errors"]] in ([], ["NOT_FOUND"])
        if deleted["errors"]:
            assert [error["code"] for error in deleted["errors"]] == ["CONFLICT"]
            await desk.owner.do("deleteDocument", documentId=document)
        assert (await shown(ann, item))["lines"][0]["documents"] == []


async def test_without_the_right_one_sees_that_there_is_a_request(api: Api, desk: Front, ann: Guest) -> None:
    """AC3: title, kind and state; one decides nothing. Another firm does not see it."""
    item = await request(desk)
    passport, _ = await lines_of(ann, item)
    given = {"itemId": item, "documentId": await upload(desk, ann)}
    await do(ann, "attachDocument", **given, lineId=passport)
    member, other = await api.member(desk.owner, accounts=[desk.shop.account]), await open_shop(api)
    assert await look(member, item) == {"id": item, "state": "STARTED", "open": True, "details": None}
    async with Unchanged(desk.database):
        for mutation, more in (("acceptDocument", {}), ("returnDocument", {"comment": "No"})):
            [error] = await member.refused(mutation, **given, **more)
            assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_DOCUMENTS")
            assert await other.owner.code(mutation, **given, **more) == ("NOT_FOUND", ["input", "itemId"])


async def test_an_automation_asks_for_documents(desk: Front, ann: Guest) -> None:
    """AU7 REQUEST_DOCUMENTS, AU8: by its template, with shortcodes filled in."""
    lines = [{"title": "For [JOB_NAME]", "help": "Dear [ACCOUNT_NAME]"}]
    template = await desk.item_template({"documentRequest": {"lines": lines}})
    await desk.automate("requestDocuments", templateId=template)
    await desk.move(name="Return")
    await desk.work()
    found = await ann.query(f"{{ portal {{ items {{ nodes {{ {OWN} }} }} }} }}")
    [item] = found["portal"]["items"]["nodes"]
    assert [(line["title"], line["help"]) for line in item["lines"]] == [("For Return", "Dear Acme")]
    assert "asks you to hand in documents" in desk.office.received[-1].part("plain")


async def test_two_answers_at_once_finish_a_request_once(desk: Front, ann: Guest) -> None:
    """AM3: whichever comes first; the job goes on once."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job())["id"]
    item = await request(desk, jobId=job)
    passport, receipts = await lines_of(ann, item)
    first, second = await upload(desk, ann), await upload(desk, ann)
    await do(ann, "attachDocument", itemId=item, lineId=passport, documentId=first)
    await do(ann, "attachDocument", itemId=item, lineId=receipts, documentId=second)
    await asyncio.gather(
        desk.owner.payload("acceptDocument", itemId=item, documentId=first),
        ann.payload("detachDocument", itemId=item, documentId=second),
        desk.owner.payload("completeItem", itemId=item),
    )
    await desk.work()
    assert (await look(desk.owner, item))["state"] == "DONE"
    assert await desk.stage_of(job) == 1


LINE = st.builds(Wanted, st.booleans(), st.lists(st.sampled_from(ReviewState), max_size=4).map(tuple))


@settings(max_examples=300)
@given(st.lists(LINE, max_size=5), st.booleans())
def test_a_request_is_fulfilled_when_nothing_is_missing_and_nothing_waits(lines: list[Wanted], submitted: bool) -> None:
    """AI1: said the other way round; the order of lines and of documents is all the same."""
    missing = any(line.required and ReviewState.ACCEPTED not in line.states for line in lines)
    waits = any(state is ReviewState.WAITING for line in lines for state in line.states)
    sent_back = any(set(line.states) == {ReviewState.RETURNED} for line in lines)
    optional = all(not line.required for line in lines)
    expected = not (missing or waits or ((optional or sent_back) and not submitted))
    assert is_fulfilled(lines, submitted=submitted) is expected
    mirrored = [Wanted(line.required, tuple(reversed(line.states))) for line in reversed(lines)]
    assert is_fulfilled(mirrored, submitted=submitted) is expected
    if expected:
        assert all(line.answered for line in lines)
