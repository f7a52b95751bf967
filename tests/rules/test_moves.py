"""Moving jobs: one place in one column, one visit per stay, one winner of two."""

from __future__ import annotations

import itertools
import random

import pytest

from store.database import Database
from tests.rules.kit import (
    CARD,
    codes,
    columns,
    digest,
    hidden_job,
    look,
    look_at_task,
    move,
    pipeline,
    set_state,
    stages,
    status,
    task,
    together,
)
from tests.support.api import Api, Client, Json, Shop


def stays(job: Json) -> list[tuple[int, str, bool]]:
    """The job's visits from the first: number, stage, whether it is over."""
    return [
        (visit["number"], visit["stage"]["id"], visit["leftAt"] is not None)
        for visit in reversed(job["visits"]["nodes"])
    ]


async def test_every_way_into_a_stage_opens_exactly_one_visit_and_closes_the_last(shop: Shop) -> None:
    """MV2: forward, jump, back and re-entry each open one new visit; a stage jumped over is not entered."""
    first, second, third = shop.stages
    job = await shop.job()
    expected = [(1, first, False)]
    for stage in (second, first, third, first, second, third):  # forward, back, jump, jump back, forward, forward
        before = await look(shop.owner, job["id"])
        after = await move(shop.owner, job["id"], stage)
        expected = [(number, where, True) for number, where, _ in expected]
        expected.append((len(expected) + 1, stage, False))
        assert stays(after) == expected
        assert after["stage"]["id"] == stage
        assert after["version"] == before["version"] + 1
        newest, left, *_ = after["visits"]["nodes"]
        assert left["leftAt"] == newest["enteredAt"] == after["enteredStageAt"]


async def test_a_new_job_is_in_its_first_visit(shop: Shop) -> None:
    """MV2: being made in a stage is entering it."""
    job = await shop.job(stageId=shop.stages[2])
    assert stays(await look(shop.owner, job["id"])) == [(1, shop.stages[2], False)]


async def test_reordering_in_a_stage_opens_no_visit(shop: Shop) -> None:
    """MV3: a new place in the same column changes the place and nothing else of the stay."""
    low, high = await shop.job("Low"), await shop.job("High")
    before = await look(shop.owner, high["id"])
    after = await move(shop.owner, high["id"], shop.stages[0], afterJobId=low["id"])
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == [low["id"], high["id"]]
    assert after["visits"] == before["visits"]
    assert after["enteredStageAt"] == before["enteredStageAt"]
    assert after["version"] == before["version"] + 1


async def test_putting_the_uppermost_job_on_top_changes_nothing(shop: Shop, database: Database) -> None:
    """MV3: where nothing moves there is no change, no history and no event."""
    job = await shop.job()
    before = await digest(database)
    after = await move(shop.owner, job["id"], shop.stages[0])
    assert after["version"] == job["version"]
    assert await digest(database) == before


@pytest.mark.parametrize("by", ["version", "stageId"])
async def test_a_move_with_a_stale_belief_is_a_conflict_that_carries_the_job_as_it_is(
    shop: Shop, database: Database, by: str
) -> None:
    """MV4: the caller names version or from-stage; where another change came first the answer is the job as it is."""
    first, second, third = shop.stages
    job = await shop.job()
    now = await move(shop.owner, job["id"], second)
    before = await digest(database)
    stale = {"version": job["version"]} if by == "version" else {"stageId": first}
    [error] = await shop.owner.refused("moveJob", jobId=job["id"], stageId=third, expect=stale)
    assert error["__typename"] == "ConflictError"
    assert (error["code"], error["path"]) == ("CONFLICT", ["input", "expect", by])
    assert error["current"] == {"id": job["id"], "version": now["version"]}
    assert await digest(database) == before


