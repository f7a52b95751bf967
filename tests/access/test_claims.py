"""A token that has been seen is not looked up again before a query that proves it: but it is proven, each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.firm.secrets import digest
from engine.firm.sessions import MOST_CLAIMS, Claim, Claims
from store.database import Database
from tests.support.api import Api, Client, Json, Shop
from tests.support.statements import counting

JOB = "query ($id: ID!) { job(id: $id) { id name stage { name } assignees { id } } }"
BOARD = "query ($id: ID!) { board(pipelineId: $id) { columns { jobs { nodes { id } } } } }"
TOKEN = """mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    token apiToken { id } errors { message } } }"""


async def opened(shop: Shop) -> tuple[Client, str, Json]:
    """A client with an API token of the owner's, the token's id, and a job."""
    made = (await shop.owner.query(TOKEN, input={"name": "T", "scopes": ["READ", "WRITE", "MANAGE"]}))["createApiToken"]
    return Client(shop.owner.http, made["token"]), made["apiToken"]["id"], await shop.job()


def asked(shop: Shop, job: Json) -> list[tuple[str, Json]]:
    """The queries that prove who asks: of one job, and of one instant."""
    return [(JOB, {"id": job["id"]}), (BOARD, {"id": shop.pipeline})]


@pytest.mark.parametrize("which", [0, 1], ids=["job", "board"])
async def test_a_known_token_is_proven_by_the_statement_that_reads(shop: Shop, database: Database, which: int) -> None:
    """API5: the first query looks it up, the next ones do not; they are answered the same."""
    client, _, job = await opened(shop)
    document, variables = asked(shop, job)[which]
    counts, answers = [], []
    for _ in range(4):
        with counting(database) as statements:
            answers.append(await client.query(document, **variables))
        counts.append(len(statements))
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert counts[1] == counts[2] == counts[3] < counts[0]
    assert (counts[1] == 1) == (document == JOB)


@pytest.mark.parametrize("which", [0, 1], ids=["job", "board"])
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("UPDATE sessions SET revoked_at = now() WHERE id = $1", 401),
        ("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = $1", 401),
        ("DELETE FROM sessions WHERE id = $1", 401),
        ("UPDATE members SET deactivated_at = now() WHERE id = (SELECT member_id FROM sessions WHERE id = $1)", 401),
        ("UPDATE sessions SET scopes = '{WRITE}' WHERE id = $1", 200),
        ("UPDATE members SET role = 'EMPLOYEE' WHERE id = (SELECT member_id FROM sessions WHERE id = $1)", 200),
    ],
    ids=["revoked", "expired", "deleted", "deactivated", "scope", "role"],
)
async def test_the_very_next_query_knows(shop: Shop, database: Database, which: int, change: str, status: int) -> None:
    """API5, AC1: whatever is taken from a token or its member, nothing that was remembered of it outlives that."""
    client, token_id, job = await opened(shop)
    document, variables = asked(shop, job)[which]
    for _ in range(2):
        assert job["id"] in (await client.post(document, variables)).text
    async with database.transaction() as db:
        await db.rows("SET LOCAL session_replication_role = replica")  # a firm has an owner, but not here
        await db.rows(change, token_id)
    answer = await client.post(document, variables)
    assert answer.status_code == status
    assert job["id"] not in answer.text


@pytest.mark.parametrize("which", [0, 1], ids=["job", "board"])
async def test_the_very_next_query_knows_of_more_rights(api: Api, shop: Shop, database: Database, which: int) -> None:
    """AC1: what somebody is given counts at once, too."""
    employee = await api.member(shop.owner)
    job = await shop.job()
    document, variables = asked(shop, job)[which]
    for _ in range(2):
        assert job["id"] not in (await employee.post(document, variables)).text
    await database.rows("UPDATE members SET role = 'ADMIN' WHERE id = $1", employee.member_id)
    assert job["id"] in (await employee.post(document, variables)).text


async def test_claims_are_bounded_and_are_not_good_for_ever() -> None:
    """AC7: the use of a token is noted when its time has come; of so many tokens the oldest are forgotten."""
    claims, noon = Claims(), datetime(2031, 1, 31, 12, tzinfo=UTC)
    identity: Any = None
    for number in range(MOST_CLAIMS + 1):
        claims.add(Claim(digest(f"t{number}"), identity, "", noon))
    assert claims.of("t0", noon - timedelta(seconds=1)) is None
    assert claims.of("t1", noon - timedelta(seconds=1)) is not None
    assert claims.of("t1", noon) is None
