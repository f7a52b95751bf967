"""The screen as text: what stands where, at every size, whatever the names are."""

from __future__ import annotations

import io
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from server.watch.board import Json
from server.watch.columns import shares
from server.watch.screen import frame
from server.watch.stream import Connected, Happened, Lost
from server.watch.terminal import Picture
from server.watch.texts import clean
from server.watch.view import View
from tests.watch.kit import (
    ACTIVE,
    COMPLETED,
    EMIL,
    NOW,
    OLIVIA,
    ON_HOLD,
    board,
    event,
    job,
    live,
    removed,
    texts,
    upserted,
)

VIP: Json = {"id": "t", "name": "VIP", "color": "#ef4444"}


def shown(view: View, width: int, height: int | None = None, *, after: float = 0) -> list[str]:
    """The lines of the screen without the spaces at their ends."""
    return [line.rstrip() for line in texts(frame(view, NOW + timedelta(seconds=after), width, height))]


def tagged(given: Json, *tags: Json) -> Json:
    """A job whose account has these tags."""
    return given | {"account": {**given["account"], "tags": list(tags)}}


def test_a_card_shows_everything_where_there_is_room() -> None:
    """LV7: name, client, people, due date, priority, tags, and the status that is not the usual one."""
    full = tagged(job(1, priority="URGENT", dueDate="2026-12-04", status=ON_HOLD, assignees=[EMIL, OLIVIA]), VIP)
    assert shown(live(board(full)), 100) == [
        " Tax  1 job" + " " * 54 + "Linden & Partners   12:03   ● live",
        "",
        "Prepare" + " " * 24 + "1  Review" + " " * 25 + "0  Done" + " " * 27 + "0",
        "━" * 32 + "  " + "━" * 32 + "  " + "━" * 32,
        "▎Return 1" + " " * 25 + "no jobs" + " " * 27 + "no jobs",
        "▎Smith                    EK OL",
        "▎due 4 Dec               urgent",
        "▎‖ On hold ● VIP",
    ]


@pytest.mark.parametrize(
    ("given", "roomy", "dense"),
    [
        ({"dueDate": "2026-11-20"}, "due today", "today"),
        ({"dueDate": "2026-11-21"}, "due tomorrow", "tomorrow"),
        ({"dueDate": "2026-12-04"}, "due 4 Dec", "4 Dec"),
        ({"dueDate": "2027-01-04"}, "due 4 Jan 2027", "4 Jan 2027"),
        ({"dueDate": None}, "no due date", ""),
        ({"dueDate": "2026-11-19", "overdue": True}, "1 day late", "1d late"),
        ({"dueDate": "2026-11-01", "overdue": True}, "19 days late", "19d late"),
        ({"dueDate": "2026-11-20", "overdue": True}, "overdue", "overdue"),
        ({"dueDate": "2026-11-01", "status": COMPLETED}, "due 1 Nov", "✓ Completed"),
        ({"dueDate": "2026-11-01", "status": ON_HOLD}, "due 1 Nov", "‖ On hold"),
    ],
)
def test_due_dates_are_said_as_people_say_them(given: Json, roomy: str, dense: str) -> None:
    """By the day in the firm's time zone; what is overdue only the server knows. Dense cards say what matters more."""
    drawn = live(board(job(1, **given)))
    assert shown(drawn, 80)[6] == f"▎{roomy}"
    line = shown(drawn, 80, 8)[5]
    assert line.removeprefix("▎Smith").strip() == dense


def test_many_people_are_counted() -> None:
    """Three are named."""
    people = [{"id": f"member_{name}", "name": name} for name in ("Ann Bo", "Cy Do", "Ed Fo", "Gi Ho", "Iv Jo")]
    assert shown(live(board(job(1, assignees=people))), 80)[5].split() == ["▎Smith", "AB", "CD", "EF", "+2"]


def test_columns_say_how_much_is_late() -> None:
    """In words where there is room, and as the red part of the rule below."""
    drawn = live(board(*(job(number, overdue=number == 1, dueDate="2026-11-18") for number in (1, 2))))
    assert shown(drawn, 100)[2].startswith("Prepare" + " " * 17 + "2 1 late")
    assert shown(drawn, 58)[2].startswith("Prepare   2 1 late  ")
    assert (
        shown(live(board(job(1, stage="Collect documents", overdue=True), stages=["Collect documents"])), 20)[2]
        == "Collect docume… 1 1!"
    )
    rule = frame(drawn, NOW, 100, None)[3]
    assert [len(part.text) for part in rule[:2]] == [16, 16]
    assert rule[0].style != rule[1].style


