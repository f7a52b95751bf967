"""The harness of boards for all other streams: for every mutation, the screen before + the replay = a fresh screen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import pytest

import tests.log.automation_cases
import tests.log.item_cases
import tests.log.job_cases
import tests.log.recurrence_cases  # noqa: F401  # they are registered
from engine.due import Runner
from engine.work import system_clock
from store.database import Db
from tests.log import sight
from tests.log.cases import CASES, Case, Round, Step
from tests.log.screens import DashboardScreen, JobScreen, MyWorkScreen, Screen, ask
from tests.log.sight import Sight
from tests.log.world import World
from tests.support.api import Client, Json

pytestmark = pytest.mark.slow

MOST_JOBS = 2
"""Screens of jobs that one person looks at: of those that were changed last, which most steps are about."""

IDS = re.compile(r'"((?:job|account|pipeline|task|comment|notification|run|doc|time)_[0-9a-f]{32})"')


@dataclass
class Seen:
    """What the members of a firm may be told of at one moment, by kind: asked in SQL of the tests' own."""

    sight: Sight
    own: dict[str, set[str]] = field(default_factory=dict)
    """Ids of pipelines, notifications, tasks and time, by member; of documents, by owner and admin."""
    of_jobs: dict[str, set[str]] = field(default_factory=dict)
    """Ids of tasks, comments, documents, time and turns, by the job that they belong to."""

    @classmethod
    async def now(cls, db: Db, firm: str) -> Seen:
        """Sight as the tables tell it."""
        seen = cls(await Sight.now(db, firm))
        for row in await db.rows(OWN, firm):
            seen.own.setdefault(row["member_id"], set()).add(row["id"])
        for row in await db.rows(OF_JOBS, firm):
            seen.of_jobs.setdefault(row["job_id"], set()).add(row["id"])
        return seen

    def of(self, member: str) -> set[str]:
        """All ids that a member may be told."""
        jobs = self.sight.of(member)
        accounts = self.sight.accounts.get(member, set())
        return (
            jobs | accounts | self.own.get(member, set()) | {one for job in jobs for one in self.of_jobs.get(job, ())}
        )


OWN = """
    SELECT m.id AS member_id, p.id FROM members m JOIN pipelines p ON p.firm_id = m.firm_id
    WHERE m.firm_id = $1 AND (m.role <> 'EMPLOYEE' OR EXISTS (
        SELECT FROM pipeline_members x WHERE x.pipeline_id = p.id AND x.member_id = m.id))
    UNION ALL SELECT member_id, id FROM notifications WHERE firm_id = $1
    UNION ALL SELECT member_id, task_id FROM task_assignees WHERE firm_id = $1
    UNION ALL SELECT member_id, id FROM time_entries WHERE firm_id = $1
    UNION ALL SELECT m.id, d.id FROM members m JOIN documents d ON d.firm_id = m.firm_id AND d.state = 'READY'
    WHERE m.firm_id = $1 AND m.role <> 'EMPLOYEE'
"""
LIVE = "SELECT id FROM jobs WHERE firm_id = $1 AND state <> 'ARCHIVED' ORDER BY updated_at DESC, id DESC"
OF_JOBS = """
    SELECT job_id, item_id AS id FROM item_links WHERE firm_id = $1
    UNION ALL SELECT job_id, id FROM comments WHERE firm_id = $1
    UNION ALL SELECT job_id, id FROM runs WHERE firm_id = $1
    UNION ALL SELECT job_id, id FROM time_entries WHERE firm_id = $1
    UNION ALL SELECT job_id, id FROM documents WHERE firm_id = $1 AND state = 'READY'
"""


