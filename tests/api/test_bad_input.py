"""Bad input: a typed error that names the field, or a plain refusal; nothing changed; never a word of our insides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from graphql import GraphQLEnumType

from store.database import Database
from store.ids import new_id
from tests.api.world import BULK, INPUTS, Place, World, mutations, places
from tests.rules.kit import digest, look
from tests.support.api import Client, Json, Shop

INSIDES = (
    "INTERNAL",
    "UNAVAILABLE",
    "Traceback",
    "asyncpg",
    "tortoise",
    "strawberry",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "constraint",
    "violates",
    "syntax error",
    "postgres",
    'File "',
)
TYPES = {
    "NOT_FOUND": "NotFoundError",
    "FORBIDDEN": "ForbiddenError",
    "UNAUTHENTICATED": "ForbiddenError",
    "CONFLICT": "ConflictError",
    "PENDING_ITEMS": "PendingItemsError",
    "IN_USE": "InUseError",
}
"""Which type each code comes in; all others are ValidationError."""


@dataclass(frozen=True)
class Answer:
    """What came back: codes and paths of typed errors, or the words of plain ones."""

    status: int
    text: str
    typed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    plain: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether anything was refused."""
        return bool(self.typed or self.plain)

    def names(self, place: Place) -> bool:
        """Whether it says which field was at fault."""
        by_path = any(path[:2] == ("input", place.top) for _, path in self.typed)
        return by_path or any(place.name in words or place.top in words for words in self.plain)


def document(mutation: str) -> str:
    """A mutation that asks for nothing but its errors."""
    given = f"{mutation[0].upper()}{mutation[1:]}Input!"
    errors = "errors { __typename code message path }"
    return f"mutation ($input: {given}) {{ it: {mutation}(input: $input) {{ {errors} }} }}"


def read(response: httpx.Response) -> Answer:
    """The answer, which shows nothing of our insides."""
    text = response.text
    found = [word for word in INSIDES if word in text]
    assert not found, (found, text[:600])
    decoded = response.json()
    plain = tuple(error["message"] for error in decoded.get("errors", ()))
    it = (decoded.get("data") or {}).get("it") or {"errors": ()}
    for error in it["errors"]:
        assert error["__typename"] == TYPES.get(error["code"], "ValidationError"), error
        assert error["message"]
    typed = tuple((error["code"], tuple(error["path"] or ())) for error in it["errors"])
    return Answer(response.status_code, text, typed, plain)


async def send(client: Client, mutation: str, given: Json) -> Answer:
    """Sends a mutation whatever it may hold."""
    return read(await client.post(document(mutation), {"input": given}))


async def unchanged(database: Database) -> dict[str, str]:
    """The digest of all that a refused call must leave alone: tries to log in are counted on purpose."""
    found = await digest(database)
    found.pop("throttles")
    return found


async def complaints(
    world: World, database: Database, tries: Iterable[tuple[Place, Any]], *, must: bool = True
) -> list[str]:
    """Which of the tries were not refused by naming the field, or changed something.

    Where a refusal is no ``must``, what is not refused may only change nothing.
    """
    found = []
    before = await unchanged(database)
    last = ""
    for place, value in tries:
        answer = await send(world.owner, place.mutation, place.put(INPUTS[place.mutation](world), value))
        shown = f"{place} = {value!r:.60} -> {answer.typed or answer.plain or answer.text[:80]}"
        if (answer.refused or must) and not (answer.refused and _says_where(place, answer)):
            found.append(shown)
        if place.mutation != last or not answer.refused:
            now = await unchanged(database)
            changed = [table for table, digested in now.items() if before[table] != digested]
            if changed:
                found.append(f"{changed} changed at or before {shown}")
            before, last = now, place.mutation
    assert before == await unchanged(database), last
    return found


def _says_where(place: Place, answer: Answer) -> bool:
    # Logging in never says which of e-mail and password was wrong.
    return place.mutation == "login" or answer.names(place)


def of_type(*names: str) -> list[Place]:
    """Every field of such a type."""
    return [place for place in places() if place.kind.name in names]