async def test_the_conflict_shows_where_the_job_is_now(shop: Shop) -> None:
    """MV4: the job in a conflict is a whole job, in its new stage."""
    job = await shop.job()
    await move(shop.owner, job["id"], shop.stages[1])
    document = """mutation ($input: MoveJobInput!) { moveJob(input: $input) { job { id } errors {
        ... on ConflictError { current { ... on Job { id stage { id } version } } } } } }"""
    given = {"jobId": job["id"], "stageId": shop.stages[2], "expect": {"version": 1}}
    data = await shop.owner.query(document, input=given)
    current = {"id": job["id"], "stage": {"id": shop.stages[1]}, "version": 2}
    assert data["moveJob"] == {"job": None, "errors": [{"current": current}]}


@pytest.mark.parametrize("by", ["version", "stageId"])
async def test_the_right_belief_moves_the_job(shop: Shop, by: str) -> None:
    """MV4: version or stage, either is enough."""
    job = await shop.job()
    believed = {"version": job["version"]} if by == "version" else {"stageId": shop.stages[0]}
    assert (await move(shop.owner, job["id"], shop.stages[1], expect=believed))["stage"]["id"] == shop.stages[1]


@pytest.mark.parametrize("by", ["version", "stageId"])
async def test_of_two_equal_moves_at_the_same_time_exactly_one_wins(shop: Shop, by: str) -> None:
    """MV4: two concurrent moves: exactly one wins, the other gets the conflict."""
    job = await shop.job()
    for turn in range(14):
        before = await look(shop.owner, job["id"])
        believed = {"version": before["version"]} if by == "version" else {"stageId": before["stage"]["id"]}
        target = shop.stages[(turn + 1) % 3]
        given = {"jobId": job["id"], "stageId": target, "expect": believed}
        answers = await together(*(shop.owner.payload("moveJob", "job { id }", **given) for _ in range(3)))
        assert sorted(codes(answer) for answer in answers) == [[], ["CONFLICT"], ["CONFLICT"]]
        after = await look(shop.owner, job["id"])
        assert after["version"] == before["version"] + 1
        assert after["stage"]["id"] == target
        assert len(after["visits"]["nodes"]) == len(before["visits"]["nodes"]) + 1


async def test_version_counts_what_the_card_shows(shop: Shop) -> None:
    """MV4: name, dates, assignees, status and place count; an edit that changes nothing does not."""
    job = await shop.job("Name")
    edits: list[Json] = [
        {"name": "Other"},
        {"dueDate": "2026-03-01"},
        {"addAssigneeIds": [shop.owner.member_id]},
        {"removeAssigneeIds": [shop.owner.member_id]},
    ]
    for counted, edit in enumerate(edits, start=2):
        assert await shop.owner.do("updateJob", "job { version }", jobId=job["id"], **edit) == {"version": counted}
    same = await shop.owner.do("updateJob", "job { version }", jobId=job["id"], name="Other", dueDate="2026-03-01")
    assert same == {"version": 5}
    await set_state(shop.owner, job["id"], "COMPLETED")
    assert (await look(shop.owner, job["id"]))["version"] == 6


async def test_open_blocking_items_hold_the_job_until_somebody_says_what_becomes_of_them(
    shop: Shop, database: Database
) -> None:
    """MV5: without a choice the move is refused and lists them: no silent default."""
    job = await shop.job()
    held = [await task(shop.owner, f"Task {n}", jobId=job["id"]) for n in range(3)]
    before = await digest(database)
    given = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": job["version"]}}
    [error] = await shop.owner.refused("moveJob", **given)
    assert error["__typename"] == "PendingItemsError"
    assert (error["code"], error["path"]) == ("PENDING_ITEMS", ["input", "pendingItems"])
    assert [item["id"] for item in error["items"]] == held
    assert await digest(database) == before


@pytest.mark.parametrize(
    ("choice", "expected"), [("KEEP", "TO_DO"), ("COMPLETE", "COMPLETED"), ("CANCEL", "CANCELLED")]
)
async def test_one_choice_settles_all_pending_items(shop: Shop, choice: str, expected: str) -> None:
    """MV5: KEEP leaves them open, COMPLETE completes, CANCEL cancels them."""
    job = await shop.job()
    held = [await task(shop.owner, jobId=job["id"]) for _ in range(2)]
    moved = await move(shop.owner, job["id"], shop.stages[1], pendingItems=choice)
    assert moved["stage"]["id"] == shop.stages[1]
    for task_id in held:
        found = await look_at_task(shop.owner, task_id)
        assert (found["status"], found["open"]) == (expected, choice == "KEEP")
        assert found["links"] == [
            {
                "job": {"id": job["id"]},
                "visit": {"id": moved["visits"]["nodes"][1]["id"], "number": 1},
                "blocking": True,
            }
        ]


