"""Shortcodes: checked when a text is saved, resolved once, escaped in HTML (AU8)."""

from __future__ import annotations

import html
from datetime import date, timedelta
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.checks import Checks
from engine.enums import ErrorCode
from engine.mail import shortcodes
from engine.time import periods
from tests.docs.pages import ROOT, Page

FIELDS = {"Region": "field_1", "R&D credit": "field_2"}
VALUES = {
    "ACCOUNT_NAME": "Miller & Sons <Ltd>",
    "JOB_NAME": "[ACCOUNT_NAME]",
    "ACCOUNT_CUSTOM_FIELD:R&D credit": "Yes",
    "CONTACT_NAME": "",
}
WORDS = st.sampled_from(["[", "]", "[[", "]]", ":", "_", "\n", "A", "AB", "&amp;", "<b>", *VALUES, *FIELDS, "é", "\0"])
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=40).map("".join))
quickly = settings(deadline=None, max_examples=500, database=None)


@pytest.mark.parametrize(
    ("text", "plain", "in_html"),
    [
        ("Dear [ACCOUNT_NAME]!", "Dear Miller & Sons <Ltd>!", "Dear Miller &amp; Sons &lt;Ltd&gt;!"),
        ("[JOB_NAME] [JOB_NAME]", "[ACCOUNT_NAME] [ACCOUNT_NAME]", "[ACCOUNT_NAME] [ACCOUNT_NAME]"),
        ("[[ACCOUNT_NAME]]", "[ACCOUNT_NAME]", "[ACCOUNT_NAME]"),
        ("[[DRAFT]] [ACCOUNT_CUSTOM_FIELD:R&amp;D credit]", "[DRAFT] Yes", "[DRAFT] Yes"),
        ("To [CONTACT_NAME].", "To .", "To ."),
        ("[GONE] [account_name] [ACCOUNT NAME] [X] [1] []", *["[GONE] [account_name] [ACCOUNT NAME] [X] [1] []"] * 2),
        ("[[ACCOUNT_NAME]", "[Miller & Sons <Ltd>", "[Miller &amp; Sons &lt;Ltd&gt;"),
    ],
)
def test_a_shortcode_is_replaced_once(text: str, plain: str, in_html: str) -> None:
    """AU8: a value is never looked through again, and is escaped in HTML; double brackets keep a word as it is."""
    assert shortcodes.resolve(text, VALUES) == plain
    assert shortcodes.resolve(text, VALUES, html=True) == in_html


@given(TEXTS)
@quickly
def test_no_text_is_too_much_for_shortcodes(text: str) -> None:
    """AU8: whatever is written, what is no shortcode stays as it is, and no value brings markup into HTML."""
    codes = shortcodes.codes(text)
    blank = dict.fromkeys(codes, "")
    assert len(shortcodes.resolve(text, blank)) <= len(text)
    if "[[" not in text:
        assert shortcodes.resolve(text, {}) == text
        assert codes or shortcodes.resolve(text, VALUES) == text
    marked = dict.fromkeys(codes, "<&>\"'")
    assert shortcodes.resolve(text, marked, html=True).count("<") <= text.count("<")  # a code may hold one
    checks = Checks()
    assert shortcodes.check(text, checks, "text", fields=FIELDS) <= set(FIELDS.values())
    known = {*shortcodes.OF_JOBS, *(f"{shortcodes.FIELD}:{name}" for name in FIELDS)} - {shortcodes.FIELD}
    assert [problem.code for problem in checks.problems] == [ErrorCode.UNKNOWN_SHORTCODE] * (not codes <= known)


@pytest.mark.parametrize("part", ["[", "[[", "[A", "[AB", "[AB:", "[AB:x", "]", "A_", "[JOB_NAME]", "[AB]", "&am"])
@pytest.mark.parametrize("start", ["", "[", "[AB", "[[AB:"])
def test_resolving_takes_time_in_line_with_the_text(start: str, part: str) -> None:
    """AU8: ten times the text takes about ten times as long, not a hundred times."""

    def seconds(times: int) -> float:
        text, begun = start + part * times, process_time()
        for _ in range(3):
            shortcodes.resolve(text, VALUES, html=True)
            shortcodes.codes(text)
        return process_time() - begun

    assert seconds(50_000) < 40 * max(seconds(5_000), 0.002)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[ACCOUNT_NAMES]",
            "There is no shortcode [ACCOUNT_NAMES]: write [ACCOUNT_NAME], or [[ACCOUNT_NAMES]] to show it as it is.",
        ),
        (
            "[CURENT_YEAR]",
            "There is no shortcode [CURENT_YEAR]: write [CURRENT_YEAR], or [[CURENT_YEAR]] to show it as it is.",
        ),
        ("[ZZ]", "There is no shortcode [ZZ]: write [[ZZ]] to show it as it is."),
        ("[JOB_NAME]", "[JOB_NAME] stands for nothing here."),
    ],
)
def test_an_unknown_shortcode_is_refused_with_what_was_meant(text: str, message: str) -> None:
    """AU8: when the text is saved, one problem for it, by name."""
    checks = Checks()
    shortcodes.check(f"Hi {text} {text}", checks, "text", fields=FIELDS, allowed=shortcodes.OF_ACCOUNTS)
    assert [(one.code, one.message, one.path) for one in checks.problems] == [
        (ErrorCode.UNKNOWN_SHORTCODE, message, ("text",))
    ]


def test_a_custom_field_is_named_as_it_is_written() -> None:
    """AU8: another case is another name, and is suggested."""
    checks = Checks()
    shortcodes.check("[ACCOUNT_CUSTOM_FIELD:region]", checks, "text", fields=FIELDS)
    [problem] = checks.problems
    assert "write [ACCOUNT_CUSTOM_FIELD:Region], or" in problem.message