def test_every_mutation_has_an_input_here() -> None:
    """A new mutation is tried with bad input like the others."""
    assert set(INPUTS) == set(mutations())


@pytest.mark.parametrize("mutation", sorted(set(INPUTS) - {"login", "deletePipeline"}))
async def test_the_inputs_that_are_spoiled_here_are_good_ones(world: World, mutation: str) -> None:
    """What is refused below is refused for its bad part."""
    answer = await send(world.owner, mutation, INPUTS[mutation](world))
    assert not answer.refused, answer


async def test_texts_that_are_too_long_are_refused(world: World, database: Database) -> None:
    """API1: 10,001 characters are too many for any text, in any mutation; HTML may have 50,000."""
    texts = [(place, "x" * (50_001 if place.name == "html" else 10_001)) for place in of_type("String", "ID")]
    texts = [(place, text) for place, text in texts if not place.removes and not place.in_results]
    tries = [(place, [text] if place.is_list else text) for place, text in texts]
    assert await complaints(world, database, tries) == []


async def test_control_characters_are_refused(world: World, database: Database) -> None:
    """API1: what no line or paragraph holds, in any text of any mutation."""
    tries = [
        (place, [text] if place.is_list else text) for place in of_type("String") for text in ("a\x01b", "\x1b[31m\x7f")
    ]
    assert await complaints(world, database, tries) == []


async def test_empty_and_blank_names_are_refused(world: World, database: Database) -> None:
    """API1: a name or title needs something to read, also where it is made of exotic spaces."""
    named = [place for place in of_type("String") if place.name in ("name", "title", "subtasks")]
    assert len(named) > 20
    tries = [
        (place, [text] if place.is_list else text)
        for place in named
        for text in ("", " \t\n\u00a0\u2003\u3000", "\u200b\u202e\ufeff")
    ]
    assert await complaints(world, database, tries) == []


async def test_lines_in_names_are_refused(world: World, database: Database) -> None:
    """API1: a name is a single line."""
    named = [place for place in of_type("String") if place.name in ("name", "title", "subtasks", "phone")]
    tries = [(place, [text] if place.is_list else text) for place in named for text in ("a\nb\r\tc", "a\u2028b")]
    assert await complaints(world, database, tries) == []


async def test_names_of_exactly_the_longest_length_are_fine(shop: Shop) -> None:
    """API1: the limit is 200 characters after trimming, and 10,000 for a text."""
    for length, expected in ((200, []), (201, [("TOO_LONG", ["input", "name"])])):
        payload = await shop.owner.payload("createAccount", name=f"  {'ü' * length}  ")
        assert [(error["code"], error["path"]) for error in payload["errors"]] == expected
    given = {"name": "N", "accountId": shop.account, "pipelineId": shop.pipeline}
    for length, expected in ((10_000, []), (10_001, [("TOO_LONG", ["input", "description"])])):
        payload = await shop.owner.payload("createJob", **given, description="\U0001f600" * length)
        assert [(error["code"], error["path"]) for error in payload["errors"]] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Grüße 🧾👩‍👩‍👧",
        "שלום עולם",
        "مرحبا",
        "日本語",
        "e\u0301",
        "a'b\"c\\d;--",
        "%_",
        "<b>&amp;</b>",
        "{{x}}",
        "null",
    ],
)
async def test_every_script_is_kept_as_it_came(shop: Shop, text: str) -> None:
    """API1: what is no control character is stored and shown unchanged."""
    job = await shop.job(text, description=f"{text}\n{text}\t.")
    found = await shop.owner.query(
        "query ($id: ID!) { job(id: $id) { name description history { nodes { changes { toValue } } } } }", id=job["id"]
    )
    assert (found["job"]["name"], found["job"]["description"]) == (text, f"{text}\n{text}\t.")
    assert found["job"]["history"]["nodes"][0]["changes"][0]["toValue"] == text


async def test_line_ends_of_every_system_are_line_ends(shop: Shop) -> None:
    """A text typed on Windows is a text: its line ends are kept as one character."""
    job = await shop.job("Name", description="one\r\ntwo\rthree\nfour")
    found = await shop.owner.query("query ($id: ID!) { job(id: $id) { description } }", id=job["id"])
    assert found["job"]["description"] == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udc00x", "\\ud800\\ud800"])
