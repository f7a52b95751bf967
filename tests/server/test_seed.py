"""`stageline seed`: firms as the engine would have made them, the same for the same seed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.enums import JobState
from engine.pipeline import rank
from server.seed import fill
from server.trouble import Trouble
from store.database import Database
from store.ids import is_id, prefix_of
from store.writes.seed_numbers import Seeding
from tests.support.api import Api, Client, Json
from tests.support.board import Board, assert_in_step
from tests.support.databases import Wiper, value
from tests.support.processes import stageline

SMALL = Seeding(seed=7, firms=2, pipelines=5, jobs=403)
NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
SECRETS = {"token_hash", "password_hash"}
COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) AS names FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'tortoise_migrations' GROUP BY 1 ORDER BY 1
"""


async def content(database: Database) -> dict[str, list[str]]:
    """All that the database holds but what must not be known in advance, by table."""
    tables = {row["table_name"]: set(row["names"]) - SECRETS for row in await database.rows(COLUMNS)}
    asked = {
        name: f"SELECT t::text FROM (SELECT {', '.join(sorted(some))} FROM {name}) AS t ORDER BY 1"
        for name, some in tables.items()
    }
    return {name: [row["t"] for row in await database.rows(sql)] for name, sql in asked.items()}


async def test_the_same_seed_makes_the_same(shared_database: tuple[Database, Wiper]) -> None:
    """Every row of every table, but for tokens and the password."""
    database, wiper = shared_database
    found, told = [], []
    for _ in range(2):
        await wiper.wipe()
        await database.rows("SELECT setval('history_n_seq', 1, FALSE), setval('audit_n_seq', 1, FALSE)")
        told.append(await fill(database, SMALL, clock=lambda: NOW))
        found.append(await content(database))
    assert found[0] == found[1]
    assert len(found[0]["jobs"]) == 403
    assert [firm["jobIds"] for firm in told[0]["firms"]] == [firm["jobIds"] for firm in told[1]["firms"]]
    assert told[0]["password"] != told[1]["password"]
    assert told[0]["firms"][0]["owner"]["token"] != told[1]["firms"][0]["owner"]["token"]


async def test_firms_share_what_was_asked_for(database: Database) -> None:
    """As evenly as numbers can be divided; every id is one of ours, and what is told is there."""
    told = await fill(database, SMALL)
    assert [len(firm["pipelineIds"]) for firm in told["firms"]] == [3, 2]
    assert [
        row["n"] for row in await database.rows("SELECT count(*) AS n FROM jobs GROUP BY pipeline_id ORDER BY 1")
    ] == [
        80,
        80,
        81,
        81,
        81,
    ]
    for table in (
        "firms",
        "users",
        "members",
        "accounts",
        "tags",
        "pipelines",
        "stages",
        "job_statuses",
        "jobs",
        "stage_visits",
        "status_stays",
        "items",
        "history",
        "sessions",
        "audit",
    ):
        ids = [row["id"] for row in await database.rows(f"SELECT id FROM {table}")]
        assert ids, table
        assert all(is_id(prefix_of(one), one) for one in ids), table
    for firm in told["firms"]:
        rows = await database.rows(
            "SELECT id FROM jobs WHERE firm_id = $1 AND id = ANY($2)", firm["id"], firm["jobIds"]
        )
        assert len(rows) == len(firm["jobIds"]) == 10


async def test_jobs_stand_as_the_engine_would_have_put_them(database: Database) -> None:
    """MV2, MV9, ST1: one open visit in their stage, visits without a gap, clocks as the status says."""
    await fill(database, SMALL, clock=lambda: NOW)
    jobs = await database.rows(
        """
        SELECT j.*, s.pauses, v.visits, v.numbers, v.open_stage, v.open_since, v.gaps, y.stays
        FROM jobs j JOIN job_statuses s ON s.firm_id = j.firm_id AND s.id = j.status_id AND s.state = j.state
        CROSS JOIN LATERAL (
            SELECT count(*) AS visits, max(number) AS numbers,
                max(stage_id) FILTER (WHERE left_at IS NULL) AS open_stage,
                max(entered_at) FILTER (WHERE left_at IS NULL) AS open_since,
                count(*) FILTER (WHERE left_at <> next) AS gaps
            FROM (SELECT *, lead(entered_at) OVER (ORDER BY number) AS next FROM stage_visits WHERE job_id = j.id) AS v
        ) AS v
        CROSS JOIN LATERAL (SELECT count(*) AS stays FROM status_stays WHERE job_id = j.id AND left_at IS NULL) AS y
        """
    )
    assert len(jobs) == 403
    for job in jobs:
        assert (job["open_stage"], job["open_since"], job["gaps"]) == (job["stage_id"], job["entered_stage_at"], 0)
        assert job["numbers"] == job["visits"]
        assert job["version"] == job["visits"] + (job["state"] != JobState.ACTIVE)
        assert (job["paused_at"] is not None) == job["pauses"]
        assert (job["completed_at"] is not None) == (job["state"] == JobState.COMPLETED)
        assert job["stays"] == (job["state"] == JobState.CUSTOM)
        assert job["created_at"] <= job["entered_stage_at"] <= job["updated_at"] <= NOW
    assert {job["state"] for job in jobs} == set(JobState) - {JobState.ARCHIVED}


