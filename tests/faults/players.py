"""JavaScript clients from npm among those who look: each a program of its own, of those in tests/clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from live.cursor import decode
from tests.clients.serving import fresh_board
from tests.faults.programs import ProgramLine
from tests.faults.watchers import Watcher
from tests.properties.live_crowd import BACK_WITHIN, COUNTS_WITHIN
from tests.support.api import Json
from tests.support.lines import Feed
from tests.support.subscriber import Course
from tests.support.wait import eventually

LOST: Final = "NOT_FOUND"
EXPECTED: Final = {LOST, "UNAVAILABLE"}
"""Why a stream may end: the pipeline is lost, or the database is away."""


@dataclass
class Played(Watcher):
    """A subscriber who only notes what a program tells: that draws the board, connects, and goes on, by its library."""

    line: ProgramLine
    script: str = field(kw_only=True)
    course: Course = field(default_factory=lambda: Course(Feed("not yet"), None))
    shown: Json = field(default_factory=dict)
    """What the program shows."""

    async def live(self) -> None:
        """Let the program run, for ever."""
        async with self.line.running(self.script, {"pipelineId": self.board.pipeline_id}) as player:
            while True:
                await self._note(await player.hear())

    async def _note(self, report: Json) -> None:
        match report:
            case {"begins": cursor}:
                self.course = Course(Feed(self.name), decode(cursor).seq)
                self.connections += 1
                self.resumes += 1
            case {"event": event}:
                await self._take({"data": {"boardEvents": _renamed(event)}})
            case {"ended": codes}:
                assert set(codes) <= EXPECTED, f"{self.name} at {self.seq}: {codes}"
                self.story.append(f"  {self.name} at {self.seq} has ended: {codes}")
                if LOST in codes:
                    await self._take({"errors": [{"extensions": {"code": LOST}}]})
        self.board.cursor = report.get("cursor", self.board.cursor)
        self.shown = report.get("board", self.shown)
        self.lost = "lost" in report or (self.lost and "board" not in report)
        self.drawing = self.lost

    async def _take(self, answer: Json) -> None:
        self.course.feed.answers.put_nowait(answer)
        await self._next(self.course)

    async def is_right(self) -> None:
        """Raise where it does not show what a fresh query shows."""
        await eventually(lambda: not self.lost, f"{self.name} is there", within=BACK_WITHIN)
        fresh = await fresh_board(self.board.client, self.board.pipeline_id)
        assert _uncounted(self.shown) == _uncounted(fresh), f"{self.name}: {self.shown} is not {fresh}"
        claim = f"{self.name} has the counts of {fresh}"
        await eventually(lambda: self.shown == fresh, claim, within=COUNTS_WITHIN)


def _renamed(event: Json) -> Json:
    """An event as the documents of other watchers name its parts."""
    for change in event["changes"]:
        if "reset" in change:
            change["why"] = change["reset"]
    return event


def _uncounted(board: Json) -> Json:
    return {**board, "columns": [{**column, "jobCount": 0, "overdueCount": 0} for column in board["columns"]]}
