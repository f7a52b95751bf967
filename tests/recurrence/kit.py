"""A firm with recurrences, at the time that a test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.due import Runner
from tests.support.api import Api, Client, Json, Shop
from tests.support.works import MONDAY, Works

RUN = "id occurrence day state reason total made failed startedAt finishedAt"
OCCURRENCE = "date day shifted createsOn createsAt"
RECURRENCE = f"""id version name state rrule startDate endDate count createAheadDays businessDays catchUp pausedAt
    jobName description priority pipeline {{ id }} stage {{ id }} template {{ id }} assignees {{ id }} tags {{ id }}
    accounts {{ nodes {{ id }} totalCount }} next {{ {OCCURRENCE} }}
    runs(first: 200) {{ nodes {{ {RUN} }} }}"""
JOBS = """query ($pipeline: ID!) { jobs(filter: {pipelineIds: [$pipeline], states: [ACTIVE, COMPLETED, ARCHIVED]},
    first: 200) { totalCount nodes { id name description startDate dueDate priority occurrence account { id }
    stage { id } assignees { id } recurrence { id } } } }"""
PREVIEW = f"""query ($input: PreviewRecurrenceInput!, $first: Int!) {{
    previewRecurrence(input: $input, first: $first) {{
        occurrences {{ {OCCURRENCE} }} errors {{ __typename code path message }} }} }}"""


@dataclass
class Recurring(Works):
    """The works, with recurrences."""

    @classmethod
    def of(cls, api: Api, shop: Shop, now: datetime = MONDAY) -> Recurring:
        """The works in a shop, at a time."""
        works = cls.open(api, shop)
        assert isinstance(works, cls)
        works.now = now
        return works

    async def recur(self, rrule: str, start: date | str | None = None, **given: Any) -> str:
        """A new recurrence for the shop's account, from today unless said otherwise; answers its id."""
        made = await self.owner.do("createRecurrence", "recurrence { id }", **self.saying(rrule, start, **given))
        return str(made["id"])

    def saying(self, rrule: str, start: date | str | None = None, **given: Any) -> Json:
        """What a new recurrence is to be."""
        people = {} if {"accountIds", "tagIds"} & given.keys() else {"accountIds": [self.shop.account]}
        begins = str(start or self.now.date())
        common = {"name": "Books", "jobName": "Books", "pipelineId": self.shop.pipeline}
        return {**common, "rrule": rrule, "startDate": begins, **people, **given}

    async def recurrence(self, recurrence_id: str, client: Client | None = None) -> Json:
        """A recurrence as it is now."""
        document = f"query ($id: ID!) {{ recurrence(id: $id) {{ {RECURRENCE} }} }}"
        found: Json = (await (client or self.owner).query(document, id=recurrence_id))["recurrence"]
        return found

    async def course(self, recurrence_id: str) -> list[tuple[str, str, int]]:
        """The occurrences that have come, first first: their dates, what became of them, how many jobs were made."""
        runs = (await self.recurrence(recurrence_id))["runs"]["nodes"]
        return [(run["occurrence"], run["state"], run["made"]) for run in reversed(runs)]

    async def made(self) -> list[str]:
        """The dates of the occurrences of all jobs, in order."""
        return sorted(job["occurrence"] for job in await self.jobs())

    async def jobs(self) -> list[Json]:
        """All jobs of the pipeline."""
        found: list[Json] = (await self.owner.query(JOBS, pipeline=self.shop.pipeline))["jobs"]["nodes"]
        return found

    def runner(self) -> Runner:
        """A worker of the firm's time."""
        return Runner(self.database, lambda topic: None, clock=self.clock)

    async def at(self, moment: datetime) -> None:
        """The worker does what is due at a moment."""
        self.now = moment
        await self.work()

    async def preview(self, first: int = 10, /, **given: Any) -> Json:
        """What would come."""
        found: Json = (await self.owner.query(PREVIEW, input=given, first=first))["previewRecurrence"]
        return found

    async def dates(self, first: int = 10, /, **given: Any) -> list[str]:
        """The dates by the rule that would come."""
        found = await self.preview(first, **given)
        assert found["errors"] == []
        return [one["date"] for one in found["occurrences"]]

    async def accounts(self, number: int, tags: Sequence[str] = ()) -> list[str]:
        """New accounts with tags."""
        made = [
            await self.owner.do("createAccount", "account { id }", name=f"Client {n}", tagIds=list(tags))
            for n in range(number)
        ]
        return [account["id"] for account in made]

    async def tag(self, name: str) -> str:
        """A new tag."""
        return str((await self.owner.do("createTag", "tag { id }", name=name))["id"])
