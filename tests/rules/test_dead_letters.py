"""What the worker has given up is not lost: it is listed, tried again, or dismissed (AU1, AU2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from engine import due
from engine.due import TRIES, Runner
from engine.enums import DueKind
from engine.work import Work, system_clock
from store.database import Database, Row
from tests.access.digest import Unchanged
from tests.rules.kit import look
from tests.rules.test_previews import automation
from tests.rules.test_undo import letters, moved, states
from tests.support.api import Api, Client, Json, Shop
from tests.support.foresight import accept

DEAD = """query ($first: Int) { deadLetters(first: $first) { totalCount nodes {
    id kind error attempts deadAt job { id } } } }"""


async def dead_letters(client: Client) -> list[Json]:
    """All that there are."""
    found = (await client.query(DEAD))["deadLetters"]
    nodes: list[Json] = found["nodes"]
    assert found["totalCount"] == len(nodes)
    return nodes


async def kill(database: Database, kind: DueKind, job_id: str) -> None:
    """What is due for a job is given up."""
    sql = """UPDATE due SET dead_at = clock_timestamp(), attempts = 8, error = 'Boom' WHERE kind = $1 AND job_id = $2
        RETURNING id"""
    assert len(await database.rows(sql, kind, job_id)) == 1


async def waiting(shop: Shop) -> str:
    """A job that is about to go on by itself."""
    await shop.owner.do("updateStage", stageId=shop.stages[1], automove="WHEN_ITEMS_DONE_OR_NONE")
    return await moved(shop)


async def test_what_fails_too_often_is_a_dead_letter(
    shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AU2: after eight tries, hours apart; once its cause is mended, a retry does it."""

    async def fail(work: Work, jobs: Sequence[Row], dues: Sequence[Row]) -> None:
        raise RuntimeError("Boom")

    job, now = await waiting(shop), system_clock()
    runner = Runner(database, lambda topic: None, clock=lambda: now)
    with monkeypatch.context() as broken:
        broken.setitem(due.HANDLERS, DueKind.ADVANCE, fail)
        for _ in range(TRIES):
            assert await dead_letters(shop.owner) == []
            assert await runner.round() == 1
            now += timedelta(hours=6)
    [letter] = await dead_letters(shop.owner)
    assert datetime.fromisoformat(letter.pop("deadAt")).tzinfo is not None
    key = letter.pop("id")
    assert letter == {"kind": "ADVANCE", "error": "RuntimeError: Boom", "attempts": 8, "job": {"id": job}}
    assert await runner.round() == 0
    assert await shop.owner.do("retryDeadLetter", "deletedId", deadLetterId=key) == key
    assert await dead_letters(shop.owner) == []
    await accept(database)
    assert (await look(shop.owner, job))["stage"]["id"] == shop.stages[2]


async def test_a_retry_of_what_is_due_again_anyway_makes_it_due_once(shop: Shop, database: Database) -> None:
    """AM3: one look at a job is enough."""
    job = await waiting(shop)
    await kill(database, DueKind.ADVANCE, job)
    item = (await shop.owner.do("createTask", "task { id }", title="Task", jobId=job))["id"]
    await shop.owner.do("completeItem", itemId=item)
    assert await database.value("SELECT count(*) FROM due") == 2
    [letter] = await dead_letters(shop.owner)
    await shop.owner.do("retryDeadLetter", deadLetterId=letter["id"])
    assert await database.value("SELECT count(*) FROM due WHERE dead_at IS NULL") == 1
    assert await dead_letters(shop.owner) == []


async def test_what_is_dismissed_is_not_done(shop: Shop, database: Database) -> None:
    """AU2: a look at a job is forgotten; the next one that is due is another."""
    job = await waiting(shop)
    await kill(database, DueKind.ADVANCE, job)
    [letter] = await dead_letters(shop.owner)
    assert await shop.owner.do("dismissDeadLetter", "deletedId", deadLetterId=letter["id"]) == letter["id"]
    await accept(database)
    assert (await look(shop.owner, job))["stage"]["id"] == shop.stages[1]
    assert await database.value("SELECT count(*) FROM due") == 0


