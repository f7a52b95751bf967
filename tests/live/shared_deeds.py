"""What people of a firm do at random while others watch a board."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from tests.support.api import Api, Client, open_shop


@dataclass
class Deeds:
    """A firm with a board, people with different rights, and an owner who changes things."""

    owner: Client
    people: list[Client]
    pipeline: str
    stages: list[str]
    hidden: str
    """A stage of a pipeline that no employee sees."""
    accounts: list[str]
    random: Random
    jobs: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    granted: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    async def begin(cls, api: Api, random: Random) -> Deeds:
        """The firm: two accounts with a job each, and a member of every sort; the last two do not see the pipeline."""
        shop = await open_shop(api)
        owner = shop.owner
        other = (await owner.do("createAccount", "account { id }", name="Bolt"))["id"]
        accounts = [shop.account, other]
        limited = [await api.member(owner, accounts=[account]) for account in accounts]
        people = [
            owner,
            await api.member(owner, role="ADMIN"),
            await api.member(owner, rights=["VIEW_ALL_ACCOUNTS"]),
            await api.member(owner, rights=["VIEW_ALL_ACCOUNTS", "MANAGE_INTEGRATIONS"]),
            *limited,
            await api.member(owner),
            await api.member(owner, rights=["VIEW_ALL_ACCOUNTS"]),
            await api.member(owner, accounts=accounts),
        ]
        await owner.do(
            "updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[one.member_id for one in people[2:-2]]
        )
        webhook = {"callWebhook": {"url": "https://hooks.example.com/secret"}}
        await owner.do("createAutomation", stageId=shop.stages[2], config=webhook)
        elsewhere = await owner.do(
            "createPipeline", "pipeline { stages { id } }", name="Hidden", stages=[{"name": "One"}, {"name": "Two"}]
        )
        hidden = elsewhere["stages"][0]["id"]
        deeds = cls(owner, people, shop.pipeline, shop.stages, hidden, accounts, random)
        for account in accounts:
            deeds.jobs.append((await shop.job(accountId=account))["id"])
        return deeds

    async def one(self) -> None:
        """Does something."""
        deed: Callable[[], Awaitable[None]] = self.random.choice(
            [
                *[self.move] * 4,
                *[self.assign, self.rename, self.grant, self.right, self.make, self.archive, self.name, self.recall],
                *[self.list, self.stage, self.tag],
            ]
        )
        await deed()

    async def move(self) -> None:
        """Moves a job, if it may be moved."""
        document = "query ($id: ID!) { job(id: $id) { version } }"
        job = self.random.choice(self.jobs)
        version = (await self.owner.query(document, id=job))["job"]["version"]
        stage = self.random.choice([*self.stages, self.hidden])
        await self.owner.payload("moveJob", jobId=job, stageId=stage, expect={"version": version})

    async def assign(self) -> None:
        """Gives a job to somebody, or takes it away."""
        how = self.random.choice(["addAssigneeIds", "removeAssigneeIds"])
        who = self.random.choice(self.people).member_id
        await self.owner.payload("updateJob", jobId=self.random.choice(self.jobs), **{how: [who]})

    async def rename(self) -> None:
        """Renames an account."""
        name = f"Account {self.random.random()}"
        await self.owner.do("updateAccount", accountId=self.random.choice(self.accounts), name=name)

    async def grant(self) -> None:
        """Gives somebody access to an account, or takes it away."""
        who, account = self.random.choice(self.people[4:]).member_id, self.random.choice(self.accounts)
        how = self.random.choice(["addAccountIds", "removeAccountIds"])
        await self.owner.do("updateMemberAccess", memberId=who, **{how: [account]})

    async def right(self) -> None:
        """Gives somebody a right, or takes it away."""
        who = self.random.choice(self.people[2:]).member_id
        how = self.random.choice(["addRights", "removeRights"])
        await self.owner.do("updateMemberAccess", memberId=who, **{how: [self.random.choice(RIGHTS)]})

    async def make(self) -> None:
        """Makes a job."""
        given = {"accountId": self.random.choice(self.accounts), "pipelineId": self.pipeline, "name": "Job"}
        self.jobs.append((await self.owner.do("createJob", "job { id }", **given))["id"])

    async def archive(self) -> None:
        """Archives a job, or brings it back."""
        statuses = (await self.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
        status = self.random.choice([one["id"] for one in statuses if one["state"] in {"ACTIVE", "ARCHIVED"}])
        await self.owner.payload("setJobStatus", jobId=self.random.choice(self.jobs), statusId=status)

    async def list(self) -> None:
        """Puts somebody on the pipeline's list, or takes them off, which ends what they follow there."""
        who = self.random.choice(self.people[2:]).member_id
        how = self.random.choice(["addAvailableToIds", "removeAvailableToIds"])
        await self.owner.do("updatePipeline", pipelineId=self.pipeline, **{how: [who]})

    async def recall(self) -> None:
        """Renames the pipeline."""
        await self.owner.do("updatePipeline", pipelineId=self.pipeline, name=f"Pipeline {self.random.random()}")

    async def stage(self) -> None:
        """Renames a stage."""
        name = f"Stage {self.random.random()}"
        await self.owner.do("updateStage", stageId=self.random.choice(self.stages), name=name)

    async def tag(self) -> None:
        """Tags an account anew, and renames the tag of before."""
        tag = (await self.owner.do("createTag", "tag { id }", name=f"Tag {self.random.random()}"))["id"]
        await self.owner.do("updateAccount", accountId=self.random.choice(self.accounts), addTagIds=[tag])
        if self.tags:
            await self.owner.do("updateTag", tagId=self.tags[-1], name=f"Tag {self.random.random()}")
        self.tags.append(tag)

    async def name(self) -> None:
        """Renames a job."""
        await self.owner.payload("updateJob", jobId=self.random.choice(self.jobs), name=f"Job {self.random.random()}")


RIGHTS = ("VIEW_ALL_ACCOUNTS", "MANAGE_INTEGRATIONS", "MANAGE_ACCOUNTS")
