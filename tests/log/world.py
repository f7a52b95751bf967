"""A firm with people of every kind of sight, and the boards that they look at."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from store.database import Database
from tests.support.api import Api, Client
from tests.support.board import Board


@dataclass
class World:
    """The firm: two accounts, two pipelines, and four people who see different parts of it."""

    api: Api
    owner: Client
    overseer: Client
    """An employee who sees all accounts, and both pipelines."""
    insider: Client
    """An employee with access to the first account."""
    assignee: Client
    """An employee without any account: sees what they are assigned to."""
    firm: str
    first: str
    second: str
    tag: str
    pipeline: str
    stages: list[str]
    elsewhere: str
    elsewhere_stages: list[str]
    statuses: dict[str, str]
    jobs: list[str] = field(default_factory=list)
    """Those that are always there."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def database(self) -> Database:
        """Where it all is stored."""
        return self.api.database

    def boards(self) -> dict[str, Board]:
        """The boards looked at, each person's with and without a filter; not yet drawn."""
        watched = {
            "owner": (self.owner, self.pipeline, None),
            "owner, tagged": (self.owner, self.pipeline, {"tagIds": [self.tag]}),
            "overseer": (self.overseer, self.pipeline, None),
            "overseer, pressing": (self.overseer, self.pipeline, {"priorities": ["HIGH", "URGENT"]}),
            "overseer, elsewhere": (self.overseer, self.elsewhere, None),
            "insider": (self.insider, self.pipeline, None),
            "insider, assigned": (self.insider, self.pipeline, {"assigneeIds": [self.assignee.member_id]}),
            "assignee": (self.assignee, self.pipeline, None),
            "assignee, tagged": (self.assignee, self.pipeline, {"tagIds": [self.tag]}),
        }
        return {name: Board(*given) for name, given in watched.items()}

    def name(self, kind: str) -> str:
        """A name that nothing else has."""
        return f"{kind} {next(self.numbers)}"

    async def job(self, **given: Any) -> str:
        """A new job of the first account on top of the first stage."""
        given = {"name": self.name("Job"), "accountId": self.first, "pipelineId": self.pipeline, **given}
        return str((await self.owner.do("createJob", "job { id }", **given))["id"])

    async def account(self, **given: Any) -> str:
        """A new account."""
        return await self.make("createAccount", "account { id }", name=self.name("Account"), **given)

    async def task(self, **given: Any) -> str:
        """A new task."""
        return await self.make("createTask", "task { id }", title=self.name("Task"), **given)

    async def status(self, *, on_board: bool = True) -> str:
        """A new custom status, enabled in the first pipeline."""
        name = self.name("Status")
        status = await self.make("createJobStatus", "status { id }", name=name, onBoard=on_board)
        await self.owner.do("updatePipeline", pipelineId=self.pipeline, addStatusIds=[status])
        return status

    async def make(self, mutation: str, selection: str, **given: Any) -> str:
        """The id of a new thing that the owner makes."""
        return str((await self.owner.do(mutation, selection, **given))["id"])

    async def put_away(self) -> None:
        """Take the jobs that tests made off the boards, behind the log's back: small boards are drawn faster.

        What stages do by themselves is taken away, too, with all that is due.
        """
        await self.database.rows(
            "UPDATE jobs SET status_id = $2, state = 'ARCHIVED' WHERE firm_id = $1 AND id <> ALL($3)",
            self.firm,
            self.statuses["ARCHIVED"],
            self.jobs,
        )
        plain = "automove = 'OFF', completion = 'NEVER', time_limit = NULL"
        await self.database.rows(f"UPDATE stages SET {plain} WHERE firm_id = $1", self.firm)
        await self.database.rows(
            "UPDATE automations SET deleted_at = now(), position = NULL WHERE firm_id = $1", self.firm
        )
        await self.database.rows("DELETE FROM due WHERE firm_id = $1", self.firm)

    async def look(self, job_id: str) -> Any:
        """A job as the owner sees it; None for one in the trash."""
        document = "query ($id: ID!) { job(id: $id) { id version rank stage { id } status { id } } }"
        return (await self.owner.query(document, id=job_id))["job"]


async def build(api: Api) -> World:
    """The firm, with a few jobs on the boards."""
    owner = await api.firm()
    firm = (await owner.query("{ firm { id } }"))["firm"]["id"]
    tag = (await owner.do("createTag", "tag { id }", name="VIP"))["id"]
    first = (await owner.do("createAccount", "account { id }", name="Acme", tagIds=[tag]))["id"]
    second = (await owner.do("createAccount", "account { id }", name="Bolt"))["id"]
    overseer = await api.member(owner, rights=["VIEW_ALL_ACCOUNTS"])
    insider = await api.member(owner, accounts=[first])
    assignee = await api.member(owner)
    stages = [{"name": name} for name in ("First", "Second", "Third")]
    lists = [[person.member_id for person in (overseer, insider, assignee)], [overseer.member_id]]
    main, elsewhere = [
        await owner.do("createPipeline", "pipeline { id stages { id } }", name=name, stages=stages, availableToIds=some)
        for name, some in zip(("Main", "Elsewhere"), lists, strict=True)
    ]
    statuses = (await owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    world = World(
        api=api,
        owner=owner,
        overseer=overseer,
        insider=insider,
        assignee=assignee,
        firm=firm,
        first=first,
        second=second,
        tag=tag,
        pipeline=main["id"],
        stages=[stage["id"] for stage in main["stages"]],
        elsewhere=elsewhere["id"],
        elsewhere_stages=[stage["id"] for stage in elsewhere["stages"]],
        statuses={status["state"]: status["id"] for status in statuses},
    )
    world.jobs = [
        await world.job(priority="HIGH"),
        await world.job(accountId=second, assigneeIds=[assignee.member_id]),
        await world.job(stageId=world.stages[1], assigneeIds=[insider.member_id, assignee.member_id]),
        await world.job(accountId=second, stageId=world.stages[1], dueDate="2020-02-02"),
        await world.job(pipelineId=world.elsewhere),
    ]
    return world