def test_cards_are_drawn_dense_where_roomy_ones_do_not_fit_and_the_rest_is_counted() -> None:
    """First all of everything, then less of each, then fewer."""
    drawn = live(board(*(job(number, overdue=number > 8, dueDate="2026-11-18") for number in range(1, 11))))
    roomy, dense, cut = shown(drawn, 80, 47), shown(drawn, 80, 28), shown(drawn, 80, 14)
    assert sum("days late" in line for line in roomy) == 2
    assert sum("d late" in line for line in dense) == 2
    for number in range(1, 11):
        assert any(f"Return {number} " in f"{line} " for line in roomy)
        assert any(f"Return {number} " in f"{line} " for line in dense)
    assert cut[4:11] == [
        "▎Return 1                   no jobs                    no jobs",
        "▎Smith             18 Nov",
        "▎Return 2",
        "▎Smith             18 Nov",
        "▎Return 3",
        "▎Smith             18 Nov",
        "+7 more, 2 late",
    ]


def test_narrow_screens_put_columns_below_each_other() -> None:
    """No stage is lost; where not even their heads fit, they are named."""
    drawn = live(board(job(1), job(2, "Review"), job(3, "Done")))
    two = shown(drawn, 40)
    assert [line for line in two if "Prepare" in line or "Done" in line] == [
        "Prepare           1  Review            1",
        "Done" + " " * 35 + "1",
    ]
    one = shown(drawn, 20, 40)
    assert [line.split()[0] for line in one if line.endswith("1") and not line.startswith("▎")] == [
        "Prepare", "Review", "Done"
    ]  # fmt: skip
    assert "+2 stages: Review 1, Done 1" in shown(drawn, 30, 11)


def test_the_room_is_shared_fairly_among_bands() -> None:
    """Who needs little leaves the rest to the others."""
    assert shares([3, 50, 50], 23) == [3, 10, 10]
    assert shares([10, 3], 8) == [5, 3]
    assert shares([4, 4], 20) == [4, 4]


def test_long_and_wide_names_are_shortened() -> None:
    """Nothing runs into the next column; wide characters count as two cells."""
    long = job(1, name="Annual declaration of everything", account="日本語の会社の名前はとても長い")
    assert shown(live(board(long)), 58)[4:6] == [
        "▎Annual declara…" + " " * 4 + "no jobs" + " " * 13 + "no jobs",
        "▎日本語の会社の…",
    ]