def test_a_text_answers_the_custom_fields_that_it_names() -> None:
    """AU8, PL4: so that they are kept from being deleted."""
    checks = Checks()
    text = (
        "[ACCOUNT_CUSTOM_FIELD:Region] [ACCOUNT_CUSTOM_FIELD:R&amp;D credit] [[ACCOUNT_CUSTOM_FIELD:Gone]] [NEXT_DAY]"
    )
    assert shortcodes.check(text, checks, "text", fields=FIELDS) == {"field_1", "field_2"}
    assert shortcodes.check(None, checks, "text", fields=FIELDS) == set()
    assert checks.problems == []


def test_every_suggestion_is_bounded() -> None:
    """AU8: a shortcode of ten thousand letters is refused in few words and little time."""
    checks, begun = Checks(), process_time()
    fields = {f"Field {n} {'x' * 180}": f"field_{n}" for n in range(200)}
    shortcodes.check(" ".join(f"[{'A' * 9_000}{n}]" for n in range(5)), checks, "text", fields=fields)
    [problem] = checks.problems
    assert len(problem.message) < 500
    assert process_time() - begun < 2


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (
            date(2026, 1, 1),
            {
                "CURRENT_DAY": "1",
                "LAST_DAY": "31",
                "LAST_FULL_DATE": "31 December 2025",
                "CURRENT_WEEK": "1",
                "LAST_WEEK": "52",
                "LAST_WEEK_YEAR": "2025",
                "LAST_MONTH_NUMBER": "12",
                "LAST_MONTH_NAME": "December",
                "LAST_MONTH_YEAR": "2025",
                "NEXT_MONTH_NAME": "February",
                "LAST_QUARTER": "Q4",
                "LAST_QUARTER_YEAR": "2025",
                "CURRENT_QUARTER": "Q1",
                "CURRENT_YEAR": "2026",
                "NEXT_YEAR": "2027",
            },
        ),
        (
            date(2024, 12, 31),
            {
                "NEXT_FULL_DATE": "1 January 2025",
                "CURRENT_WEEK": "1",
                "CURRENT_WEEK_YEAR": "2025",
                "NEXT_QUARTER": "Q1",
                "NEXT_QUARTER_YEAR": "2025",
                "NEXT_MONTH_NUMBER": "1",
                "NEXT_MONTH_YEAR": "2025",
                "LAST_YEAR": "2023",
            },
        ),
        (date(2024, 3, 31), {"LAST_MONTH_NAME": "February", "NEXT_MONTH_NAME": "April", "NEXT_QUARTER": "Q2"}),
    ],
)
def test_periods_are_those_around_the_day(day: date, expected: dict[str, str]) -> None:
    """AU8: at the ends of years and months, too."""
    found = periods.around(day)
    assert set(found) == shortcodes.PERIODS
    assert {code: found[code] for code in expected} == expected


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
@quickly
def test_what_comes_next_has_this_as_its_last(day: date) -> None:
    """AU8: LAST, CURRENT and NEXT of every unit are neighbours."""
    steps = {"DAY": timedelta(days=1), "FULL_DATE": timedelta(days=1), "WEEK": timedelta(weeks=1)}
    for unit, step in steps.items():
        for before, after in pairwise((day - step, day, day + step)):
            assert periods.around(before)[f"NEXT_{unit}"] == periods.around(after)[f"CURRENT_{unit}"]
            assert periods.around(after)[f"LAST_{unit}"] == periods.around(before)[f"CURRENT_{unit}"]
    first = day.replace(day=1)
    later = (first + timedelta(days=31)).replace(day=1)
    for unit in ("MONTH_NUMBER", "MONTH_NAME", "MONTH_YEAR"):
        assert periods.around(day)[f"NEXT_{unit}"] == periods.around(later)[f"CURRENT_{unit}"]
        assert periods.around(later)[f"LAST_{unit}"] == periods.around(day)[f"CURRENT_{unit}"]


def test_the_guide_explains_every_shortcode() -> None:
    """AU8: its tables are what the code does."""
    guide = Page(ROOT / "docs" / "guides" / "automations.md")
    told = {row[0].strip("`[]").partition(":")[0] for row in guide.rows("shortcode")}
    assert told == shortcodes.OF_JOBS - shortcodes.PERIODS
    found = periods.around(date(2026, 3, 15))
    units = [(unit.strip("`"), examples) for unit, *examples in guide.rows("unit")]
    shown = {unit: [found[f"{word}_{unit}"] for word in ("CURRENT", "LAST", "NEXT")] for unit in periods.UNITS}
    assert units == list(shown.items())


@pytest.mark.parametrize(
    ("name", "first"),
    [("Jane Doe", "Jane"), ("Doe, Jane Ann", "Jane"), ("Jane", "Jane"), ("Doe,", "Doe,"), ("", "")],
)
def test_the_first_name_of_a_contact(name: str, first: str) -> None:
    """AU8: the first word, or that after a comma."""
    assert shortcodes.of_contact(name) == {"CONTACT_NAME": name, "CONTACT_FIRST_NAME": first}


def test_a_line_stays_one_line() -> None:
    """AU8: names and subjects take values of several lines, and are cut to their length."""
    values = {"ACCOUNT_NAME": "Acme\r\nBcc: x", "JOB_NAME": "x" * 300}
    assert shortcodes.resolve_line(" For\n[ACCOUNT_NAME] ", values) == "For Acme Bcc: x"
    assert shortcodes.resolve_line("[JOB_NAME]", values) == "x" * 200
    assert html.unescape(shortcodes.resolve("[ACCOUNT_NAME]", values, html=True)) == values["ACCOUNT_NAME"]
