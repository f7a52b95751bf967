"""Organizers: asked, answered as clients go along, submitted, sealed and unsealed (AI1, AI3)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from store.database import Database
from tests.access.digest import Unchanged
from tests.items.kit import Front, codes, to_dos
from tests.portal.kit import Guest, Screen, guest
from tests.rules.kit import together
from tests.support.api import Api, Json
from tests.support.documents import firms_document, stored_document

QUESTION = "key kind text help options required shown missing answer { text number date choices confirmed %s }"
SECTIONS = f"sections {{ title text shown questions {{ {QUESTION} }} }}"
OWN = f"id state open ... on PortalOrganizer {{ {SECTIONS % 'documents { id name }'} }}"
OF_FIRM = f"""id ... on ActionItem {{ state open }} ... on Organizer {{ details {{
    {SECTIONS % "documents { id } answeredBy { name }"} }} }}"""
MARRIED = {"answer": {"questionKey": "status", "isOneOf": ["Married"]}}
FORM: Json = {
    "organizer": {
        "sections": [
            {
                "title": "[ACCOUNT_NAME]",
                "text": "About you",
                "questions": [
                    {"key": "name", "kind": "TEXT", "text": "Who are you in [JOB_NAME]?", "required": True},
                    {"key": "status", "kind": "CHOICE", "text": "You are", "options": ["Single", "Married"]},
                    {"key": "born", "kind": "DATE", "text": "Born on"},
                    {"key": "income", "kind": "NUMBER", "text": "You earn"},
                    {"key": "work", "kind": "CHOICES", "text": "You work", "options": ["A", "B", "C"]},
                ],
            },
            {
                "title": "Spouse",
                "condition": MARRIED,
                "questions": [
                    {"key": "spouse", "kind": "TEXT", "text": "Their name", "required": True},
                    {
                        "key": "papers",
                        "kind": "FILE",
                        "text": "Their papers",
                        "required": True,
                        "condition": {"answer": {"questionKey": "spouse", "isSet": True}},
                    },
                ],
            },
            {
                "title": "In the end",
                "questions": [{"key": "true", "kind": "CONFIRMATION", "text": "All is true", "required": True}],
            },
        ]
    }
}


def said(**values: Json | None) -> list[Json]:
    """Answers as the API takes them, by the keys of the questions."""
    return [{"questionKey": key, "value": value} for key, value in values.items()]


WHOLE: dict[str, Json | None] = {"name": {"text": "Ann"}, "true": {"confirmed": True}}


async def save(client: Guest, item_id: str, **values: Json | None) -> Json:
    """The item once answers were saved that must be."""
    payload = await client.payload("saveAnswers", f"item {{ {OWN} }}", itemId=item_id, answers=said(**values))
    assert payload["errors"] == [], payload["errors"]
    item: Json = payload["item"]
    return item


async def submit(client: Guest, item_id: str) -> Json:
    """The item once it was submitted, which must be."""
    payload = await client.payload("submitOrganizer", f"item {{ {OWN} }}", itemId=item_id)
    assert payload["errors"] == [], payload["errors"]
    item: Json = payload["item"]
    return item


async def own(client: Guest, item_id: str) -> Json:
    """An organizer as its client sees it."""
    query = f"query ($id: ID!) {{ portal {{ item(id: $id) {{ {OWN} }} }} }}"
    found: Json = (await client.query(query, id=item_id))["portal"]["item"]
    return found


async def of_firm(desk: Front, item_id: str, **given: Any) -> Json:
    """The same as a member sees it."""
    client = given.get("by", desk.owner)
    found: Json = (await client.query(f"query ($id: ID!) {{ node(id: $id) {{ {OF_FIRM} }} }}", id=item_id))["node"]
    return found


def questions(organizer: Json) -> dict[str, Json]:
    """Its questions by their keys."""
    sections = organizer.get("details", organizer)["sections"]
    return {question["key"]: question for section in sections for question in section["questions"]}


def answers(organizer: Json) -> dict[str, Any]:
    """What is answered, by the keys of the questions, without what is not."""
    return {
        key: next(value for name, value in one["answer"].items() if value not in (None, []) and name != "answeredBy")
        for key, one in questions(organizer).items()
        if one["answer"] is not None
    }


def shown(organizer: Json) -> list[str]:
    """The keys of what is shown."""
    return [key for key, one in questions(organizer).items() if one["shown"]]


async def asked(desk: Front, **given: Any) -> str:
    """An organizer that was sent; answers its id."""
    job = given.pop("jobId", None) or (await desk.shop.job("Tax"))["id"]
    return str((await desk.item(FORM, jobId=job, **given))["id"])


async def document(desk: Front, client: Guest | None, account: str | None = None, **given: Any) -> str:
    """A file that a client has uploaded, or a member where nobody is named; answers its id."""
    found = await stored_document(desk.database, account or desk.shop.account, **given)
    if client is not None:
        sql = "UPDATE documents SET uploaded_by_contact = $2, shared_at = created_at WHERE id = $1"
        await desk.database.rows(sql, found, client.member_id)
    return found


async def test_the_whole_life_of_an_organizer(desk: Front, ann: Guest) -> None:
    """AI1, AM2: asked, answered bit by bit, submitted; its job goes on by itself and members are told."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job("Tax"))["id"]
    await desk.owner.do("updateJob", jobId=job, addAssigneeIds=[desk.owner.member_id])
    item = await asked(desk, jobId=job)
    seen = await own(ann, item)
    assert (seen["id"], seen["state"], shown(seen)) == (
        item,
        "SENT",
        ["name", "status", "born", "income", "work", "true"],
    )
    assert [(part["title"], part["text"], part["shown"]) for part in seen["sections"]] == [
        ("Acme", "About you", True),
        ("Spouse", None, False),
        ("In the end", None, True),
    ]
    assert questions(seen)["name"] == {
        "key": "name", "kind": "TEXT", "text": "Who are you in Tax?", "help": None, "options": [], "required": True,
        "shown": True, "missing": True, "answer": None,
    }  # fmt: skip
    bit = await save(
        ann, item, name={"text": " Ann "}, born={"date": "1990-02-28"}, income={"number": "12.50"},
        work={"choices": ["C", "A"]}, status={"choices": ["Married"]},
    )  # fmt: skip
    assert (bit["state"], shown(bit)[5:]) == ("STARTED", ["spouse", "true"])
    expected: Json = {"name": "Ann", "status": ["Married"], "born": "1990-02-28", "income": "12.50", "work": ["A", "C"]}
    assert answers(bit) == expected
    paper = await document(desk, ann)
    await save(ann, item, spouse={"text": "Bo"}, true={"confirmed": True})
    await save(ann, item, papers={"documentIds": [paper]}, born=None)
    expected |= {"spouse": "Bo", "papers": [{"id": paper, "name": "a.pdf"}], "true": True}
    del expected["born"]
    assert answers(await own(ann, item)) == expected
    assert await desk.stage_of(job) == 0
    ended = await submit(ann, item)
    assert (ended["state"], ended["open"], answers(ended)) == ("DONE", False, expected)
    await desk.work()
    assert (await desk.stage_of(job), await desk.told()) == (1, ["Ann has submitted Talk."])
    of_members = await of_firm(desk, item)
    assert answers(of_members) == {**expected, "papers": [{"id": paper}]}
    assert {one["answer"]["answeredBy"]["name"] for one in questions(of_members).values() if one["answer"]} == {"Ann"}


