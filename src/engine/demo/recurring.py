"""What the demo firm does again and again: it makes its first jobs in months to come."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from engine.demo.ids import known
from engine.demo.pipelines import BOOKS, TAX
from engine.demo.telling import Telling
from engine.enums import BusinessDays
from engine.recurrence import recurrences
from engine.time.calendar import today


@dataclass(frozen=True, slots=True)
class Recurring:
    """A pipeline through which clients with a tag go, on the days of a rule."""

    name: str
    pipeline: str
    tag: str
    rule: str


RECURRING: Final = (
    Recurring("Books of each month", BOOKS, "S-Corp", "FREQ=MONTHLY;BYMONTHDAY=1"),
    Recurring("Returns of each year", TAX, "Individual", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1"),
)


async def plan(telling: Telling) -> None:
    """All of it, from the first of the next month on."""
    for one in RECURRING:
        given = recurrences.CreateRecurrence(
            one.name,
            known("pipeline", one.pipeline),
            one.rule,
            _next_month(today(telling.calendar.time_zone, telling.end)),
            tag_ids=(known("tag", one.tag),),
            business_days=BusinessDays.NEXT,
            id=known("recurrence", one.name),
        )
        await telling.do(recurrences.create_recurrence, given)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
