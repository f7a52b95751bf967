"""Webhooks: what is called, when, with what; what becomes of it, and who may know (API6, AU1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from engine.due import TRIES, Runner
from engine.enums import DueKind
from engine.firm.firms import owner_by_email
from engine.hooks.reach import Reach
from engine.hooks.webhooks import NewCall, WebhookErrand, make
from engine.work import Caller, perform, system_clock
from server.delivery.webhook import Poster
from store.database import Database
from tests.docs.pages import ROOT, Page
from tests.rules.kit import built_in, digest, hidden_job, move, status
from tests.support.api import Api, Client, Json, Shop, open_shop, running_api
from tests.support.hooks import Hooks, Seen, cut, hooks, says
from tests.support.statements import counting
from tests.support.wait import eventually

HOME = ("127.0.0.1",)
CALL = """id state url body attempts statusCode answer error sentAt nextAttemptAt job { id name }
    run { id state reason automation { id } }"""


@dataclass
class Office:
    """A shop whose second stage calls a webhook, the server that is called, and the worker."""

    shop: Shop
    server: Hooks
    database: Database
    automation: str = ""
    ahead: timedelta = field(default_factory=timedelta)
    """How far the worker's clock is ahead."""

    @property
    def runner(self) -> Runner:
        """The worker."""
        poster = Poster(Reach.of(HOME))
        errand = WebhookErrand(poster, self.database, clock=self.now)
        return Runner(self.database, lambda _: None, {DueKind.WEBHOOK: errand}, clock=self.now)

    def now(self) -> datetime:
        """The worker's time."""
        return system_clock() + self.ahead

    async def work(self) -> None:
        """Does all that is due."""
        runner = self.runner
        while await runner.round():
            pass

    async def call(self, **given: Any) -> Json:
        """A new job enters the second stage; answers its call as the owner sees it, not made yet."""
        job = await self.shop.job(**given)
        await move(self.shop.owner, job["id"], self.shop.stages[1])
        return (await calls(self.shop.owner))[0]

    async def secret(self) -> str:
        """What the firm's receivers verify with."""
        return str((await self.shop.owner.query("{ firm { webhookSecret } }"))["firm"]["webhookSecret"])

    async def rotate(self) -> str:
        """Makes a new secret, and answers it."""
        firm = await self.shop.owner.do("rotateWebhookSecret", "firm { webhookSecret }")
        return str(firm["webhookSecret"])


async def calls(client: Client, **arguments: Any) -> list[Json]:
    """The calls that somebody sees."""
    document = f"query ($state: WebhookState) {{ webhookCalls(state: $state) {{ nodes {{ {CALL} }} totalCount }} }}"
    found = (await client.query(document, **arguments))["webhookCalls"]
    nodes: list[Json] = found["nodes"]
    assert found["totalCount"] == len(nodes)
    return nodes


async def again(client: Client, call: Json) -> Json:
    """A call as it is now."""
    data = await client.query(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on WebhookCall {{ {CALL} }} }} }}", id=call["id"]
    )
    found: Json = data["node"]
    return found


def verified_by(seen: Seen, *secrets: str) -> list[bool]:
    """Which of the secrets a request is signed with."""

    def fits(secret: str) -> bool:
        try:
            Webhook(secret).verify(seen.body, seen.headers)
        except WebhookVerificationError:
            return False
        return True

    return [fits(secret) for secret in secrets]


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """A shop whose second stage calls a webhook."""
    async with running_api(database, allow_private_webhooks=HOME) as api, hooks() as server:
        shop = await open_shop(api)
        made = Office(shop, server, database)
        given = {"stageId": shop.stages[1], "config": {"callWebhook": {"url": server.url}}}
        made.automation = (await shop.owner.do("createAutomation", "automation { id }", **given))["id"]
        yield made


# --- what is called -------------------------------------------------------------------------------------------------


