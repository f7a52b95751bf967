"""Quiet hours, and days that are counted by the clock on somebody's wall (RM1)."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)


def open_at(moment: datetime, zone: ZoneInfo | str, quiet_from: time, quiet_until: time) -> datetime:
    """The first instant, from a moment on, at which the clocks of a zone show no quiet hour, in UTC.

    The hours begin with the first time and end before the second, on the next day where that is earlier; there are none
    where both are the same. They end with the gap where the clocks leave their end out. What the clocks show twice is
    looked at twice. Raises ZoneInfoNotFoundError.
    """
    zone = _zone(zone)
    at = moment.astimezone(UTC)
    while _is_quiet(shown := at.astimezone(zone).time(), quiet_from, quiet_until):
        at = _first_change(zone, at, at + _until(shown, quiet_until))
    return at


def days_later(moment: datetime, days: int, zone: ZoneInfo | str) -> datetime:
    """When the clocks of a zone show the same time so many days later (at least one), or already a later one, in UTC.

    So it is the end of the gap where they leave that time out, and the first where it comes twice. Raises
    ZoneInfoNotFoundError.
    """
    zone = _zone(zone)
    shown = moment.astimezone(zone).replace(tzinfo=None) + days * _DAY
    at, before = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return _first_change(zone, before, at) if before < at else at  # of a time in a gap, fold 1 is the earlier instant


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)


def _is_quiet(shown: time, quiet_from: time, quiet_until: time) -> bool:
    if quiet_from <= quiet_until:
        return quiet_from <= shown < quiet_until
    return shown >= quiet_from or shown < quiet_until


def _until(shown: time, end: time) -> timedelta:
    """How long it is until clocks that are not changed show the end."""
    return (datetime.combine(date.min, end) - datetime.combine(date.min, shown)) % _DAY


def _first_change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """The instant up to the end, both in UTC, at which the clocks of a zone are changed; the end where they are not.

    Nowhere were they changed twice within three days, since 1970. They are changed at whole seconds.
    """
    start_second = start.replace(microsecond=0)
    before = start_second.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == before:
        return end
    seconds = range(int((end - start_second).total_seconds()) + 1)
    later = bisect_left(
        seconds, True, key=lambda n: (start_second + timedelta(seconds=n)).astimezone(zone).utcoffset() != before
    )
    return start_second + timedelta(seconds=later)
