"""Sums of time are exact, whatever was started, stopped, written down, corrected and deleted, in whatever order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.jobs.kit import colleague, spent
from tests.support.api import Api, Client, Json, Shop
from tests.support.works import Timed, Works

Deed = tuple[str, int, int]
WHAT = st.sampled_from(("start", "stop", "write", "correct", "delete", "wait"))
DEEDS = st.lists(st.tuples(WHAT, st.integers(0, 3), st.integers(1, 9_000)), max_size=14)
"""What is done, by whom on what, and a number: of minutes, or of seconds."""


@dataclass
class Ledger:
    """What there is to be, by the ids of entries: job, member, minutes, billable."""

    counted: dict[str, tuple[str, str, int, bool]] = field(default_factory=dict)
    running: dict[str, tuple[str, str, timedelta]] = field(default_factory=dict)
    """By the member: the entry, its job, and when it was started."""


@dataclass
class Clerk:
    """Does what is drawn, and keeps a ledger of it."""

    works: Works
    people: list[Timed]
    jobs: list[str] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    passed: timedelta = timedelta()

    async def begin(self) -> None:
        """Two new jobs, and nobody's timer runs."""
        for who in self.people:
            await who.payload("stopTimer")
        self.jobs, self.ledger = [await self.works.job(), await self.works.job()], Ledger()

    async def do(self, deed: Deed) -> None:
        """One thing."""
        what, number, amount = deed
        who, job = self.people[number % 2], self.jobs[number // 2]
        match what:
            case "wait":
                self.passed += timedelta(seconds=amount)
                self.works.now += timedelta(seconds=amount)
            case "start":
                made = await who.do("startTimer", "timeEntry { id }", jobId=job, note=str(amount))
                self.end(who)
                self.ledger.running[who.member_id] = (made["id"], job, self.passed)
            case "stop":
                payload = await who.payload("stopTimer")
                assert (payload["errors"] == []) == (who.member_id in self.ledger.running)
                self.end(who)
            case "write":
                minutes, billable = amount % 1_440 + 1, bool(amount % 2)
                made = await self.said(who, "createTimeEntry", jobId=job, minutes=minutes, billable=billable)
                self.ledger.counted[made["id"]] = (job, who.member_id, minutes, billable)
            case _ if self.ledger.counted:
                await self.change(what, sorted(self.ledger.counted)[number % len(self.ledger.counted)], amount)

    async def said(self, who: Client, mutation: str, **given: object) -> Json:
        """What a mutation answers."""
        found: Json = await who.do(mutation, "timeEntry { id }", **given)
        return found

    async def change(self, what: str, entry_id: str, amount: int) -> None:
        """An entry is corrected or deleted, by the owner, who may."""
        job, member, _, billable = self.ledger.counted.pop(entry_id)
        if what == "delete":
            await self.people[0].do("deleteTimeEntry", timeEntryId=entry_id)
            return
        minutes = amount % 1_440 + 1
        given = {"timeEntryId": entry_id, "minutes": minutes, "billable": not billable}
        await self.said(self.people[0], "updateTimeEntry", **given)
        self.ledger.counted[entry_id] = (job, member, minutes, not billable)

    def end(self, who: Client) -> None:
        """The member's timer runs no more."""
        if who.member_id in self.ledger.running:
            entry_id, job, begun = self.ledger.running.pop(who.member_id)
            minutes = Fraction(int((self.passed - begun).total_seconds()), 60)
            counted = max(1, floor(minutes + Fraction(1, 2)))
            self.ledger.counted[entry_id] = (job, who.member_id, counted, True)

    async def hold(self) -> None:
        """Every sum, however it is asked for, is that of the ledger."""
        for job in self.jobs:
            own = [one for one in self.ledger.counted.values() if one[0] == job]
            found = await spent(self.people[0], job)
            listed = found["timeEntries"]
            total, billable = sum(one[2] for one in own), sum(one[2] for one in own if one[3])
            assert found["timeSpentMinutes"] == listed["totalMinutes"] == total
            assert listed["billableMinutes"] == billable
            assert sum(one["minutes"] or 0 for one in listed["nodes"]) == total
            assert {one["member"]["id"]: (one["minutes"], one["billableMinutes"]) for one in found["timeByMember"]} == {
                member: tuple(sum(one[2] for one in own if one[1] == member and (one[3] or not n)) for n in (0, 1))
                for member in {one[1] for one in own}
            }
        document = "query ($of: TimeEntryFilter) { timeEntries(filter: $of) { totalMinutes billableMinutes } }"
        both = [sum(one[2] for one in self.ledger.counted.values() if one[3] or not n) for n in (0, 1)]
        found = (await self.people[0].query(document, of={"jobIds": self.jobs}))["timeEntries"]
        assert list(found.values()) == both


@pytest.fixture
async def loop() -> asyncio.AbstractEventLoop:
    """The loop of all fixtures: what is drawn is done in it."""
    return asyncio.get_running_loop()


@pytest.fixture
async def clerk(api: Api, shop: Shop) -> Clerk:
    """Two people and two jobs."""
    works, ann = Works.open(api, shop), await colleague(api, shop)
    return Clerk(works, [works.timed(shop.owner), works.timed(ann)])


def test_every_sum_is_that_of_its_entries(clerk: Clerk, loop: asyncio.AbstractEventLoop) -> None:
    """JB3: of a job, of a member, of a list, and of what of each is billable."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(DEEDS)
    def live(deeds: list[Deed]) -> None:
        async def do() -> None:
            await clerk.begin()
            for deed in deeds:
                await clerk.do(deed)
            await clerk.hold()

        loop.run_until_complete(do())

    live()
