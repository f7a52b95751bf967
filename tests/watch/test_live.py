"""Watching the real server: what is drawn stays what a fresh board shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from server.trouble import Trouble
from server.watch import stream as streams
from server.watch.board import Board
from server.watch.client import Address, Credentials, session
from server.watch.command import Options, opened
from server.watch.stream import Stream, Update
from server.watch.view import Link, View
from store.database import Database
from tests.support.api import PASSWORD, Client, Shop, open_shop
from tests.support.served import Served, served_api
from tests.watch.kit import NOW, names

WITHIN = 20.0


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """The server on an empty database."""
    async with served_api(database) as running:
        yield running


@dataclass
class Watcher:
    """Somebody who watches, and the updates as they come."""

    stream: Stream
    view: View
    updates: AsyncGenerator[Update, None]

    async def until(self, seen: Callable[[View], object]) -> View:
        """Go on until this is seen."""
        async with asyncio.timeout(WITHIN):
            while not seen(self.view):
                self.view = self.view.after(await anext(self.updates), NOW)
        return self.view

    async def live(self) -> View:
        """Go on until the board is right."""
        return await self.until(lambda view: view.state.link is Link.LIVE)


@asynccontextmanager
async def watching(served: Served, email: str = "owner1@firm.test", **given: Any) -> AsyncIterator[Watcher]:
    """Watch the one pipeline there is."""
    who = given.pop("credentials", Credentials(None, email, PASSWORD))
    options = Options(**{"pipeline": None, "url": served.origin, "credentials": who} | given)
    async with opened(options) as (stream, view), aclosing(stream.updates()) as updates:
        watcher = Watcher(stream, view, updates)
        await watcher.live()
        yield watcher


def other_than(board: Board) -> Callable[[View], bool]:
    """Whether something else is drawn."""
    return lambda view: view.board != board


async def fresh(watcher: Watcher) -> View:
    """The board as somebody sees it who opens it now."""
    url = watcher.stream.session.address.http
    token = Credentials(token=watcher.stream.session.token)
    asked = Options(pipeline=watcher.view.board.pipeline.id, url=url, credentials=token)
    async with opened(asked) as (_, view):
        return view


async def test_whatever_changes_a_card_is_drawn(served: Served) -> None:
    """LV7: after each change the drawn board is the one that a newcomer sees."""
    shop = await open_shop(served)
    owner, first, second = shop.owner, *[(await shop.job(name))["id"] for name in ("One", "Two")]
    status = await owner.do("createJobStatus", "status { id }", name="On hold", color="#9ca3af")
    tag = await owner.do("createTag", "tag { id }", name="VIP", color="#ff0000")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("updatePipeline", {"pipelineId": shop.pipeline, "addStatusIds": [status["id"]]}),
        ("updateJob", {"jobId": first, "name": "Uno", "priority": "URGENT", "dueDate": "2020-01-01"}),
        ("updateJob", {"jobId": second, "addAssigneeIds": [owner.member_id]}),
        ("moveJob", {"jobId": first, "stageId": shop.stages[2], "expect": {"stageId": shop.stages[0]}}),
        (
            "moveJob",
            {"jobId": second, "stageId": shop.stages[2], "afterJobId": first, "expect": {"stageId": shop.stages[0]}},
        ),
        ("setJobStatus", {"jobId": second, "statusId": status["id"]}),
        ("updateJobStatus", {"statusId": status["id"], "name": "Waiting"}),
        ("updateAccount", {"accountId": shop.account, "name": "Acme & Co", "addTagIds": [tag["id"]]}),
        ("updateTag", {"tagId": tag["id"], "name": "Very important", "color": "#00ff00"}),
        ("updateMember", {"memberId": owner.member_id, "name": "Zoe"}),
        ("createJob", {"name": "Three", "accountId": shop.account, "pipelineId": shop.pipeline}),
        ("createStage", {"pipelineId": shop.pipeline, "name": "Fourth", "position": 1}),
        ("updateStage", {"stageId": shop.stages[0], "position": 2}),
        ("deleteStage", {"stageId": shop.stages[2], "moveJobsTo": shop.stages[1]}),
        ("updatePipeline", {"pipelineId": shop.pipeline, "name": "Taxes", "jobSort": "NAME"}),
        ("deleteTag", {"tagId": tag["id"]}),
    ]
    async with watching(served) as watcher:
        for mutation, given in steps:
            before = watcher.view.board
            await owner.do(mutation, **given)
            after = (await watcher.until(other_than(before))).board
            newcomer = (await fresh(watcher)).board
            assert (after.pipeline, after.columns) == (newcomer.pipeline, newcomer.columns), (mutation, given)


async def test_what_happened_while_the_server_was_away_is_drawn(database: Database) -> None:
    """LV1: it restarts, and the watcher goes on from its cursor."""
    async with served_api(database) as one:
        shop = await open_shop(one)
        job = await shop.job("One")
        port = one.port
        async with watching(one) as watcher:
            cursor = watcher.stream._cursor
            await one.stopped()
            lost = await watcher.until(lambda view: view.state.link is Link.BEHIND)
            assert names(lost.board)["First"] == ["One"]
            async with served_api(database, port=port) as two:
                mover = Client(two.http, shop.owner.token)
                await mover.do("moveJob", jobId=job["id"], stageId=shop.stages[1], expect={"version": 1})
                found = await watcher.until(lambda view: view.news)
                assert names(found.board) == {"First": [], "Second": ["One"], "Third": []}
                assert found.state.link is Link.LIVE
                assert found.news[0].who == "Owner 1"
            assert watcher.stream._cursor != cursor


async def test_long_columns_are_taken_in_pages(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """API2: all jobs are drawn, in order, whatever a page holds."""
    monkeypatch.setattr(streams, "PAGE", 2)
    shop = await open_shop(served)
    for number in range(5):
        await shop.job(f"Job {number}")
    async with watching(served) as watcher:
        assert names(watcher.view.board)["First"] == ["Job 4", "Job 3", "Job 2", "Job 1", "Job 0"]


async def test_a_filter_holds_for_the_board_and_its_changes(served: Served) -> None:
    """LV5: jobs come and go with what the filter asks."""
    shop = await open_shop(served)
    mine = await shop.job("Mine", assigneeIds=[shop.owner.member_id])
    other = await shop.job("Other")
    async with watching(served, mine=True) as watcher:
        assert names(watcher.view.board)["First"] == ["Mine"]
        await shop.owner.do("updateJob", jobId=other["id"], addAssigneeIds=[shop.owner.member_id])
        await watcher.until(lambda view: names(view.board)["First"] == ["Other", "Mine"])
        await shop.owner.do("updateJob", jobId=mine["id"], removeAssigneeIds=[shop.owner.member_id])
        left = await watcher.until(lambda view: names(view.board)["First"] == ["Other"])
        assert left.news[0].items[0].what == "no longer among these"
    async with watching(served, overdue=True) as watcher:
        assert names(watcher.view.board)["First"] == []


async def test_losing_the_pipeline_ends_it_with_a_sentence(served: Served) -> None:
    """AC4: what one may not see is not there."""
    shop = await open_shop(served)
    member = await served.member(shop.owner)
    await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, addAvailableToIds=[member.member_id])
    async with watching(served, email="member1@firm.test") as watcher:
        await shop.owner.do("updatePipeline", pipelineId=shop.pipeline, removeAvailableToIds=[member.member_id])
        with pytest.raises(Trouble, match="This pipeline is not available"):
            await watcher.until(lambda _: False)


async def test_a_member_who_is_deactivated_is_told(served: Served) -> None:
    """LV6: the socket is closed, the password opens no other."""
    shop = await open_shop(served)
    member = await served.member(shop.owner, role="ADMIN")
    async with watching(served, email="member1@firm.test") as watcher:
        await shop.owner.do("deactivateMember", memberId=member.member_id)
        with pytest.raises(Trouble, match="The log-in is refused"):
            await watcher.until(lambda _: False)


async def test_a_session_that_was_ended_elsewhere_is_followed_by_another(served: Served) -> None:
    """LV6: who has the password needs nobody to come to the wall."""
    shop = await open_shop(served)
    job = await shop.job("One")
    async with watching(served) as watcher:
        ended = watcher.stream.session.token
        await Client(served.http, ended).do("logout")
        await watcher.until(lambda view: view.state.link is Link.BEHIND)
        await watcher.live()
        assert watcher.stream.session.token != ended
        await shop.owner.do("moveJob", jobId=job["id"], stageId=shop.stages[1], expect={"version": 1})
        await watcher.until(lambda view: names(view.board)["Second"] == ["One"])


async def test_a_revoked_token_ends_it_with_a_sentence(served: Served) -> None:
    """LV6: a token that reads is enough to watch, until it is revoked."""
    shop = await open_shop(served)
    made = await shop.owner.payload("createApiToken", "token apiToken { id }", name="Wall", scopes=["READ"])
    async with watching(served, credentials=Credentials(token=made["token"])) as watcher:
        await shop.owner.do("revokeApiToken", tokenId=made["apiToken"]["id"])
        with pytest.raises(Trouble, match="Set STAGELINE_TOKEN to another"):
            await watcher.until(lambda _: False)


async def sessions(database: Database) -> int:
    """How many sessions and tokens are open."""
    return int(await database.value("SELECT count(*) FROM sessions WHERE revoked_at IS NULL"))


async def test_leaving_ends_the_session_that_was_opened(served: Served, database: Database) -> None:
    """A screen that is started every morning leaves no sessions behind."""
    await open_shop(served)
    before = await sessions(database)
    async with watching(served):
        assert await sessions(database) == before + 1
    assert await sessions(database) == before


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("nothing", r'No pipeline fits "nothing". There are: Payroll, Tax, Tax archive.'),
        ("a", r'Several pipelines fit "a": Payroll, Tax, Tax archive. Say more of the name.'),
        (None, r"Which pipeline\? Name one, or a part of its name. There are: Payroll, Tax, Tax archive."),
        ("pipeline_00000000000070008000000000000000", "This pipeline is not available"),
    ],
)
async def test_what_names_no_single_pipeline_is_told_what_there_is(
    served: Served, wanted: str | None, said: str
) -> None:
    """In one sentence."""
    await three_pipelines(served)
    with pytest.raises(Trouble, match=said):
        async with watching(served, pipeline=wanted):
            pass


async def test_a_pipeline_is_named_as_people_name_it(served: Served) -> None:
    """By its id, its name, or a part of that, whatever the case; the whole name comes before parts of others."""
    shop = await three_pipelines(served)
    for good, name in (("pay", "Payroll"), ("TAX", "Tax"), ("archive", "Tax archive"), (shop.pipeline, "Tax")):
        async with watching(served, pipeline=good) as watcher:
            assert watcher.view.board.pipeline.name == name
            assert watcher.view.firm == "Kontor"


async def three_pipelines(served: Served) -> Shop:
    """A shop with two more."""
    shop = await open_shop(served)
    for name in ("Payroll", "Tax archive"):
        await shop.owner.do("createPipeline", name=name, stages=[{"name": "A"}, {"name": "B"}])
    return shop


async def test_one_login_of_several_firms_chooses(served: Served, database: Database) -> None:
    """API5: by a part of the firm's name; else it is told which there are."""
    shop = await two_firms(served)
    address = Address.of(served.origin)
    for wanted, said in ((None, "choose one by --firm. There are "), ("zzz", 'No firm fits "zzz"')):
        with pytest.raises(Trouble, match=said):
            async with session(address, Credentials(None, "owner1@firm.test", PASSWORD, wanted)):
                pass
    async with session(address, Credentials(None, "owner1@firm.test", PASSWORD, "other")) as chosen:
        assert (await chosen.ask("Viewer"))["firm"]["name"] == "Other firm"
    assert await sessions(database) >= 1
    assert shop.owner.token