async def test_what_is_no_text_is_refused_at_the_door(world: World, database: Database, escape: str) -> None:
    """API1: NUL and half surrogates, in variables, in literals, and in texts that only a query has."""
    owner, create = world.owner, document("createTag")
    bodies = [
        f'{{"query": "{create}", "variables": {{"input": {{"name": "a{escape}b"}}}}}}',
        f'{{"query": "{create}", "variables": {{"input": {{"name": "a", "clientMutationId": "{escape}"}}}}}}',
        f'{{"query": "{{ job(id: \\"{escape}\\") {{ id }} }}"}}',
        f'{{"query": "{{ jobs(filter: {{nameContains: \\"\\{escape}\\"}}) {{ totalCount }} }}"}}',
        f'{{"query": "mutation {{ it: createTag(input: {{name: \\"\\{escape}\\"}}) {{ errors {{ code }} }} }}"}}',
        f'{{"query": "{{ jobs(after: \\"\\{escape}\\") {{ totalCount }} }}"}}',
    ]
    before = await unchanged(database)
    for body in bodies:
        headers = {"authorization": f"Bearer {owner.token}", "content-type": "application/json"}
        answer = read(await owner.http.post("/graphql", content=body, headers=headers))
        assert answer.refused, body
    assert await unchanged(database) == before


async def test_malformed_and_foreign_ids_are_refused_and_named(world: World, database: Database) -> None:
    """AC4, API1: what is no id, and the id of something else."""
    bad = ["", "' OR 1=1 --", world.job.upper(), "a\x01\u202e"]
    others = [world.tag, world.owner.member_id]
    tries = []
    for place in of_type("ID"):
        if place.in_results:
            continue
        good = INPUTS[place.mutation](world).get(place.top)
        values = [value for value in (*bad, *others) if value != good and value not in (good or ())]
        if place.name in ("jobId", "afterJobId", "memberId", "pipelineId", "accountId", "tagId", "stageId"):
            values = bad  # the others may be right here
        tries += [(place, [value] if place.is_list else value) for value in values if not place.removes]
    tries = [(place, value) for place, value in tries if not _is_right(world, place, value)]
    assert await complaints(world, database, tries) == []


def _is_right(world: World, place: Place, value: Any) -> bool:
    """Whether an id would do there after all, or means the same as none."""
    one = value[0] if isinstance(value, list) else value
    kinds = {"account": "account", "tag": "tag", "firmId": ""}
    kinds |= dict.fromkeys(("assignee", "availableTo", "member"), "member")
    prefix = next((kind for word, kind in kinds.items() if word.lower() in place.name.lower()), None)
    return (place.name == "firmId" and one == "") or (prefix not in (None, "") and str(one).startswith(f"{prefix}_"))


async def test_taking_away_what_is_not_there_changes_nothing(world: World, database: Database) -> None:
    """API1: unknown, malformed and absent things in lists of removals are away already."""
    bad = ["", "x", "' OR 1=1 --", new_id("tag"), "a\x01", "x" * 10_001]
    gone = [place for place in of_type("ID") if place.removes and place.mutation not in BULK]
    tries = [(place, [value] if place.is_list else value) for place in gone for value in bad]
    assert tries
    before = await unchanged(database)
    for place, value in tries:
        given = {key: said for key, said in INPUTS[place.mutation](world).items() if key.endswith("Id")}
        if place.name != place.top:
            given[place.top] = INPUTS[place.mutation](world)[place.top]
        answer = await send(world.owner, place.mutation, place.put(given, value))
        assert not answer.plain, answer
    assert await unchanged(database) == before


async def test_null_for_what_cannot_be_null_is_refused_and_named(world: World, database: Database) -> None:
    """API1: fields that may be left out but not cleared, like those that are required."""
    tries = []
    for place in places():
        description = place.field.description or ""
        clearable = not str(place.field.type).endswith("!") and (
            "null" in description
            or place.name in ("clientMutationId", "id", "expect", "firmId")
            or place.field.default_value is None
            or place.is_list
            or place.name in ("role", "skipAutomations")
        )
        if not clearable:
            tries.append((place, None))
    assert {"updateJob.name", "updateJob.priority", "updateTask.status", "updateStage.position"} <= {
        str(place) for place, _ in tries
    }
    assert await complaints(world, database, tries) == []


