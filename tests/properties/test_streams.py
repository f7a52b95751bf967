"""The streams of jobs, of one's own work, and of dashboards in a firm that lives at random (LV5)."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom

import orjson
import pytest

from live.cursor import decode
from store.database import Database
from tests.log import sight
from tests.log.once import validated_once
from tests.log.screens import DashboardScreen, JobScreen, MyWorkScreen, Screen, ask
from tests.log.sight import Sight
from tests.log.world import build
from tests.properties.deeds import Deeds
from tests.support.api import Api, Json

SEED = os.environ.get("STREAMS_SEED")
"""A life that failed comes again with this seed."""

LIVES = int(os.environ.get("STREAMS_LIVES", "1"))
"""How many lives are led beside those that are always the same, each time with other seeds."""

SAME = (1, 2)
"""Seeds of the lives that are always the same."""

STEPS = int(os.environ.get("STREAMS_STEPS", "50"))
JOB = re.compile(r'"(job_[0-9a-f]{32})"')


@dataclass
class Crowd(Deeds):
    """One life of a firm, with people who look at their screens now and then."""

    screens: list[Screen] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    truth: list[Sight] = field(default_factory=list)
    """Who saw what, by the sequence of the event after which it was so."""
    removals: int = 0

    async def begin(self) -> None:
        """Take the firm as it was built, and draw the first screens."""
        await self.settle()
        await self.look()
        for viewer in (self.world.owner, *self.people):
            jobs = (JobScreen(viewer, job_id=job) for job in self.world.jobs)
            named = DashboardScreen(viewer, pipeline_ids=(self.world.pipeline,))
            self.screens += [MyWorkScreen(viewer), DashboardScreen(viewer), named, *jobs]
        for screen in self.screens:
            self.draw(screen, await ask(screen, changes=False))

    def deeds(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        """All that can be done; people talk, too."""
        return [*super().deeds(), (self._comment, 6), (self._uncomment, 1), (self._read, 3)]

    async def _comment(self) -> None:
        given = {"jobId": self.random.choice(self.jobs), "text": "Look.", "mentionIds": self.some_people()}
        if done := await self.do(self.anybody(), "createComment", **given):
            self.comments.append(done["comment"]["id"])

    async def _uncomment(self) -> None:
        if self.comments:
            await self.do(self.world.owner, "deleteComment", commentId=self.random.choice(self.comments))

    async def _read(self) -> None:
        person = self.random.choice(self.people)
        shown = [screen.drawn for screen in self.screens if isinstance(screen, MyWorkScreen) and screen.drawn]
        ids = [one for drawn in shown for one in drawn["notifications"]]
        some = {"notificationIds": ids[:1]} if ids and self.random.random() < 0.7 else {"all": True}
        await self.do(person, "markNotificationsRead", **some)

    async def live(self, steps: int) -> None:
        """Let ``steps`` things happen, each with some chance that a screen takes a page."""
        for _ in range(steps):
            await self.something()
            await self.look()
            for screen in self.screens:
                if self.random.random() < 0.04:
                    await self.take(screen, self.random.choice((1, 1, 2, 3, 5, 50)))

    async def look(self) -> None:
        """Write down who sees what now."""
        head = await sight.head(self.world.database, self.world.firm)
        if len(self.truth) <= head:
            now = await Sight.now(self.world.database, self.world.firm)
            self.truth += [now] * (head + 1 - len(self.truth))

    def draw(self, screen: Screen, answer: Json) -> None:
        """Draw a screen anew."""
        screen.draw(answer["data"], "it")
        screen.cursor = answer["data"]["cursor"]

    async def take(self, screen: Screen, first: int) -> bool:
        """A screen takes a page. Whether there is more; where its job is not there, it waits until it is."""
        since, lost = decode(screen.cursor).seq, screen.drawn is None
        answer = await ask(screen, first=first)
        page = answer["data"]["changes"]
        what = f"{self.who(screen.client)} {screen.stream}"
        if page is None:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"], what
            assert answer["data"]["it"] is None, what
        if page is None or lost:
            self.draw(screen, answer)
            return False
        taken = screen.apply(page)
        self.story.append(f"  {what} takes {first} after {since}, up to {decode(screen.cursor).seq}")
        could_see = set().union(*(truth.of(screen.client.member_id) for truth in self.truth[since:]))
        told = set(JOB.findall(orjson.dumps(taken).decode()))
        assert told <= could_see, f"{what} is told of a job that nobody could see there since the cursor"
        self.removals += sum(change["__typename"].endswith("Removed") for change in taken)
        if screen.resets:
            self.draw(screen, answer)
        return bool(page["hasMore"]) and not lost

    async def in_step(self) -> None:
        """At the end everybody's screen is what a fresh one shows."""
        for screen in self.screens:
            while await self.take(screen, self.random.choice((1, 2, 50))):
                pass
            drawn, what = screen.drawn, f"{self.who(screen.client)} {screen.stream}"
            self.draw(screen, await ask(screen, changes=False))
            assert drawn == screen.drawn, what


@pytest.mark.slow
@pytest.mark.parametrize("life", range(1 if SEED else len(SAME) + LIVES))
async def test_whoever_takes_changes_at_random_moments_ends_with_a_fresh_screen(
    life: int, api: Api, database: Database
) -> None:
    """LV4, LV5, AC4: of every stream, any page sizes; and no job is named to whoever could not see it since."""
    seed = int(SEED) if SEED else SAME[life] if life < len(SAME) else SystemRandom().randrange(10**6)
    crowd = Crowd(await build(api), Random(seed))  # noqa: S311  # a life, not a secret
    try:
        with validated_once():
            await crowd.begin()
            await crowd.live(STEPS)
            await crowd.in_step()
    except AssertionError as error:
        story = "\n".join(crowd.story)
        raise AssertionError(f"STREAMS_SEED={seed} STREAMS_STEPS={STEPS}: {error}\n{story}") from error
    assert crowd.removals or seed not in SAME, "a life without a single removal proves little"