async def test_kept_items_of_earlier_visits_block_no_more(shop: Shop) -> None:
    """MV5: only items of the current visit hold a job, also when it comes back to the stage of the others."""
    job = await shop.job()
    held = await task(shop.owner, jobId=job["id"])
    await move(shop.owner, job["id"], shop.stages[1], pendingItems="KEEP")
    await move(shop.owner, job["id"], shop.stages[0])
    moved = await move(shop.owner, job["id"], shop.stages[2])
    assert moved["stage"]["id"] == shop.stages[2]
    assert (await look_at_task(shop.owner, held))["open"] is True


async def test_single_items_may_be_settled_otherwise(shop: Shop) -> None:
    """MV5: one choice for all, with exceptions per item."""
    job = await shop.job()
    kept, done, off = [await task(shop.owner, jobId=job["id"]) for _ in range(3)]
    exceptions = [{"itemId": kept, "choice": "KEEP"}, {"itemId": off, "choice": "CANCEL"}]
    await move(shop.owner, job["id"], shop.stages[1], pendingItems="COMPLETE", pendingItemChoices=exceptions)
    found = [(await look_at_task(shop.owner, task_id))["status"] for task_id in (kept, done, off)]
    assert found == ["TO_DO", "COMPLETED", "CANCELLED"]


async def test_exceptions_alone_are_enough_when_they_name_every_item(shop: Shop, database: Database) -> None:
    """MV5: what no exception names still needs the choice for all."""
    job = await shop.job()
    named, forgotten = await task(shop.owner, jobId=job["id"]), await task(shop.owner, jobId=job["id"])
    given = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": job["version"]}}
    before = await digest(database)
    some = [{"itemId": named, "choice": "KEEP"}]
    [error] = await shop.owner.refused("moveJob", **given, pendingItemChoices=some)
    assert [item["id"] for item in error["items"]] == [forgotten]
    assert await digest(database) == before
    both = [*some, {"itemId": forgotten, "choice": "CANCEL"}]
    await move(shop.owner, job["id"], shop.stages[1], pendingItemChoices=both)
    assert (await look_at_task(shop.owner, forgotten))["status"] == "CANCELLED"


async def test_an_exception_for_what_is_not_pending_is_refused(shop: Shop, database: Database) -> None:
    """MV5: a typing error in an exception must not pass as a decision."""
    job, other = await shop.job(), await shop.job("Other")
    held, elsewhere = await task(shop.owner, jobId=job["id"]), await task(shop.owner, jobId=other["id"])
    done = await task(shop.owner, jobId=job["id"])
    await shop.owner.do("completeItem", itemId=done)
    given = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": job["version"]}}
    before = await digest(database)
    for wrong in (elsewhere, done, "task_unknown"):
        choices = [{"itemId": held, "choice": "KEEP"}, {"itemId": wrong, "choice": "COMPLETE"}]
        answer = await shop.owner.code("moveJob", **given, pendingItems="KEEP", pendingItemChoices=choices)
        assert answer == ("NOT_FOUND", ["input", "pendingItemChoices"])
    assert await digest(database) == before


async def test_what_does_not_block_does_not_hold_the_job(shop: Shop) -> None:
    """MV5, AI1: completed and cancelled items, non-blocking links and open subtasks hold nothing."""
    job = await shop.job()
    free = await task(shop.owner, jobId=job["id"], blocking=False)
    done = await task(shop.owner, jobId=job["id"], subtasks=["Open line"])
    off = await task(shop.owner, jobId=job["id"])
    await shop.owner.do("completeItem", itemId=done)
    await shop.owner.do("cancelItem", itemId=off)
    assert (await move(shop.owner, job["id"], shop.stages[1]))["stage"]["id"] == shop.stages[1]
    assert (await look_at_task(shop.owner, free))["status"] == "TO_DO"