async def test_an_automation_that_is_dismissed_holds_its_stage_up_no_more(shop: Shop, database: Database) -> None:
    """AM2: its turn says so, and the job goes on."""
    stage = shop.stages[1]
    await automation(shop, stage, {"createJob": {"pipelineId": shop.pipeline, "name": "Another"}})
    job = await waiting(shop)
    await kill(database, DueKind.RUN, job)
    await accept(database)
    assert (await look(shop.owner, job))["stage"]["id"] == stage
    [letter] = await dead_letters(shop.owner)
    await shop.owner.do("dismissDeadLetter", deadLetterId=letter["id"])
    assert await states(shop, job) == ["DISMISSED"]
    await accept(database)
    assert (await look(shop.owner, job))["stage"]["id"] == shop.stages[2]


async def test_an_e_mail_that_is_dismissed_is_never_sent(shop: Shop, database: Database) -> None:
    """AU9: it is discarded, and its automation is cancelled."""
    await automation(shop, shop.stages[1], {"sendEmail": {"templateId": await letters(shop)}})
    job = await moved(shop)
    await kill(database, DueKind.EMAIL, job)
    [letter] = await dead_letters(shop.owner)
    await shop.owner.do("dismissDeadLetter", deadLetterId=letter["id"])
    assert (await shop.owner.query("{ emails { nodes { state } } }"))["emails"]["nodes"] == [{"state": "DISCARDED"}]
    assert await states(shop, job) == ["CANCELLED"]
    assert await accept(database) == []


async def test_a_call_that_is_dismissed_is_never_made(shop: Shop, database: Database) -> None:
    """API6: it has failed, and can be retried where calls are."""
    await automation(shop, shop.stages[1], {"callWebhook": {"url": "https://hooks.example.com/jobs"}})
    job = await moved(shop)
    await kill(database, DueKind.WEBHOOK, job)
    [letter] = await dead_letters(shop.owner)
    await shop.owner.do("dismissDeadLetter", deadLetterId=letter["id"])
    found = (await shop.owner.query("{ webhookCalls { nodes { state } } }"))["webhookCalls"]["nodes"]
    assert (found, await states(shop, job)) == ([{"state": "FAILED"}], ["DISMISSED"])


async def test_dead_letters_are_for_owners_and_admins_of_their_firm(shop: Shop, api: Api, database: Database) -> None:
    """AC1, AC4: nobody else sees them, finds them by their ids, or does anything about them."""
    admin, employee = await api.member(shop.owner, role="ADMIN"), await api.member(shop.owner, accounts=[shop.account])
    stranger = await api.firm("Elsewhere")
    await kill(database, DueKind.ADVANCE, await waiting(shop))
    [letter] = await dead_letters(admin)
    node = "query ($id: ID!) { node(id: $id) { id ... on DeadLetter { kind } } }"
    assert await admin.query(node, id=letter["id"]) == {"node": {"id": letter["id"], "kind": "ADVANCE"}}
    async with Unchanged(database):
        answer = await employee.answer(DEAD)
        assert (answer["data"]["deadLetters"], answer["errors"][0]["extensions"]) == (None, {"code": "FORBIDDEN"})
        assert await dead_letters(stranger) == []
        for client, code in ((employee, "FORBIDDEN"), (stranger, "NOT_FOUND")):
            assert await client.query(node, id=letter["id"]) == {"node": None}
            for mutation in ("retryDeadLetter", "dismissDeadLetter"):
                [error] = await client.refused(mutation, deadLetterId=letter["id"])
                assert error["code"] == code


async def test_what_is_due_and_lives_is_no_dead_letter(shop: Shop, database: Database) -> None:
    """AC4: it is not there for who would retry it."""
    await waiting(shop)
    key = await database.value("SELECT id FROM due")
    async with Unchanged(database):
        assert await dead_letters(shop.owner) == []
        for mutation in ("retryDeadLetter", "dismissDeadLetter"):
            assert await shop.owner.code(mutation, deadLetterId=key) == ("NOT_FOUND", ["input", "deadLetterId"])
