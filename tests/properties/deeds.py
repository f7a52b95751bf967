"""Whatever can happen in a firm, drawn at random. What was done is written down in words, for a failure to show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.log.world import World
from tests.support.api import Client, Json

PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
SORTS = ("MANUAL", "DUE_DATE", "PRIORITY", "NAME", "ENTERED_STAGE")


@dataclass
class Deeds:
    """Somebody who changes whatever can be changed, and what there is to change.

    Copies made by ``dataclasses.replace`` share what there is, and may do their deeds at the same time.
    """

    world: World
    random: Random
    jobs: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    stages: dict[str, list[str]] = field(default_factory=dict)
    people: list[Client] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    refused: int = 0

    async def settle(self) -> None:
        """Take the firm as it was built, and add what makes it richer."""
        world = self.world
        self.people = [world.overseer, world.insider, world.assignee]
        self.accounts = [world.first, world.second, await world.account()]
        self.tags = [world.tag, await world.make("createTag", "tag { id }", name="Late payer")]
        self.statuses = [*world.statuses.values(), await world.status(), await world.status(on_board=False)]
        self.stages = {world.pipeline: list(world.stages), world.elsewhere: list(world.elsewhere_stages)}
        self.jobs = list(world.jobs)

    def any_filter(self) -> Json:
        """A filter of one of the kinds whose jobs come and go by different events."""
        return self.random.choice(
            [
                {"priorities": self.random.sample(PRIORITIES, 2)},
                {"tagIds": [self.random.choice(self.tags)]},
                {"assigneeIds": [self.random.choice(self.people).member_id]},
                {"unassigned": self.random.choice([True, False])},
                {"states": ["ACTIVE", "CUSTOM"]},
                {"nameContains": self.random.choice("13579")},
                {"not": {"accountIds": [self.random.choice(self.accounts)]}},
                {"overdue": self.random.choice([True, False])},
            ]
        )

    async def something(self) -> None:
        """Do one of all the things that can be done."""
        deeds = [deed for deed, weight in self.deeds() for _ in range(weight)]
        await self.random.choice(deeds)()

    def deeds(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        """All that can be done, and how often it is."""
        return [
            (self._create_job, 5),
            (self._edit_job, 4),
            (self._assign, 6),
            (self._move_job, 10),
            (self._set_status, 7),
            (self._create_task, 4),
            (self._change_task, 5),
            (self._link_task, 4),
            (self._finish_task, 1),
            (self._tag_account, 4),
            (self._change_tags, 1),
            (self._rename, 4),
            (self._give_account, 9),
            (self._change_rights, 1),
            (self._change_list, 1),
            (self._create_stage, 1),
            (self._edit_stage, 1),
            (self._delete_stage, 1),
            (self._change_pipeline, 1),
            (self._show_status, 2),
            (self._change_many, 4),
            (self._delete_job, 3),
            (self._restore_job, 5),
            (self._delete_account, 1),
            (self._restore_account, 2),
        ]

    async def do(self, by: Client, mutation: str, **given: Any) -> Json | None:
        """A mutation that may be refused, but only for a reason that the rules name. None: it was."""
        kind = mutation.removeprefix("create")
        selection = f"{kind[0].lower()}{kind[1:]} {{ id }}" if mutation.startswith("create") else ""
        payload = await by.payload(mutation, selection, **given)
        codes = [error["code"] for error in payload["errors"]]
        self.story.append(f"{self.who(by)} {mutation} {given} {' '.join(codes)}")
        if codes:
            self.refused += 1
            assert not {"BUSY", "INTERNAL"} & set(codes), self.story[-1]
            return None
        return payload

    def who(self, client: Client) -> str:
        """A person in words."""
        if client is self.world.owner:
            return "owner"
        return ("overseer", "insider", "assignee")[self.people.index(client)]

    def anybody(self) -> Client:
        """Somebody, mostly the owner."""
        return self.random.choice([self.world.owner, self.world.owner, *self.people])

    def some_people(self) -> list[str]:
        """Up to two members."""
        return [person.member_id for person in self.random.sample(self.people, self.random.randrange(3))]

    def any_stage(self) -> str:
        """A stage, mostly of the first pipeline."""
        pipeline = self.world.pipeline if self.random.random() < 0.75 else self.world.elsewhere
        return self.random.choice(self.stages[pipeline])

    async def _create_job(self) -> None:
        pipeline = self.world.pipeline if self.random.random() < 0.8 else self.world.elsewhere
        given: Json = {
            "name": self.world.name("Job"),
            "accountId": self.random.choice(self.accounts),
            "pipelineId": pipeline,
            "stageId": self.random.choice(self.stages[pipeline]),
            "priority": self.random.choice(PRIORITIES),
            "assigneeIds": self.some_people(),
            "dueDate": self.random.choice([None, "2020-01-31", "2099-01-31"]),
        }
        done = await self.do(self.anybody(), "createJob", **given)
        if done and done["job"]:  # another may have taken the sight of it meanwhile
            self.jobs.append(done["job"]["id"])

    async def _edit_job(self) -> None:
        change: Json = self.random.choice(
            [
                {"name": self.world.name("Job")},
                {"priority": self.random.choice(PRIORITIES)},
                {"dueDate": self.random.choice([None, "2020-01-31", "2099-01-31"])},
            ]
        )
        await self.do(self.anybody(), "updateJob", jobId=self.random.choice(self.jobs), **change)

    async def _assign(self) -> None:
        job = self.random.choice(self.jobs)
        change = {"addAssigneeIds": self.some_people(), "removeAssigneeIds": self.some_people()}
        await self.do(self.anybody(), "updateJob", jobId=job, **change)

    async def _move_job(self) -> None:
        job, stage = self.random.choice(self.jobs), self.any_stage()
        below = self.random.choice([None, None, *self.jobs])
        by = self.anybody()
        now = await self.world.look(job)
        expect = {"version": now["version"] if now else 1}  # None: it is in the trash
        given = {"jobId": job, "stageId": stage, "expect": expect, "afterJobId": below, "pendingItems": "KEEP"}
        await self.do(by, "moveJob", **given)

    async def _set_status(self) -> None:
        job, status = self.random.choice(self.jobs), self.random.choice(self.statuses)
        await self.do(self.anybody(), "setJobStatus", jobId=job, statusId=status)

    async def _create_task(self) -> None:
        job = self.random.choice([None, *self.jobs])
        given = {"title": self.world.name("Task"), "jobId": job, "assigneeIds": self.some_people()}
        done = await self.do(self.anybody(), "createTask", **given)
        if done and done["task"]:
            self.tasks.append(done["task"]["id"])

    async def _change_task(self) -> None:
        if self.tasks:
            task = self.random.choice(self.tasks)
            change = {"addAssigneeIds": self.some_people(), "removeAssigneeIds": self.some_people()}
            more: Json = self.random.choice([{}, {"status": "COMPLETED"}, {"status": "TO_DO"}])
            await self.do(self.anybody(), "updateTask", taskId=task, **change, **more)

    async def _link_task(self) -> None:
        if self.tasks:
            given = {"itemId": self.random.choice(self.tasks), "jobId": self.random.choice(self.jobs)}
            await self.do(self.anybody(), "unlinkItem" if self.random.random() < 0.4 else "linkItem", **given)

    async def _finish_task(self) -> None:
        if self.tasks:
            mutation = self.random.choice(["completeItem", "cancelItem", "reopenItem"])
            await self.do(self.anybody(), mutation, itemId=self.random.choice(self.tasks))

    async def _tag_account(self) -> None:
        change = self.random.choice(["addTagIds", "removeTagIds"])
        given = {"accountId": self.random.choice(self.accounts), change: [self.random.choice(self.tags)]}
        await self.do(self.world.owner, "updateAccount", **given)

    async def _change_tags(self) -> None:
        if len(self.tags) > 2 and self.random.random() < 0.5:
            tag = self.tags.pop(self.random.randrange(len(self.tags)))
            await self.do(self.world.owner, "deleteTag", tagId=tag)
        elif done := await self.do(self.world.owner, "createTag", name=self.world.name("Tag")):
            self.tags.append(done["tag"]["id"])

    async def _rename(self) -> None:
        person = self.random.choice(self.people)
        deeds: list[tuple[str, Json]] = [
            ("updateAccount", {"accountId": self.random.choice(self.accounts)}),
            ("updateTag", {"tagId": self.random.choice(self.tags)}),
            ("updateMember", {"memberId": person.member_id}),
            ("updateJobStatus", {"statusId": self.random.choice(self.statuses[3:])}),
        ]
        mutation, given = self.random.choice(deeds)
        await self.do(self.world.owner, mutation, **given, name=self.world.name("Name"))

    async def _give_account(self) -> None:
        person = self.random.choice([self.world.insider, self.world.insider, self.world.assignee])
        change = self.random.choice(["addAccountIds", "removeAccountIds"])
        accounts = self.random.sample(self.accounts, self.random.randrange(1, 3))
        given = {"memberId": person.member_id, change: accounts}
        await self.do(self.world.owner, "updateMemberAccess", **given)

    async def _change_rights(self) -> None:
        person = self.random.choice(self.people)
        change: Json = self.random.choice(
            [
                {"addRights": ["VIEW_ALL_ACCOUNTS"]},
                {"removeRights": ["VIEW_ALL_ACCOUNTS"]},
                {"role": "ADMIN"},
                {"role": "EMPLOYEE"},
                {"role": "EMPLOYEE"},
            ]
        )
        await self.do(self.world.owner, "updateMemberAccess", memberId=person.member_id, **change)

    async def _change_list(self) -> None:
        change = self.random.choice(["addAvailableToIds", "addAvailableToIds", "removeAvailableToIds"])
        person, pipeline = self.random.choice(self.people), self.random.choice(list(self.stages))
        await self.do(self.world.owner, "updatePipeline", pipelineId=pipeline, **{change: [person.member_id]})

    async def _create_stage(self) -> None:
        stages = self.stages[self.world.pipeline]
        given = {"name": self.world.name("Stage"), "position": self.random.randrange(len(stages) + 1)}
        if done := await self.do(self.world.owner, "createStage", pipelineId=self.world.pipeline, **given):
            stages.append(done["stage"]["id"])

    async def _edit_stage(self) -> None:
        stages = self.stages[self.world.pipeline]
        given = {"name": self.world.name("Stage"), "position": self.random.randrange(len(stages))}
        await self.do(self.world.owner, "updateStage", stageId=self.random.choice(stages), **given)

    async def _delete_stage(self) -> None:
        stages = self.stages[self.world.pipeline]
        if len(stages) > 2:
            stage, target = self.random.sample(stages, 2)
            stages.remove(stage)  # first: nobody else counts on it meanwhile
            if not await self.do(self.world.owner, "deleteStage", stageId=stage, moveJobsTo=target):
                stages.append(stage)

    async def _change_pipeline(self) -> None:
        pipeline = {"pipelineId": self.world.pipeline}
        mutation, given = self.random.choice(
            [
                ("updatePipeline", {"jobSort": self.random.choice(SORTS)}),
                ("archivePipeline", {}),
                ("restorePipeline", {}),
            ]
        )
        await self.do(self.world.owner, mutation, **pipeline, **given)

    async def _delete_job(self) -> None:
        await self.do(self.anybody(), "deleteJob", jobId=self.random.choice(self.jobs))

    async def _restore_job(self) -> None:
        trash = await self.world.owner.query("{ trash(kind: JOB) { nodes { thingId } } }")
        if found := trash["trash"]["nodes"]:
            await self.do(self.anybody(), "restoreJob", jobId=self.random.choice(found)["thingId"])

    async def _delete_account(self) -> None:
        await self.do(self.world.owner, "deleteAccount", accountId=self.random.choice(self.accounts))

    async def _restore_account(self) -> None:
        await self.do(self.world.owner, "restoreAccount", accountId=self.random.choice(self.accounts))

    async def _change_many(self) -> None:
        jobs = self.random.sample(self.jobs, min(3, len(self.jobs)))
        known = [await self.world.look(job) for job in jobs]  # None: it is in the trash
        moved = [
            {"jobId": job, "expect": {"version": now["version"] if now else 1}}
            for job, now in zip(jobs, known, strict=True)
        ]
        people = {"addAssigneeIds": self.some_people(), "removeAssigneeIds": self.some_people()}
        changes: dict[str, Json] = {
            "moveJobs": {"jobs": moved, "stageId": self.any_stage(), "pendingItems": "KEEP"},
            "updateJobs": {"jobIds": jobs, "priority": self.random.choice(PRIORITIES), **people},
            "setJobStatuses": {"jobIds": jobs, "statusId": self.random.choice(self.statuses)},
            "deleteJobs": {"jobIds": jobs[:2]},
            "restoreJobs": {"jobIds": jobs},
        }
        mutation = self.random.choice(list(changes))
        await self.do(self.anybody(), mutation, **changes[mutation])

    async def _show_status(self) -> None:
        given = {"statusId": self.random.choice(self.statuses[3:]), "onBoard": self.random.random() < 0.5}
        await self.do(self.world.owner, "updateJobStatus", **given)