async def test_what_is_hidden_is_not_asked_and_comes_back_as_it_was(desk: Front, ann: Guest) -> None:
    """Its draft is kept for the client; members see nothing of it, and it holds nobody up."""
    item = await asked(desk)
    await save(ann, item, **WHOLE, status={"choices": ["Married"]}, spouse={"text": "Bo"})
    assert await codes(ann, "submitOrganizer", itemId=item) == [("REQUIRED", ["input", "itemId", "papers"])]
    single = await save(ann, item, status={"choices": ["Single"]})
    assert shown(single) == ["name", "status", "born", "income", "work", "true"]
    assert (answers(single)["spouse"], "spouse" in answers(await of_firm(desk, item))) == ("Bo", False)
    again = await save(ann, item, status={"choices": ["Married"]})
    assert shown(again)[5:] == ["spouse", "papers", "true"]
    assert answers(await of_firm(desk, item))["spouse"] == "Bo"
    await save(ann, item, status=None)
    assert (await submit(ann, item))["state"] == "DONE"
    assert "spouse" not in answers(await of_firm(desk, item))


async def test_what_is_missing_is_named(desk: Front, ann: Guest, database: Database) -> None:
    """AI1: every question that is shown and must be answered; a box that is not ticked is not."""
    item = await asked(desk)
    await save(ann, item, status={"choices": ["Married"]}, true={"confirmed": True})
    unticked = await save(ann, item, true={"confirmed": False})
    missing = ["name", "spouse", "true"]
    assert [key for key, one in questions(unticked).items() if one["missing"]] == missing
    async with Unchanged(database):
        assert await codes(ann, "submitOrganizer", itemId=item) == [
            ("REQUIRED", ["input", "itemId", key]) for key in missing
        ]


