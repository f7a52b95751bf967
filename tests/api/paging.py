"""Every connection of the API, and how a client pages through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.api.crowd import Crowd
from tests.support.api import Client, Json

PAGE = """totalCount nodes { id } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""
ORDER_FIELDS = ["NAME", "DUE_DATE", "PRIORITY", "CREATED_AT", "UPDATED_AT", "ENTERED_STAGE_AT"]


def inside(data: Any, path: Sequence[str | int]) -> Json:
    """What lies at a path of an answer."""
    for step in path:
        data = data[step]
    found: Json = data
    return found


async def page(client: Client, document: str, path: Sequence[str | int], args: str, **given: Any) -> Json:
    """One page of a list. ``document`` says with PAGE where its arguments go."""
    return inside(await client.query(document.replace("PAGE", args).replace("CONNECTION", PAGE), **given), path)


async def walk(
    client: Client, document: str, path: Sequence[str | int], size: int, *, backward: bool = False, **given: Any
) -> list[str]:
    """Every id of a list, page by page, in the list's own order. Checks each page's info."""
    found: list[str] = []
    cursor: str | None = None
    count, since = ("last", "before") if backward else ("first", "after")
    while True:
        args = f'{count}: {size}, {since}: "{cursor}"' if cursor else f"{count}: {size}"
        part = await page(client, document, path, args, **given)
        ids, info = [node["id"] for node in part["nodes"]], part["pageInfo"]
        assert [edge["node"]["id"] for edge in part["edges"]] == ids
        cursors = [edge["cursor"] for edge in part["edges"]]
        assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
        assert info["hasNextPage" if backward else "hasPreviousPage"] is (cursor is not None)
        found = [*ids, *found] if backward else [*found, *ids]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            assert len(found) == len(set(found)) == part["totalCount"]
            return found
        assert len(ids) == size
        cursor = cursors[0] if backward else cursors[-1]


@dataclass(frozen=True)
class Listed:
    """One connection of the API: its document, where it lies in the answer, what it needs, how long it is."""

    document: str
    path: tuple[str | int, ...]
    given: Callable[[Crowd], Json]
    length: int


LISTS = {
    "jobs": Listed("{ jobs(PAGE) { CONNECTION } }", ("jobs",), lambda c: {}, 0),
    "tasks": Listed("{ tasks(PAGE) { CONNECTION } }", ("tasks",), lambda c: {}, 14),
    "accounts": Listed("{ accounts(PAGE) { CONNECTION } }", ("accounts",), lambda c: {}, 7),
    "members": Listed("{ members(PAGE) { CONNECTION } }", ("members",), lambda c: {}, 6),
    "pipelines": Listed("{ pipelines(PAGE) { CONNECTION } }", ("pipelines",), lambda c: {}, 6),
    "webhookCalls": Listed("{ webhookCalls(PAGE) { CONNECTION } }", ("webhookCalls",), lambda c: {}, 7),
    "automationRuns": Listed("{ automationRuns(PAGE) { CONNECTION } }", ("automationRuns",), lambda c: {}, 0),
    "runs": Listed(
        "query ($id: ID!) { job(id: $id) { it: runs(PAGE) { CONNECTION } } }",
        ("job", "it"),
        lambda c: {"id": c.job},
        7,
    ),
    "availableTo": Listed(
        "query ($id: ID!) { pipeline(id: $id) { it: availableTo(PAGE) { CONNECTION } } }",
        ("pipeline", "it"),
        lambda c: {"id": c.shop.pipeline},
        6,
    ),
    "column": Listed(
        "query ($id: ID!) { board(pipelineId: $id) { columns { jobs(PAGE) { CONNECTION } } } }",
        ("board", "columns", 0, "jobs"),
        lambda c: {"id": c.shop.pipeline},
        0,
    ),
    "history": Listed(
        "query ($id: ID!) { job(id: $id) { it: history(PAGE) { CONNECTION } } }",
        ("job", "it"),
        lambda c: {"id": c.job},
        0,
    ),
    "visits": Listed(
        "query ($id: ID!) { job(id: $id) { it: visits(PAGE) { CONNECTION } } }",
        ("job", "it"),
        lambda c: {"id": c.job},
        7,
    ),
    "tasksOfJob": Listed(
        "query ($id: ID!) { job(id: $id) { it: tasks(PAGE) { CONNECTION } } }",
        ("job", "it"),
        lambda c: {"id": c.job},
        7,
    ),
    "items": Listed(
        "query ($id: ID!) { job(id: $id) { it: items(PAGE) { CONNECTION } } }",
        ("job", "it"),
        lambda c: {"id": c.job},
        7,
    ),
    "contacts": Listed(
        "query ($id: ID!) { account(id: $id) { it: contacts(PAGE) { CONNECTION } } }",
        ("account", "it"),
        lambda c: {"id": c.shop.account},
        6,
    ),
    "accountsOfContact": Listed(
        "query ($id: ID!) { node(id: $id) { ... on Contact { it: accounts(PAGE) { CONNECTION } } } }",
        ("node", "it"),
        lambda c: {"id": c.contact},
        7,
    ),
    "accountsOfMember": Listed(
        "query ($id: ID!) { node(id: $id) { ... on Member { it: accounts(PAGE) { CONNECTION } } } }",
        ("node", "it"),
        lambda c: {"id": c.employee.member_id},
        5,
    ),
}
