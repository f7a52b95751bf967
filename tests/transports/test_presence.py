"""LV5: who else looks at a board or a job, over both transports, as far as one sees it oneself (AC4)."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from structlog.testing import capture_logs

from live.presence import Look
from resolvers import presence
from resolvers.context import Context
from store.ids import new_id
from tests.support.api import Client, Json
from tests.support.frames import acknowledged
from tests.support.wait import eventually
from tests.transports.house import House, Subscription, Transport

WHO = """subscription ($node: ID!) { presence(nodeId: $node) {
    node { __typename id } viewerCount viewers { since member { id name } } } }"""


async def told(subscription: Subscription) -> Json:
    """The next event."""
    result = await subscription.result()
    assert "errors" not in result, result["errors"]
    found: Json = result["data"]["presence"]
    assert found["viewerCount"] >= len(found["viewers"])
    return found


async def sees(subscription: Subscription, *members: Client) -> Json:
    """Reads events until exactly these others look, those who came first first; they may come and go on the way."""
    wanted = [member.member_id for member in members]
    while True:
        found = await told(subscription)
        if [viewer["member"]["id"] for viewer in found["viewers"]] == wanted:
            assert found["viewerCount"] == len(wanted)
            return found


async def employee(house: House, **given: object) -> Client:
    """A member who is on the list of the shop's pipeline."""
    member = await house.served.member(house.owner, **given)  # type: ignore[arg-type]
    await house.list(member)
    return member


async def not_there(subscription: Subscription) -> None:
    """It ends, or never begins, because there is nothing to look at."""
    [error] = await subscription.errors()
    assert error["extensions"] == {"code": "NOT_FOUND", "argument": "nodeId"}
    assert error["message"] == "There is no such pipeline or job."


# --- coming and going -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Pipeline", "Job"])
async def test_the_first_event_says_who_is_there_and_others_who_comes_and_goes(
    house: House, transport: Transport, kind: str
) -> None:
    """LV5: at once, without a cursor."""
    node = house.shop.pipeline if kind == "Pipeline" else (await house.shop.job())["id"]
    colleague = await employee(house, rights=["VIEW_ALL_ACCOUNTS"])
    async with house.watching(transport, document=WHO, node=node) as mine:
        first = await told(mine)
        assert first == {"node": {"__typename": kind, "id": node}, "viewerCount": 0, "viewers": []}
        async with house.watching(transport, colleague, document=WHO, node=node) as theirs:
            assert [viewer["member"]["id"] for viewer in (await told(theirs))["viewers"]] == [house.owner.member_id]
            [viewer] = (await sees(mine, colleague))["viewers"]
            assert viewer["member"]["name"].startswith("Member ")
            assert viewer["since"].endswith(("Z", "+00:00"))
        await sees(mine)


async def test_windows_of_one_member_are_one_viewer(house: House) -> None:
    """LV5: over sockets and event streams together; nobody is told of a second one, and the last one counts."""
    node, colleague = house.shop.pipeline, await employee(house)
    async with house.watching("socket", document=WHO, node=node) as mine:
        await sees(mine)
        async with AsyncExitStack() as windows:
            for transport in ("socket", "stream", "socket"):
                window = await windows.enter_async_context(
                    house.watching(transport, colleague, document=WHO, node=node)
                )
                await sees(window, house.owner)
            [viewer] = (await told(mine))["viewers"]
            assert viewer["member"]["id"] == colleague.member_id
        assert (await told(mine))["viewers"] == []


async def test_whoever_ends_the_operation_leaves_and_the_socket_stays(house: House) -> None:
    """LV5, LV6: a page that shows another board goes on over the same connection."""
    other, colleague = await house.pipeline(), await employee(house)
    await house.list(colleague, other.pipeline)
    async with (
        house.watching("socket", document=WHO, node=house.shop.pipeline) as here,
        house.watching("socket", document=WHO, node=other.pipeline) as there,
        house.wire(colleague) as wire,
    ):
        await sees(here)
        await sees(there)
        for _ in range(3):
            operation = await wire.subscribe(WHO, node=house.shop.pipeline)
            await sees(here, colleague)
            await wire.complete(operation)
            await sees(here)
            operation = await wire.subscribe(WHO, node=other.pipeline)
            await sees(there, colleague)
            await wire.complete(operation)
            await sees(there)


