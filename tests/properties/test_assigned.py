"""What members are told of being assigned, in a firm that lives at random: the same as a simple model says.

The model knows no rule of who is told but one: whoever is assigned after a command and was not before it, except by
their own hand, is told, if they are active and see it; and is told no more once they are not assigned any more.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom

import pytest

from tests.log.world import World, build
from tests.properties.deeds import Deeds
from tests.support.api import Api, Client, Json

SEED = os.environ.get("ASSIGNED_SEED")
"""A life that failed comes again with this seed."""

SAME = (2, 6)
"""Seeds of the lives that are always the same; one more has another seed each time."""

STEPS = int(os.environ.get("ASSIGNED_STEPS", "80"))
Assigned = set[tuple[str, str]]
"""Members, and the jobs and tasks that they are assigned to."""

ASSIGNED = """
    SELECT member_id, job_id AS id FROM job_assignees WHERE firm_id = $1
    UNION ALL SELECT member_id, task_id FROM task_assignees WHERE firm_id = $1
"""
TOLD = "SELECT id, member_id, subject_id, job_id FROM notifications WHERE firm_id = $1 AND kind = 'ASSIGNED'"
UNSENT = "SELECT notification_id FROM all_emails WHERE firm_id = $1 AND state = 'QUEUED'"
JOBS = "SELECT item_id, job_id FROM item_links WHERE firm_id = $1"
CANCELLED = "SELECT id FROM tasks WHERE firm_id = $1 AND status = 'CANCELLED'"


@dataclass
class Crowd(Deeds):
    """One life of a firm, and the model of what its members are told."""

    told: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """By the member and the job or task: the job that it is told with."""
    leaver: Client = field(init=False)
    """An admin who is deactivated now and then, and acts never."""
    boss: Client = field(init=False)
    """An admin whom automations alone assign, as they do the owner."""
    news: int = 0

    async def begin(self) -> None:
        """Take the firm as it was built; one of its members wants e-mails, and stages assign by themselves."""
        await self.settle()
        world, owner = self.world, self.world.owner
        self.leaver, self.boss = [await world.api.member(owner, role="ADMIN") for _ in range(2)]
        await world.insider.do("updateNotificationPreferences", addEmail=["ASSIGNED"])
        both = [self.boss.member_id, owner.member_id]
        made: list[Json] = [
            {"updateAssignees": {"addMemberIds": both}},
            {"updateAssignees": {"removeMemberIds": both}},
            {"createTask": {"title": "Call", "assigneeIds": both}},
        ]
        for stage, config in zip(world.stages, made, strict=True):
            await owner.do("createAutomation", stageId=stage, config=config)
        for table in ("notifications", "emails", "due"):
            await world.database.rows(f"DELETE FROM {table} WHERE firm_id = $1", world.firm)

    def deeds(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        """All that can be done."""
        return [*super().deeds(), (self._leave, 2), (self._undo, 4), (self._assign, 6), (self._change_task, 6)]

    def some_people(self) -> list[str]:
        """Up to three members."""
        people = [*self.people, self.leaver]
        return [person.member_id for person in self.random.sample(people, self.random.randrange(4))]

    async def _leave(self) -> None:
        person = {"memberId": self.leaver.member_id}
        if self.random.random() < 0.5:
            await self.do(self.world.owner, "reactivateMember", **person)
        else:
            heir = self.random.choice([None, *(one.member_id for one in self.people)])
            await self.do(self.world.owner, "deactivateMember", **person, replacementId=heir)

    async def _undo(self) -> None:
        job, stage = self.random.choice(self.jobs), self.any_stage()
        now = await self.world.look(job)
        if now is None:  # it is in the trash
            return
        expect = {"version": now["version"]}
        move = {"jobId": job, "stageId": stage, "expect": expect, "pendingItems": "CANCEL"}
        if await self.do(self.world.owner, "moveJob", **move):
            expect = {"version": (await self.world.look(job))["version"]}
            await self.do(self.anybody(), "undoMove", jobId=job, expect=expect)

    async def do(self, by: Client, mutation: str, **given: object) -> Json | None:
        """What a mutation changes of who is assigned is what it tells."""
        before, cancelled = await self.assigned(), await self.ids(CANCELLED)
        answer = await super().do(by, mutation, **given)
        after = await self.assigned()
        undone = await self.ids(CANCELLED) - cancelled if mutation == "undoMove" else set()
        self.told = {key: job for key, job in self.told.items() if key in after and key[1] not in undone}
        jobs = {row["item_id"]: row["job_id"] for row in await self.rows(JOBS)}
        for member, thing in after - before:
            by_hand = member not in {self.boss.member_id, self.world.owner.member_id}
            job = jobs.get(thing) if thing.startswith("task_") else thing
            sees = job is not None and await self.sees(member, job)
            may = (sees or thing.startswith("task_")) and await self.active(member)
            if may and not (by_hand and member == by.member_id):
                self.told[member, thing] = job if sees else None
                self.news += 1
        await self.compare()
        return answer

    async def compare(self) -> None:
        """The notifications are those of the model; e-mails wait for those of them that are to have one."""
        rows = await self.rows(TOLD)
        found = sorted((row["member_id"], row["subject_id"], row["job_id"] or "") for row in rows)
        assert found == sorted((*key, job or "") for key, job in self.told.items())
        mailed = {row["id"] for row in rows if row["member_id"] == self.world.insider.member_id}
        assert await self.ids(UNSENT) == mailed

    async def rows(self, sql: str) -> list[Json]:
        """Rows of the firm."""
        return [dict(row) for row in await self.world.database.rows(sql, self.world.firm)]

    async def ids(self, sql: str) -> set[str]:
        """The first column of rows of the firm."""
        return {next(iter(row.values())) for row in await self.rows(sql)}

    async def assigned(self) -> Assigned:
        """Who is assigned to what."""
        return {(row["member_id"], row["id"]) for row in await self.rows(ASSIGNED)}

    async def active(self, member: str) -> bool:
        """Whether a member is."""
        sql = "SELECT deactivated_at IS NULL FROM members WHERE id = $1"
        return bool(await self.world.database.value(sql, member))

    async def sees(self, member: str, job: str) -> bool:
        """Whether a member sees a job: by asking, unless it is the one who cannot ask any more, but manages."""
        everybody = (*self.people, self.boss, self.world.owner)
        client = next((one for one in everybody if one.member_id == member), None)
        document = "query ($id: ID!) { job(id: $id) { id } }"
        return client is None or (await client.query(document, id=job))["job"] is not None


async def live(world: World, seed: int) -> Crowd:
    """One life, from beginning to end."""
    crowd = Crowd(world, Random(seed))  # noqa: S311  # a life, not a secret
    try:
        await crowd.begin()
        for _ in range(STEPS):
            await crowd.something()
    except AssertionError as error:
        story = "\n".join(crowd.story[-12:])
        raise AssertionError(f"ASSIGNED_SEED={seed} ASSIGNED_STEPS={STEPS}: {error}\n{story}") from error
    return crowd


@pytest.mark.slow
@pytest.mark.parametrize("life", range(1 if SEED else len(SAME) + 1))
async def test_who_is_told_of_being_assigned_is_as_the_model_says(life: int, api: Api) -> None:
    """LV5: after every command, whatever it was, and whoever has sent it."""
    seed = int(SEED) if SEED else SAME[life] if life < len(SAME) else SystemRandom().randrange(10**6)
    crowd = await live(await build(api), seed)
    assert crowd.news > STEPS // 8 or seed not in SAME, "a life without news proves little"
