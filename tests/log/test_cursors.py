"""Cursors: good ones miss nothing, and every other one gets a clear answer (LV1, LV3, LV4)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from live.cursor import decode
from store.database import Database, Db
from tests.log.world import World
from tests.support.api import Api, Client, Json, Shop, open_shop
from tests.support.board import BOARD, CHANGES, PAGE, Board, assert_in_step


@pytest.fixture
async def board(shop: Shop) -> Board:
    """The owner's board of the shop, with a job on it."""
    await shop.job()
    return await Board.open(shop.owner, shop.pipeline)


def moved(cursor: str, by: int) -> str:
    """A cursor that lies some events further, as somebody might forge it."""
    position = decode(cursor)
    return type(position)(position.origin, position.seq + by).encode()


def reset_of(page: Json) -> str:
    """The reason of the reset that a page is: nothing else is in it, and nothing follows."""
    [event] = page["events"]
    [change] = event["changes"]
    assert change["__typename"] == "StreamReset"
    assert event["cursor"] == page["cursor"]
    assert event["cause"] == {"kind": "SYSTEM", "clientMutationId": None, "actor": None}
    assert page["hasMore"] is False
    reason: str = change["why"]
    return reason


# --- cursors that are none ------------------------------------------------------------------------------------------

MALFORMED = ["", "x", "!" * 22, "ä" * 22, "A" * 21, "A" * 23, "A" * 10_000, "null", "1234567890123456=====", "🙂"]


@pytest.mark.parametrize("cursor", MALFORMED, ids=range(len(MALFORMED)))
async def test_a_text_that_is_no_cursor_is_refused_and_names_the_argument(board: Board, cursor: str) -> None:
    """LV3: it is a mistake of the client, not a reset, and no failure of ours."""
    answer = await board.client.answer(CHANGES, **board.asking(cursor))
    assert answer["data"] == {"changes": None}
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "INVALID", "argument": "after"}
    assert error["message"] == "This is not a cursor."


async def test_a_forged_cursor_is_unknown(board: Board) -> None:
    """LV3: whatever has the form of a cursor and was not handed out by this database for this firm."""
    forged = base64.urlsafe_b64encode(b"\x01" * 16).decode().rstrip("=")
    for cursor in (forged, "A" * 22, base64.urlsafe_b64encode(b"\xff" * 16).decode().rstrip("=")):
        assert reset_of(await board.ask(cursor)) == "CURSOR_UNKNOWN"


async def test_a_cursor_ahead_of_the_log_is_unknown(board: Board) -> None:
    """LV3: after a restore clients may know more than the database."""
    assert reset_of(await board.ask(moved(board.cursor, 1))) == "CURSOR_UNKNOWN"
    assert reset_of(await board.ask(moved(board.cursor, 2**63))) == "CURSOR_UNKNOWN"
    assert (await board.ask(board.cursor))["events"] == []


async def test_a_cursor_of_another_firm_is_unknown(api: Api, board: Board) -> None:
    """AC4: nothing crosses firms; its sequence may well be within this firm's."""
    other = await open_shop(api)
    foreign = await Board.open(other.owner, other.pipeline)
    assert decode(foreign.cursor).seq <= decode(board.cursor).seq
    assert reset_of(await board.ask(foreign.cursor)) == "CURSOR_UNKNOWN"
    assert reset_of(await foreign.ask(board.cursor)) == "CURSOR_UNKNOWN"


