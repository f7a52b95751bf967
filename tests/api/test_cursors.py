"""Cursors: each belongs to its list in its order, and a forged one is a typed error."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import orjson

from tests.api.crowd import Crowd
from tests.api.paging import LISTS, ORDER_FIELDS, PAGE, page
from tests.support.api import Client, Json


def encoded(*values: Any) -> str:
    """A cursor as only the server should make it."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


async def test_cursors_of_other_lists_and_orders_are_refused(crowd: Crowd) -> None:
    """API2: a cursor belongs to its list in its order."""
    cursors = {}
    for name, listed in LISTS.items():
        part = await page(crowd.owner, listed.document, listed.path, "first: 1", **listed.given(crowd))
        cursors[name] = part["pageInfo"]["endCursor"]
    same = [{"tasksOfJob", "items"}, {"availableTo", "members"}, {"accounts", "accountsOfContact", "accountsOfMember"}]
    for name, listed in LISTS.items():
        for other, cursor in cursors.items():
            if name == other or any({name, other} <= some for some in same):
                continue
            argument = "before" if name < other else "after"
            text = listed.document.replace("PAGE", f'{argument}: "{cursor}"').replace("CONNECTION", PAGE)
            answer = await crowd.owner.answer(text, **listed.given(crowd))
            assert [error["extensions"] for error in answer["errors"]] == [{"code": "INVALID", "argument": argument}]
    ascending = "{ jobs(orderBy: { field: NAME }, PAGE) { CONNECTION } }"
    cursor = (await page(crowd.owner, ascending, ["jobs"], "first: 1"))["pageInfo"]["endCursor"]
    for order in ("NAME, descending: true", "DUE_DATE", "CREATED_AT"):
        answer = await crowd.owner.answer(
            f'{{ jobs(orderBy: {{ field: {order} }}, after: "{cursor}") {{ totalCount }} }}'
        )
        assert answer["errors"][0]["extensions"] == {"code": "INVALID", "argument": "after"}


NONSENSE = ["", "x", "null", "'; DROP TABLE jobs; --", "\x00", "1e5", "NaN", "infinity", "-infinity", "now", "today"]
NONSENSE += ["2026-W01-1", "2026-001", "20260101", "0000-01-01", "10000-01-01", "2026-02-30", " 5 ", "1_000", "٣", "+5"]
NONSENSE += ["9" * 30, "-2147483649", "2147483648", "9" * 5_000, "2026-01-01T00:00:00", "2026-01-01T00:00:00+23:59"]
NONSENSE += [
    "2026-W01-1T00:00:00+00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "\ufffd",
    "a" * 9_000,
]
NONSENSE += [
    "2026-01-01T00:00:00+00:00:30.5",
    "2026-01-01 24:00:00+00",
    "2026-01-01T00+00",
    "0001-01-01T00:00:00+00:00",
]


SHAPES = ["", "x", "!", "=", "====", "AAAA", "\u00e9", encoded(), encoded("job.NAME.asc"), "W10", "bnVsbA", "e30", "MQ"]


async def said(client: Client, field: str, cursors: Sequence[str]) -> dict[str, Json | None]:
    """What a list of jobs says to each cursor: null for a page, or the extensions of its error. Asks 25 at once."""
    found: dict[str, Json | None] = {}
    for start in range(0, len(cursors), 25):
        some = cursors[start : start + 25]
        given = ", ".join(f"$c{n}: String" for n in range(len(some)))
        order = f"orderBy: {{ field: {field} }}, first: 1"
        asked = " ".join(f"c{n}: jobs({order}, after: $c{n}) {{ nodes {{ id }} }}" for n in range(len(some)))
        answer = await client.answer(f"query ({given}) {{ {asked} }}", **{f"c{n}": c for n, c in enumerate(some)})
        errors = {error["path"][0]: error["extensions"] for error in answer.get("errors", ())}
        assert {name for name, page in answer["data"].items() if page is None} == set(errors)
        found |= {cursor: errors.get(f"c{n}") for n, cursor in enumerate(some)}
    return found


async def test_forged_cursors_never_reach_the_database(crowd: Crowd) -> None:
    """API2: a page or a typed error, whatever stands in the cursor."""
    refused = {"code": "INVALID", "argument": "after"}
    for field in ORDER_FIELDS:
        name = f"job.{field}.asc"
        cursors = [*SHAPES, encoded(name, "a", "b", "c", "d"), encoded(name, None, None), encoded(name, 1, 2)]
        cursors += [encoded(name, ["a"], {}), encoded([name], "a", "b"), encoded(None, "a", "b")]
        assert [one for one in (await said(crowd.owner, field, cursors)).values() if one != refused] == []
        forged = []
        for text in NONSENSE:
            forged += [encoded(name, text, crowd.job), encoded(name, "0", text, crowd.job), encoded(name, text, text)]
        for cursor, answer in (await said(crowd.owner, field, forged)).items():
            assert answer in (None, refused), (field, base64.b64decode(cursor + "==="))


async def test_forged_cursors_of_numbered_lists_never_reach_the_database(crowd: Crowd) -> None:
    """API2: history and visits count; so do forged numbers."""
    for name, column in (("history", "history"), ("visits", "visit")):
        listed = LISTS[name]
        for text in NONSENSE:
            args = f'first: 1, after: "{encoded(column, text)}"'
            document = listed.document.replace("PAGE", args).replace("CONNECTION", PAGE)
            answer = await crowd.owner.answer(document, **listed.given(crowd))
            extensions = [error["extensions"] for error in answer.get("errors", ())]
            assert extensions in ([], [{"code": "INVALID", "argument": "after"}]), (name, text)
