"""A subscriber who draws a board from events alone, over whatever breaks."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from tests.support.api import Json
from tests.support.lines import Ended, Feed
from tests.support.subscriber import Course, Subscriber

PAUSE_SECONDS: Final = 0.3
"""How long clients wait at most before they connect again."""
LOST_SECONDS: Final = 0.7
"""How often they look for a pipeline that is not there."""
LAST: Final = 5
"""How many events of a subscriber a failure shows."""


@dataclass
class Watcher(Subscriber):
    """A subscriber who takes an outage for what it is: the line has ended."""

    resumes: int = 0
    """How often it has gone on from a cursor."""
    pause: float = LOST_SECONDS
    last: deque[Json] = field(default_factory=lambda: deque(maxlen=LAST))
    """The last events that it was sent."""

    async def _next(self, course: Course) -> Json | None:
        event = await super()._next(course)
        self.last.append(event or {"lost": self.board.pipeline_id})
        return event

    async def _subscribe(self, start: str | None, after: str | None = None) -> Course:
        await asyncio.sleep(self.random.uniform(0, PAUSE_SECONDS))
        course = await super()._subscribe(start, after)
        self.resumes += after is not None
        return course

    async def _answer(self, feed: Feed) -> Json:
        answer = await feed.next()
        if answer is None:
            raise Ended("the stream was completed", expected=True)
        if any(error["extensions"]["code"] == "UNAVAILABLE" for error in answer.get("errors", ())):
            raise Ended("the service is unavailable", expected=True)
        return answer