async def test_an_open_item_does_not_hold_a_job_that_stays_in_its_stage(shop: Shop) -> None:
    """MV3, MV5: reordering leaves no stage."""
    other, job = await shop.job("Other"), await shop.job()
    await task(shop.owner, jobId=job["id"])
    await move(shop.owner, job["id"], shop.stages[0], afterJobId=other["id"])
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == [other["id"], job["id"]]


async def test_a_place_below_what_is_no_other_job_of_the_column_is_refused(
    api: Api, shop: Shop, database: Database
) -> None:
    """MV9: afterJobId in another column, the job itself, unknown, or hidden from the viewer."""
    job, below = await shop.job(), await shop.job("There", stageId=shop.stages[1])
    hidden = await hidden_job(shop, stageId=shop.stages[1])
    employee = await api.member(shop.owner, accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    before = await digest(database)

    async def refusal(stage: str, after: str) -> tuple[str, list[str] | None]:
        given = {"jobId": job["id"], "stageId": stage, "expect": {"version": 1}}
        return await employee.code("moveJob", **given, afterJobId=after)

    path = ["input", "afterJobId"]
    assert await refusal(shop.stages[0], below["id"]) == ("NOT_IN_STAGE", path)
    assert await refusal(shop.stages[2], below["id"]) == ("NOT_IN_STAGE", path)
    assert await refusal(shop.stages[0], job["id"]) == ("NOT_IN_STAGE", path)
    assert await refusal(shop.stages[1], job["id"]) == ("NOT_IN_STAGE", path)
    assert await refusal(shop.stages[1], hidden["id"]) == ("NOT_FOUND", path)
    assert await refusal(shop.stages[1], "job_unknown") == ("NOT_FOUND", path)
    assert await digest(database) == before


async def test_null_puts_a_job_on_top(shop: Shop) -> None:
    """MV9: in its own column as in another one, and when it is made."""
    first, second, _ = shop.stages
    a, b, c = await shop.job("A"), await shop.job("B"), await shop.job("C")
    assert (await columns(shop.owner, shop.pipeline))[first] == [c["id"], b["id"], a["id"]]
    await move(shop.owner, a["id"], first)
    assert (await columns(shop.owner, shop.pipeline))[first] == [a["id"], c["id"], b["id"]]
    await move(shop.owner, b["id"], second)
    await move(shop.owner, c["id"], second, afterJobId=None)
    assert (await columns(shop.owner, shop.pipeline))[second] == [c["id"], b["id"]]


@pytest.mark.parametrize("seed", range(2))
async def test_a_column_is_what_the_placements_say(shop: Shop, database: Database, seed: int) -> None:
    """MV9: after any sequence of creations, moves and reorders the columns equal plain lists; no other row changes."""
    dice = random.Random(seed)  # noqa: S311  # a repeatable sequence
    model: dict[str, list[str]] = {stage: [] for stage in shop.stages}
    versions: dict[str, int] = {}
    for turn in range(50):
        stage = dice.choice(shop.stages)
        job_id = dice.choice([*versions, None]) if len(versions) >= 8 else None
        others = [other for other in model[stage] if other != job_id]
        after = dice.choice([None, *others])
        if job_id is None:
            job_id = (await shop.job(f"Job {turn}", stageId=stage, afterJobId=after))["id"]
            versions[job_id] = 0
        else:
            await move(shop.owner, job_id, stage, afterJobId=after)
        for column in model.values():
            if job_id in column:
                column.remove(job_id)
        model[stage].insert(others.index(after) + 1 if after else 0, job_id)
        found = await database.rows("SELECT id, version FROM jobs")
        now = {row["id"]: row["version"] for row in found}
        assert {other: now[other] for other in versions if other != job_id} == {
            other: version for other, version in versions.items() if other != job_id
        }
        versions = now
    assert await columns(shop.owner, shop.pipeline) == model


async def test_ordering_by_hand_rewrites_no_other_job(shop: Shop, database: Database) -> None:
    """MV9: inserting between two jobs touches one row, many times over at the same place."""
    top, *_ = [await shop.job(f"Job {n}") for n in range(4)][::-1]
    rows = "SELECT id, xmin::text AS xmin FROM all_jobs"
    mover = await shop.job("Mover", stageId=shop.stages[1])
    for turn in range(24):
        before = {row["id"]: row["xmin"] for row in await database.rows(rows)}
        after = None if turn % 2 else top["id"]
        await move(shop.owner, mover["id"], shop.stages[0], afterJobId=after)
        now = {row["id"]: row["xmin"] for row in await database.rows(rows)}
        assert {one for one in now if now[one] != before[one]} == {mover["id"]}


async def test_jobs_that_squeeze_into_one_gap_stay_in_order(shop: Shop) -> None:
    """MV9: there is always room between two jobs, and ranks compare bytewise."""
    bottom, top = await shop.job("Bottom"), await shop.job("Top")
    made = [(await shop.job(f"Job {n}", afterJobId=top["id"]))["id"] for n in range(40)]
    expected = [top["id"], *reversed(made), bottom["id"]]
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == expected
    ranks = [(await look(shop.owner, job_id))["rank"].encode() for job_id in expected]
    assert ranks == sorted(set(ranks))


async def test_moves_to_the_same_place_at_the_same_time_all_find_one(shop: Shop, database: Database) -> None:
    """MV9: concurrent writers at one place get different ranks; nobody is refused."""
    anchor = await shop.job("Anchor", stageId=shop.stages[1])
    jobs = [await shop.job(f"Job {n}") for n in range(12)]
    moves = (
        shop.owner.payload(
            "moveJob", jobId=job["id"], stageId=shop.stages[1], expect={"version": 1}, afterJobId=anchor["id"]
        )
        for job in jobs
    )
    assert [codes(answer) for answer in await together(*moves)] == [[]] * 12
    found = await database.rows("SELECT id, rank FROM jobs WHERE stage_id = $1 ORDER BY rank", shop.stages[1])
    assert found[0]["id"] == anchor["id"]
    assert len({row["rank"] for row in found}) == 13


async def test_a_job_moves_to_another_pipeline_and_keeps_its_history(shop: Shop) -> None:
    """MV8, MV2: the stage may belong to another pipeline; that opens a visit there."""
    other, there = await pipeline(shop.owner)
    job = await shop.job()
    moved = await move(shop.owner, job["id"], there[1])
    assert (moved["pipeline"]["id"], moved["stage"]["id"]) == (other, there[1])
    assert stays(moved) == [(1, shop.stages[0], True), (2, there[1], False)]
    assert moved["status"]["state"] == "ACTIVE"
    assert (await columns(shop.owner, other))[there[1]] == [job["id"]]
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[0]] == []


