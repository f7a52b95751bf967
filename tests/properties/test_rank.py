"""Order keys: between any two there is always a third, and nothing else has to move (MV9)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.pipeline import rank

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SEEDS = st.integers(0, 2**32)
KEYS = st.builds(
    lambda head, tail: head + tail.rstrip("0"),
    st.text(DIGITS, min_size=8, max_size=8),
    st.text(DIGITS, max_size=12),
)
quickly = settings(deadline=None, max_examples=200, database=None)


@contextmanager
def drawn_from(seed: int) -> Iterator[Random]:
    """Order keys that come again with the same seed."""
    random = Random(seed)  # noqa: S311  # places, not secrets
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rank, "_random", random)
        yield random


def is_key(key: str) -> bool:
    """Eight digits or more; beyond the eighth none that says nothing."""
    return len(key) >= 8 and set(key) <= set(DIGITS) and (len(key) == 8 or key[-1] != "0")


@given(SEEDS, KEYS, KEYS)
@quickly
def test_a_key_lies_strictly_between_its_neighbours(seed: int, one: str, other: str) -> None:
    """MV9: bytewise, as PostgreSQL with COLLATE "C" and clients compare them."""
    low, high = sorted((one, other))
    with drawn_from(seed):
        if low == high:
            with pytest.raises(ValueError, match="is not below"):
                rank.between(low, high)
            return
        key = rank.between(low, high)
    assert low.encode() < key.encode() < high.encode()
    assert is_key(key)


@given(SEEDS, KEYS)
@quickly
def test_the_ends_are_open(seed: int, key: str) -> None:
    """MV9: above and below every key there is another, but for the least of all, which is never drawn."""
    with drawn_from(seed):
        assert is_key(below := rank.between(key, None))
        assert key < below
        if key != "0" * 8:
            assert is_key(above := rank.between(None, key))
            assert above < key
        assert is_key(first := rank.between(None, None))
        assert first != "0" * 8


def test_there_is_room_beyond_the_last_and_the_first_short_key() -> None:
    """MV9: an end that is used up only makes keys longer."""
    low, high = "z" * 8, "0" * 7 + "1"
    for _ in range(50):
        below, above = rank.between(low, None), rank.between(None, high)
        assert low < below
        assert above < high
        low, high = below, above
    assert len(low) <= 30
    assert len(high) <= 30


@given(SEEDS, st.integers(1, 300))
@settings(deadline=None, max_examples=30, database=None)
def test_random_insertion_keeps_the_order_in_which_things_were_put(seed: int, count: int) -> None:
    """MV9: sorting by key gives the list as it was arranged; all keys differ; no other key was rewritten."""
    keys: list[str] = []
    with drawn_from(seed) as random:
        for _ in range(count):
            place = random.randrange(len(keys) + 1)
            low = keys[place - 1] if place else None
            high = keys[place] if place < len(keys) else None
            keys.insert(place, rank.between(low, high))
    assert keys == sorted(set(keys))
    assert all(is_key(key) for key in keys)
    assert max(len(key) for key in keys) <= 12


@given(SEEDS, st.none() | KEYS, st.none() | KEYS, st.integers(0, 300))
@settings(deadline=None, max_examples=60, database=None)
def test_many_keys_at_once_fit_into_any_gap_in_order(seed: int, one: str | None, other: str | None, count: int) -> None:
    """MV9, PL3: the jobs of a deleted stage keep their order below those of the target."""
    low, high = one, other
    if one is not None and other is not None:
        low, high = sorted((one, other))
        if low == high:
            high = None
    if low is None and high == "0" * 8:
        high = None
    with drawn_from(seed):
        keys = rank.spread(low, high, count)
    assert len(keys) == count
    assert keys == sorted(set(keys))
    assert all(low is None or low < key for key in keys)
    assert all(high is None or key < high for key in keys)
    assert all(is_key(key) for key in keys)


@pytest.mark.parametrize("end", ["top", "bottom"])
def test_ten_thousand_insertions_at_an_end_keep_keys_short(end: str) -> None:
    """MV9: new jobs come on top, and recurrences at the bottom, for years."""
    key: str | None = None
    lengths = set()
    for _ in range(10_000):
        after = rank.between(None, key) if end == "top" else rank.between(key, None)
        assert key is None or (after < key) == (end == "top")
        lengths.add(len(after))
        key = after
    assert lengths <= {8, 9, 10}


@pytest.mark.parametrize("side", ["above", "below"])
def test_insertions_at_one_place_grow_keys_by_less_than_a_digit_in_four(side: str) -> None:
    """MV9: the price of never rewriting another job, when each comes right beside the same one."""
    low = rank.between(None, None)
    high = rank.between(low, None)
    for _ in range(2_000):
        key = rank.between(low, high)
        low, high = (key, high) if side == "above" else (low, key)
    assert len(key) < 8 + 2_000 / 4


def test_two_who_draw_at_the_same_place_rarely_draw_the_same() -> None:
    """MV9: the database refuses the second, which then draws again; that must be the exception."""
    low, high = "H" * 8, "H" * 7 + "I"
    drawn = {rank.between(low, high) for _ in range(100)}
    assert len(drawn) > 90


@given(SEEDS)
@settings(deadline=None, max_examples=20, database=None)
def test_a_key_finds_its_place_by_bisection(seed: int) -> None:
    """MV9: text order is key order, so that an index on (stage, rank) is the column."""
    with drawn_from(seed):
        keys = rank.spread(None, None, 50)
        for place in (0, 1, 25, 49):
            key = rank.between(keys[place - 1] if place else None, keys[place])
            assert bisect_left(keys, key) == place