async def test_nobody_and_a_stranger_get_nothing_for_a_good_cursor(api: Api, shop: Shop, board: Board) -> None:
    """AC4: the cursor is no key."""
    answer = await api.nobody.answer(CHANGES, **board.asking())
    assert answer["data"] == {"changes": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    stranger, colleague = await api.firm(), await api.member(shop.owner)
    for client in (stranger, colleague):
        answer = await client.answer(CHANGES, **board.asking())
        assert answer["data"] == {"changes": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]


# --- cursors that are too old ---------------------------------------------------------------------------------------


async def trim(db: Db, through: int) -> None:
    """Forget events, as a worker would: raise the floor, then delete."""
    await db.rows("UPDATE event_heads SET floor = $1", through)
    await db.rows("DELETE FROM events WHERE seq <= $1", through)


async def test_a_cursor_below_the_floor_is_too_old_and_the_reset_leads_on(
    shop: Shop, board: Board, database: Database
) -> None:
    """LV3: an explicit reset; after the query anew everything goes on from the reset's cursor."""
    first = decode(board.cursor).seq
    jobs = [await shop.job() for _ in range(3)]
    await trim(database, first + 1)
    page = await board.ask()
    assert reset_of(page) == "CURSOR_TOO_OLD"
    assert decode(page["cursor"]).seq == first + 3
    await board.load()
    await shop.owner.do("updateJob", jobId=jobs[0]["id"], name="Later")
    board.cursor = page["cursor"]
    await board.catch_up()
    await assert_in_step(board)


async def test_a_cursor_at_the_floor_is_good(shop: Shop, board: Board, database: Database) -> None:
    """LV3: the floor itself is the last event that nobody needs any more."""
    job = await shop.job()
    await trim(database, decode(board.cursor).seq)
    taken = await board.catch_up()
    assert [change["job"]["id"] for change in taken if change["__typename"] == "JobUpserted"] == [job["id"]]
    assert board.resets == []
    await assert_in_step(board)


@pytest.mark.parametrize("missing", [1, 2, 3], ids=["first", "middle", "last"])
@pytest.mark.parametrize("first", [1, 2, 50])
async def test_a_hole_in_the_log_is_a_reset_and_never_skipped(
    shop: Shop, board: Board, database: Database, missing: int, first: int
) -> None:
    """LV3: never a silent gap, wherever it lies and however large the pages are; and never a page without end."""
    start = decode(board.cursor).seq
    for _ in range(3):
        await shop.job()
    await database.rows("DELETE FROM events WHERE seq = $1", start + missing)
    for _ in range(4):
        page = await board.ask(first=first)
        board.apply(page)
        if board.resets or not page["hasMore"]:
            break
    assert board.resets == ["CURSOR_TOO_OLD"]
    assert decode(board.cursor).seq == start + 3


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, -1, 201, 2**31 - 1])
async def test_a_page_size_out_of_bounds_is_refused(board: Board, first: int) -> None:
    """LV4: from 1 to 200."""
    answer = await board.client.answer(CHANGES, **board.asking(first=first))
    assert answer["data"] == {"changes": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "INVALID", "argument": "first"}]


@pytest.mark.parametrize("first", [1, 2, 3, 7, 50, 200, None])
async def test_pages_of_any_size_arrive_at_the_same_board(shop: Shop, board: Board, first: int | None) -> None:
    """LV4: each page ends where the next begins, and says whether there is one."""
    start = decode(board.cursor).seq
    jobs = [await shop.job() for _ in range(4)]
    for n, job in enumerate(jobs):
        stage = shop.stages[1 + n % 2]
        await shop.owner.do("moveJob", jobId=job["id"], stageId=stage, expect={"version": 1})
    await shop.owner.do("updateAccount", accountId=shop.account, name="Renamed")
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, name="Renamed")
    await board.catch_up(first)
    size = first or 50
    ends = [decode(page["cursor"]).seq - start for page in board.pages]
    assert ends == [*range(size, 10, size), 10]
    assert [page["hasMore"] for page in board.pages] == [True] * (len(ends) - 1) + [False]
    assert all(len(page["events"]) == 1 for page in board.pages)
    kinds = {event["cause"]["kind"] for page in board.pages for event in page["events"]}
    assert kinds == {"MEMBER"} if size == 1 else "COALESCED" in kinds
    await assert_in_step(board)


async def test_a_page_in_which_nothing_concerns_the_board_moves_the_cursor_all_the_same(
    shop: Shop, board: Board
) -> None:
    """LV1, LV3: a quiet board in a busy firm must not fall below the floor."""
    start = decode(board.cursor).seq
    for name in ("A", "B", "C"):
        await shop.owner.do("createAccount", name=name)
    page = await board.ask(first=2)
    assert page["events"] == []
    assert page["hasMore"] is True
    assert decode(page["cursor"]).seq == start + 2


async def test_a_job_that_came_and_went_between_two_looks_is_a_removal_or_nothing(shop: Shop, board: Board) -> None:
    """LV1: what is sent is the state now."""
    job = await shop.job()
    statuses = (await shop.owner.query("{ jobStatuses { id state } }"))["jobStatuses"]
    archived = next(status["id"] for status in statuses if status["state"] == "ARCHIVED")
    await shop.owner.do("setJobStatus", jobId=job["id"], statusId=archived)
    taken = await board.catch_up()
    removed = [change for change in taken if change["__typename"] == "JobRemoved"]
    assert removed == [{"__typename": "JobRemoved", "jobId": job["id"], "reason": "ARCHIVED"}]
    await assert_in_step(board)


async def test_a_cursor_of_another_board_of_the_firm_is_as_good(shop: Shop) -> None:
    """LV1: a position is one of the firm's log, whichever board handed it out."""
    stages = [{"name": "A"}, {"name": "B"}]
    other = await shop.owner.do("createPipeline", "pipeline { id stages { id } }", name="Other", stages=stages)
    there, here = await Board.open(shop.owner, other["id"]), await Board.open(shop.owner, shop.pipeline)
    assert there.cursor == here.cursor
    job = await shop.job()
    here.cursor = there.cursor
    await here.catch_up()
    assert list(here.jobs) == [job["id"]]
    there.apply(await there.ask(here.cursor))
    await assert_in_step(here)
    await assert_in_step(there)


