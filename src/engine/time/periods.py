"""Days, weeks, months, quarters and years around a day, in words: what shortcodes for dates stand for (AU8)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SHIFTS: Final = {"LAST": -1, "CURRENT": 0, "NEXT": 1}
UNITS: Final[Mapping[str, str]] = {
    "DAY": "The day of the month: 15.",
    "FULL_DATE": "The day, in full: 15 March 2026.",
    "WEEK": "The number of the week, as ISO 8601 counts them: 11.",
    "WEEK_YEAR": "The year that this week belongs to: 2026.",
    "MONTH_NUMBER": "The number of the month: 3.",
    "MONTH_NAME": "The name of the month: March.",
    "MONTH_YEAR": "The year of this month: 2026.",
    "QUARTER": "The quarter: Q1.",
    "QUARTER_YEAR": "The year of this quarter: 2026.",
    "YEAR": "The year: 2026.",
}


def full_date(day: date) -> str:
    """A day in words that read the same everywhere: 15 March 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def around(day: date) -> dict[str, str]:
    """Every unit of the day, the one before it and the one after it, e.g. under LAST_MONTH_NAME."""
    return {f"{word}_{unit}": text for word, shift in SHIFTS.items() for unit, text in _shifted(day, shift).items()}


def _shifted(day: date, shift: int) -> dict[str, str]:
    that_day = day + timedelta(days=shift)
    week = (day + timedelta(weeks=shift)).isocalendar()
    month_year, month = divmod(day.year * 12 + day.month - 1 + shift, 12)
    quarter_year, quarter = divmod(day.year * 4 + (day.month - 1) // 3 + shift, 4)
    return {
        "DAY": str(that_day.day),
        "FULL_DATE": full_date(that_day),
        "WEEK": str(week.week),
        "WEEK_YEAR": str(week.year),
        "MONTH_NUMBER": str(month + 1),
        "MONTH_NAME": MONTHS[month],
        "MONTH_YEAR": str(month_year),
        "QUARTER": f"Q{quarter + 1}",
        "QUARTER_YEAR": str(quarter_year),
        "YEAR": str(day.year + shift),
    }