async def test_values_of_another_type_are_refused_and_named(world: World, database: Database) -> None:
    """API1: unknown enum values, numbers for texts, texts for numbers, objects for lists."""
    wrong: dict[str, list[Any]] = {
        "Int": ["1", 1.5, 2**31, -(2**31) - 1, 10**30, True, {}],
        "Boolean": ["true", 1],
        "String": [1, {}],
        "ID": [1.5],
        "Date": [
            "",
            "x",
            "2026-02-30",
            "2026-13-01",
            "20260101",
            "2026-W01-1",
            "2026-1-1",
            "10000-01-01",
            20260101,
            {},
        ],
        "DateTime": ["", "x", "2026-01-01", "2026-01-01T00:00:00", 1, "2026-01-01T25:00:00Z", "infinity", {}],
        "TimeOfDay": ["", "x", "8:00", "08:00:00", "24:00", "08:60", "08:00Z", 8, {}],
    }
    tries = []
    for place in places():
        values = ["NO_SUCH", 1] if isinstance(place.kind, GraphQLEnumType) else wrong.get(place.kind.name, ["x"])
        tries += [(place, [value] if place.is_list else value) for value in values]
    assert await complaints(world, database, tries) == []


async def test_fields_that_do_not_exist_are_refused_and_named(world: World, database: Database) -> None:
    """API1: a typing error in an input is never ignored."""
    before = await unchanged(database)
    for mutation, given in INPUTS.items():
        answer = await send(world.owner, mutation, {**given(world), "noSuchField": 1})
        assert any("noSuchField" in words for words in answer.plain), (mutation, answer)
    assert await unchanged(database) == before


async def test_lists_of_more_than_200_are_refused_and_named(world: World, database: Database) -> None:
    """API1: at most 200 in one list, whatever the list is for."""
    tries = []
    for place in places():
        if not place.is_list or place.in_results or isinstance(place.kind, GraphQLEnumType):
            continue
        good = INPUTS[place.mutation](world).get(place.top)
        some: list[Any] = [new_id("thing") for _ in range(201)]
        if place.kind.name not in ("ID", "String"):
            some = [(good or [{}])[0] if isinstance(good, list) else {"tags": [world.tag]}] * 201
            if place.name == "pendingItemChoices":
                some = [{"itemId": new_id("task"), "choice": "KEEP"} for _ in range(201)]
            if place.kind.name == "RoleHolderInput":
                some = [{"accountRoleId": new_id("role"), "memberId": new_id("member")} for _ in range(201)]
        tries.append((place, some))
    assert len(tries) > 15
    assert await complaints(world, database, tries) == []
    mutation = "createTask"
    answer = await send(world.owner, mutation, {"title": "Many", "subtasks": [f"Line {n}" for n in range(201)]})
    assert answer.typed == (("TOO_MANY", ("input", "subtasks")),)


async def test_an_empty_list_is_no_list_and_a_repeated_id_counts_once(world: World) -> None:
    """API1: both are fine where a list is optional."""
    for mutation, given in INPUTS.items():
        inner = {place.name: place for place in places() if place.mutation == mutation and len(place.path) == 1}
        needed = {"stages", "scopes", "workingDays", "emailIds", "trashIds", "choices"}
        needed |= {"accountIds"} if mutation == "createRecurrence" else set()
        empty: Json = {name: [] for name, place in inner.items() if place.is_list and name not in needed}
        if not empty or mutation == "moveJob" or mutation in BULK:
            continue
        answer = await send(world.owner, mutation, {**given(world), **empty})
        assert not answer.refused, (mutation, answer)
    twice = [world.employee.member_id] * 2
    job = await world.shop.job("Twice", assigneeIds=twice)
    assert [one["id"] for one in (await look(world.owner, job["id"]))["assignees"]] == twice[:1]
    await world.owner.do("updateJob", jobId=world.job, addAssigneeIds=twice)
    assert [one["id"] for one in (await look(world.owner, world.job))["assignees"]] == twice[:1]