async def test_whoever_is_cut_off_leaves(house: House) -> None:
    """LV5: a tab that crashes closes its connection without a word."""
    colleague = await employee(house)
    async with house.watching("stream", document=WHO, node=house.shop.pipeline) as mine:
        await sees(mine)
        async with acknowledged(house.served.socket_url, colleague.token) as wire:
            await wire.subscribe(WHO, node=house.shop.pipeline)
            await sees(mine, colleague)
            wire.lose()
            await sees(mine)


async def test_all_are_counted_and_some_are_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """LV3, LV5: an event is bounded; who has looked for longest is named."""
    monkeypatch.setattr(presence, "NAMED", 2)
    crowd = [await employee(house) for _ in range(4)]
    async with AsyncExitStack() as stack:
        for member in crowd:
            there = await stack.enter_async_context(
                house.watching("socket", member, document=WHO, node=house.shop.pipeline)
            )
            await told(there)
        mine = await stack.enter_async_context(house.watching("socket", document=WHO, node=house.shop.pipeline))
        first = await told(mine)
    assert first["viewerCount"] == 4
    assert [viewer["member"]["id"] for viewer in first["viewers"]] == [member.member_id for member in crowd[:2]]


# --- who may look ---------------------------------------------------------------------------------------------------


async def test_what_one_does_not_see_is_not_there_and_one_is_not_seen_at_it(house: House, transport: Transport) -> None:
    """AC4: hidden, foreign, made up, of another kind, none: one answer."""
    member = await employee(house)
    hidden, job = await house.pipeline("Hidden"), (await house.shop.job())["id"]
    foreign = (await house.other.job())["id"]
    made_up = [new_id("pipeline"), new_id("job")]
    others = [house.shop.stages[0], house.shop.account, member.member_id, "", "job", "nothing_at_all", "x" * 300]
    async with (
        house.watching(transport, document=WHO, node=hidden.pipeline) as board,
        house.watching(transport, document=WHO, node=job) as card,
    ):
        await sees(board)
        await sees(card)
        for node in (hidden.pipeline, job, house.other.pipeline, foreign, *made_up, *others):
            async with house.watching(transport, member, document=WHO, node=node) as theirs:
                await not_there(theirs)
        async with house.watching(
            transport, await house.served.member(house.owner, role="ADMIN"), document=WHO, node=hidden.pipeline
        ) as theirs:
            await sees(theirs, house.owner)
            assert (await told(board))["viewerCount"] == 1


async def test_nobody_and_a_token_that_may_not_read_are_refused(house: House, transport: Transport) -> None:
    """AC6: as any other read."""
    writer, _ = await house.program("WRITE")
    for client, code in ((house.served.nobody, "UNAUTHENTICATED"), (writer, "FORBIDDEN")):
        async with house.watching(transport, client, document=WHO, node=house.shop.pipeline) as theirs:
            [error] = await theirs.errors()
            assert error["extensions"]["code"] == code


async def test_taken_off_the_list_one_neither_sees_nor_is_seen(house: House, transport: Transport) -> None:
    """AC2, AC4: for the board and for a job on it, as soon as it happens; others are told."""
    member = await employee(house, rights=["VIEW_ALL_ACCOUNTS"])
    job = (await house.shop.job())["id"]
    for node in (house.shop.pipeline, job):
        async with (
            house.watching(transport, document=WHO, node=node) as mine,
            house.watching(transport, member, document=WHO, node=node) as theirs,
        ):
            await sees(theirs, house.owner)
            await sees(mine, member)
            await house.list(member, on=False)
            await not_there(theirs)
            await sees(mine)
        await house.list(member)


@pytest.mark.parametrize("how", ["account", "right", "assignment", "move", "task"])
async def test_losing_a_job_by_any_way_ends_its_presence(house: House, how: str) -> None:
    """AC3, AC4: whatever had let the member see it."""
    given: Json = {"rights": ["VIEW_ALL_ACCOUNTS"]} if how in {"right", "move"} else {}
    given |= {"accounts": [house.shop.account]} if how == "account" else {}
    member = await employee(house, **given)
    me = [member.member_id]
    job = (await house.shop.job(assigneeIds=me if how == "assignment" else []))["id"]
    task = (
        (await house.owner.do("createTask", "task { id }", title="Look", jobId=job, assigneeIds=me))["id"]
        if (how == "task")
        else None
    )
    elsewhere = await house.pipeline()
    async with house.watching("socket", member, document=WHO, node=job) as theirs:
        await sees(theirs)
        match how:
            case "account":
                given = {"memberId": member.member_id, "removeAccountIds": [house.shop.account]}
                await house.owner.do("updateMemberAccess", **given)
            case "right":
                given = {"memberId": member.member_id, "removeRights": ["VIEW_ALL_ACCOUNTS"]}
                await house.owner.do("updateMemberAccess", **given)
            case "assignment":
                await house.owner.do("updateJob", jobId=job, removeAssigneeIds=me)
            case "task":
                await house.owner.do("updateTask", taskId=task, removeAssigneeIds=me)
            case _:
                there = {"stageId": elsewhere.stages[0], "expect": {"stageId": house.shop.stages[0]}}
                await house.owner.do("moveJob", jobId=job, **there)
        await not_there(theirs)