async def test_there_is_room_between_any_two_jobs_of_a_column(database: Database) -> None:
    """MV9: keys of eight digits, between which another one fits, and above which."""
    await fill(database, SMALL)
    columns: dict[str, list[str]] = {}
    for row in await database.rows("SELECT stage_id, rank FROM jobs ORDER BY rank"):
        columns.setdefault(row["stage_id"], []).append(row["rank"])
    for keys in columns.values():
        assert {len(key) for key in keys} == {8}
        between = [rank.between(*pair) for pair in zip([None, *keys], [*keys, None], strict=True)]
        assert {len(key) for key in between} == {8}


async def test_its_history_tells_how_a_job_has_come_there(api: Api, database: Database) -> None:
    """JB3: it was made, moved as often as it has visits, and put into its status; the API can read all of it."""
    told = await fill(database, SMALL)
    owner = Client(api.http, told["firms"][0]["owner"]["token"])
    document = """query ($id: ID!) { job(id: $id) { visits { nodes { number } } status { state } tasks { totalCount }
        history(first: 50) { nodes { action changes { field fromNodes { id } toNodes { id } } } } } }"""
    ids = [row["id"] for row in await database.rows("SELECT id FROM jobs WHERE firm_id = $1", told["firms"][0]["id"])]
    for job_id in ids[:60]:
        job = (await owner.query(document, id=job_id))["job"]
        actions = [entry["action"] for entry in reversed(job["history"]["nodes"])]
        assert actions == [
            "CREATED",
            *["MOVED"] * (len(job["visits"]["nodes"]) - 1),
            *["TASK_ADDED"] * job["tasks"]["totalCount"],
            *["STATUS_CHANGED"] * (job["status"]["state"] != "ACTIVE"),
        ]


async def move(client: Client, job: Json, stage_id: str) -> None:
    """Moves a job as the client sees it; what is open there stays open."""
    given = {"jobId": job["id"], "stageId": stage_id, "expect": {"version": job["version"]}, "pendingItems": "KEEP"}
    await client.do("moveJob", "job { id }", **given)


async def test_boards_work_on_it(api: Api, database: Database) -> None:
    """LV1, AC3: owner and employee draw a board, move a job, and end with what a fresh board shows."""
    [firm, _] = (await fill(database, SMALL))["firms"]
    boards = []
    for who in ("owner", "employee"):
        client = Client(api.http, firm[who]["token"], firm[who]["id"])
        boards.append(await Board.open(client, firm["pipelineIds"][0]))
    whole, part = boards
    assert len(whole.jobs) == 81
    assert set(part.jobs) < set(whole.jobs)
    assert len(part.jobs) > 20
    stages = [stage["id"] for stage in whole.pipeline["stages"]]
    for board in (part, whole):
        job = next(iter(board.jobs.values()))
        await move(board.client, job, stages[4])
        for one in boards:
            await one.catch_up()
            await assert_in_step(one)
            assert one.resets == []
        assert whole.jobs[job["id"]]["stage"]["id"] == stages[4]


async def test_everybody_logs_in_with_the_password_that_is_told(api: Api, database: Database) -> None:
    """API5: it is one for all of them."""
    [firm, other] = (told := await fill(database, SMALL))["firms"]
    for one in (firm["owner"], firm["employee"], other["owner"]):
        assert (await api.log_in(one["email"], told["password"])).member_id == one["id"]


async def test_another_seed_adds_firms_and_the_same_one_is_refused(api: Api, database: Database) -> None:
    """What is there already stays as it is."""
    owner = await api.firm()
    await fill(database, SMALL)
    before = await content(database)
    with pytest.raises(Trouble, match=r"holds the firms of --seed 7 already\. Choose another seed"):
        await fill(database, SMALL)
    await fill(database, Seeding(seed=8, firms=1, pipelines=1, jobs=20))
    after = await content(database)
    assert {name: set(rows) - set(after[name]) for name, rows in before.items()} == {name: set() for name in before}
    assert [len(after[name]) - len(before[name]) for name in ("firms", "pipelines", "jobs")] == [1, 1, 20]
    assert (await owner.query("{ firm { name } }"))["firm"]["name"] == "Kontor"


async def test_the_command_prints_json_and_says_how_far_it_is(database_url: str, tmp_path: Path) -> None:
    """Standard output is for the load tool, standard error for the person."""
    asked = ("--firms", "1", "--pipelines", "2", "--jobs", "30")
    result = await stageline("seed", *asked, folder=tmp_path, DATABASE_URL=database_url)
    assert (result.code, result.err) == (0, "Jobs: 30 of 30\nAnalyzing the tables ...\n")
    told: Any = json.loads(result.out)
    assert list(told) == ["seed", "password", "firms"]
    assert told["firms"][0]["owner"]["token"].startswith("sl_")
    assert await value(database_url, "SELECT count(*) FROM jobs") == 30


async def test_what_it_cannot_do_is_a_sentence(empty_database_url: str, tmp_path: Path) -> None:
    """No settings, no tables, numbers that do not fit: each names its remedy, and changes nothing."""
    cases = {
        (): "Run `stageline migrate` before this.",
        ("--firms", "3", "--pipelines", "2"): "ask for 3 --pipelines or more, or for fewer --firms.",
        ("--pipelines", "20", "--jobs", "20000001"): "A pipeline has at most 1,000,000 jobs: ask for more --pipelines",
    }
    for options, said in cases.items():
        result = await stageline("seed", *options, folder=tmp_path, DATABASE_URL=empty_database_url)
        assert (result.code, result.out) == (1, "")
        assert said in result.err
        assert result.err.count("\n") == 1
    nowhere = await stageline("seed", folder=tmp_path)
    assert nowhere.err.startswith("stageline: DATABASE_URL is not set.")