async def test_a_list_that_names_nothing_where_something_is_needed_is_refused(world: World, database: Database) -> None:
    """API1, PL1: no stages, no scopes."""
    before = await unchanged(database)
    stages, scopes = INPUTS["createPipeline"](world), INPUTS["createApiToken"](world)
    assert await world.owner.code("createPipeline", **{**stages, "stages": []}) == ("TOO_FEW", ["input", "stages"])
    assert await world.owner.code("createApiToken", **{**scopes, "scopes": []}) == ("REQUIRED", ["input", "scopes"])
    assert await unchanged(database) == before


async def test_an_item_with_two_different_choices_is_refused(world: World, database: Database) -> None:
    """MV5: one item, one decision: no silent choice between two."""
    choices = [{"itemId": world.task, "choice": choice} for choice in ("COMPLETE", "CANCEL")]
    given = {**INPUTS["moveJob"](world), "pendingItemChoices": choices}
    before = await unchanged(database)
    assert await world.owner.code("moveJob", **given) == ("INVALID", ["input", "pendingItemChoices"])
    assert await unchanged(database) == before


async def test_reversed_dates_are_refused_by_the_field_that_was_given(world: World, database: Database) -> None:
    """API1: when the job is made, and against the date that is there already."""
    owner = world.owner
    given = {**INPUTS["createJob"](world), "startDate": "2026-02-02", "dueDate": "2026-02-01"}
    before = await unchanged(database)
    assert await owner.code("createJob", **given) == ("DATES_REVERSED", ["input", "dueDate"])
    for field, value in (("dueDate", "2026-05-31"), ("startDate", "2026-07-01")):
        refused = await owner.code("updateJob", jobId=world.job, **{field: value})
        assert refused == ("DATES_REVERSED", ["input", field])
    assert await unchanged(database) == before
    await owner.do("updateJob", jobId=world.job, startDate="2026-08-01", dueDate="2026-08-01")
    await owner.do("updateJob", jobId=world.job, startDate=None)
    await owner.do("updateJob", jobId=world.job, dueDate="2026-01-01")


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "0999-12-31", "9999-12-30", "9999-12-31"])
async def test_absurd_dates_are_dates(world: World, day: str) -> None:
    """API1: the first and the last day there are: stored, shown, filtered, sorted and paged like any other."""
    shop = world.shop
    job = await shop.job("Absurd", startDate=day, dueDate=day)
    held = await world.owner.do("createTask", "task { id dueDate }", title="Absurd", jobId=job["id"], dueDate=day)
    assert held["dueDate"] == day
    document = """query ($id: ID!, $day: Date, $after: String) {
        job(id: $id) { startDate dueDate overdue tasks { nodes { dueDate } } history { nodes { changes { toValue } } } }
        jobs(filter: { due: { since: $day, until: $day } }) { nodes { id } }
        page: jobs(orderBy: { field: DUE_DATE }, first: 1, after: $after) { nodes { id }
            pageInfo { endCursor hasNextPage } }
    }"""
    after, seen, more = None, [], True
    while more:
        found = await world.owner.query(document, id=job["id"], day=day, after=after)
        seen += [node["id"] for node in found["page"]["nodes"]]
        after, more = found["page"]["pageInfo"]["endCursor"], found["page"]["pageInfo"]["hasNextPage"]
    assert (found["job"]["startDate"], found["job"]["dueDate"]) == (day, day)
    assert found["job"]["overdue"] is day.startswith("0")
    assert found["jobs"]["nodes"] == [{"id": job["id"]}]
    undated = sorted([world.other_job, world.hidden, world.busy])
    expected = [job["id"], world.job, *undated] if day.startswith("0") else [world.job, job["id"], *undated]
    assert seen == expected
    await world.owner.do("updateJob", jobId=job["id"], startDate=None, dueDate=None)


