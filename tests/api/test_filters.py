"""Filters: every part of each means what it says, alone and in any combination."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.api.crowd import PRIORITIES, Crowd
from tests.rules.kit import task
from tests.support.api import Client, Json, Shop

Leaf = tuple[Callable[[random.Random], Any], Callable[[Json, Any], bool]]


def some(values: Sequence[Any], most: int = 3) -> Callable[[random.Random], Any]:
    """A few of the values, perhaps none, perhaps one that does not exist."""
    return lambda dice: dice.sample([*values, *values[:0]], dice.randrange(min(most, len(values)) + 1))


def either(dice: random.Random) -> bool:
    """Yes or no."""
    return dice.random() < 0.5


def days(dice: random.Random) -> Json:
    """A range of days, open or not, perhaps reversed."""
    known = [None, "0001-01-01", "2020-01-01", "2020-06-30", "2050-01-01", "2099-01-01", "9999-12-31"]
    return {name: dice.choice(known) for name in ("since", "until") if either(dice)}


def within(day: str | None, wanted: Json) -> bool:
    """Whether a day is in a range, both ends included."""
    return day is not None and (wanted.get("since") or "") <= day <= (wanted.get("until") or "9999-12-31")


def parts(dice: random.Random) -> str:
    """A piece of a name."""
    return dice.choice(["", "%", "_", "a", "BETA", "100%", "a_b", "'", '"', "\\", "är", "Ä", "ta", "zz", "."])


def overdue(day: str | None, *, live: bool) -> bool:
    """ST1, by a clock that stands between 2020 and 2099."""
    return live and day is not None and day < "2021"


def job_leaves(crowd: Crowd) -> dict[str, Leaf]:
    """What a JobFilter may hold, and what it means."""
    me = crowd.owner.member_id
    ids = [job["id"] for job in crowd.jobs]

    def assigned(job: Json) -> set[str]:
        return {member["id"] for member in job["assignees"]}

    def tagged(job: Json) -> set[str]:
        return {tag["id"] for tag in job["account"]["tags"]}

    return {
        "ids": (some([*ids, "job_unknown"], 12), lambda job, wanted: job["id"] in wanted),
        "pipelineIds": (some(crowd.pipelines), lambda job, wanted: job["pipeline"]["id"] in wanted),
        "stageIds": (some(crowd.stages), lambda job, wanted: job["stage"]["id"] in wanted),
        "accountIds": (some(crowd.accounts), lambda job, wanted: job["account"]["id"] in wanted),
        "statusIds": (some(crowd.statuses), lambda job, wanted: job["status"]["id"] in wanted),
        "states": (
            some(["ACTIVE", "COMPLETED", "ARCHIVED", "CUSTOM"]),
            lambda job, wanted: job["status"]["state"] in wanted,
        ),
        "priorities": (some(PRIORITIES), lambda job, wanted: job["priority"] in wanted),
        "assigneeIds": (some(crowd.members), lambda job, wanted: bool(assigned(job) & set(wanted))),
        "assignedToMe": (either, lambda job, wanted: (me in assigned(job)) is wanted),
        "unassigned": (either, lambda job, wanted: (not job["assignees"]) is wanted),
        "tagIds": (some(crowd.tags), lambda job, wanted: set(wanted) <= tagged(job)),
        "due": (days, lambda job, wanted: within(job["dueDate"], wanted)),
        "overdue": (
            either,
            lambda job, wanted: overdue(job["dueDate"], live=job["status"]["state"] == "ACTIVE") is wanted,
        ),
        "nameContains": (parts, lambda job, wanted: wanted.lower() in job["name"].lower()),
    }


def task_leaves(crowd: Crowd) -> dict[str, Leaf]:
    """What a TaskFilter may hold, and what it means."""
    me = crowd.owner.member_id

    def assigned(task: Json) -> set[str]:
        return {member["id"] for member in task["assignees"]}

    return {
        "ids": (some([task["id"] for task in crowd.tasks], 8), lambda task, wanted: task["id"] in wanted),
        "jobIds": (some([crowd.job, "job_unknown"]), lambda task, wanted: (task["job"] or {}).get("id") in wanted),
        "statuses": (
            some(["TO_DO", "IN_PROGRESS", "COMPLETED", "CANCELLED"]),
            lambda task, wanted: task["status"] in wanted,
        ),
        "open": (either, lambda task, wanted: task["open"] is wanted),
        "priorities": (some(PRIORITIES), lambda task, wanted: task["priority"] in wanted),
        "assigneeIds": (some(crowd.members), lambda task, wanted: bool(assigned(task) & set(wanted))),
        "assignedToMe": (either, lambda task, wanted: (me in assigned(task)) is wanted),
        "due": (days, lambda task, wanted: within(task["dueDate"], wanted)),
        "overdue": (either, lambda task, wanted: overdue(task["dueDate"], live=task["open"]) is wanted),
        "titleContains": (parts, lambda task, wanted: wanted.lower() in task["title"].lower()),
    }


def random_filter(dice: random.Random, leaves: dict[str, Leaf], depth: int = 2) -> Json:
    """A filter of a few parts, inside one another down to a depth."""
    names = dice.sample(sorted(leaves), dice.choice([0, 1, 1, 2]))
    wanted: Json = {name: leaves[name][0](dice) for name in names}
    if depth:
        for name in ("and", "or"):
            if dice.random() < 0.35:
                wanted[name] = [random_filter(dice, leaves, depth - 1) for _ in range(dice.randrange(4))]
        if dice.random() < 0.35:
            wanted["not"] = random_filter(dice, leaves, depth - 1)
    return wanted


def holds(thing: Json, wanted: Json, leaves: dict[str, Leaf]) -> bool:
    """Whether a filter holds for a thing: every part of it must."""
    tests: dict[str, Callable[[Any], bool]] = {
        "and": lambda inner: all(holds(thing, one, leaves) for one in inner),
        "or": lambda inner: any(holds(thing, one, leaves) for one in inner),
        "not": lambda inner: not holds(thing, inner, leaves),
    }
    return all(tests[name](value) if name in tests else leaves[name][1](thing, value) for name, value in wanted.items())


async def answered(client: Client, root: str, kind: str, filters: Sequence[Json]) -> list[set[str]]:
    """The ids that several filters let through, asked at once."""
    given = ", ".join(f"$f{n}: {kind}" for n in range(len(filters)))
    fields = " ".join(
        f"f{n}: {root}(filter: $f{n}, first: 200) {{ nodes {{ id }} totalCount }}" for n in range(len(filters))
    )
    data = await client.query(f"query ({given}) {{ {fields} }}", **{f"f{n}": one for n, one in enumerate(filters)})
    found = [{node["id"] for node in data[f"f{n}"]["nodes"]} for n in range(len(filters))]
    assert [len(ids) for ids in found] == [data[f"f{n}"]["totalCount"] for n in range(len(filters))]
    return found


def names_states(wanted: Json) -> bool:
    """Whether a filter says anywhere which states or statuses it means: then archived jobs are not left out."""
    parts = [*wanted.get("and", ()), *wanted.get("or", ()), *([wanted["not"]] if "not" in wanted else ())]
    return "states" in wanted or "statusIds" in wanted or any(map(names_states, parts))


async def test_job_filters_mean_what_they_say(crowd: Crowd) -> None:
    """API2, CN1: every part alone and in any and / or / not of others, against plain Python."""
    dice, leaves = random.Random(11), job_leaves(crowd)  # noqa: S311
    filters = [{name: leaf[0](dice)} for name, leaf in leaves.items() for _ in range(3)]
    filters += [random_filter(dice, leaves) for _ in range(140)]
    hits = 0
    for start in range(0, len(filters), 8):
        chunk = filters[start : start + 8]
        for wanted, found in zip(chunk, await answered(crowd.owner, "jobs", "JobFilter", chunk), strict=True):
            named = names_states(wanted)
            listed = [job for job in crowd.jobs if named or job["status"]["state"] != "ARCHIVED"]
            expected = {job["id"] for job in listed if holds(job, wanted, leaves)}
            assert found == expected, wanted
            hits += 0 < len(expected) < len(listed)
    assert hits > 40  # many of them are neither all nor nothing


async def test_task_filters_mean_what_they_say(crowd: Crowd) -> None:
    """API2: every part alone and in any and / or / not of others, against plain Python."""
    dice, leaves = random.Random(12), task_leaves(crowd)  # noqa: S311
    filters = [{name: leaf[0](dice)} for name, leaf in leaves.items() for _ in range(3)]
    filters += [random_filter(dice, leaves) for _ in range(80)]
    for start in range(0, len(filters), 8):
        chunk = filters[start : start + 8]
        for wanted, found in zip(chunk, await answered(crowd.owner, "tasks", "TaskFilter", chunk), strict=True):
            assert found == {task["id"] for task in crowd.tasks if holds(task, wanted, leaves)}, wanted


async def test_a_board_is_filtered_like_the_list_and_counts_with_it(crowd: Crowd) -> None:
    """API2: jobs, counts and overdue counts of columns follow the board's filter."""
    dice, leaves = random.Random(13), job_leaves(crowd)  # noqa: S311
    document = """query ($id: ID!, $f: JobFilter) { board(pipelineId: $id, filter: $f) { columns { stage { id } jobCount
        overdueCount jobs(first: 200) { totalCount nodes { id overdue } } } } }"""
    for wanted in [random_filter(dice, leaves) for _ in range(30)]:
        data = await crowd.owner.query(document, id=crowd.shop.pipeline, f=wanted)
        for column in data["board"]["columns"]:
            shown = [
                job
                for job in crowd.jobs
                if job["stage"]["id"] == column["stage"]["id"]
                and job["status"]["state"] != "ARCHIVED"
                and holds(job, wanted, leaves)
            ]
            late = [job for job in shown if overdue(job["dueDate"], live=job["status"]["state"] == "ACTIVE")]
            assert {node["id"] for node in column["jobs"]["nodes"]} == {job["id"] for job in shown}
            assert column["jobs"]["totalCount"] == column["jobCount"] == len(shown)
            assert column["overdueCount"] == len(late) == sum(node["overdue"] for node in column["jobs"]["nodes"])