def test_markup_and_escape_sequences_are_shown_as_text() -> None:
    """What a person has typed into a name cannot take over a screen."""
    nasty = job(
        1, name="[red]x[/red] :smile:", account="\x1b]0;evil\x07\x1b[2J", assignees=[{**EMIL, "name": "\x1b[31m"}]
    )
    drawn = live(board(nasty, name="\x9b2J[b]Tax"))
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=100)
    console.print(Picture(frame(drawn, NOW, 100, 20)), soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    written = console.file.getvalue()
    assert "[red]x[/red] :smile:" in written
    assert "�]0;evil��[2J" in written
    assert "�2J[b]Tax" in written
    assert "\x1b]" not in written
    assert "\x1b[2J" not in written
    assert "\x9b" not in written


def test_what_has_just_changed_stands_out_and_fades() -> None:
    """With a sign for those who see no colours."""
    before = live(board(job(1), job(2), job(3)))
    changes = [upserted(job(1, "Review", version=2)), upserted(job(2, version=2)), upserted(job(4, "Done"))]
    after = before.after(Happened(event(*changes)), NOW)
    lines = shown(after, 80)
    assert [word for word in lines[4].split() if word in {"»", "*", "+"}] == ["*", "»", "+"]
    grounds = [frame(after, NOW + timedelta(seconds=age), 80, None)[4][0].style for age in (0, 3, 6, 9)]
    assert len(set(grounds)) == 4
    assert frame(after, NOW + timedelta(seconds=9), 80, 20) == frame(after, NOW + timedelta(seconds=30), 80, 20)


def test_nothing_changes_on_a_quiet_screen_before_the_minute_does() -> None:
    """A frame that is the same is not drawn again."""
    drawn = live(board(job(1)))
    assert frame(drawn, NOW, 80, 24) == frame(drawn, NOW + timedelta(seconds=55), 80, 24)
    assert frame(drawn, NOW, 80, 24) != frame(drawn, NOW + timedelta(seconds=56), 80, 24)


def test_the_foot_says_who_did_what_last() -> None:
    """The newest first, as many as there is room for."""
    seen = live(board(job(1), job(2), job(3)))
    assert shown(seen, 80, 24)[-2:] == [" Waiting for the first change.", ""]
    seen = seen.after(Happened(event(upserted(job(1, "Review", version=2)))), NOW)
    seen = seen.after(Happened(event(removed(2), removed(3), actor=EMIL)), NOW)
    assert shown(seen, 80, 24)[-2:] == [
        " 12:03:03  Emil Krause  Return 2, Smith: deleted and 1 more change",
        " 12:03:03  Olivia Linden  Return 1, Smith: Prepare → Review",
    ]
    assert shown(seen, 80, 23)[-1] == " 12:03:03  Emil Krause  Return 2, Smith: deleted and 1 more change"


def test_the_head_says_how_fresh_the_board_is() -> None:
    """LV1: live, behind since when and until when, catching up."""
    seen = live(board(job(1)))
    assert shown(seen, 80)[0].endswith("12:03   ● live")
    lost = seen.after(Lost("connection refused", 3.2), NOW)
    assert shown(lost, 100)[0].endswith("○ behind for 0:00, next try in 4 s (connection refused)")
    assert shown(lost, 100, after=2)[0].endswith("○ behind for 0:02, next try in 2 s (connection refused)")
    assert shown(lost, 100, after=3725)[0].endswith("○ behind for 1:02:05, trying now (connection refused)")
    assert shown(lost, 30)[0].endswith("○ behind for 0:00")
    assert shown(lost.after(Connected(), NOW), 80)[0].endswith("◐ catching up")


def test_a_board_that_is_behind_is_dimmed() -> None:
    """Nobody takes it for the truth from across the room."""
    seen = live(board(job(1)))
    lost = seen.after(Lost("gone", 1), NOW)
    style = frame(lost, NOW, 80, None)[4][0].style
    assert style is not None
    assert style.dim
    assert frame(lost, NOW, 80, None)[0][0].style != frame(seen, NOW, 80, None)[0][0].style


def test_the_head_says_what_is_left_out() -> None:
    """A board under a filter is not taken for all of it."""
    assert shown(live(board(job(1)), only="mine, overdue"), 80)[0].startswith(" Tax  1 job  (mine, overdue)")


NAME = st.text(min_size=1, max_size=40)
JOBS = st.lists(
    st.builds(
        job,
        st.integers(1, 1000),
        st.sampled_from(["Prepare", "Review", "Done"]),
        NAME,
        name=NAME,
        priority=st.sampled_from(["LOW", "MEDIUM", "HIGH", "URGENT"]),
        overdue=st.booleans(),
        dueDate=st.sampled_from([None, "2026-11-20", "2026-11-21", "2026-01-01", "2031-01-01"]),
        status=st.sampled_from([ACTIVE, ON_HOLD, COMPLETED]),
        assignees=st.lists(st.builds(lambda name: {"id": "member_x", "name": name}, NAME), max_size=5),
    ),
    max_size=30,
)


@given(JOBS, NAME, st.integers(1, 140), st.integers(1, 60), st.booleans())
def test_every_line_has_the_width_of_the_screen(
    jobs: list[Json], name: str, width: int, height: int, behind: bool
) -> None:
    """Whatever the names, and however small the screen; and nothing in it controls a terminal."""
    stages = ("Prepare", "Review", "Done", name)
    seen = live(board(name=name)).after(Happened(event(*map(upserted, jobs))), NOW)
    drawn = board(*jobs, name=name, stages=stages)
    seen = View(drawn, clean(name), state=seen.state, news=seen.news, marks=seen.marks)
    seen = seen.after(Lost(clean(name), 1), NOW) if behind else seen
    lines = texts(frame(seen, NOW, width, height))
    assert len(lines) == height
    assert {cell_len(line) for line in lines} == {width}
    assert {unicodedata.category(character) for line in lines for character in line} & {"Cc", "Cf", "Cs"} == set()