async def two_firms(served: Served) -> Shop:
    """A shop whose owner is also a member of another firm."""
    shop = await open_shop(served)
    other = await served.firm("Other firm")
    payload = await other.payload(
        "inviteMember", "invitationToken", email="owner1@firm.test", name="Owner", role="EMPLOYEE"
    )
    await served.nobody.do("acceptInvitation", token=payload["invitationToken"], password=PASSWORD)
    return shop


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://127.0.0.1", "no address of a Stageline"),
        ("127.0.0.1:8000", "no address of a Stageline"),
        ("http://127.0.0.1:1", r"cannot be used at http://127.0.0.1:1 \(connection refused\)"),
    ],
)
async def test_a_server_that_is_not_there_is_one_sentence(url: str, said: str) -> None:
    """Nothing is tried twice while somebody sits there to mend it."""
    with pytest.raises(Trouble, match=said):
        async with opened(Options(pipeline="tax", url=url, credentials=Credentials(None, "a", "b"))):
            pass


def test_addresses_are_taken_as_people_copy_them() -> None:
    """With the path of the API or without."""
    for url in ("https://x.test", "https://x.test/", "https://x.test/graphql", " https://x.test/graphql/ "):
        assert Address.of(url) == Address("https://x.test/graphql", "wss://x.test/graphql")
    assert Address.of("http://h:8/a").socket == "ws://h:8/a/graphql"