async def test_a_job_that_enters_the_stage_is_told_of_once_with_a_signature(office: Office) -> None:
    """API6, AU1: the move leaves the call to the worker, and the run ends when it was accepted."""
    due = await office.call(name="Return 2025", dueDate="2026-05-31", priority="HIGH")
    assert office.server.connections == 0
    assert (due["state"], due["attempts"], due["run"]["state"]) == ("QUEUED", 0, "QUEUED")
    assert datetime.fromisoformat(due["nextAttemptAt"]) <= system_clock()
    await office.work()
    [seen] = office.server.seen
    assert seen.headers["webhook-id"] == due["id"]
    assert verified_by(seen, await office.secret()) == [True]
    sent = await again(office.shop.owner, due)
    assert (sent["state"], sent["attempts"], sent["statusCode"], sent["answer"]) == ("SENT", 1, 200, "thank you")
    assert (sent["error"], sent["nextAttemptAt"], sent["run"]["state"]) == (None, None, "DONE")
    assert sent["sentAt"] is not None
    assert sent["job"]["name"] == "Return 2025"
    made = "query ($id: ID!) { node(id: $id) { ... on AutomationRun { made { id } } } }"
    run = await office.shop.owner.query(made, id=sent["run"]["id"])
    assert run["node"]["made"] == [{"id": due["id"]}]


async def test_the_body_says_what_has_happened_and_to_what(office: Office) -> None:
    """API6: type, timestamp and data, as documented."""
    before = system_clock()
    due = await office.call(name="Return 2025", dueDate="2026-05-31", priority="HIGH")
    await office.work()
    body = orjson.loads(office.server.seen[0].body)
    assert body == orjson.loads(due["body"])
    assert before <= datetime.fromisoformat(body.pop("timestamp")) <= system_clock()
    owner, shop = office.shop.owner, office.shop
    assert body == {
        "type": "job.stage_entered",
        "data": {
            "firm": (await owner.query("{ firm { id name } }"))["firm"],
            "pipeline": {"id": shop.pipeline, "name": "Tax"},
            "stage": {"id": shop.stages[1], "name": "Second"},
            "account": {"id": shop.account, "name": "Acme"},
            "job": {
                "id": due["job"]["id"],
                "name": "Return 2025",
                "status": {"id": await built_in(owner, "ACTIVE"), "name": "Active", "state": "ACTIVE"},
                "priority": "HIGH",
                "startDate": None,
                "dueDate": "2026-05-31",
                "version": 2,
            },
            "automation": {"id": office.automation},
            "run": {"id": due["run"]["id"]},
        },
    }


async def test_the_guide_shows_the_body_as_it_is(office: Office) -> None:
    """API6: whoever writes a receiver by the guide finds every field where it says."""
    guide = Page(ROOT / "docs" / "guides" / "automations.md").blocks("json", "Webhooks")
    assert [shape(orjson.loads(text)) for text in guide] == [shape(orjson.loads((await office.call())["body"]))]


def shape(value: Any) -> Any:
    """The names of a body's fields, however deep."""
    return {name: shape(one) for name, one in value.items()} if isinstance(value, dict) else None


async def test_entering_a_status_is_another_type_of_call(office: Office) -> None:
    """API6, AM4: statuses have automations as well."""
    owner, shop = office.shop.owner, office.shop
    hold = await status(owner, "On hold", shop.pipeline)
    config = {"callWebhook": {"url": office.server.url}}
    await owner.do("createAutomation", pipelineId=shop.pipeline, statusId=hold, config=config)
    job = await shop.job()
    await owner.do("setJobStatus", jobId=job["id"], statusId=hold)
    await office.work()
    body = orjson.loads(office.server.seen[0].body)
    assert body["type"] == "job.status_entered"
    assert body["data"]["job"]["status"] == {"id": hold, "name": "On hold", "state": "CUSTOM"}


async def test_calls_of_one_job_go_out_in_order(office: Office) -> None:
    """AU1: as the automations are configured, also with several workers."""
    urls = [f"{office.server.url}/{n}" for n in range(4)]
    for url in urls:
        config = {"callWebhook": {"url": url}}
        await office.shop.owner.do("createAutomation", stageId=office.shop.stages[1], config=config)
    await office.call()
    await asyncio.gather(*(office.work() for _ in range(3)))
    await office.work()
    assert [seen.line.split()[1] for seen in office.server.seen] == ["/hook", *(f"/hook/{n}" for n in range(4))]


