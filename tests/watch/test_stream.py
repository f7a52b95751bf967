"""A board without gaps, at a server that breaks in every way there is."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import pytest
from websockets.asyncio.server import ServerConnection

from server.trouble import Trouble
from server.watch import feed
from server.watch.client import Away, Credentials, SessionOver
from server.watch.stream import Happened, Lost, Stream, Taken, Update, backoff
from tests.support.redis import free_port
from tests.watch.fake import Fake, Pauses, Scene, errors, next_, playing, refusing, say, telling
from tests.watch.kit import event

TOKEN = Credentials(token="t0")
PASSWORD = Credentials(email="anna@firm.test", password="secret")
WITHIN = 10.0
RESET = {"__typename": "StreamReset", "reset": "CURSOR_TOO_OLD"}


async def told(
    fake: Fake, count: int, who: Credentials = TOKEN, silence: float = WITHIN
) -> tuple[list[Update], Pauses]:
    """The first updates of a stream that has taken its board, and its pauses."""
    pauses = Pauses()
    async with fake.session(who) as session, asyncio.timeout(WITHIN):
        if not session.token:
            await session.log_in()
        stream = Stream(session, "pipeline_1", silence=silence, sleep=pauses.sleep)
        await stream.take()
        async with aclosing(stream.updates()) as updates:
            return [await anext(updates) for _ in range(count)], pauses


def kinds(updates: list[Update]) -> list[str]:
    """What they are: the cursor of an event, the reason of a loss, or the name of the type."""
    return [
        update.event["cursor"] if isinstance(update, Happened)
        else update.reason if isinstance(update, Lost)
        else type(update).__name__
        for update in updates
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1006, "connection lost"),
        (1001, "the server stops"),
        (1012, "the server restarts"),
        (1011, "connection closed (1011)"),
        (1009, "connection closed (1009)"),
        (4408, "connection closed (4408)"),
    ],
)
async def test_a_lost_connection_is_resumed_from_the_last_event_without_a_query(code: int, reason: str) -> None:
    """LV1: nothing is asked twice and nothing is missed, whatever broke it."""
    first = telling(next_(event(cursor="c1")), next_(event(cursor="c2")), end=code)
    async with playing(first, telling(next_(event(cursor="c3")))) as fake:
        updates, pauses = await told(fake, 6)
    assert kinds(updates) == ["Connected", "c1", "c2", reason, "Connected", "c3"]
    assert fake.after == ["b1", "c2"]
    assert fake.asked == ["Board"]
    assert len(pauses.taken) == 1


async def test_a_server_that_ends_the_stream_is_subscribed_to_again() -> None:
    """LV1: an end without a reason is a loss like others."""
    async with playing(telling({"type": "complete", "id": "board"}), telling(next_(event()))) as fake:
        updates, _ = await told(fake, 4)
    assert kinds(updates) == ["Connected", "the server ended the stream", "Connected", "c1"]


async def test_silence_is_a_loss() -> None:
    """LV6: a line that is dead and does not know it."""
    async with playing(telling(next_(event(cursor="c1"))), telling(next_(event(cursor="c2")))) as fake:
        updates, _ = await told(fake, 5, silence=1.0)
    assert kinds(updates) == ["Connected", "c1", "no sign of life", "Connected", "c2"]
    assert fake.after == ["b1", "c1"]


async def test_pings_are_answered() -> None:
    """LV6: before and after the acknowledgement; so both sides know that the other lives."""
    pongs = []

    async def scene(_: Fake, socket: ServerConnection) -> None:
        await say(socket, {"type": "ping"})
        pongs.append(json.loads(await socket.recv()))
        await say(socket, {"type": "connection_ack"})
        await socket.recv()
        await say(socket, {"type": "ping"})
        pongs.append(json.loads(await socket.recv()))
        await say(socket, next_(event()))
        await socket.wait_closed()

    async with playing(scene) as fake:
        updates, _ = await told(fake, 2)
    assert kinds(updates) == ["Connected", "c1"]
    assert pongs == [{"type": "pong"}, {"type": "pong"}]


async def test_pauses_grow_while_nothing_comes_and_start_anew_with_an_event() -> None:
    """A server that comes back is not run over by its clients."""
    down, up = refusing(1012), telling(next_(event()), end=1012)
    async with playing(*[down] * 7, up, down) as fake:
        updates, pauses = await told(fake, 11)
    assert kinds(updates)[:7] == ["the server restarts"] * 7
    assert kinds(updates)[7:] == ["Connected", "c1", "the server restarts", "the server restarts"]
    told_of = [update.pause for update in updates if isinstance(update, Lost)]
    assert pauses.taken == told_of[:-1]
    for pause, most in zip(told_of, [0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 0.2, 0.4], strict=True):
        assert most / 2 <= pause <= most


def test_pauses_have_bounds() -> None:
    """However long it takes."""
    assert backoff(1, 0.0) == 0.2
    assert backoff(1, 1.0) == 0.1
    assert backoff(10_000, 0.0) == 5


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    """LV1: a refused connection is a loss, too."""
    fake = Fake(free_port())
    updates, _ = await told(fake, 3)
    assert kinds(updates) == ["connection refused"] * 3


@pytest.mark.parametrize(
    "scene",
    [
        telling(next_(event(RESET, cursor="c9"))),
        telling({"type": "error", "id": "board", "payload": errors("INVALID")}),
    ],
    ids=["too old", "unreadable"],
)
async def test_after_a_reset_the_board_is_taken_anew(scene: Scene) -> None:
    """LV3: and the stream goes on from the new board."""
    async with playing(scene, telling(next_(event(cursor="c10")))) as fake:
        updates, _ = await told(fake, 5)
    assert kinds(updates) == ["Connected", "the board is taken anew", "Taken", "Connected", "c10"]
    assert isinstance(updates[2], Taken)
    assert [*updates[2].board.cards] == ["job_1"]
    assert fake.asked == ["Board", "Board"]
    assert fake.after == ["b1", "b2"]


@pytest.mark.parametrize("code", [4403, 4410, 4411])
async def test_who_has_a_password_logs_in_again(code: int) -> None:
    """LV6: a session that has ended is followed by another, and the stream goes on from where it was."""
    first = telling(next_(event(cursor="c1")), end=code)
    async with playing(first, telling(next_(event(cursor="c2")))) as fake:
        updates, _ = await told(fake, 5, PASSWORD)
    assert kinds(updates) == ["Connected", "c1", "the log-in has ended", "Connected", "c2"]
    assert fake.asked == ["Login", "Board", "Login"]
    assert fake.tokens == ["Bearer t1", "Bearer t3"]
    assert fake.after == ["b1", "c1"]


@pytest.mark.parametrize("code", [4403, 4410, 4411])
async def test_who_has_a_token_only_is_told(code: int) -> None:
    """LV6: a token that was revoked does not become good by waiting."""
    async with playing(refusing(code)) as fake:
        with pytest.raises(Trouble, match="Set STAGELINE_TOKEN to another"):
            await told(fake, 2)
    assert fake.asked == ["Board"]


async def test_who_may_not_log_in_any_more_is_told() -> None:
    """API5: a deactivated member's screen does not try for ever."""
    async with playing(telling(end=4411)) as fake, fake.session(PASSWORD) as session:
        await session.log_in()
        stream = Stream(session, "pipeline_1", sleep=Pauses().sleep)
        await stream.take()
        fake.refusal = {"code": "BAD_CREDENTIALS", "message": "They do not fit.", "path": None}
        with pytest.raises(Trouble, match="The log-in is refused: They do not fit"):
            async for _ in stream.updates():
                pass