async def test_a_submitted_organizer_is_sealed_until_it_is_reopened(
    desk: Front, ann: Guest, database: Database
) -> None:
    """AI3: nothing more is saved, nor submitted twice; unsealed it goes on with its answers, and moves no job back."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job("Tax"))["id"]
    item = await asked(desk, jobId=job)
    await save(ann, item, **WHOLE)
    await submit(ann, item)
    await desk.work()
    async with Unchanged(database):
        closed = [("CLOSED", ["input", "itemId"])]
        assert await codes(ann, "saveAnswers", itemId=item, answers=said(name={"text": "Bo"})) == closed
        assert await codes(ann, "submitOrganizer", itemId=item) == closed
        assert await desk.owner.code("sealOrganizer", itemId=item) == ("CLOSED", ["input", "itemId"])
        assert await desk.owner.code("cancelItem", itemId=item) == ("CLOSED", ["input", "itemId"])
    await desk.owner.do("reopenItem", itemId=item)
    await desk.work()
    again = await own(ann, item)
    assert (again["state"], answers(again), await desk.stage_of(job)) == ("STARTED", {"name": "Ann", "true": True}, 1)
    await save(ann, item, name={"text": "Anna"})
    assert answers(await submit(ann, item))["name"] == "Anna"


async def test_members_seal_what_is_not_finished(desk: Front, ann: Guest, database: Database) -> None:
    """AI3: as it is, what is missing shown as such; complete it they cannot (MV5)."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[0], automove="WHEN_ITEMS_DONE")
    job = (await desk.shop.job("Tax"))["id"]
    item = await asked(desk, jobId=job)
    await save(ann, item, name={"text": "Ann"})
    async with Unchanged(database):
        assert await desk.owner.code("completeItem", itemId=item) == ("INVALID", ["input", "itemId"])
    await desk.owner.do("sealOrganizer", itemId=item)
    await desk.work()
    sealed = await of_firm(desk, item)
    assert (sealed["state"], answers(sealed), await desk.stage_of(job)) == ("DONE", {"name": "Ann"}, 1)
    assert [key for key, one in questions(sealed).items() if one["missing"]] == ["true"]
    assert await codes(ann, "saveAnswers", itemId=item, answers=[]) == [("CLOSED", ["input", "itemId"])]
    await desk.owner.do("reopenItem", itemId=item)
    await save(ann, item, true={"confirmed": True})
    assert (await submit(ann, item))["state"] == "DONE"