# --- what becomes of it ---------------------------------------------------------------------------------------------


async def test_a_call_that_was_not_accepted_is_made_again_later_under_the_same_id(office: Office) -> None:
    """AU2: until it is; in between its row says what the trouble is."""
    office.server.behaviour = says(503, "come back later")
    due = await office.call()
    await office.work()
    waits = await again(office.shop.owner, due)
    assert (waits["state"], waits["attempts"], waits["statusCode"]) == ("QUEUED", 1, 503)
    assert (waits["answer"], waits["error"]) == ("come back later", "The server answered 503 Said.")
    assert waits["run"]["state"] == "QUEUED"
    assert datetime.fromisoformat(waits["nextAttemptAt"]) > office.now()
    await office.work()
    assert len(office.server.seen) == 1, "not before its time"
    office.server.behaviour, office.ahead = cut, timedelta(minutes=5)
    await office.work()
    waits = await again(office.shop.owner, due)
    assert (waits["attempts"], waits["statusCode"], waits["answer"]) == (2, None, None)
    office.server.behaviour, office.ahead = says(204), timedelta(minutes=30)
    await office.work()
    sent = await again(office.shop.owner, due)
    assert (sent["state"], sent["attempts"], sent["statusCode"], sent["error"]) == ("SENT", 3, 204, None)
    assert {seen.headers["webhook-id"] for seen in office.server.seen} == {due["id"]}
    assert len({seen.body for seen in office.server.seen}) == 1


async def test_after_eight_tries_a_call_has_failed_and_its_run_with_it(office: Office) -> None:
    """AU2: visible, and not tried any more by itself."""
    office.server.behaviour = says(500)
    due = await office.call()
    for _ in range(TRIES + 2):
        await office.work()
        office.ahead += timedelta(days=1)
    failed = await again(office.shop.owner, due)
    assert (failed["state"], failed["attempts"], failed["nextAttemptAt"]) == ("FAILED", TRIES, None)
    assert (failed["run"]["state"], failed["run"]["reason"]) == ("FAILED", "The server answered 500 Said.")
    assert len(office.server.seen) == TRIES


async def test_what_is_refused_for_good_fails_at_once_and_can_be_retried_by_hand(office: Office) -> None:
    """AU2: the same call, under its id; then its run is done."""
    office.server.behaviour = says(410)
    due = await office.call()
    await office.work()
    owner = office.shop.owner
    assert [call["id"] for call in await calls(owner, state="FAILED")] == [due["id"]]
    office.server.behaviour = says(200)
    retried = await owner.do("retryWebhookCall", f"call {{ {CALL} }}", callId=due["id"])
    assert (retried["state"], retried["run"]["state"], len(office.server.seen)) == ("QUEUED", "QUEUED", 1)
    await office.work()
    sent = await again(owner, due)
    assert (sent["state"], sent["run"]["state"], sent["attempts"]) == ("SENT", "DONE", 2)
    assert await calls(owner, state="FAILED") == []
    assert await owner.code("retryWebhookCall", callId=due["id"]) == ("INVALID", ["input", "callId"])


async def test_a_call_that_waits_can_be_made_at_once(office: Office) -> None:
    """AU2: who knows that the other server is back need not wait; and it is made once."""
    office.server.behaviour = says(503)
    due = await office.call()
    await office.work()
    office.server.behaviour = says(200)
    await office.shop.owner.do("retryWebhookCall", callId=due["id"])
    await office.work()
    assert (await again(office.shop.owner, due))["state"] == "SENT"
    office.ahead = timedelta(days=1)
    await office.work()
    assert len(office.server.seen) == 2


