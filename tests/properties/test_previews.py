"""MV6: a preview says what the move then does, through pipelines made at random, and has changed nothing itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.access.digest import digest
from tests.properties.foretold import Foretold, foretold
from tests.support.api import Api, Json
from tests.support.foresight import accept, foresee

SEEDS = range(5)
MOVES = 6
LOOK = """query ($id: ID!) { job(id: $id) { version stage { id } status { id state }
    visits(first: 200) { nodes { number stage { id } } }
    runs(first: 200) { nodes { state reason dueAt automation { id kind } visit { number stage { id } } } } }
    emails(first: 200) { nodes { id toName toAddress subject text state contact { id } member { id } } } }"""


async def look(world: Foretold, job: str) -> Json:
    """All that a preview speaks of, as it is."""
    found: Json = await world.owner.query(LOOK, id=job)
    return found


def happened(before: Json, after: Json) -> Json:
    """What came between, in a preview's words."""
    number = before["job"]["visits"]["nodes"][0]["number"]
    known = {email["id"] for email in before["emails"]["nodes"]}
    visits = [visit for visit in after["job"]["visits"]["nodes"] if visit["number"] > number]
    return {
        "stage": after["job"]["stage"],
        "status": after["job"]["status"],
        "stages": [visit["stage"] for visit in reversed(visits)],
        "runs": [
            {**said(run, "automation", "state", "reason", "dueAt"), "stage": run["visit"]["stage"]}
            for run in after["job"]["runs"]["nodes"]
            if run["visit"]["number"] > number
        ],
        "emails": [
            {
                **said(email, "toName", "toAddress", "subject", "text", "contact", "member"),
                "held": email["state"] == "HELD",
            }
            for email in after["emails"]["nodes"]
            if email["id"] not in known
        ],
    }


def said(row: Json, *names: str) -> Json:
    """Some of a row."""
    return {name: row[name] for name in names}


def comparable(told: Json) -> Json:
    """What does not depend on the second in which it was asked; the turns of a visit may be logged in any order."""

    def due(text: str | None) -> int | None:
        return round(datetime.fromisoformat(text).timestamp() / 3600) if text else None

    names = ("stage", "status", "stages")
    runs = [{**run, "dueAt": due(run["dueAt"])} for run in told["runs"]]
    return {**said(told, *names), "runs": sorted(runs, key=str), "emails": sorted(told["emails"], key=str)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_preview_says_what_the_move_then_does(api: Api, seed: int) -> None:
    """MV6: where the job ends up, by which stages, which automations run, which not and why, who is written to."""
    world = await foretold(api, seed)
    for n in range(MOVES):
        await accept(api.database)
        job = await world.job()
        if world.random.random() < 0.5:  # otherwise what its first stage does is still to be done
            await accept(api.database)
        await one_move(world, job, f"move {n}")


async def one_move(world: Foretold, job: str, name: str) -> None:
    """One move, foretold and made."""
    stage, given = world.random.choice(world.stages), world.choices()
    before, held = await look(world, job), await digest(world.api.database)
    told = await foresee(world.owner, job, stage, **given)
    assert await digest(world.api.database) == held, name
    move: dict[str, Any] = {"jobId": job, "stageId": stage, "expect": {"version": before["job"]["version"]}, **given}
    if told["errors"]:
        errors = await world.owner.refused("moveJob", **move)
        assert errors == told["errors"], name
        return
    if told["pendingItems"]:
        [error] = await world.owner.refused("moveJob", **move)
        assert error["items"] == told["pendingItems"], name
        move["pendingItems"] = "KEEP"
    await world.owner.do("moveJob", **move)
    await accept(world.api.database)
    assert comparable(told) == comparable(happened(before, await look(world, job))), name