async def test_a_talk_is_not_sealed_and_an_organizer_is_no_talk(desk: Front, ann: Guest, database: Database) -> None:
    """AC4: each kind has its own mutations."""
    item, talk = await asked(desk), (await desk.item())["id"]
    async with Unchanged(database):
        assert await desk.owner.code("sealOrganizer", itemId=talk) == ("NOT_FOUND", ["input", "itemId"])
        assert await desk.owner.code("postMessage", itemId=item, text="Hi") == ("NOT_FOUND", ["input", "itemId"])
        nothing = [("NOT_FOUND", ["input", "itemId"])]
        assert await codes(ann, "saveAnswers", itemId=talk, answers=[]) == nothing
        assert await codes(ann, "submitOrganizer", itemId=talk) == nothing


async def test_a_cancelled_organizer_is_answered_no_more(desk: Front, ann: Guest, database: Database) -> None:
    """AI1: it stays to be seen."""
    item = await asked(desk)
    await save(ann, item, name={"text": "Ann"})
    await desk.owner.do("cancelItem", itemId=item)
    async with Unchanged(database):
        closed = [("CLOSED", ["input", "itemId"])]
        assert await codes(ann, "saveAnswers", itemId=item, answers=said(name=None)) == closed
        assert await codes(ann, "submitOrganizer", itemId=item) == closed
    seen = await own(ann, item)
    assert (seen["state"], answers(seen)) == ("CANCELLED", {"name": "Ann"})


async def test_other_clients_know_nothing_of_it(desk: Front, ann: Guest, database: Database) -> None:
    """AC5: not those of another account, nor before it is sent; nor members without a portal."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    bob = await guest(desk, "Bob", other)
    item, unsent = await asked(desk), await asked(desk, send=False)
    async with Unchanged(database):
        nothing = [("NOT_FOUND", ["input", "itemId"])]
        for client, one in ((bob, item), (ann, unsent), (ann, "organizer_none")):
            assert await codes(client, "saveAnswers", itemId=one, answers=said(**WHOLE)) == nothing
            assert await codes(client, "submitOrganizer", itemId=one) == nothing
        member = Guest(desk.owner.http, desk.owner.token)
        assert await codes(member, "submitOrganizer", itemId=item) == [("FORBIDDEN", None)]
    assert await to_dos(bob) == []


async def test_answers_that_make_no_sense_are_refused_as_a_whole(desk: Front, ann: Guest, database: Database) -> None:
    """API1: each is named by its place; not even the good ones among them are kept."""
    item = await asked(desk)
    good = {"questionKey": "name", "value": {"text": "Ann"}}
    bad = [
        ({"questionKey": "nobody", "value": {"text": "Hi"}}, "NOT_FOUND", ["questionKey"]),
        ({"questionKey": "name", "value": None}, "INVALID", ["questionKey"]),
        ({"questionKey": "born", "value": {"text": "Monday"}}, "INVALID", ["value", "text"]),
        ({"questionKey": "status", "value": {"choices": ["Pink"]}}, "INVALID", ["value", "choices"]),
        ({"questionKey": "status", "value": {"choices": ["Single", "Married"]}}, "TOO_MANY", ["value", "choices"]),
        ({"questionKey": "income", "value": {"number": "1E20"}}, "INVALID", ["value", "number"]),
        ({"questionKey": "papers", "value": {"documentIds": ["doc_none"]}}, "NOT_FOUND", ["value", "documentIds"]),
    ]
    async with Unchanged(database):
        for answer, code, path in bad:
            found = await codes(ann, "saveAnswers", itemId=item, answers=[good, answer])
            assert found == [(code, ["input", "answers", "1", *path])], answer
        many = await codes(ann, "saveAnswers", itemId=item, answers=[good] * 9)
        assert many == [("TOO_MANY", ["input", "answers"])]
        both = {"questionKey": "name", "value": {"text": "Ann", "confirmed": True}}
        document = "mutation ($input: SaveAnswersInput!) { saveAnswers(input: $input) { errors { code } } }"
        answer = await ann.answer(document, input={"itemId": item, "answers": [both]})
        assert "data" not in answer
        assert len(answer["errors"]) == 1


async def test_documents_are_the_accounts_own_uploads(desk: Front, ann: Guest, database: Database) -> None:
    """JB3: not another account's, the firm's, those of members, those that have not come or are shared no more."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    bob, cat = await guest(desk, "Bob", other), await guest(desk, "Cat")
    item, (mine, cats) = await asked(desk), [await document(desk, one) for one in (ann, cat)]
    waiting = await ann.payload(
        "requestPortalUpload", "document { id }", accountId=desk.shop.account, name="b.pdf", size=9
    )
    unshared = await document(desk, ann)
    await desk.owner.do("unshareDocument", documentId=unshared)
    members = await document(desk, None)
    await desk.owner.do("shareDocument", documentId=members)
    strange = [
        await document(desk, bob, other),
        await firms_document(database, desk.shop.account),
        members,
        unshared,
        waiting["document"]["id"],
    ]
    async with Unchanged(database):
        for one in strange:
            given = said(name={"text": "Ann"}, papers={"documentIds": [mine, one]})
            path = ["input", "answers", "1", "value", "documentIds"]
            assert await codes(ann, "saveAnswers", itemId=item, answers=given) == [("NOT_FOUND", path)]
    seen = await save(ann, item, papers={"documentIds": [cats, mine, cats]})
    assert [one["id"] for one in questions(seen)["papers"]["answer"]["documents"]] == [cats, mine]


