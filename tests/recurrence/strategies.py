"""Rules of every sort, as parts by their names."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.recurrence.oracle import NAMES, Parts


def numbers(low: int, high: int, most: int = 3) -> st.SearchStrategy[str]:
    """A list of numbers, of which 0 is none."""
    one = st.integers(low, high).filter(bool)
    return st.lists(one, min_size=1, max_size=most, unique=True).map(lambda some: ",".join(map(str, some)))


def weekdays(nth: int = 0) -> st.SearchStrategy[str]:
    """Days of the week, with a number before them up to one."""
    number = st.integers(-nth, nth).map(lambda n: str(n) if n else "")
    one = st.tuples(number, st.sampled_from(NAMES)).map("".join)
    return st.lists(one, min_size=1, max_size=4, unique=True).map(",".join)


MONTHS = numbers(1, 12)
MONTH_DAYS = st.one_of(numbers(28, 31, 4), numbers(-28, 31, 4))
YEAR_DAYS = st.one_of(numbers(364, 366), numbers(-365, 366))
WEEKS = st.one_of(numbers(52, 53), numbers(-53, 53))


@st.composite
def rules(draw: st.DrawFn) -> Parts:
    """A rule that RFC 5545 allows."""
    frequency = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY", "YEARLY")))
    parts = {"FREQ": frequency}
    by: dict[str, st.SearchStrategy[str]] = {"BYMONTH": MONTHS}
    if frequency != "WEEKLY":
        by["BYMONTHDAY"] = MONTH_DAYS
    if frequency == "YEARLY":
        by |= {"BYYEARDAY": YEAR_DAYS, "BYWEEKNO": WEEKS}
    chosen = draw(st.lists(st.sampled_from([*by, "BYDAY"]), max_size=3, unique=True))
    parts |= {name: draw(by[name]) for name in chosen if name in by}
    if "BYDAY" in chosen:
        nth = {"MONTHLY": 5, "YEARLY": 5 if "BYMONTH" in parts else 53}.get(frequency, 0)
        parts["BYDAY"] = draw(weekdays(0 if "BYWEEKNO" in parts else nth))
    if len(parts) > 1 and draw(st.booleans()):
        parts["BYSETPOS"] = draw(numbers(-5, 5))
    if draw(st.booleans()):
        parts["INTERVAL"] = str(draw(st.integers(1, 12)))
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(NAMES))
    return parts


DAYS = st.one_of(
    st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    st.builds(date, st.integers(2000, 2040), st.sampled_from((1, 3, 5, 7, 8, 10, 12)), st.sampled_from((29, 30, 31))),
    st.sampled_from((date(2000, 2, 29), date(2024, 2, 29), date(2096, 2, 29))),
)
"""Days on which something may begin, month ends and leap days more often than others."""


def undisputed(parts: Parts) -> Parts:
    """A rule without what the library dateutil reads in another way than RFC 5545, and without days that may lack."""
    left = dict(parts)
    for name, most in (("BYMONTHDAY", 28), ("BYYEARDAY", 365)):
        if name in left:
            left[name] = ",".join({str(min(int(one), most)): "" for one in left[name].split(",")})
    if "BYDAY" in left and len({len(one) > 2 for one in left["BYDAY"].split(",")}) > 1:
        left["BYDAY"] = left["BYDAY"].split(",", 1)[0]  # it takes 1MO,FR for no day
    if "BYWEEKNO" in left:  # whose days in another year it counts to this one, all seven unless it is told
        left = {name: value for name, value in left.items() if name not in ("INTERVAL", "BYSETPOS")} | {"BYDAY": "TU"}
    if left["FREQ"] == "WEEKLY":  # the first of which begins with the start for it
        left.pop("BYSETPOS", None)
    return left
