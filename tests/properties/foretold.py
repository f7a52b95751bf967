"""Pipelines made at random, in which much happens by itself, and moves through them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.rules.kit import built_in, pipeline, status, task
from tests.support.api import Api, Client, Json, Shop, open_shop

AUTOMOVE = ("OFF", "OFF", "WHEN_ITEMS_DONE", "WHEN_ITEMS_DONE_OR_NONE", "WHEN_ITEMS_DONE_OR_NONE")
COMPLETION = ("NEVER", "ON_ENTRY", "WHEN_ITEMS_DONE")
PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")


@dataclass
class Foretold:
    """A firm whose pipeline does things by itself."""

    api: Api
    shop: Shop
    random: Random
    tags: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    """Of the firm's own, enabled in both pipelines."""
    stages: list[str] = field(default_factory=list)
    pipeline: str = ""
    elsewhere: str = ""
    template: str = ""
    colleague: str = ""
    makes_jobs: bool = True
    """Whether automations made from here on may make jobs."""

    @property
    def owner(self) -> Client:
        """The firm's owner."""
        return self.shop.owner

    async def build(self) -> None:
        """Whatever the automations may name, two pipelines, and what happens in them."""
        owner, random = self.owner, self.random
        await owner.do("updateFirm", holdsClientMail=random.random() < 0.3)
        for n in range(random.randrange(3)):
            given = {"name": f"Client {n}", "email": f"client{n}@client.test", "accountIds": [self.shop.account]}
            await owner.do("createContact", **given)
        self.tags = [(await owner.do("createTag", "tag { id }", name=name))["id"] for name in ("A", "B")]
        self.colleague = (await self.api.member(owner)).member_id
        names = [f"Stage {n}" for n in range(random.randint(3, 6))]
        self.pipeline, self.stages = await pipeline(owner, *names)
        self.elsewhere, others = await pipeline(owner)
        self.statuses = [await status(owner, name, self.pipeline, self.elsewhere) for name in ("On hold", "Waiting")]
        given = {"name": "Here", "subject": "[JOB_NAME] is in [STAGE_NAME]", "text": "For [ACCOUNT_NAME]"}
        self.template = (await owner.do("createEmailTemplate", "template { id }", **given))["id"]
        await self._furnish(self.stages)
        self.makes_jobs = False  # which would make others without an end
        await self._furnish(others)
        for one in self.statuses:
            await self._do_things(2, pipelineId=self.pipeline, statusId=one)

    async def _furnish(self, stages: list[str]) -> None:
        for n, stage in enumerate(stages):
            last = n == len(stages) - 1
            given: Json = {"automove": self.random.choice(AUTOMOVE), "completion": self.random.choice(COMPLETION)}
            if n > 0 and not last and self.random.random() < 0.3:
                given["condition"] = self._condition()
            await self.owner.do("updateStage", stageId=stage, **given)
            await self._do_things(3, stageId=stage)

    async def _do_things(self, most: int, **place: str) -> None:
        for _ in range(self.random.randint(0, most)):
            given: Json = {**place, "config": await self._config()}
            if self.random.random() < 0.4:
                given["condition"] = self._condition()
            if self.random.random() < 0.15:
                given["delay"] = {"span": {"amount": 2, "unit": "DAYS"}}
            await self.owner.do("createAutomation", **given)

    def _condition(self) -> Json:
        random = self.random
        tests: list[Json] = [
            {"tags": [random.choice(self.tags)]},
            {"priority": random.sample(PRIORITIES, 2)},
            {"assignees": {"nobody": random.random() < 0.5}},
        ]
        test = random.choice(tests)
        return {"not": test} if random.random() < 0.4 else test

    async def _config(self) -> Json:
        random = self.random
        state = await built_in(self.owner, random.choice(("ACTIVE", "COMPLETED", "ARCHIVED")))
        add, remove = random.sample(self.tags, 2)
        configs: list[Json] = [
            {"createTask": {"title": "[JOB_NAME]", "blocking": random.random() < 0.6}},
            {"addComment": {"text": "In [STAGE_NAME]"}},
            {"setPriority": {"priority": random.choice(PRIORITIES)}},
            {"updateTags": {"addTagIds": [add], "removeTagIds": [remove]}},
            {"updateAssignees": {"addMemberIds": [self.colleague]}},
            {"updateAssignees": {"removeMemberIds": [self.colleague]}},
            {"setJobStatus": {"statusId": random.choice([*self.statuses, state])}},
            {"sendEmail": {"templateId": self.template}},
            {"callWebhook": {"url": "https://hooks.example.com/jobs"}},
            {"createJob": {"pipelineId": self.elsewhere, "name": "Another"}},
        ]
        return random.choice(configs if self.makes_jobs else configs[:-1])

    async def job(self) -> str:
        """A new job somewhere, perhaps with tasks that hold it there."""
        random = self.random
        people = [self.colleague] if random.random() < 0.4 else []
        made = await self.owner.do(
            "createJob",
            "job { id }",
            name=f"Job {random.randrange(1000)}",
            accountId=self.shop.account,
            pipelineId=self.pipeline,
            stageId=random.choice(self.stages[:-1]),
            priority=random.choice(PRIORITIES),
            assigneeIds=people,
        )
        for n in range(random.randrange(3)):
            await task(self.owner, f"Task {n}", jobId=made["id"])
        return str(made["id"])

    def choices(self) -> Json:
        """How a move is made."""
        given: Json = {"skipAutomations": self.random.random() < 0.1}
        wanted: Any = self.random.choice((None, "KEEP", "COMPLETE", "CANCEL"))
        return given | ({"pendingItems": wanted} if wanted else {})


async def foretold(api: Api, seed: int) -> Foretold:
    """The firm of a seed."""
    made = Foretold(api, await open_shop(api), Random(seed))  # noqa: S311  (it is to be the same again)
    await made.build()
    return made