async def test_a_deleted_document_goes_from_the_answers_that_name_it(desk: Front, ann: Guest) -> None:
    """JB3: what is left stays; an answer of which nothing is left is none. Clients are told at once."""
    job = (await desk.shop.job("Tax"))["id"]
    item = await asked(desk, jobId=job)
    papers = [await document(desk, ann, name=name) for name in ("a.pdf", "b.pdf")]
    given: Json = {"status": {"choices": ["Married"]}, "spouse": {"text": "Bo"}, "papers": {"documentIds": papers}}
    await save(ann, item, **WHOLE, **given)
    cursor = (await ann.query("{ cursor }"))["cursor"]
    await desk.owner.do("deleteDocument", documentId=papers[0])
    changes = """query ($after: String!) { changes(stream: { portal: {} }, after: $after) {
        events { ... on PortalEvent { changes { __typename ... on PortalItemChanged { item { id } } } } } } }"""
    [event] = (await ann.query(changes, after=cursor))["changes"]["events"]
    assert {"__typename": "PortalItemChanged", "item": {"id": item}} in event["changes"]
    of_job = """query ($job: ID!, $after: String!) { changes(stream: { job: { jobId: $job } }, after: $after) {
        events { ... on JobEvent { changes { __typename ... on ItemChanged { item { id } } } } } } }"""
    [event] = (await desk.owner.query(of_job, job=job, after=cursor))["changes"]["events"]
    assert event["changes"] == [{"__typename": "ItemChanged", "item": {"id": item}}]
    assert answers(await own(ann, item))["papers"] == [{"id": papers[1], "name": "b.pdf"}]
    await save(ann, item, papers={"documentIds": [papers[1]]})
    await desk.owner.do("deleteDocument", documentId=papers[1])
    assert questions(await own(ann, item))["papers"]["answer"] is None
    assert await codes(ann, "submitOrganizer", itemId=item) == [("REQUIRED", ["input", "itemId", "papers"])]
    await save(ann, item, papers={"documentIds": [await document(desk, ann)]})
    assert (await submit(ann, item))["state"] == "DONE"