async def test_more_jobs_than_a_page_can_hold_are_a_reset(shop: Shop, board: Board, database: Database) -> None:
    """LV3: querying again costs less than 500 cards."""
    job = (await shop.job())["id"]
    await board.catch_up()
    await many_jobs(database, job, 501)
    visible = await shop.owner.do("createJobStatus", "status { id }", name="Parked", onBoard=True)
    await database.rows("UPDATE jobs SET status_id = $1, state = 'CUSTOM'", visible["id"])
    await board.load()
    await shop.owner.do("updateJobStatus", statusId=visible["id"], name="Put aside")
    assert reset_of(await board.ask()) == "TOO_MANY_CHANGES"


async def many_jobs(database: Database, like: str, count: int) -> None:
    """Copies of a job, written straight into the table, below it in its column."""
    await database.rows(
        """
        WITH made AS (
            INSERT INTO jobs (id, firm_id, account_id, pipeline_id, stage_id, rank, status_id, state, name, priority,
                entered_stage_at, version)
            SELECT 'job_0192a0b1c2d37e4f8a5b' || lpad(to_hex(n), 12, '0'), firm_id, account_id, pipeline_id, stage_id,
                rank || lpad(n::text, 6, '0'), status_id, state, name || n, priority, entered_stage_at, 1
            FROM jobs, generate_series(1, $2::int) AS n WHERE id = $1 RETURNING *
        )
        INSERT INTO stage_visits (id, firm_id, job_id, number, pipeline_id, stage_id, entered_at)
        SELECT 'visit' || substr(id, 4), firm_id, id, 1, pipeline_id, stage_id, entered_stage_at FROM made
        """,
        like,
        count,
    )


# --- what changed behind the page -----------------------------------------------------------------------------------


async def test_a_job_of_an_account_that_is_lost_later_leaves_the_board_in_pages_of_one(own_world: World) -> None:
    """LV1: the access behind the page is not that of the page; found by the random machine."""
    world = own_world
    job = await world.job()
    board = await Board.open(world.insider, world.pipeline)
    await world.owner.do("updateMemberAccess", memberId=world.insider.member_id, removeAccountIds=[world.first])
    await world.owner.do("setJobStatus", jobId=job, statusId=world.statuses["ARCHIVED"])
    await board.catch_up(first=1)
    assert job not in board.jobs
    await assert_in_step(board)


async def test_a_job_made_after_its_account_was_lost_is_never_named(own_world: World) -> None:
    """AC4: neither in one page with the loss, nor in pages of one."""
    world = own_world
    boards = [await Board.open(world.insider, world.pipeline) for _ in range(2)]
    await world.owner.do("updateMemberAccess", memberId=world.insider.member_id, removeAccountIds=[world.first])
    job = await world.job()
    for board, first in zip(boards, (1, 50), strict=True):
        await board.catch_up(first)
        assert job not in board.removed
        await assert_in_step(board)


async def test_a_job_gone_before_its_account_was_given_is_never_named(own_world: World) -> None:
    """AC4: today's access says nothing of what was seen before it."""
    world = own_world
    job = await world.job(accountId=world.second)
    boards = [await Board.open(world.insider, world.pipeline) for _ in range(2)]
    there = {"stageId": world.elsewhere_stages[0], "expect": {"version": 1}}
    await world.owner.do("moveJob", jobId=job, **there)
    await world.owner.do("updateMemberAccess", memberId=world.insider.member_id, addAccountIds=[world.second])
    for board, first in zip(boards, (1, 50), strict=True):
        await board.catch_up(first)
        assert job not in board.removed
        await assert_in_step(board)


async def test_a_change_of_access_behind_a_long_way_is_a_reset(own_world: World) -> None:
    """LV3: more than 1,000 events are not joined."""
    world = own_world
    board = await Board.open(world.insider, world.pipeline)
    await world.owner.do("updateMemberAccess", memberId=world.insider.member_id, addAccountIds=[world.second])
    await quiet_events(world, 1_000)
    assert reset_of(await board.ask(first=1)) == "TOO_MANY_CHANGES"


async def quiet_events(world: World, count: int) -> None:
    """Events that concern no board, numbered one by one."""
    await world.database.rows(
        f"""
        DO $do$ BEGIN FOR n IN 1..{count} LOOP
            INSERT INTO events (id, firm_id, cause, changes)
            VALUES ('event_' || n || md5(random()::text), '{world.firm}', '{{}}', '[]');
            SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
        END LOOP; END $do$
        """
    )