async def test_absurd_times_are_refused_or_kept(world: World, database: Database) -> None:
    """API1: the expiry of a token at the ends of time, also where its offset leads beyond them."""
    place = next(place for place in places() if str(place) == "createApiToken.expiresAt")
    past = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "2000-01-01T00:00:00-11:00"]
    beyond = ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+23:59"]
    assert await complaints(world, database, [(place, text) for text in (*past, *beyond)]) == []
    shown = "apiToken { expiresAt }"
    for text in ("9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59.999999+00:00", "2999-01-01T00:00:00.5+02:00"):
        await world.owner.do("createApiToken", shown, name="Late", scopes=["READ"], expiresAt=text)


async def test_a_deactivated_member_gets_no_new_work(world: World, database: Database) -> None:
    """API1, PL4: wherever a member is named, with the field that named them."""
    tries = []
    for place in of_type("ID"):
        to_member = place.name.lower().endswith(("assigneeids", "availabletoids", "mentionids", "replacementid"))
        if (to_member or str(place) == "updateAccount.addRoles.0.memberId") and not place.removes:
            tries.append((place, [world.deactivated] if place.is_list else world.deactivated))
    assert len(tries) == 29
    assert await complaints(world, database, tries) == []
    for place, value in tries:
        if "config" in place.path:  # of one kind of several: test_automation_sight has them
            continue
        answer = await send(world.owner, place.mutation, place.put(INPUTS[place.mutation](world), value))
        assert [code for code, _ in answer.typed] == ["DEACTIVATED"], place


async def test_stale_versions_are_conflicts(world: World, database: Database) -> None:
    """MV4: too old, too new, negative, at the ends of the integers."""
    tries = [
        (place, version)
        for place in of_type("Int")
        if place.path[-2:] == ("expect", "version") and not place.in_results
        for version in (0, 2, -1, 2**31 - 1, -(2**31))
    ]
    assert len(tries) == 30
    assert await complaints(world, database, tries) == []


async def test_a_belief_is_exactly_one(world: World, database: Database) -> None:
    """MV4: version or stage, not both, not neither, not null."""
    before = await unchanged(database)
    stage = world.shop.stages[0]
    for expect in ({}, {"version": 1, "stageId": stage}, {"version": None}, {"version": 1, "stageId": None}, None):
        answer = await send(world.owner, "moveJob", {**INPUTS["moveJob"](world), "expect": expect})
        assert answer.plain, (expect, answer)
    assert await unchanged(database) == before


async def test_several_bad_fields_are_told_at_once(world: World, database: Database) -> None:
    """API1: a form shows all its errors after one try."""
    given = {
        "name": " ",
        "description": "x" * 10_001,
        "startDate": "2026-02-02",
        "dueDate": "2026-02-01",
        "assigneeIds": [new_id("member") for _ in range(201)],
    }
    before = await unchanged(database)
    answer = await send(world.owner, "createJob", {**INPUTS["createJob"](world), **given})
    assert sorted(answer.typed) == [
        ("DATES_REVERSED", ("input", "dueDate")),
        ("REQUIRED", ("input", "name")),
        ("TOO_LONG", ("input", "description")),
        ("TOO_MANY", ("input", "assigneeIds")),
    ]
    stages = [{"name": "Fine"}, {"name": ""}, {"name": "x" * 201}]
    answer = await send(world.owner, "createPipeline", {"name": "New", "stages": stages})
    assert answer.typed == (
        ("REQUIRED", ("input", "stages", "1", "name")),
        ("TOO_LONG", ("input", "stages", "2", "name")),
    )
    assert await unchanged(database) == before


async def test_bad_formats_are_refused(world: World, database: Database) -> None:
    """API1: colours, e-mail addresses, time zones, currencies."""
    wrong = {
        "color": ["", "red", "#fff", "#12345g", "#1234567", "#123456\n", "\uff03123456"],
        "email": [
            "",
            "x",
            "a@b",
            "a b@c.de",
            "@c.de",
            "a@c.",
            "a@b@c.de",
            "a@c.de\n,b@c.de",
            "<a@c.de>",
            "a\u200b@c.de",
            "\u1c89@c.de",
        ],
        "timeZone": ["", "Mars/Base", "../../etc/passwd", "UTC+1", "europe/berlin ", "localtime"],
        "currency": ["", "EURO", "eur", "E1R", "\u0415UR"],
    }
    tries = [
        (place, text)
        for place in of_type("String")
        for text in wrong.get(place.name, ())
        if place.mutation != "login"
        and not (place.mutation.endswith("Contact") and place.name == "email" and text == "")
    ]
    assert len(tries) > 30
    assert await complaints(world, database, tries) == []