async def test_a_job_that_moves_where_one_may_follow_is_looked_at_on(house: House) -> None:
    """AC3, AC4: from then on the other pipeline decides."""
    member = await employee(house, rights=["VIEW_ALL_ACCOUNTS"])
    elsewhere, job = await house.pipeline(), (await house.shop.job())["id"]
    await house.list(member, elsewhere.pipeline)
    admin = await house.served.member(house.owner, role="ADMIN")
    async with (
        house.watching("socket", document=WHO, node=job) as mine,
        house.watching("socket", member, document=WHO, node=job) as theirs,
    ):
        await sees(mine, member)
        there = {"stageId": elsewhere.stages[0], "expect": {"stageId": house.shop.stages[0]}}
        await house.owner.do("moveJob", jobId=job, **there)
        async with house.watching("stream", admin, document=WHO, node=job):
            await sees(mine, member, admin)
            await sees(theirs, house.owner, admin)
            await house.list(member, elsewhere.pipeline, on=False)
            await not_there(theirs)


async def test_whoever_logs_out_is_gone(house: House) -> None:
    """LV6: with the session everything ends that is open under it."""
    member = await employee(house)
    async with (
        house.watching("socket", document=WHO, node=house.shop.pipeline) as mine,
        house.wire(member) as wire,
    ):
        await wire.subscribe(WHO, node=house.shop.pipeline)
        await sees(mine, member)
        await member.do("logout")
        await sees(mine)


# --- trouble --------------------------------------------------------------------------------------------------------


async def test_a_database_that_is_away_is_waited_for(
    house: House, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LV5: what has changed meanwhile is told when names can be read again."""
    monkeypatch.setattr(presence, "OUTAGE_SECONDS", 0.01)
    colleague, failed = await employee(house), list[str]()

    def away(sql: str) -> None:
        failed.append(sql)
        raise ConnectionRefusedError

    async with house.watching(transport, document=WHO, node=house.shop.pipeline) as mine:
        await sees(mine)
        async with house.watching(transport, colleague, document=WHO, node=house.shop.pipeline):
            await sees(mine, colleague)
            house.served.database.on_statement = away
        try:
            await eventually(lambda: len(failed) > 10, "it tries again and again")
        finally:
            house.served.database.on_statement = None
        await sees(mine)


async def test_a_failure_of_ours_is_tried_again_and_then_told(
    open_house: House, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API1: it never says what went wrong inside; who has looked is gone for the others."""
    monkeypatch.setattr(presence, "OUTAGE_SECONDS", 0.01)
    house = open_house
    colleague = await employee(house)
    with capture_logs() as logs:
        await broken_for(house, transport, colleague, monkeypatch)
    found = [line["event"] for line in logs if line["event"] != "log_readable_again"]  # of what came before
    assert found == ["stream_waits"] * presence.TRIES + ["incident"]


async def broken_for(house: House, transport: Transport, colleague: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """From some moment on the colleague's looks fail."""
    async with (
        house.watching(transport, document=WHO, node=house.shop.pipeline) as mine,
        house.watching(transport, colleague, document=WHO, node=house.shop.pipeline) as theirs,
    ):
        await sees(mine, colleague)
        await sees(theirs, house.owner)
        seen, tries = presence._seen, list[str]()

        async def broken(context: Context, node_id: str, look: Look | None) -> object:
            if context.viewer.member_id != colleague.member_id:
                return await seen(context, node_id, look)
            tries.append(node_id)
            raise ZeroDivisionError

        monkeypatch.setattr(presence, "_seen", broken)
        await house.list(colleague, on=False)
        [error] = await theirs.errors()
        assert error["extensions"]["code"] == "INTERNAL"
        assert "division" not in str(error)
        assert len(tries) == presence.TRIES + 1
        await sees(mine)