async def test_a_pipeline_one_does_not_see_takes_no_job(api: Api, shop: Shop, database: Database) -> None:
    """MV8, AC4: the target's available-to list applies; its stages do not exist for others."""
    _, there = await pipeline(shop.owner)
    employee = await api.member(shop.owner, accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    job = await shop.job()
    before = await digest(database)
    given = {"jobId": job["id"], "stageId": there[0], "expect": {"version": 1}}
    assert await employee.code("moveJob", **given) == ("NOT_FOUND", ["input", "stageId"])
    assert await digest(database) == before


async def test_an_archived_pipeline_takes_no_job_from_another(shop: Shop, database: Database) -> None:
    """MV8, PL1: no job enters an archived pipeline."""
    other, there = await pipeline(shop.owner)
    await shop.owner.do("archivePipeline", pipelineId=other)
    job = await shop.job()
    before = await digest(database)
    given = {"jobId": job["id"], "stageId": there[0], "expect": {"version": 1}}
    assert await shop.owner.code("moveJob", **given) == ("ARCHIVED", ["input", "stageId"])
    assert await digest(database) == before


async def test_a_status_that_the_target_lacks_becomes_active_and_one_that_it_has_stays(shop: Shop) -> None:
    """MV8: a status that is not enabled there becomes Active."""
    _, there = await pipeline(shop.owner)
    only_here = await status(shop.owner, "Only here", shop.pipeline)
    other = (await shop.owner.query("{ pipelines { nodes { id name } } }"))["pipelines"]["nodes"]
    both = await status(shop.owner, "Both", *(one["id"] for one in other))
    for status_id, expected in ((only_here, "Active"), (both, "Both")):
        job = await shop.job()
        await shop.owner.do("setJobStatus", jobId=job["id"], statusId=status_id)
        assert (await move(shop.owner, job["id"], there[0]))["status"]["name"] == expected


async def test_a_completed_job_stays_completed_in_another_pipeline(shop: Shop) -> None:
    """MV8, ST1: built-in statuses are enabled everywhere."""
    _, there = await pipeline(shop.owner)
    job = await shop.job()
    await set_state(shop.owner, job["id"], "COMPLETED")
    assert (await move(shop.owner, job["id"], there[0]))["status"]["state"] == "COMPLETED"


async def test_pending_items_hold_a_job_also_on_its_way_to_another_pipeline(shop: Shop, database: Database) -> None:
    """MV5, MV8: leaving by whatever way asks for the choice."""
    _, there = await pipeline(shop.owner)
    job = await shop.job()
    await task(shop.owner, jobId=job["id"])
    before = await digest(database)
    given = {"jobId": job["id"], "stageId": there[0], "expect": {"version": 1}}
    assert await shop.owner.code("moveJob", **given) == ("PENDING_ITEMS", ["input", "pendingItems"])
    assert await digest(database) == before


async def test_a_refused_move_settles_no_item(shop: Shop, database: Database) -> None:
    """MV5: what is refused after the choice has changed nothing."""
    job = await shop.job()
    await task(shop.owner, jobId=job["id"])
    before = await digest(database)
    given = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": 1}, "pendingItems": "COMPLETE"}
    refused = await shop.owner.code("moveJob", **given, afterJobId=job["id"])
    assert refused == ("NOT_IN_STAGE", ["input", "afterJobId"])
    assert await digest(database) == before


async def test_the_history_explains_every_place(shop: Shop) -> None:
    """MV1: each move leaves one entry with stage and rank, from and to; each reorder one with the rank."""
    first, second, _ = shop.stages
    other, job = await shop.job("Other"), await shop.job()
    ranks = [job["rank"]]
    for stage, after in ((second, None), (first, other["id"]), (first, None)):
        ranks.append((await move(shop.owner, job["id"], stage, afterJobId=after))["rank"])
    document = """query ($id: ID!) { job(id: $id) { history { nodes { action cause { actor { ... on Member { id } } }
        changes { field fromValue toValue fromNodes { id } toNodes { id } } } } } }"""
    entries = (await shop.owner.query(document, id=job["id"]))["job"]["history"]["nodes"]
    assert [entry["action"] for entry in entries] == ["REORDERED", "MOVED", "MOVED", "CREATED"]
    assert {entry["cause"]["actor"]["id"] for entry in entries} == {shop.owner.member_id}

    def change(entry: Json, field: str) -> Json:
        [found] = [one for one in entry["changes"] if one["field"] == field]
        return dict(found)

    found = [(change(entry, "rank")["fromValue"], change(entry, "rank")["toValue"]) for entry in reversed(entries)]
    assert found == [(None, ranks[0]), *itertools.pairwise(ranks)]
    went = [change(entry, "stage") for entry in reversed(entries) if entry["action"] == "MOVED"]
    assert [(one["fromNodes"][0]["id"], one["toNodes"][0]["id"]) for one in went] == [(first, second), (second, first)]


async def test_the_history_tells_edits_in_words(shop: Shop) -> None:
    """MV1, JB3: who changed what from what to what: priorities by their names, dates as dates, members as members."""
    job = await shop.job("Old", dueDate="2026-01-01")
    held = await task(shop.owner, jobId=job["id"])
    await shop.owner.do("updateJob", jobId=job["id"], name="New", priority="URGENT", dueDate=None)
    await shop.owner.do("updateTask", taskId=held, priority="LOW")
    await shop.owner.do("updateJob", jobId=job["id"], addAssigneeIds=[shop.owner.member_id])
    document = """query ($id: ID!) { job(id: $id) { history(first: 3) { nodes { action
        changes { field fromValue toValue toNodes { id } } } } } }"""
    entries = (await shop.owner.query(document, id=job["id"]))["job"]["history"]["nodes"]
    told = [
        (
            entry["action"],
            [tuple(change[key] for key in ("field", "fromValue", "toValue")) for change in entry["changes"]],
        )
        for entry in entries
    ]
    assert told == [
        ("ASSIGNEES_CHANGED", [("assignees", None, None)]),
        ("TASK_CHANGED", [("task", "Task", "Task"), ("priority", "MEDIUM", "LOW")]),
        ("UPDATED", [("name", "Old", "New"), ("priority", "MEDIUM", "URGENT"), ("dueDate", "2026-01-01", None)]),
    ]
    assert entries[0]["changes"][0]["toNodes"] == [{"id": shop.owner.member_id}]


async def test_moves_and_the_deletion_of_their_source_do_not_pull_a_job_back(shop: Shop) -> None:
    """MV4, PL3: a job that has just left for another pipeline is not in the stage that is deleted."""
    other, there = await pipeline(shop.owner)
    for turn in range(12):
        doomed = await shop.owner.do("createStage", "stage { id }", pipelineId=shop.pipeline, name=f"Doomed {turn}")
        job = await shop.job(stageId=doomed["id"])
        leaving = shop.owner.payload("moveJob", jobId=job["id"], stageId=there[0], expect={"version": 1})
        deleting = shop.owner.payload("deleteStage", stageId=doomed["id"], moveJobsTo=shop.stages[1])
        left, deleted = await together(leaving, deleting)
        assert codes(deleted) == []
        now = await look(shop.owner, job["id"])
        expected = (other, there[0]) if codes(left) == [] else (shop.pipeline, shop.stages[1])
        assert (now["pipeline"]["id"], now["stage"]["id"]) == expected
    assert [stage["name"] for stage in await stages(shop.owner, shop.pipeline)] == ["First", "Second", "Third"]


async def test_whoever_moves_a_job_need_not_see_other_jobs_of_the_column(api: Api, shop: Shop) -> None:
    """MV9, AC3: hidden jobs keep their places; on top means above them too."""
    employee: Client = await api.member(shop.owner, accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    hidden = await hidden_job(shop, stageId=shop.stages[1])
    job = await shop.job()
    given = {"jobId": job["id"], "stageId": shop.stages[1], "expect": {"version": 1}}
    await employee.do("moveJob", f"job {{ {CARD} }}", **given)
    assert (await columns(shop.owner, shop.pipeline))[shop.stages[1]] == [job["id"], hidden["id"]]
    assert (await columns(employee, shop.pipeline))[shop.stages[1]] == [job["id"]]


async def test_a_place_whose_key_would_not_fit_the_index_is_refused_and_others_are_not(
    shop: Shop, database: Database
) -> None:
    """MV9: thousands of insertions at exactly one place come to an end, with a typed error and nothing changed."""
    upper, lower, mover = [await shop.job(name) for name in ("Upper", "Lower", "Mover")]
    long = "V" * 2_050
    await database.rows("UPDATE jobs SET rank = $2 WHERE id = $1", upper["id"], long)
    await database.rows("UPDATE jobs SET rank = $2 WHERE id = $1", lower["id"], long + "1")
    move = {"jobId": mover["id"], "stageId": shop.stages[0], "expect": {"version": 1}}
    assert await shop.owner.code("moveJob", **move, afterJobId=upper["id"]) == ("TOO_MANY", ["input", "afterJobId"])
    assert await shop.owner.do("moveJob", "job { version }", **move, afterJobId=lower["id"]) == {"version": 2}
