"""Who else looks at a board or a job, as a stream (LV5).

It shows how things are at this moment, not what has happened: it is no part of the log and has no cursor. Whoever comes
back is told anew who is there, and needs nothing else.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

import structlog

from engine.enums import ErrorCode
from engine.errors import Refused, invalid, missing
from engine.firm.sessions import Identity, session_over
from live.presence import Look, Presence
from live.redis_presence import Present
from live.tail import Thing
from resolvers import jobs, pipelines
from resolvers.commands import Read
from resolvers.context import Context
from resolvers.declare import READER, Depends, subscription
from store.database import Row, is_outage
from store.ids import prefix_of
from store.reads import things

MOST: Final = 100
"""How many looks a member may have open in one process, at whatever (LV3)."""

NAMED: Final = 200
"""How many are named; all are counted."""

PACE_SECONDS: Final = 0.5
"""The shortest time between two looks of one stream: who comes and goes meanwhile is told at once."""

OUTAGE_SECONDS: Final = 1.0
"""How long a stream waits before it looks again where it could not."""

TRIES: Final = 5
"""How often it does so, where the database is not away: then the failure is told."""

_READS: Final[Mapping[str, Read]] = {"pipeline": pipelines.by_ids, "job": jobs.by_ids}
_log = structlog.get_logger("stageline.streams")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look has found."""

    node: Row
    others: tuple[Present, ...]
    members: Mapping[str, Row]

    def event(self) -> dict[str, Any]:
        """What is told."""
        named = [one for one in self.others[:NAMED] if one.member_id in self.members]
        viewers = [{"member": self.members[one.member_id], "since": one.since} for one in named]
        return {"node": self.node, "viewers": viewers, "viewer_count": len(self.others)}


@subscription(may=READER, depends=Depends.SCOPE | Depends.SELF)
async def presence(context: Context, *, node_id: str) -> AsyncGenerator[dict[str, Any], None]:
    """Who else looks at a thing, at once and whenever others come or go; whoever asks looks at it, too.

    Raises Refused for a thing that the viewer does not see, also later, as soon as they do not see it any more (AC4).
    """
    presence, tails = context.presence, context.tails
    assert presence is not None  # transports that stream have both
    assert tails is not None
    seen = await _see(context, presence, node_id)
    await context.release()
    if seen is None:
        return
    if presence.looks_of(context.firm_id, context.viewer.member_id) >= MOST:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST} streams of presence may be open at a time.")
    async with (
        presence.looking(context.firm_id, node_id, context.viewer.member_id) as look,
        tails.follow(context.firm_id) as tail,
    ):
        shown = None
        while not context.leaving:
            watched = _decisive(context, seen.node)
            with tail.watching(*watched) as news, look.telling(news):
                began = time.monotonic()
                seen = await _see(context, presence, node_id, look)
                if seen is None:
                    return
                if _decisive(context, seen.node) != watched:
                    news.set()
                elif seen.others != shown:
                    shown = seen.others
                    yield seen.event()
                await context.release()
                if not await context.rest(_next(news, began + PACE_SECONDS)):
                    return


async def _next(news: asyncio.Event, not_before: float) -> None:
    await asyncio.sleep(not_before - time.monotonic())
    await news.wait()


def _decisive(context: Context, node: Row) -> set[Thing]:
    """What decides whether the viewer sees a thing: whatever happens to these is a reason to look anew."""
    found = {("member", context.viewer.member_id), (prefix_of(node["id"]), node["id"])}
    return found | ({("pipeline", node["pipeline_id"])} if "pipeline_id" in node else set())


async def _see(context: Context, presence: Presence, node_id: str, look: Look | None = None) -> _Seen | None:
    """The thing, and who else looks, in a snapshot that the context holds; None for who leaves. Raises Refused.

    Who looks already waits for a database that is away, and tries again what fails for another reason of ours.
    """
    identity = context.identity
    for tries in itertools.count(1):
        try:
            async with AsyncExitStack() as held:
                await held.enter_async_context(presence.reads.turn(context.viewer.member_id))
                if context.leaving:
                    break
                context.turn()
                await held.enter_async_context(context.snapshot())
                await _check_session(context, identity)
                seen = await _seen(context, node_id, look)
                context.held = held.pop_all()
                return seen
        except Refused:
            raise
        except Exception as error:
            if look is None or (tries > TRIES and not is_outage(error)):
                raise
            _log.warning("stream_waits", error=repr(error), tries=tries)
        if not await context.rest(asyncio.sleep(OUTAGE_SECONDS)):
            break
    return None


async def _check_session(context: Context, identity: Identity | None) -> None:
    over = await session_over(context.db, identity, context.now) if identity else None
    if over is not None:
        raise invalid(over, "The session is over: log in again.")


async def _seen(context: Context, node_id: str, look: Look | None) -> _Seen:
    read = _READS.get(prefix_of(node_id))
    [node] = await read(context, [node_id]) if read else [None]
    if node is None:
        raise missing("pipeline or job", "nodeId")
    others = look.others if look else ()
    members = await things.members(context.db, context.firm_id, [one.member_id for one in others[:NAMED]])
    return _Seen(node, others, members)
