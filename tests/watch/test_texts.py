"""Names of other people on one's own terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from server.watch.texts import clean, counted, initials, listed, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Smith 1040", "Smith 1040"),
        ("Müller & Söhne", "Müller & Söhne"),
        ("株式会社リンデン", "株式会社リンデン"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("\x1b[31mred\x1b]0;title\x07", "�[31mred�]0;title�"),
        ("\x9b2J", "�2J"),
        ("two\r\nlines\tand\vmore", "two lines and more"),
        ("  much \xa0 \u2028 space  ", "much space"),
        ("abc\u202edcba\u2066x\u200f", "abcdcbax"),
        ("👨\u200d👩\u200d👧 family", "👨👩👧 family"),
        ("❤\ufe0f 👍🏽", "❤ 👍"),
        ("🇩🇪", "DE"),
        ("half \ud800 a pair", "half � a pair"),
    ],
)
def test_a_text_is_shown_and_not_obeyed(text: str, shown: str) -> None:
    """Nothing that controls a terminal, changes the order of writing, or has a width that terminals disagree on."""
    assert clean(text) == shown


@given(st.text())
def test_no_text_at_all_controls_the_terminal(text: str) -> None:
    """Whatever it is; and what is clean stays as it is."""
    shown = clean(text)
    assert {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} == set()
    assert clean(shown) == shown


@given(st.text().map(clean), st.integers(0, 30))
def test_a_text_is_cut_to_the_cells_there_are(text: str, cells: int) -> None:
    """Wide characters take two; what fits is not touched."""
    cut = shorten(text, cells)
    assert cell_len(cut) <= cells
    assert (cut == text) == (cell_len(text) <= cells)


def test_a_wide_character_is_not_cut_in_half() -> None:
    """The ellipsis stands where there is room for it."""
    assert shorten("日本語", 5) == "日本…"
    assert shorten("日本語", 4) == "日…"
    assert shorten("日本語", 1) == "…"
    assert shorten("日本語", 0) == ""


def test_people_have_initials() -> None:
    """Of the first and of the last word, as far as there are words."""
    assert [initials(name) for name in ("Olivia Linden", "Anna Maria de Souza", "cher", "王 伟", "- -", "")] == [
        "OL", "AS", "C", "王伟", "?", "?"
    ]  # fmt: skip


def test_long_lists_are_cut() -> None:
    """A sentence stays a sentence."""
    assert listed(["A", "B"]) == "A, B"
    assert listed(["A", "B", "C", "D"], most=2) == "A, B and 2 more"
    assert (counted(1, "job"), counted(2000, "job")) == ("1 job", "2,000 jobs")