@dataclass
class Watch:
    """Everybody's screens as they have drawn them at a place of the log."""

    world: World
    screens: list[Screen] = field(default_factory=list)
    head: int = -1

    def people(self) -> dict[str, Client]:
        """Who looks."""
        world = self.world
        return {
            "owner": world.owner,
            "overseer": world.overseer,
            "insider": world.insider,
            "assignee": world.assignee,
        }

    async def verify(self, step: Step | Round) -> None:
        """Do a step, and hold everything that is claimed of screens."""
        await self.draw()
        before = await Seen.now(self.world.database, self.world.firm)
        await (self.work(step) if isinstance(step, Round) else self.call(step))
        after = await Seen.now(self.world.database, self.world.firm)
        for screen, answer in await self.ask(list(self.screens)):
            context = f"{step} on {screen.stream} of {self.who(screen)}"
            page = answer["data"]["changes"]
            fresh = type(screen)(**{**vars(screen), "drawn": None, "resets": []})
            fresh.draw(answer["data"], "it")
            if page is None:
                assert isinstance(screen, JobScreen), context
                assert fresh.drawn is None, context
                self.screens.remove(screen)
                continue
            named = set(IDS.findall(orjson.dumps(page["events"]).decode()))
            member = screen.client.member_id
            assert named <= before.of(member) | after.of(member), context
            replayed(screen, fresh, page, context)
            assert screen.cursor == answer["data"]["cursor"], context
        self.head = await sight.head(self.world.database, self.world.firm)

    async def call(self, step: Step) -> None:
        """Send the mutation."""
        step.mutation_id = self.world.name("mutation")
        step.payload = await step.by.payload(
            step.mutation, f"clientMutationId {step.selection}", clientMutationId=step.mutation_id, **step.given
        )
        assert step.payload["errors"] == []

    async def work(self, step: Round) -> None:
        """Let the worker do all that is due."""
        runner = Runner(self.world.database, lambda topic: None, clock=lambda: system_clock() + step.ahead)
        while await runner.round():
            pass

    async def draw(self) -> None:
        """Draw what is not drawn as things stand."""
        seen = await Sight.now(self.world.database, self.world.firm)
        live = await self.world.database.rows(LIVE, self.world.firm)
        head = await sight.head(self.world.database, self.world.firm)
        drawn = {(screen.client.member_id, str(screen.stream)): screen for screen in self.screens if head == self.head}
        self.screens = []
        for client in self.people().values():
            jobs = [row["id"] for row in live if row["id"] in seen.of(client.member_id)][:MOST_JOBS]
            self.screens += [
                MyWorkScreen(client),
                DashboardScreen(client),
                *(JobScreen(client, job_id=job) for job in jobs),
            ]
        self.screens.append(
            DashboardScreen(self.world.insider, pipeline_ids=(self.world.elsewhere, self.world.pipeline))
        )
        self.screens = [drawn.get((one.client.member_id, str(one.stream)), one) for one in self.screens]
        for screen, answer in await self.ask([one for one in self.screens if one.drawn is None], changes=False):
            assert "errors" not in answer, answer
            screen.draw(answer["data"], "it")
            screen.cursor = answer["data"]["cursor"]
        self.head = head

    async def ask(self, screens: Sequence[Screen], *, changes: bool = True) -> list[tuple[Screen, Json]]:
        """For each of the screens, what is new and what it shows now."""
        answers = await asyncio.gather(*(ask(screen, changes=changes) for screen in screens))
        for answer in answers:
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert codes <= {"NOT_FOUND"}, answer["errors"]
        return list(zip(screens, answers, strict=True))

    def who(self, screen: Screen) -> str:
        """Whose screen it is."""
        return next(who for who, client in self.people().items() if client is screen.client)


def replayed(screen: Screen, fresh: Screen, page: Json, context: str) -> None:
    """LV1: replay reaches what a fresh screen shows; applying it twice changes nothing."""
    assert not page["hasMore"], context
    screen.apply(page)
    if screen.resets:
        assert screen.resets == ["TOO_MANY_CHANGES"], context
        screen.drawn, screen.resets = fresh.drawn, []
        return
    assert screen.drawn == fresh.drawn, context
    screen.apply(page)
    assert screen.drawn == fresh.drawn, context


@pytest.mark.sampled(0.25)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.claim)
async def test_the_screens_before_and_the_events_make_the_screens_after(
    case: Case, world: World, kept: list[World]
) -> None:
    """LV4, LV5, AC4: of every stream, for several people, and nothing is named that one has not seen."""
    watch = Watch(world)
    try:
        async for step in case.script(world):
            await watch.verify(step)
    except BaseException:
        kept.clear()  # the next test gets people as they should be
        raise
