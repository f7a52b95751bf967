"""Every template of the marketplace, from a firm that has nothing to a job that is completed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from engine.marketplace.shelf import shelf
from store.database import Database
from tests.items.kit import Front
from tests.marketplace.driver import Drive
from tests.marketplace.kit import install
from tests.portal.kit import guest
from tests.support.api import Api, Json, Shop, running_api
from tests.support.databases import Wiper
from tests.support.mail import PostOffice, post_office

KEYS = [blueprint.key for blueprint in shelf().blueprints]
LEAST = {
    "individual-tax-return",
    "business-tax-return",
    "monthly-bookkeeping",
    "payroll",
    "sales-tax",
    "client-onboarding",
    "advisory",
    "tax-notice",
    "year-end-close",
    "entity-formation",
}
LEADS_PAST = {"No questions", "Notice protection"}
"""Tags with which clients are spared a stage or an automation."""


@dataclass
class Street:
    """An application and a mail server, for one firm after the other."""

    api: Api
    office: PostOffice
    database: Database


@pytest.fixture(scope="module")
async def street(shared_database: tuple[Database, Wiper]) -> AsyncIterator[Street]:
    """Made once: each story plays in a firm of its own."""
    database, wiper = shared_database
    await wiper.wipe()
    async with running_api(database) as api, post_office() as office:
        yield Street(api, office, database)


async def opened(street: Street) -> Front:
    """A firm that has nothing but a client, and is live."""
    owner = await street.api.firm()
    await owner.do("updateFirm", holdsClientMail=False, quietFrom="00:00", quietUntil="00:00")
    account = (await owner.do("createAccount", "account { id }", name="Acme"))["id"]
    return Front(Shop(owner, account, "", []), street.office, street.database)


async def staffed(desk: Front, report: Json) -> None:
    """The owner is whatever somebody has to be for the client, who has all tags that ask for more."""
    made = report["made"]
    roles = [one["thing"]["id"] for one in made if one["part"] == "ACCOUNT_ROLE"]
    tags = [one["thing"]["id"] for one in made if one["part"] == "TAG" and one["name"] not in LEADS_PAST]
    held = [{"accountRoleId": role, "memberId": desk.owner.member_id} for role in roles]
    await desk.owner.do("updateAccount", accountId=desk.shop.account, addRoles=held, addTagIds=tags)


def test_there_is_a_template_for_whatever_a_firm_of_accountants_does() -> None:
    """PL1: ten at least, each with four to eight stages, found under the name of its file."""
    assert set(KEYS) >= LEAST
    assert len(KEYS) == len(set(KEYS))
    for blueprint in shelf().blueprints:
        assert 4 <= len(blueprint.pipeline.stages) <= 8, blueprint.key
        assert blueprint.category
        assert blueprint.pipeline.description
        assert all(stage.automations for stage in blueprint.pipeline.stages), blueprint.key


@pytest.mark.parametrize("key", KEYS)
async def test_a_job_goes_through_every_stage_of_a_template_to_its_end(street: Street, key: str) -> None:
    """PL1, PL7, AM2: installed as it is, with a firm and a client who do what is asked of them."""
    desk = await opened(street)
    payload = await install(desk.owner, key=key)
    pipeline, report = payload["pipeline"], payload["report"]
    elsewhere = {"client-onboarding": ["Monthly bookkeeping"]}.get(key, [])
    assert [one["name"] for one in report["missing"]] == elsewhere
    assert len(report["leftOut"]) == len(elsewhere)
    assert report["reused"] == report["renamed"] == []
    health = "query ($id: ID!) { pipeline(id: $id) { health { message } stages { name automove completion } } }"
    found = (await desk.owner.query(health, id=pipeline["id"]))["pipeline"]
    assert found["health"] == []
    await staffed(desk, report)
    client = await guest(desk, "Ann", email=f"{key}@client.test")
    letters = len(street.office.received)
    given = {"accountId": desk.shop.account, "pipelineId": pipeline["id"]}
    job = (await desk.owner.do("createJob", "job { id name }", **given))["id"]
    drive = Drive(desk, client, job)
    ended = await drive.to_the_end()
    seen = [visit["stage"]["name"] for visit in ended["visits"]["nodes"]]
    assert seen in ([stage["name"] for stage in found["stages"]], [stage["name"] for stage in found["stages"]][::-1])
    assert {"TASK"} < set(drive.done)
    await desk.work()
    said = [one.part("plain") + str(one.message["Subject"]) for one in street.office.received[letters:]]
    assert said
    assert [text for text in said if re.search(r"\[[A-Z_:]+\]", text)] == []