async def test_an_answer_outlives_who_gave_it(desk: Front, ann: Guest) -> None:
    """A contact who is deleted leaves their answers, and their documents named in them."""
    bob, item = await guest(desk, "Bob"), await asked(desk)
    paper = await document(desk, bob)
    await save(bob, item, name={"text": "Bob"}, papers={"documentIds": [paper]})
    await desk.owner.do("deleteContact", contactId=bob.member_id)
    await save(ann, item, papers={"documentIds": [paper, await document(desk, ann)]})
    found = await own(ann, item)
    assert answers(found)["name"] == "Bob"
    assert len(questions(found)["papers"]["answer"]["documents"]) == 2


async def test_saving_the_same_again_is_no_change(desk: Front, ann: Guest, database: Database) -> None:
    """API6: an app that saves all it knows disturbs nobody."""
    item = await asked(desk)
    given: dict[str, Json | None] = {**WHOLE, "income": {"number": "1.50"}, "born": {"date": "2000-01-01"}}
    given |= {"papers": {"documentIds": [await document(desk, ann)]}, "status": {"choices": ["Single"]}}
    async with Unchanged(database):
        await save(ann, item, name=None, true={"confirmed": False})
    before = await save(ann, item, **given)
    async with Unchanged(database):
        assert await save(ann, item, **given) == before
        await save(ann, item)


@pytest.mark.parametrize("seed", [1, 2])
async def test_two_contacts_fill_in_together(desk: Front, ann: Guest, seed: int) -> None:
    """The last answer to each question counts, in whatever order they are saved; none is lost."""
    bob, item, dice = await guest(desk, "Bob"), await asked(desk), Random(seed)  # noqa: S311  # no secret
    values: dict[str, list[Json | None]] = {
        "name": [{"text": "Ann"}, {"text": "Bob"}, None],
        "born": [{"date": "2000-01-01"}, {"date": "2001-01-01"}, None],
        "income": [{"number": "1"}, {"number": "2.5"}, None],
        "work": [{"choices": ["A"]}, {"choices": ["B", "C"]}, None],
        "spouse": [{"text": "Bo"}, {"text": "Cy"}, None],
        "true": [{"confirmed": True}, None],
    }
    expected: dict[str, Any] = {}
    for _ in range(8):
        keys = dice.sample(sorted(values), 4)
        some = {key: dice.choice(values[key]) for key in keys}
        parts = [dict([*some.items()][:2]), dict([*some.items()][2:])]
        await together(save(ann, item, **parts[0]), save(bob, item, **parts[1]))
        expected |= {key: next(iter(value.values())) if value else None for key, value in some.items()}
    found = answers(await own(ann, item))
    assert found == {key: value for key, value in expected.items() if value is not None}


async def test_two_contacts_submit_at_the_same_instant(desk: Front, ann: Guest) -> None:
    """AM3: one of them does; the job moves once, and members are told once."""
    for stage in desk.shop.stages[:2]:
        await desk.owner.do("updateStage", stageId=stage, automove="WHEN_ITEMS_DONE")
    bob = await guest(desk, "Bob")
    job = (await desk.shop.job("Tax"))["id"]
    await desk.owner.do("updateJob", jobId=job, addAssigneeIds=[desk.owner.member_id])
    for _ in range(2):
        item = await asked(desk, jobId=job)
        await save(ann, item, **WHOLE)
        before, told = await desk.stage_of(job), len(await desk.told())
        found = await together(*(codes(one, "submitOrganizer", itemId=item) for one in (ann, bob)))
        assert sorted(found) == [[], [("CLOSED", ["input", "itemId"])]]
        await desk.work()
        assert (await desk.stage_of(job), len(await desk.told())) == (before + 1, told + 1)


async def test_two_organizers_submitted_at_the_same_instant_move_the_job_once(desk: Front, ann: Guest) -> None:
    """AM2, AM3: not before both are, and then one stage on."""
    for stage in desk.shop.stages[:2]:
        await desk.owner.do("updateStage", stageId=stage, automove="WHEN_ITEMS_DONE")
    bob = await guest(desk, "Bob")
    job = (await desk.shop.job("Tax"))["id"]
    items = [await asked(desk, jobId=job) for _ in range(2)]
    for item in items:
        await save(ann, item, **WHOLE)
    await together(submit(ann, items[0]), submit(bob, items[1]))
    await desk.work()
    assert await desk.stage_of(job) == 1


