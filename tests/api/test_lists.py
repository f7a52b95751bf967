"""Lists: Relay pages that hold every thing once, in a stable order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from store.database import Database
from tests.api.crowd import PRIORITIES, Crowd, dated
from tests.api.paging import LISTS, ORDER_FIELDS, PAGE, page, walk
from tests.rules.kit import set_state
from tests.support.api import Api, Json, Shop

KEYS: dict[str, Callable[[Json], Any]] = {
    "NAME": lambda job: job["name"].lower(),
    "DUE_DATE": lambda job: dated(job["dueDate"]),
    "PRIORITY": lambda job: PRIORITIES.index(job["priority"]),
    "CREATED_AT": lambda job: datetime.fromisoformat(job["createdAt"]),
    "UPDATED_AT": lambda job: datetime.fromisoformat(job["updatedAt"]),
    "ENTERED_STAGE_AT": lambda job: datetime.fromisoformat(job["enteredStageAt"]),
}


async def test_every_list_holds_every_thing_once_forward_and_backward(crowd: Crowd) -> None:
    """API2: whatever the page size and direction, the same things in the same order, with counts and page info."""
    for name, listed in LISTS.items():
        given = listed.given(crowd)
        whole = [
            node["id"]
            for node in (await page(crowd.owner, listed.document, listed.path, "first: 200", **given))["nodes"]
        ]
        assert len(whole) >= 6 or listed.length == 5, name
        assert listed.length in (0, len(whole)), name
        for size in (1, 3):
            for backward in (False, True):
                found = await walk(crowd.owner, listed.document, listed.path, size, backward=backward, **given)
                assert found == whole, (name, size, backward)


async def test_lists_of_what_has_a_name_are_by_name_whatever_its_case(crowd: Crowd) -> None:
    """API2: accounts, members, pipelines and contacts; those of one name come by their ids."""
    document = "{ it: %s(first: 200) { nodes { id name } } }"
    documents = [document % root for root in ("accounts", "members", "pipelines")]
    documents.append(f'{{ account(id: "{crowd.shop.account}") {{ it: contacts {{ nodes {{ id name }} }} }} }}')
    for text in documents:
        data = await crowd.owner.query(text)
        nodes = (data.get("it") or data["account"]["it"])["nodes"]
        assert nodes == sorted(nodes, key=lambda node: (node["name"].lower(), node["id"]))
        assert len(nodes) >= 6


@pytest.mark.parametrize("field", ORDER_FIELDS)
async def test_jobs_come_in_every_order_like_a_sorted_list(crowd: Crowd, field: str) -> None:
    """API2: for each field and direction; equal ones by their ids, those without a due date after all others."""
    live = [job for job in crowd.jobs if job["status"]["state"] != "ARCHIVED"]
    expected = [job["id"] for job in sorted(live, key=lambda job: (KEYS[field](job), job["id"]))]
    assert len({KEYS[field](job) for job in live}) < len(live)  # there are equal ones
    for descending, ids in (("false", expected), ("true", expected[::-1])):
        document = f"{{ jobs(orderBy: {{ field: {field}, descending: {descending} }}, PAGE) {{ CONNECTION }} }}"
        for backward in (False, True):
            assert await walk(crowd.owner, document, ["jobs"], 4, backward=backward) == ids


async def test_jobs_come_newest_first_where_no_order_is_asked_for(crowd: Crowd) -> None:
    """API2: the default order is as stable as the others."""
    document = "{ plain: jobs(first: 200) { nodes { id } } said: jobs(first: 200, orderBy: { field: CREATED_AT, descending: true }) { nodes { id } } }"  # noqa: E501
    data = await crowd.owner.query(document)
    assert data["plain"] == data["said"]


@pytest.mark.parametrize("job_sort", ["MANUAL", "DUE_DATE", "PRIORITY", "NAME", "ENTERED_STAGE"])
async def test_columns_are_sorted_as_the_pipeline_says(crowd: Crowd, job_sort: str) -> None:
    """PL2: by hand, due date, priority (the most urgent first), name, or time of entry; equal ones by rank."""
    keys: dict[str, Callable[[Json], Any]] = {
        "MANUAL": lambda job: 0,
        "PRIORITY": lambda job: -PRIORITIES.index(job["priority"]),
        "ENTERED_STAGE": KEYS["ENTERED_STAGE_AT"],
    }
    key = keys.get(job_sort) or KEYS[job_sort]
    await crowd.owner.do("updatePipeline", pipelineId=crowd.shop.pipeline, jobSort=job_sort)
    shown = [
        job for job in crowd.jobs if job["stage"]["id"] == crowd.stages[0] and job["status"]["state"] != "ARCHIVED"
    ]
    expected = [job["id"] for job in sorted(shown, key=lambda job: (key(job), job["rank"].encode()))]
    column = LISTS["column"]
    for size, backward in ((2, False), (2, True), (200, False)):
        given = {"id": crowd.shop.pipeline}
        assert await walk(crowd.owner, column.document, column.path, size, backward=backward, **given) == expected


async def test_tasks_come_by_due_date_and_those_of_a_job_by_age(crowd: Crowd) -> None:
    """API2: those without a due date last."""
    expected = sorted(crowd.tasks, key=lambda task: (dated(task["dueDate"]), task["id"]))
    assert crowd.tasks == expected
    data = await crowd.owner.query(
        "query ($id: ID!) { job(id: $id) { tasks { nodes { id createdAt } } } }", id=crowd.job
    )
    nodes = data["job"]["tasks"]["nodes"]
    assert nodes == sorted(nodes, key=lambda node: (datetime.fromisoformat(node["createdAt"]), node["id"]))


@pytest.mark.parametrize("field", ["TITLE", "DUE_DATE", "PRIORITY", "CREATED_AT", "UPDATED_AT"])
async def test_tasks_come_in_every_order_like_a_sorted_list(crowd: Crowd, field: str) -> None:
    """API2: for each field and direction; equal ones by their ids, those without a due date after all others."""
    keys: dict[str, Callable[[Json], Any]] = {
        "TITLE": lambda task: task["title"].lower(),
        "DUE_DATE": lambda task: dated(task["dueDate"]),
        "PRIORITY": lambda task: PRIORITIES.index(task["priority"]),
        "CREATED_AT": lambda task: datetime.fromisoformat(task["createdAt"]),
        "UPDATED_AT": lambda task: datetime.fromisoformat(task["updatedAt"]),
    }
    data = await crowd.owner.query("{ tasks(first: 200) { nodes { id title dueDate priority createdAt updatedAt } } }")
    expected = [task["id"] for task in sorted(data["tasks"]["nodes"], key=lambda task: (keys[field](task), task["id"]))]
    assert len(expected) == len(crowd.tasks)
    for descending, ids in (("false", expected), ("true", expected[::-1])):
        document = f"{{ tasks(orderBy: {{ field: {field}, descending: {descending} }}, PAGE) {{ CONNECTION }} }}"
        for backward in (False, True):
            assert await walk(crowd.owner, document, ["tasks"], 4, backward=backward) == ids


async def test_history_and_visits_come_newest_first(crowd: Crowd) -> None:
    """API2: in the reverse order of what happened."""
    document = "query ($id: ID!) { job(id: $id) { visits { nodes { number } } history { nodes { action } } } }"
    data = await crowd.owner.query(document, id=crowd.job)
    assert [visit["number"] for visit in data["job"]["visits"]["nodes"]] == [7, 6, 5, 4, 3, 2, 1]
    actions = [entry["action"] for entry in data["job"]["history"]["nodes"]]
    actions = [action for action in actions if action != "TASK_CHANGED"]
    assert actions == ["TASK_ADDED"] * 7 + ["MOVED"] * 6 + ["CREATED"]


async def test_a_window_between_two_cursors_is_a_slice(crowd: Crowd) -> None:
    """API2: after and before together, from either end."""
    document = "{ jobs(orderBy: { field: NAME }, PAGE) { CONNECTION } }"
    whole = await page(crowd.owner, document, ["jobs"], "first: 200")
    ids, cursors = [node["id"] for node in whole["nodes"]], [edge["cursor"] for edge in whole["edges"]]
    dice = random.Random(3)  # noqa: S311
    for _ in range(25):
        low, high, size = dice.randrange(len(ids)), dice.randrange(len(ids)), dice.randrange(6)
        window = ids[low + 1 : high]
        bounds = f'after: "{cursors[low]}", before: "{cursors[high]}"'
        part = await page(crowd.owner, document, ["jobs"], f"first: {size}, {bounds}")
        assert [node["id"] for node in part["nodes"]] == window[:size]
        assert (part["pageInfo"]["hasNextPage"], part["totalCount"]) == (len(window) > size, len(ids))
        part = await page(crowd.owner, document, ["jobs"], f"last: {size}, {bounds}")
        assert [node["id"] for node in part["nodes"]] == (window[-size:] if size else [])
        assert part["pageInfo"]["hasPreviousPage"] == (len(window) > size)


async def test_a_walk_goes_on_where_it_was_though_things_come_and_go(crowd: Crowd) -> None:
    """API2: a cursor is a place in the order, not a number of rows; also when its own job is gone from the list."""
    document = "{ jobs(orderBy: { field: NAME }, PAGE) { CONNECTION } }"
    whole = await page(crowd.owner, document, ["jobs"], "first: 200")
    ids, third = [node["id"] for node in whole["nodes"]], whole["edges"][2]["cursor"]
    await crowd.shop.job("!first of all")
    await set_state(crowd.owner, ids[2], "ARCHIVED")
    part = await page(crowd.owner, document, ["jobs"], f'first: 200, after: "{third}"')
    assert [node["id"] for node in part["nodes"]] == ids[3:]


async def test_a_page_has_50_rows_by_default_and_200_at_most(shop: Shop, database: Database) -> None:
    """API2: default 50, at most 200 a page."""
    await shop.job("One")
    await database.rows(
        """INSERT INTO jobs (id, firm_id, account_id, pipeline_id, stage_id, rank, status_id, state, name, priority,
            entered_stage_at, created_at, updated_at)
        SELECT id || n, firm_id, account_id, pipeline_id, stage_id, rank || n, status_id, state, name, priority,
            entered_stage_at, created_at, updated_at FROM jobs, generate_series(1, 250) AS n"""
    )
    for args, length in (("", 50), ("first: null", 50), ("first: 200", 200), ("last: 200", 200), ("first: 0", 0)):
        document = f"{{ jobs({args}) {{ CONNECTION }} }}" if args else "{ jobs { CONNECTION } }"
        part = await page(shop.owner, document, ["jobs"], "")
        assert (len(part["nodes"]), part["totalCount"]) == (length, 251)
    column = await page(
        shop.owner, LISTS["column"].document.replace("(PAGE)", ""), LISTS["column"].path, "", id=shop.pipeline
    )
    assert (len(column["nodes"]), column["totalCount"], column["pageInfo"]["hasNextPage"]) == (50, 251, True)


async def test_sizes_that_make_no_sense_are_refused_in_every_list(crowd: Crowd) -> None:
    """API2: below 0, above 200, or from both ends, with the argument that was wrong."""
    wrong = {"first: -1": "first", "first: 201": "first", "last: 201": "last", "last: -1": "last"}
    wrong |= {"first: 2147483647": "first", "first: 1, last: 1": "last"}
    for name, listed in LISTS.items():
        for args, argument in wrong.items():
            text = listed.document.replace("PAGE", args).replace("CONNECTION", PAGE)
            answer = await crowd.owner.answer(text, **listed.given(crowd))
            [error] = answer["errors"]
            assert error["extensions"] == {"code": "INVALID", "argument": argument}, (name, args)


async def test_an_employee_pages_through_what_they_see(api: Api, shop: Shop) -> None:
    """AC4, API2: hidden things leave no holes in pages and none in counts."""
    employee = await api.member(shop.owner, accounts=[shop.account])
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[employee.member_id])
    hidden = await shop.owner.do("createAccount", "account { id }", name="Hidden")
    seen = []
    for n in range(12):
        job = await shop.job(f"Job {n:02}", accountId=shop.account if n % 3 else hidden["id"])
        seen += [job["id"]] if n % 3 else []
    for root in ("{ jobs(orderBy: { field: NAME }, PAGE) { CONNECTION } }",):
        for backward in (False, True):
            assert await walk(employee, root, ["jobs"], 3, backward=backward) == seen
