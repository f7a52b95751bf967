"""How many SQL statements a page of a stream takes: a number that does not grow with what happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.log.screens import DashboardScreen, JobScreen, MyWorkScreen, Screen, ask
from tests.log.world import World
from tests.support.statements import counting

SCREENS: dict[str, Callable[[World], Screen]] = {
    "job": lambda w: JobScreen(w.insider, job_id=w.jobs[0]),
    "my work": lambda w: MyWorkScreen(w.insider),
    "dashboard": lambda w: DashboardScreen(w.insider),
}


async def happen(w: World, often: int) -> None:
    """Things of all kinds, each so often."""
    for _ in range(often):
        mentioned = [w.insider.member_id]
        await w.owner.do("createComment", jobId=w.jobs[0], text="Look.", mentionIds=mentioned)
        await w.task(jobId=w.jobs[0], assigneeIds=mentioned)
        await w.job(assigneeIds=mentioned)
        await w.account()


async def statements(w: World, screen: Screen) -> int:
    """How many it takes to read what is new; without the snapshot beside it."""
    document = """query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) {
        cursor events { ... on JobEvent { changes { __typename } } ... on MyWorkEvent { changes { __typename } }
        ... on DashboardEvent { changes { __typename } } } } }"""
    with counting(w.database) as counted:
        found = await screen.client.query(document, stream=screen.stream, after=screen.cursor)
    assert len(found["changes"]["events"]) == 1
    return len(counted)


@pytest.mark.parametrize("name", SCREENS)
async def test_a_page_takes_the_same_statements_however_much_happened(own_world: World, name: str) -> None:
    """LV5: three of everything, or twelve."""
    w, found = own_world, []
    screen = SCREENS[name](w)
    for often in (1, 3, 9):
        screen.cursor = (await ask(screen, changes=False))["data"]["cursor"]
        await happen(w, often)
        found.append(await statements(w, screen))
    assert found[1] == found[2]  # the first time it is looked up who asks


async def test_what_is_not_ones_own_takes_no_statement_of_ones_work(own_world: World) -> None:
    """LV1: every member follows their own work, and most of what happens is another's."""
    w = own_world
    document = "query ($stream: StreamInput!, $after: String!) { changes(stream: $stream, after: $after) { cursor } }"
    cursor = (await w.insider.query("{ cursor }"))["cursor"]
    await w.insider.query(document, stream={"myWork": {}}, after=cursor)  # who asks is known from here on
    found = []
    for _ in range(2):
        with counting(w.database) as counted:
            await w.insider.query(document, stream={"myWork": {}}, after=cursor)
        found.append(len(counted))
        await w.job(assigneeIds=[w.assignee.member_id])
        await w.task(jobId=w.jobs[0], assigneeIds=[w.assignee.member_id])
        await w.owner.do("createComment", jobId=w.jobs[2], text="Look.", mentionIds=[w.assignee.member_id])
    assert found[1] == found[0] + 1  # the events themselves
