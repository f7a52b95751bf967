"""The firm's calendar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today(time_zone: str, now: datetime) -> date:
    """The date at a moment in a time zone. A job is overdue from the midnight after its due date on."""
    return now.astimezone(ZoneInfo(time_zone)).date()
