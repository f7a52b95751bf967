"""Whatever happens to recurrences, and whenever the worker is there: just what should be is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.recurrence.kit import Recurring

START: Final = date(2030, 6, 3)
DAY: Final = timedelta(days=1)

DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 9)),
        st.tuples(st.just("work"), st.just(0)),
        st.tuples(st.just("pause"), st.just(0)),
        st.tuples(st.just("resume"), st.integers(0, 1)),
        st.tuples(st.just("skip"), st.just(0)),
    ),
    min_size=3,
    max_size=12,
)


@dataclass
class Model:
    """What should become of each day, every third from the start on: made, skipped, or nothing."""

    policy: str
    ahead: int
    today: date = START
    since: date = START
    paused: bool = False
    fate: dict[date, str] = field(default_factory=dict)
    """Of the days that are decided. What is queued is made as soon as the worker is there."""

    def days(self) -> list[date]:
        """Those that are not decided, and not before anything that is."""
        last = max(self.fate, default=date.min)
        some = (START + 3 * n * DAY for n in range(60))
        return [day for day in some if day > last and day >= self.since]

    def settle(self) -> None:
        """Decides all that is due today."""
        due = [day for day in self.days() if day - self.ahead * DAY <= self.today]
        on_time = [day for day in due if day >= self.today]
        wanted = {"ALL": due, "LATEST": on_time or due[-1:], "SKIP": on_time}[self.policy]
        self.fate |= {day: "QUEUED" if day in wanted else "SKIPPED" for day in due}

    def do(self, deed: str, number: int) -> None:
        """What each deed does."""
        match deed:
            case "wait":
                self.today += number * DAY
            case "work" if not self.paused:
                self.settle()
                self.fate = {day: "DONE" if fate == "QUEUED" else fate for day, fate in self.fate.items()}
            case "pause" if not self.paused:
                self.settle()
                self.paused = True
            case "resume" if self.paused and not (number and self.policy == "SKIP"):
                self.since = self.since if number else max(self.since, self.today)
                self.paused = False
                self.settle()
            case "skip" if not self.paused:
                self.settle()
                self.fate[self.days()[0]] = "SKIPPED"


async def act(works: Recurring, recurrence: str, deed: str, number: int) -> None:
    """The same in the firm."""
    match deed:
        case "wait":
            works.now += number * DAY
        case "work":
            await works.work()
        case "skip":
            preview = await works.dates(200, recurrenceId=recurrence)
            now = works.now.date()
            ahead = (await works.recurrence(recurrence))["createAheadDays"]
            later = next(day for day in preview if date.fromisoformat(day) - ahead * DAY > now)
            await works.owner.payload("skipNextOccurrence", recurrenceId=recurrence, occurrence=later)
        case "resume":
            await works.owner.payload("resumeRecurrence", recurrenceId=recurrence, makeUp=bool(number))
        case _:
            await works.owner.do(f"{deed}Recurrence", recurrenceId=recurrence)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(policy=st.sampled_from(("ALL", "LATEST", "SKIP")), ahead=st.sampled_from((0, 0, 4)), deeds=DEEDS)
async def test_what_is_made_is_what_a_plain_reckoning_says(
    works: Recurring, policy: str, ahead: int, deeds: list[tuple[str, int]]
) -> None:
    """RC2 to RC4: after outages, pauses, resuming with and without making up, and skipping, in any order."""
    works.now = datetime.combine(START, time(9), UTC)
    recurrence = await works.recur("FREQ=DAILY;INTERVAL=3", catchUp=policy, createAheadDays=ahead)
    model = Model(policy, ahead)
    model.settle()
    for deed, number in deeds:
        await act(works, recurrence, deed, number)
        model.do(deed, number)
    found = {date.fromisoformat(day): state for day, state, _ in await works.course(recurrence)}
    assert found == model.fate
    document = "query ($id: ID!) { node(id: $id) { ... on Recurrence { runs(first: 200) { nodes { made state } } } } }"
    runs = (await works.owner.query(document, id=recurrence))["node"]["runs"]["nodes"]
    assert {run["made"] for run in runs if run["state"] == "DONE"} <= {1}