async def test_account_and_pipeline_filters_mean_what_they_say(crowd: Crowd) -> None:
    """API2, CN1: several tags mean all of them; names whatever their case."""
    found = await crowd.owner.query(
        "{ accounts { nodes { id name tags { id } } } pipelines(filter: {}) { nodes { id name } } }"
    )
    await crowd.owner.do("archivePipeline", pipelineId=crowd.pipelines[2])
    dice = random.Random(14)  # noqa: S311
    accounts: dict[str, Leaf] = {
        "ids": (some(crowd.accounts), lambda one, wanted: one["id"] in wanted),
        "tagIds": (some(crowd.tags), lambda one, wanted: set(wanted) <= {tag["id"] for tag in one["tags"]}),
        "nameContains": (parts, lambda one, wanted: wanted.lower() in one["name"].lower()),
    }
    pipelines: dict[str, Leaf] = {
        "archived": (either, lambda one, wanted: (one["id"] == crowd.pipelines[2]) is wanted),
        "nameContains": (parts, lambda one, wanted: wanted.lower() in one["name"].lower()),
    }
    for root, kind, leaves in (("accounts", "AccountFilter", accounts), ("pipelines", "PipelineFilter", pipelines)):
        filters = [random_filter(dice, leaves) for _ in range(28)]
        for start in range(0, len(filters), 8):
            chunk = filters[start : start + 8]
            for wanted, ids in zip(chunk, await answered(crowd.owner, root, kind, chunk), strict=True):
                assert ids == {one["id"] for one in found[root]["nodes"] if holds(one, wanted, leaves)}, (root, wanted)