async def test_a_call_that_is_being_made_is_not_made_twice(office: Office) -> None:
    """AU1: a retry at this very moment changes nothing."""
    go = asyncio.Event()

    async def wait(writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
        await go.wait()
        await says(200)(writer, reader)

    office.server.behaviour = wait
    due = await office.call()
    working = asyncio.ensure_future(office.work())
    await eventually(lambda: office.server.seen, "the server has the call")
    await office.shop.owner.do("retryWebhookCall", callId=due["id"])
    await asyncio.wait_for(office.work(), 20)  # another worker, which finds nothing to do
    go.set()
    await working
    assert (await again(office.shop.owner, due))["state"] == "SENT"
    assert len(office.server.seen) == 1


async def test_a_dismissed_run_stays_so_when_its_call_is_retried(office: Office) -> None:
    """AU2: what somebody has taken note of holds up nothing any more."""
    office.server.behaviour = says(404)
    due = await office.call()
    await office.work()
    owner = office.shop.owner
    await owner.do("dismissRun", runId=due["run"]["id"])
    office.server.behaviour = says(200)
    await owner.do("retryWebhookCall", callId=due["id"])
    await office.work()
    sent = await again(owner, due)
    assert (sent["state"], sent["run"]["state"]) == ("SENT", "DISMISSED")


async def test_many_calls_at_once_cost_as_many_statements_as_one(office: Office, database: Database) -> None:
    """An automation meets a hundred jobs in one batch."""
    viewer = await owner_by_email(database, "owner1@firm.test")
    assert viewer is not None
    jobs = [(await office.shop.job())["id"] for _ in range(5)]

    async def statements(job_ids: list[str]) -> int:
        new = [NewCall(office.server.url, {}, job_id) for job_id in job_ids]
        with counting(database) as found:
            await perform(database, Caller(viewer), make, new)
        return len(found)

    assert await statements(jobs) == await statements(jobs[:1])
    assert len(await calls(office.shop.owner)) == 6


async def test_the_log_of_calls_is_read_in_as_many_statements_whatever_its_length(office: Office) -> None:
    """API2: with their jobs and runs."""
    counts = []
    for _ in range(3):
        await office.call()
        with counting(office.database) as found:
            await calls(office.shop.owner)
        counts.append(len(found))
    assert len(set(counts)) == 1


# --- the secret -----------------------------------------------------------------------------------------------------


async def test_a_secret_is_there_as_soon_as_it_is_needed(api: Api, shop: Shop) -> None:
    """API6: with the first automation that calls a webhook, so that it can be given to the receiver before."""
    ask = "{ firm { webhookSecret } }"
    assert (await shop.owner.query(ask))["firm"]["webhookSecret"] is None
    config = {"callWebhook": {"url": "https://hooks.example.com/a"}}
    for stage in shop.stages[:2]:
        await shop.owner.do("createAutomation", stageId=stage, config=config)
    secret = (await shop.owner.query(ask))["firm"]["webhookSecret"]
    assert secret.startswith("whsec_")
    other = await api.firm()
    elsewhere = (await other.do("rotateWebhookSecret", "firm { webhookSecret }"))["webhookSecret"]
    assert elsewhere != secret
    assert (await shop.owner.query(ask))["firm"]["webhookSecret"] == secret


async def test_for_a_day_after_a_rotation_calls_are_signed_with_both_secrets(office: Office) -> None:
    """API6: receivers change over without losing a call, those made before included; a day later the old one is out."""
    first = await office.secret()
    await office.call()
    second = await office.rotate()
    await office.work()
    assert verified_by(office.server.seen[0], first, second) == [True, True]
    await office.call()
    await office.work()
    assert verified_by(office.server.seen[1], first, second) == [True, True]
    third = await office.rotate()
    await office.call()
    await office.work()
    assert verified_by(office.server.seen[2], first, second, third) == [False, True, True]
    await office.database.rows("UPDATE firms SET earlier_webhook_secret_until = now()")
    await office.call()
    await office.work()
    assert verified_by(office.server.seen[3], first, second, third) == [False, False, True]


async def test_a_rotation_is_in_the_audit_log_without_the_secret(office: Office) -> None:
    """AC7: who did it, and nothing that would let others sign."""
    secret = await office.rotate()
    lines = await office.database.rows("SELECT * FROM audit WHERE action = 'webhook_secret.rotated'")
    assert [line["actor_id"] for line in lines] == [office.shop.owner.member_id]
    assert not await office.database.value("SELECT count(*) FROM audit WHERE detail::text LIKE $1", f"%{secret}%")
    assert not await office.database.value("SELECT count(*) FROM events WHERE changes::text LIKE $1", f"%{secret}%")


# --- who may --------------------------------------------------------------------------------------------------------


async def test_the_secret_is_for_those_who_manage_integrations(api: Api, shop: Shop) -> None:
    """AC1: and not for a token that may only read, which would let its holder sign."""
    secret = (await shop.owner.do("rotateWebhookSecret", "firm { webhookSecret }"))["webhookSecret"]
    ask = "{ firm { name webhookSecret } }"
    integrator = await api.member(shop.owner, rights=["MANAGE_INTEGRATIONS"])
    others = await api.member(shop.owner, rights=["MANAGE_PIPELINES", "VIEW_ALL_ACCOUNTS"])
    assert (await integrator.query(ask))["firm"]["webhookSecret"] == secret
    assert (await others.query(ask))["firm"] == {"name": "Kontor", "webhookSecret": None}
    made = await shop.owner.payload("createApiToken", "token", name="Reader", scopes=["READ"])
    reader = Client(api.http, made["token"])
    assert (await reader.query(ask))["firm"]["webhookSecret"] is None
    before = await digest(api.database)
    assert [error["right"] for error in await others.refused("rotateWebhookSecret")] == ["MANAGE_INTEGRATIONS"]
    assert await digest(api.database) == before


async def test_configuring_a_call_takes_the_right(api: Api, shop: Shop) -> None:
    """AU5: editing the pipeline is not enough."""
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, name="Tax")
    editor = await api.member(shop.owner, rights=["MANAGE_PIPELINES"])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[editor.member_id])
    given = {"stageId": shop.stages[0], "config": {"callWebhook": {"url": "https://hooks.example.com/"}}}
    before = await digest(api.database)
    [error] = await editor.refused("createAutomation", **given)
    assert (error["code"], error["right"]) == ("FORBIDDEN", "MANAGE_INTEGRATIONS")
    assert await digest(api.database) == before
    rights = {"memberId": editor.member_id, "addRights": ["MANAGE_INTEGRATIONS"]}
    await shop.owner.do("updateMemberAccess", **rights)
    await editor.do("createAutomation", **given)


