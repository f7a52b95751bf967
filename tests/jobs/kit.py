"""What tests of links, followers, time and histories share."""

from __future__ import annotations

from typing import Any

from store.database import Database
from tests.rules.test_comments import colleague
from tests.rules.test_notifications import inbox
from tests.support.api import Client, Json, Shop

__all__ = ["CHANGES", "colleague", "entry", "followers", "history", "inbox", "links", "lost", "screen", "spent", "told"]

LINKED = """query ($id: ID!) { job(id: $id) { version linkedJobs { totalCount nodes {
    kind linkedBy { id } job { id name } } } } }"""
FOLLOWED = "query ($id: ID!) { job(id: $id) { version followedByMe followers { id } } }"
SPENT = """query ($id: ID!) { job(id: $id) { version timeBudgetMinutes timeSpentMinutes
    timeByMember { member { id } minutes billableMinutes }
    timeEntries { totalCount totalMinutes billableMinutes nodes {
        id day minutes running tooLong billable note startedAt endedAt member { id } task { id } } } } }"""
HISTORY = """query ($id: ID!) { job(id: $id) { history(first: 200) { totalCount nodes {
    action at cause { kind actor { ... on Member { id } } automation { id } clientMutationId }
    changes { field fromValue toValue fromNodes { id } toNodes { id } } } } } }"""
CHANGES = """query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) { cursor events {
    ... on JobEvent { cause { kind } changes { __typename
        ... on JobChanged { job { id timeSpentMinutes followers { id } linkedJobs(first: 5) { nodes { job { id } } } } }
        ... on TimeEntryChanged { timeEntry { id minutes } } ... on TimeEntryRemoved { timeEntryId } } }
    ... on BoardEvent { changes { __typename } }
    ... on MyWorkEvent { changes { __typename ... on RunningTimerChanged { runningTimer { id } } } } } } }"""


async def links(client: Client, job_id: str) -> list[tuple[str, str]]:
    """What a job is to which others, as somebody sees it; the count agrees."""
    found = (await client.query(LINKED, id=job_id))["job"]["linkedJobs"]
    assert found["totalCount"] == len(found["nodes"])
    return [(one["kind"], one["job"]["id"]) for one in found["nodes"]]


async def followers(client: Client, job_id: str) -> set[str]:
    """Who follows a job."""
    return {one["id"] for one in (await client.query(FOLLOWED, id=job_id))["job"]["followers"]}


async def spent(client: Client, job_id: str) -> Json:
    """The time of a job, as somebody sees it."""
    found: Json = (await client.query(SPENT, id=job_id))["job"]
    return found


async def entry(client: Client, job_id: str, minutes: int = 30, **given: Any) -> str:
    """New time on a job; answers its id."""
    made = await client.do("createTimeEntry", "timeEntry { id }", jobId=job_id, minutes=minutes, **given)
    return str(made["id"])


async def history(client: Client, job_id: str) -> list[Json]:
    """What happened to a job, newest first; the count agrees."""
    found = (await client.query(HISTORY, id=job_id))["job"]["history"]
    nodes: list[Json] = found["nodes"]
    assert found["totalCount"] == len(nodes)
    return nodes


async def told(client: Client) -> list[tuple[str, str]]:
    """What somebody is told, oldest first: kinds and texts."""
    return [(one["kind"], one["text"]) for one in reversed(await inbox(client))]


async def screen(client: Client, job_id: str) -> tuple[Json, str]:
    """The stream of a job's screen, and where it stands."""
    return {"job": {"jobId": job_id}}, (await client.query("{ cursor }"))["cursor"]


async def lost(database: Database, shop: Shop, client: Client) -> None:
    """Takes the shop's account away from somebody who has seen it."""
    await shop.owner.do("updateMemberAccess", memberId=client.member_id, removeAccountIds=[shop.account])