async def test_what_looks_like_a_pattern_is_a_text(shop: Shop) -> None:
    """API2: percent, underscore, quotes, backslashes and regular expressions are literal."""
    names = [
        "100%",
        "1000",
        "a_b",
        "axb",
        "it's",
        "its",
        'say "hi"',
        "a\\b",
        "ab",
        "a.b",
        "[ab]",
        "(",
        "ÄÖÜ",
        "äöü",
        "*",
    ]
    for name in names:
        await shop.job(name)
        await shop.owner.do("createAccount", name=name)
    for text in (
        "%",
        "_",
        "'",
        '"',
        "\\",
        ".",
        "[",
        "(",
        "*",
        "%_",
        "a%b",
        "a_b",
        "ä",
        "Ö",
        ".*",
        "^",
        "$",
        "' OR '1'='1",
    ):
        document = """query ($t: String) { jobs(filter: { nameContains: $t }) { nodes { name } }
            accounts(filter: { nameContains: $t }) { nodes { name } } }"""
        data = await shop.owner.query(document, t=text)
        expected = sorted(name for name in names if text.lower() in name.lower())
        assert sorted(node["name"] for node in data["jobs"]["nodes"]) == expected
        assert sorted(node["name"] for node in data["accounts"]["nodes"]) == expected


async def test_open_and_closed_items_are_told_apart(shop: Shop) -> None:
    """API2: a job's items, all of them, only the open, only the closed."""
    job = await shop.job()
    ids = [await task(shop.owner, f"Task {n}", jobId=job["id"]) for n in range(4)]
    for task_id in ids[:2]:
        await shop.owner.do("completeItem", itemId=task_id)
    document = """query ($id: ID!) { job(id: $id) { all: items { nodes { id } totalCount }
        open: items(open: true) { nodes { id } totalCount }
        closed: items(open: false) { nodes { id } totalCount } } }"""
    found = (await shop.owner.query(document, id=job["id"]))["job"]
    for name, expected in (("all", ids), ("open", ids[2:]), ("closed", ids[:2])):
        assert found[name] == {"nodes": [{"id": one} for one in expected], "totalCount": len(expected)}


def test_the_clock_of_these_tests_is_right() -> None:
    """The dates above are meant to be past or future."""
    assert datetime(2021, 1, 1, tzinfo=UTC) < datetime.now(UTC) < datetime(2098, 12, 31, tzinfo=UTC)