async def test_a_throttled_log_in_is_tried_again() -> None:
    """API5: too many tries pass."""
    async with playing(telling(end=4411), telling(next_(event()))) as fake, fake.session(PASSWORD) as session:
        await session.log_in()
        stream = Stream(session, "pipeline_1", sleep=Pauses().sleep)
        await stream.take()
        async with aclosing(stream.updates()) as updates:
            assert kinds([await anext(updates), await anext(updates)]) == ["Connected", "the log-in has ended"]
            fake.refusal = {"code": "THROTTLED", "message": "Too many tries.", "path": None}
            assert kinds([await anext(updates)]) == ["Too many tries."]
            fake.refusal = None
            assert kinds([await anext(updates), await anext(updates)]) == ["Connected", "c1"]


async def test_a_pipeline_that_is_lost_ends_the_stream() -> None:
    """AC4: with a sentence; there is nothing to wait for."""
    lost = telling({"type": "error", "id": "board", "payload": errors("NOT_FOUND")})
    async with playing(lost) as fake:
        with pytest.raises(Trouble, match="This pipeline is not available"):
            await told(fake, 2)


async def test_a_server_that_does_not_understand_ends_the_stream() -> None:
    """Trying again would not mend it: close codes of the protocol, and errors of the document."""
    for scene, said in (
        (refusing(4400, "unknown type"), r"4400 unknown type"),
        (refusing(4406), r"4406"),
        (
            telling({"type": "error", "id": "board", "payload": errors("GRAPHQL_VALIDATION_FAILED")}),
            "VALIDATION_FAILED",
        ),
    ):
        async with playing(scene) as fake:
            with pytest.raises(Trouble, match=said):
                await told(fake, 2)


async def test_a_failure_that_passes_is_waited_for() -> None:
    """LV1: the database restarts, the server says so in an answer."""
    down = telling({"type": "next", "id": "board", "payload": {"data": None, "errors": errors("UNAVAILABLE", "Away.")}})
    async with playing(down, telling(next_(event()))) as fake:
        updates, _ = await told(fake, 4)
    assert kinds(updates) == ["Connected", "Away", "Connected", "c1"]


async def test_reasons_are_clean() -> None:
    """What a server says in a close frame cannot write on the screen."""
    async with playing(refusing(4400, "\x1b[2J")) as fake:
        with pytest.raises(Trouble) as trouble:
            await told(fake, 1)
    assert "\x1b" not in str(trouble.value)


async def test_what_a_feed_raises_says_what_to_do() -> None:
    """Away: wait; SessionOver: log in."""
    for scene, kind in ((refusing(1012), Away), (refusing(4403), SessionOver)):
        async with playing(scene) as fake:
            with pytest.raises(kind):
                async with feed.subscribed(fake.address, None, {}):
                    pass
