"""Order keys (MV9): texts compared bytewise, such that between any two there is always a third.

A key is a number in base 62: eight digits, then as many more as it took to fit between its neighbours. Keys are drawn
at random from the middle of the gap, so that two writers at the same place rarely draw the same one (the database
refuses the second, which then draws again), and at the open ends close to the neighbour, so that they stay short.
"""

from bisect import bisect_left
from random import SystemRandom
from typing import Final

LONGEST: Final = 2_000  # digits that a database index can hold with ease

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_BASE: Final = len(_DIGITS)
_WIDTH: Final = 8  # digits that every key has
_ROOM: Final = 4_000  # keys that a gap must offer
_REACH: Final = 1 << 20  # how far from its neighbour a key at an open end may be
_MIDDLE: Final = _BASE**_WIDTH // 2
_random: Final = SystemRandom()


def between(low: str | None, high: str | None) -> str:
    """A key above ``low`` and below ``high``; None is an open end. Raises ValueError unless low < high."""
    if low is not None and high is not None and low >= high:
        raise ValueError(f"{low!r} is not below {high!r}")
    # The narrowest width that leaves room; the widest one always does. (One by one would take a second for long keys.)
    widths = range(_WIDTH, max(_WIDTH, len(low or ""), len(high or "")) + 4)
    width = widths[bisect_left(widths, True, key=lambda width: _gap(low, high, width) > _ROOM)]
    floor, ceiling = _bounds(low, high, width)
    quarter = (ceiling - floor) // 4
    return _text(floor + quarter + _random.randrange(2 * quarter), width)


def spread(low: str | None, high: str | None, count: int) -> list[str]:
    """``count`` keys in order, above ``low`` and below ``high``."""
    if not count:
        return []
    half = count // 2
    middle = between(low, high)
    return [*spread(low, middle, half), middle, *spread(middle, high, count - half - 1)]


def _gap(low: str | None, high: str | None, width: int) -> int:
    floor, ceiling = _bounds(low, high, width)
    return ceiling - floor


def _bounds(low: str | None, high: str | None, width: int) -> tuple[int, int]:
    if low is None and high is None:
        return _MIDDLE - _REACH, _MIDDLE + _REACH
    scale = _BASE ** (width - _WIDTH)
    floor = _number(low, width) if low is not None else 0
    ceiling = _number(high, width) if high is not None else _BASE**_WIDTH * scale
    if low is None:
        floor = max(floor, ceiling - _REACH * scale)
    if high is None:
        ceiling = min(ceiling, floor + _REACH * scale)
    return floor, ceiling


def _number(key: str, width: int) -> int:
    """The key's first ``width`` digits as a number."""
    value = 0
    for digit in key[:width].ljust(width, _DIGITS[0]):
        value = value * _BASE + _VALUE[digit]
    return value


def _text(value: int, width: int) -> str:
    digits = []
    for _ in range(width):
        value, digit = divmod(value, _BASE)
        digits.append(_DIGITS[digit])
    key = "".join(reversed(digits))
    return key[:_WIDTH] + key[_WIDTH:].rstrip(_DIGITS[0])