async def test_a_stage_sends_an_organizer_and_its_submission_moves_the_job(desk: Front, ann: Guest) -> None:
    """AU7, AU8, AU9: made by its template with shortcodes filled in, once; held back and released with its e-mail."""
    await desk.owner.do("updateStage", stageId=desk.shop.stages[1], automove="WHEN_ITEMS_DONE")
    template = await desk.item_template(FORM, name="Questions")
    await desk.automate("sendOrganizer", templateId=template)
    await desk.owner.do("updateFirm", holdsClientMail=True)
    job = await desk.move()
    await desk.work()
    assert await to_dos(ann) == []
    query = "query ($id: ID!) { job(id: $id) { items { nodes { id kind state } } } }"
    [made] = (await desk.owner.query(query, id=job))["job"]["items"]["nodes"]
    assert (made["kind"], made["state"]) == ("ORGANIZER", "HELD")
    assert await codes(ann, "saveAnswers", itemId=made["id"], answers=[]) == [("NOT_FOUND", ["input", "itemId"])]
    await desk.owner.do("updateFirm", holdsClientMail=False)
    await desk.owner.do("releaseEmails", emailIds=[one["id"] for one in await desk.emails(states=["HELD"])])
    await desk.work()
    assert "answer its questions" in desk.office.received[-1].part("plain")
    [item] = await to_dos(ann)
    assert (item["id"], item["title"]) == (made["id"], "About Job")
    assert questions(await own(ann, item["id"]))["name"]["text"] == "Who are you in Job?"
    await desk.owner.do("updateItemTemplate", itemTemplateId=template, content={"organizer": {"sections": [
        {"title": "New", "questions": [{"kind": "TEXT", "text": "New?"}]}
    ]}})  # fmt: skip
    assert list(questions(await own(ann, item["id"])))[:2] == ["name", "status"]
    await save(ann, item["id"], **WHOLE)
    await submit(ann, item["id"])
    await desk.work()
    assert (await desk.run(job))["state"] == "DONE"
    assert await desk.stage_of(job) == 2


async def test_a_discarded_organizer_is_cancelled(desk: Front, ann: Guest) -> None:
    """AU9: its e-mail does not go out; the client never hears of it."""
    await desk.owner.do("updateFirm", holdsClientMail=True)
    item = await asked(desk)
    await desk.owner.do("discardEmails", emailIds=[one["id"] for one in await desk.emails(states=["HELD"])])
    assert (await of_firm(desk, item))["state"] == "CANCELLED"
    assert await to_dos(ann) == []


async def test_what_takes_the_right_to_manage_organizers(desk: Front, api: Api, database: Database) -> None:
    """AC3: without it one sees title, kind and state, and makes, seals, reopens, cancels none."""
    accounts = [desk.shop.account]
    plain = await api.member(desk.owner, accounts=accounts)
    able = await api.member(desk.owner, accounts=accounts, rights=["MANAGE_ORGANIZERS"])
    given = {"accountId": desk.shop.account, "title": "Talk", "content": FORM, "send": False}
    item = await asked(desk, send=False)
    assert (await of_firm(desk, item, by=plain))["details"] is None
    assert len((await of_firm(desk, item, by=able))["details"]["sections"]) == 3
    async with Unchanged(database):
        for mutation, said in (
            ("createItem", given),
            ("sealOrganizer", {"itemId": item}),
            ("cancelItem", {"itemId": item}),
            ("reopenItem", {"itemId": item}),
            ("updateItem", {"itemId": item, "title": "Mine"}),
        ):
            [error] = await plain.refused(mutation, **said)
            assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_ORGANIZERS"), mutation
    await able.do("sealOrganizer", itemId=item)
    await able.do("reopenItem", itemId=item)


