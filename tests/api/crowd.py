"""A firm with enough of everything for several pages, and filters that find some of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from store.database import Database
from tests.rules.kit import move, pipeline, status, task
from tests.support.api import Api, Client, Json, Shop
from tests.support.hooks import failed_call

PRIORITIES = ["LOW", "MEDIUM", "HIGH", "URGENT"]
NAMES = [
    "Beta",
    "alpha",
    "BETA",
    "Ärger",
    "zeta",
    "100%",
    "100x",
    "a_b",
    "axb",
    "it's",
    'say "hi"',
    "back\\slash",
    "beta",
]
DAYS: list[str | None] = [
    None,
    "2020-01-01",
    "2020-01-01",
    "2020-06-30",
    "2099-01-01",
    None,
    "0001-01-01",
    "9999-12-31",
]


@dataclass
class Crowd:
    """A firm with enough of everything for several pages, many of them equal in what lists are ordered by."""

    shop: Shop
    employee: Client
    job: str
    contact: str
    stages: list[str]
    pipelines: list[str]
    accounts: list[str]
    tags: list[str]
    members: list[str]
    statuses: list[str]
    jobs: list[Json]
    tasks: list[Json]

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner


async def gather_crowd(api: Api, shop: Shop, database: Database) -> Crowd:
    """Makes the firm with enough of everything."""
    owner, dice = shop.owner, random.Random(1)  # noqa: S311  # a repeatable crowd
    tags = [(await owner.do("createTag", "tag { id }", name=f"Tag {n}"))["id"] for n in range(3)]
    accounts = [shop.account]
    for n, some in enumerate(([0], [0, 1], [0, 1, 2], [1], [], [2])):
        given = {"name": NAMES[n], "tagIds": [tags[tag] for tag in some]}
        accounts.append((await owner.do("createAccount", "account { id }", **given))["id"])
    employee = await api.member(owner, accounts=accounts[:5])
    members = [owner.member_id, employee.member_id]
    for name in ("Same", "same", "SAME", "Other"):
        made = await owner.do("inviteMember", "member { id }", email=f"{len(members)}@firm.test", name=name)
        members.append(made["id"])
    other, stages = await pipeline(owner)
    pipelines = [shop.pipeline, other]
    pipelines += [(await pipeline(owner))[0] for _ in range(4)]
    for name in ("Same", "same", "SAME", "Other", "another"):
        await owner.do("createContact", name=name, accountIds=[shop.account])
    contact = await owner.do("createContact", "contact { id }", name="Ann", accountIds=accounts)
    for pipeline_id in pipelines[:2]:
        await owner.do("updatePipeline", pipelineId=pipeline_id, addAvailableToIds=members)
    on_hold = await status(owner, "On hold", *pipelines[:2])
    statuses = [one["id"] for one in (await owner.query("{ jobStatuses { id } }"))["jobStatuses"]]
    for n in range(26):
        made = await shop.job(
            dice.choice(NAMES),
            accountId=dice.choice(accounts),
            pipelineId=pipelines[n % 2],
            stageId=(shop.stages if n % 2 == 0 else stages)[dice.choice([0, 0, 0, 1])],
            priority=dice.choice(PRIORITIES),
            dueDate=dice.choice(DAYS),
            assigneeIds=dice.sample(members, dice.choice([0, 0, 1, 2])),
        )
        if n % 4 == 3:
            await owner.do("setJobStatus", jobId=made["id"], statusId=dice.choice([on_hold, *statuses[1:3]]))
    late: Json = {"config": {"addComment": {"text": "Late"}}, "delay": {"span": {"amount": 1, "unit": "DAYS"}}}
    for stage in shop.stages:
        await owner.do("createAutomation", stageId=stage, **late)
    job = await keep_busy(shop, dice, members)
    await database.rows("UPDATE runs SET created_at = '2026-01-01' WHERE abs(hashtext(id)) % 2 = 0")
    for _ in range(7):
        await failed_call(database, job)
    await database.rows("UPDATE webhook_calls SET created_at = '2026-01-01' WHERE abs(hashtext(id)) % 2 = 0")
    for column in ("created_at", "updated_at", "entered_stage_at"):  # a few instants, shared by many
        await database.rows(
            f"UPDATE jobs SET {column} = '2026-01-01 12:00:00.1234+00'::timestamptz"
            " + abs(hashtext(id || $1)) % 4 * $2::interval",
            column,
            timedelta(microseconds=500),
        )
    await database.rows("UPDATE tasks SET created_at = '2026-01-01' WHERE abs(hashtext(id)) % 2 = 0")
    found = await owner.query(EVERYTHING)
    return Crowd(
        shop, employee, job, contact["id"], [*shop.stages, *stages], pipelines, accounts, tags, members, statuses,
        found["jobs"]["nodes"], found["tasks"]["nodes"],
    )  # fmt: skip


async def keep_busy(shop: Shop, dice: random.Random, members: Sequence[str]) -> str:
    """A job with a past and with tasks, and tasks without a job."""
    job = str((await shop.job("Busy"))["id"])
    for n in range(6):
        await move(shop.owner, job, shop.stages[(n + 1) % 3])
    for n in range(14):
        made = await task(
            shop.owner,
            dice.choice(NAMES),
            priority=dice.choice(PRIORITIES),
            dueDate=dice.choice(DAYS),
            assigneeIds=dice.sample(members, dice.choice([0, 1, 2])),
            jobId=job if n % 2 else None,
        )
        if n % 3 == 0:
            state = dice.choice(["IN_PROGRESS", "COMPLETED", "CANCELLED"])
            await shop.owner.do("updateTask", taskId=made, status=state)
    return job


EVERYTHING = """{
    jobs(first: 200, filter: { states: [ACTIVE, COMPLETED, ARCHIVED, CUSTOM] }) { nodes { id name rank priority dueDate
        createdAt updatedAt enteredStageAt pipeline { id } stage { id } account { id tags { id } } status { id state }
        assignees { id } } }
    tasks(first: 200) { nodes { id title status open priority dueDate job { id } assignees { id } } }
}"""


def dated(day: str | None) -> tuple[bool, str]:
    """What has no date comes last."""
    return (day is None, day or "")
