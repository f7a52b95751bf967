"""LV1: what a desk remembers from one snapshot to the next is what it would read, and is not asked again."""

from __future__ import annotations

import re
from functools import partial

import pytest

from live import memory
from live.memory import RESTLESS, TOLD_BY, Memory
from live.recent import Recent
from live.wakeups import Wakeups
from resolvers.following import LogReader
from store.database import Database, Row
from store.reads import log
from store.reads.log import Head
from tests.live.test_shared_events import CARD, Collected, service, subscribed
from tests.support.api import Shop
from tests.support.statements import counting
from tests.support.wait import eventually

Given = tuple[str, str, list[str]]
STAGES = "SELECT id, name FROM stages WHERE pipeline_id = $1 AND id <> ALL($2) ORDER BY position"


@pytest.fixture
async def firm(shop: Shop, database: Database) -> str:
    """The shop's firm."""
    return str(await database.value("SELECT firm_id FROM members WHERE id = $1", shop.owner.member_id))


async def asked(remembering: Memory, database: Database, firm: str, sql: str, *values: object) -> tuple[list[Row], int]:
    """What a snapshot answers, and how many statements it took, beside the one that reads the log."""
    async with database.snapshot() as db:
        with counting(database) as counted:
            db.on_statement = database.on_statement
            recent = await Recent.read(db, firm, remembering.since)
            rows = await remembering.over(recent).rows(sql, *values)
        return rows, len(counted) - 1


async def test_every_table_is_one_that_the_log_tells_of_or_one_that_is_always_read(database: Database) -> None:
    """A new table, or a view of one, fails here until that is decided."""
    found = await database.rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace"
    )
    assert {row["relname"] for row in found} == TOLD_BY.keys() | RESTLESS
    assert not TOLD_BY.keys() & RESTLESS


async def test_it_is_asked_again_when_the_log_tells_of_a_change(shop: Shop, database: Database, firm: str) -> None:
    """Renaming a stage is a change of its pipeline; a new job is none."""
    mine, given = Memory(), (STAGES, shop.pipeline, [shop.stages[2]])
    first, statements = await asked(mine, database, firm, *given)
    assert ([row["name"] for row in first], statements) == (["First", "Second"], 1)
    assert await asked(mine, database, firm, *given) == (first, 0)
    await shop.job()
    assert await asked(mine, database, firm, *given) == (first, 0)
    await shop.owner.do("updateStage", stageId=shop.stages[1], name="Middle")
    now, statements = await asked(mine, database, firm, *given)
    assert ([row["name"] for row in now], statements) == (["First", "Middle"], 1)
    assert (await asked(mine, database, firm, STAGES, shop.pipeline, [shop.stages[1]]))[1] == 1


async def test_what_is_told_of_by_nothing_is_always_asked(shop: Shop, database: Database, firm: str) -> None:
    """Also where it stands beside something else, and whatever depends on the moment."""
    mine = Memory()
    for sql in (
        "SELECT j.id FROM stages st JOIN jobs j ON j.stage_id = st.id",
        "SELECT id FROM stages WHERE created_at < now()",
        "SELECT 1",
    ):
        assert [(await asked(mine, database, firm, sql))[1] for _ in range(2)] == [1, 1]


async def test_another_log_or_too_much_of_it_is_a_reason_to_forget(
    shop: Shop, database: Database, firm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LV3: after a restore, and where more has happened than is kept."""
    mine = Memory()
    given: Given = STAGES, shop.pipeline, []
    await asked(mine, database, firm, *given)
    recent = await Recent.read(database, firm, mine.since)
    recent.head = Head("another epoch", recent.head.seq, 0)
    mine.over(recent)
    assert mine.since is None
    assert (await asked(mine, database, firm, *given))[1] == 1
    before = (await log.head(database, firm)).seq
    await shop.job()
    late = await Recent.read(database, firm)
    assert (late.since, late.after(recent.here)) == (before + 1, None)
    mine.over(late)
    assert (await asked(mine, database, firm, *given))[1] == 1


async def test_the_oldest_answers_are_forgotten_first(
    shop: Shop, database: Database, firm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for again is kept; what is larger than all that may be kept is not."""
    monkeypatch.setattr(memory, "MOST_ROWS", 4)
    mine = Memory()
    sql = "SELECT id FROM stages WHERE id = $1"
    found = [(await asked(mine, database, firm, sql, shop.stages[number]))[1] for number in (0, 1, 0, 2, 0, 1)]
    assert found == [1, 1, 0, 1, 0, 1]
    assert [(await asked(mine, database, firm, STAGES, shop.pipeline, []))[1] for _ in range(2)] == [1, 0]
    monkeypatch.setattr(memory, "MOST_ROWS", 3)
    mine = Memory()
    assert [(await asked(mine, database, firm, STAGES, shop.pipeline, []))[1] for _ in range(2)] == [1, 1]


async def test_whoever_changes_an_answer_changes_their_own(shop: Shop, database: Database, firm: str) -> None:
    """Lists are handed out as copies."""
    mine = Memory()
    given: Given = STAGES, shop.pipeline, []
    for _ in range(3):
        found, _ = await asked(mine, database, firm, *given)
        assert len(found) == 3
        found.clear()


async def test_a_move_costs_four_statements(shop: Shop, database: Database, firm: str) -> None:
    """LV1: the log, the job, the counts, and who is assigned, whatever else of a card has not changed meanwhile."""
    jobs = [(await shop.job())["id"] for _ in range(3)]
    async with Wakeups.open(None) as wakeups, service(database, wakeups, LogReader(database, wakeups.notify)) as one:
        sink = await subscribed(one, shop.owner, CARD, shop.pipeline)
        for number, job in enumerate(jobs, 1):
            await eventually(partial(told, sink, number), "it is shown everything")
            await shop.owner.do("moveJob", jobId=job, stageId=shop.stages[1], expect={"version": 1})
            with counting(database) as counted:
                wakeups.notify(firm)
                await eventually(partial(told, sink, number + 1), "it is shown the move")
    tables = [re.findall(r"FROM (event_heads|stages|jobs|job_assignees)\b", sql)[0] for sql in counted]
    assert tables == ["event_heads", "jobs", "jobs", "job_assignees"]


def told(sink: Collected, number: int) -> bool:
    """Whether it has been sent so many events."""
    return len(sink.payloads) >= number