BAD: list[tuple[Json, str, list[str]]] = [
    ({"sections": []}, "TOO_FEW", ["sections"]),
    ({"sections": [{"title": " ", "questions": [{"kind": "TEXT", "text": "?"}]}]}, "REQUIRED",
     ["sections", "0", "title"]),
    (
        {"sections": [{"title": "A", "questions": [{"kind": "TEXT", "text": "?", "condition": MARRIED}]}]},
        "INVALID",
        ["sections", "0", "questions", "0", "condition", "answer", "questionKey"],
    ),
    ({"sections": [{"title": "A", "questions": [{"kind": "TEXT", "text": "[NOW]"}]}]}, "UNKNOWN_SHORTCODE", []),
    ({"sections": [{"title": "A", "questions": [
        {"kind": "CHOICE", "text": "?", "options": ["[NOW]"]}]}]}, "UNKNOWN_SHORTCODE", []),
]  # fmt: skip


@pytest.mark.parametrize(("content", "code", "path"), BAD)
async def test_questions_that_cannot_be_asked_are_refused(
    desk: Front, ann: Guest, database: Database, content: Json, code: str, path: list[str]
) -> None:
    """API1, AU8: in items and in templates alike, with their place."""
    place = ["input", "content", "organizer", *path]
    given = {"title": "Talk", "content": {"organizer": content}}
    async with Unchanged(database):
        assert await desk.owner.code("createItem", accountId=desk.shop.account, **given) == (code, place)
        assert await desk.owner.code("createItemTemplate", name="Talk", **given) == (code, place)


async def test_a_template_shows_what_was_written(desk: Front) -> None:
    """Keys that were made, conditions, shortcodes and all."""
    written = {
        "title": "[ACCOUNT_NAME]",
        "questions": [
            {"kind": "CHOICES", "text": "Which?", "options": ["Old", "[CURRENT_YEAR]"], "required": True},
            {
                "kind": "CONFIRMATION",
                "text": "Sure?",
                "help": "Look twice.",
                "condition": {"not": {"any": [{"all": [{"answer": {"questionKey": "q1", "isOneOf": ["Old"]}}]}]}},
            },
        ],
    }
    template = await desk.item_template({"organizer": {"sections": [written]}})
    query = """query ($id: ID!) { node(id: $id) { ... on ItemTemplate { kind content { ... on OrganizerContent {
        sections { title text condition { answer { questionKey } } questions { key kind text help options required
        condition { not { any { all { answer { questionKey isSet isOneOf } } } } } } } } } } } }"""
    found = (await desk.owner.query(query, id=template))["node"]
    answer = {"questionKey": "q1", "isSet": None, "isOneOf": ["Old"]}
    first, second = written["questions"]
    assert found == {
        "kind": "ORGANIZER",
        "content": {
            "sections": [
                {
                    "title": "[ACCOUNT_NAME]",
                    "text": None,
                    "condition": None,
                    "questions": [
                        {**first, "key": "q1", "help": None, "condition": None},  # type: ignore[dict-item]
                        {
                            **second,  # type: ignore[dict-item]
                            "key": "q2",
                            "options": [],
                            "required": False,
                            "condition": {"not": {"any": [{"all": [{"answer": answer}]}]}},
                        },
                    ],
                }
            ]
        },
    }


async def test_a_screen_is_told_of_every_answer(desk: Front, ann: Guest) -> None:
    """LV5: another contact's screen shows what was saved; another account's is told nothing."""
    other = (await desk.owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    screens = [await Screen(await guest(desk, name, *of)).draw() for name, of in (("Bob", ()), ("Cat", (other,)))]
    item = await asked(desk)
    for screen in screens:
        await screen.follow()
    for change in (save(ann, item, **WHOLE), submit(ann, item)):
        await change
        assert [await screen.follow() for screen in screens] == [["PortalItemChanged"], []]