async def test_an_empty_address_of_a_contact_is_none(world: World) -> None:
    """API1: made or edited with an empty text, it is null and not an empty address."""
    shown = "contact { email phone }"
    empty = {"email": None, "phone": None}
    assert await world.owner.do("createContact", shown, name="No address", email="", phone="") == empty
    await world.owner.do("updateContact", contactId=world.contact, email="ann@client.test", phone="1")
    assert await world.owner.do("updateContact", shown, contactId=world.contact, email="", phone="") == empty


QUERIES = {
    "job": "query ($v: ID!) { job(id: $v) { id } }",
    "account": "query ($v: ID!) { account(id: $v) { id } }",
    "pipeline": "query ($v: ID!) { pipeline(id: $v) { id } }",
    "board": "query ($v: ID!) { board(pipelineId: $v) { cursor } }",
    "node": "query ($v: ID!) { node(id: $v) { id } }",
    "nodes": "query ($v: [ID!]!) { nodes(ids: $v) { id } }",
}


@pytest.mark.parametrize("root", QUERIES)
async def test_a_look_up_with_nonsense_finds_nothing(world: World, root: str) -> None:
    """API2, AC4: null and no error."""
    for text in ("", "x", "' OR 1=1 --", f"{root}_", new_id(root), new_id("job"), "x" * 10_001, "\x01", "\u202e"):
        data = await world.owner.query(QUERIES[root], v=[text] if root == "nodes" else text)
        assert data == {root: [None] if root == "nodes" else None}


async def test_more_than_200_ids_are_refused_and_repeated_ones_answered_each(world: World) -> None:
    """API2: nodes answers in the order of its ids."""
    answer = await world.owner.answer(QUERIES["nodes"], v=[world.job] * 201)
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "TOO_MANY", "argument": "ids"}]
    data = await world.owner.query(QUERIES["nodes"], v=[world.job, "x", world.job, world.task])
    assert data["nodes"] == [{"id": world.job}, None, {"id": world.job}, {"id": world.task}]


async def test_a_filter_of_any_size_is_answered_or_refused(world: World) -> None:
    """API4: a thousand values in one filter are many; more never reach the database."""
    document = "query ($f: JobFilter) { jobs(filter: $f) { totalCount } }"
    deep: Json = {"nameContains": "x"}
    for _ in range(18):
        deep = {"not": deep}
    fine: list[Json] = [deep, {"or": [{"nameContains": "x"}] * 90}, {"ids": ["x"] * 999}, {"or": []}, {"not": {}}]
    for given in fine:
        assert (await world.owner.query(document, f=given))["jobs"] is not None
    wide: list[Json] = [
        {"or": [{"nameContains": "x"}] * 500},
        {"ids": ["x"] * 15_000},
        {"and": [{"or": [{"ids": []}] * 200}] * 5},
    ]
    for given in wide:  # refused before anything is run
        response = await world.owner.post(document, {"f": given})
        assert read(response).plain
        [error] = response.json()["errors"]
        assert error["extensions"] == {"code": "COST_LIMIT"}
        assert "data" not in response.json()
    answer = (await world.owner.post(document, {"f": {"ids": ["x"] * 1_500}})).json()
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "TOO_MANY", "argument": "filter"}]
    assert answer["data"] == {"jobs": None}
    several = "query ($f: JobFilter) { jobs(filter: $f) { totalCount } ... on Query { ...More } } "
    several += "fragment More on Query { "
    several += " ".join(f"b{n}: jobs(filter: $f) {{ totalCount }}" for n in range(25)) + " }"
    answer = (await world.owner.post(several, {"f": {"or": [{"nameContains": "x"}] * 5}})).json()
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "COST_LIMIT"}]