async def test_calls_are_seen_with_their_jobs_by_those_who_manage_integrations(
    office: Office, database: Database
) -> None:
    """AC4: others are refused the list, find no call by its id, and can retry none."""
    shop, owner = office.shop, office.shop.owner
    api = Api(database, owner.http, firms=5, people=5)
    integrator = await api.member(owner, rights=["MANAGE_INTEGRATIONS"], accounts=[shop.account])
    colleague = await api.member(owner, accounts=[shop.account])
    viewers = [integrator.member_id, colleague.member_id]
    await owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=viewers)
    office.server.behaviour = says(404)
    shown = await office.call()
    hidden = await hidden_job(shop)
    await move(owner, hidden["id"], shop.stages[1])
    await office.work()
    unseen = (await calls(owner))[0]
    assert [call["id"] for call in await calls(owner)] == [unseen["id"], shown["id"]], "newest first"
    assert [call["id"] for call in await calls(integrator)] == [shown["id"]]
    assert await again(integrator, unseen) is None
    answer = await colleague.answer("{ webhookCalls { totalCount } }")
    assert (answer["data"], answer["errors"][0]["extensions"]["code"]) == ({"webhookCalls": None}, "FORBIDDEN")
    assert await again(colleague, shown) is None
    stranger = await api.firm()
    assert await calls(stranger) == []
    assert await again(stranger, shown) is None
    before = await digest(database)
    for client, call, code in (
        (integrator, unseen, "NOT_FOUND"),
        (stranger, shown, "NOT_FOUND"),
        (colleague, shown, "FORBIDDEN"),
    ):
        [error] = await client.refused("retryWebhookCall", callId=call["id"])
        assert error["code"] == code
    assert await digest(database) == before
    await integrator.do("retryWebhookCall", callId=shown["id"])
