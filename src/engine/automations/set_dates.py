"""SET_DATES: when the job is to be begun and done, counted from the entry."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.enums import ErrorCode
from engine.errors import invalid
from engine.job import job_edits
from engine.time.calendar import of_firm, today
from engine.time.duration import Duration
from engine.work import Work


@dataclass(frozen=True, slots=True)
class SetDates:
    """Which dates, and when they are."""

    start_after: Duration | None = setting.span("The start date, counted from the entry; keep it where there is none.")
    due_after: Duration | None = setting.span("The due date, counted from the entry; keep it where there is none.")
    clear_start: bool = setting.flag("Whether to take the start date away.", default=False)
    clear_due: bool = setting.flag("Whether to take the due date away.", default=False)


async def check(work: Work, config: SetDates) -> None:
    """Refuses what sets nothing, what sets and clears the same date, and dates in the wrong order."""
    if (config.start_after and config.clear_start) or (config.due_after and config.clear_due):
        raise invalid(ErrorCode.INVALID, "A date is either set or taken away.", "config", "set_dates")
    if config.start_after and config.due_after and config.start_after.exceeds(config.due_after):
        message = "The due date is before the start date."
        raise invalid(ErrorCode.DATES_REVERSED, message, "config", "set_dates", "due_after")
    if config == SetDates():
        raise invalid(ErrorCode.REQUIRED, "Say which date is to be set or taken away.", "config", "set_dates")


async def run(batch: Batch[SetDates]) -> None:
    """The same dates for every job; a job whose due date would come before its start date is refused."""
    config, work = batch.config, batch.work
    calendar = await of_firm(work.db, work.firm_id)
    values: dict[str, Any] = {}
    for name, span, clear in (
        ("start_date", config.start_after, config.clear_start),
        ("due_date", config.due_after, config.clear_due),
    ):
        if span is not None or clear:
            day: date | None = today(calendar.time_zone, span.after(work.now, calendar)) if span else None
            values[name] = day
    await job_edits.edit(work, dict.fromkeys(batch.job_ids, values))


KIND = Kind("SET_DATES", "Sets the job's dates.", SetDates, run, check=check)