async def test_a_viewer_who_was_off_the_list_in_between_queries_again(own_world: World) -> None:
    """AC4: what happened meanwhile was not for them."""
    world = own_world
    board = await Board.open(world.insider, world.pipeline)
    for change in ("removeAvailableToIds", "addAvailableToIds"):
        await world.owner.do("updatePipeline", pipelineId=world.pipeline, **{change: [world.insider.member_id]})
        await world.job()
    assert reset_of(await board.ask(first=1)) == "TOO_MANY_CHANGES"
    assert reset_of(await board.ask(first=50)) == "TOO_MANY_CHANGES"


# --- the snapshot ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def before_the_snapshot(
    database: Database, client: Client, mutation: str, **given: object
) -> AsyncIterator[None]:
    """Lets a mutation happen after the next reader was authenticated, before its snapshot is taken."""
    pending = [(mutation, given)]
    opened = database.snapshot

    @asynccontextmanager
    async def late() -> AsyncIterator[Db]:
        while pending:
            mutation, given = pending.pop()
            await client.do(mutation, **given)
        async with opened() as db:
            yield db

    database.snapshot = late  # type: ignore[method-assign]
    try:
        yield
    finally:
        del database.snapshot
    assert not pending


async def test_rights_lost_between_the_login_check_and_the_snapshot_do_not_count(own_world: World) -> None:
    """LV1, AC4: the cursor is already behind the loss, so that no reset would ever come for what was shown too much."""
    world = own_world
    hidden = await world.job(accountId=world.second)
    me = {"memberId": world.overseer.member_id}
    taken = {**me, "removeRights": ["VIEW_ALL_ACCOUNTS"]}
    async with before_the_snapshot(world.database, world.owner, "updateMemberAccess", **taken):
        board = await Board.open(world.overseer, world.pipeline)
    assert hidden not in board.jobs
    await board.catch_up()
    await assert_in_step(board)
    async with before_the_snapshot(
        world.database, world.owner, "updateMemberAccess", **me, addRights=["VIEW_ALL_ACCOUNTS"]
    ):
        board = await Board.open(world.overseer, world.pipeline)
    assert hidden in board.jobs


async def test_a_member_deactivated_between_the_login_check_and_the_snapshot_sees_nothing(own_world: World) -> None:
    """AC4: their last look must not be one too late."""
    world = own_world
    leaver = await world.api.member(world.owner, role="ADMIN")
    given = {"memberId": leaver.member_id}
    async with before_the_snapshot(world.database, world.owner, "deactivateMember", **given):
        answer = await leaver.answer(BOARD, pipeline=world.pipeline, filter=None, size=PAGE)
    assert not (answer.get("data") or {}).get("board")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


LISTED = """query ($pipeline: ID!) { board(pipelineId: $pipeline) { cursor columns {
  stage { id } jobCount jobs(first: 20) { totalCount nodes { id stage { id } } } } } }"""


async def test_every_snapshot_shows_every_job_once_while_writers_move_them(shop: Shop) -> None:
    """LV1: position and data are of one instant, in 200 boards and with the counts beside them."""
    jobs = [(await shop.job(f"Job {n}"))["id"] for n in range(12)]
    done = asyncio.Event()

    async def write(mine: list[str]) -> int:
        moves = 0
        while not done.is_set():
            job, there = mine[moves % len(mine)], 1 + moves // len(mine)
            await shop.owner.do("moveJob", jobId=job, stageId=shop.stages[there % 3], expect={"version": there})
            moves += 1
        return moves

    async def read(count: int) -> list[str]:
        cursors = []
        for _ in range(count):
            found = (await shop.owner.query(LISTED, pipeline=shop.pipeline))["board"]
            listed = {column["stage"]["id"]: column["jobs"]["nodes"] for column in found["columns"]}
            assert sorted(job["id"] for some in listed.values() for job in some) == sorted(jobs)
            assert all(job["stage"]["id"] == stage for stage, some in listed.items() for job in some)
            for column in found["columns"]:
                there = len(listed[column["stage"]["id"]])
                assert (column["jobCount"], column["jobs"]["totalCount"]) == (there, there)
            cursors.append(found["cursor"])
        return cursors

    async def draw(count: int) -> list[Board]:
        return [await Board.open(shop.owner, shop.pipeline) for _ in range(count)]

    writers = [asyncio.create_task(write(jobs[n::4])) for n in range(4)]
    try:
        boards, some = await asyncio.gather(draw(20), asyncio.gather(*(read(50) for _ in range(4))))
    finally:
        done.set()
        moves = sum(await asyncio.gather(*writers))
    cursors = [cursor for few in some for cursor in few]
    assert len(cursors) == 200
    assert moves > 20
    assert len(set(cursors)) > 20, "the boards must not all be of one instant"
    fresh = await Board.open(shop.owner, shop.pipeline)
    for board in boards:
        await board.catch_up(first=200)
        assert board.drawn() == fresh.drawn()
