"""What an event brought, in words; and what stands out because of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.watch.board import Json
from server.watch.lines import board_lines, news_lines, state_line
from server.watch.news import Kind
from server.watch.stream import Connected, Happened, Lost, Taken, Update
from server.watch.view import KEPT, Link, View
from tests.watch.kit import ACTIVE, EMIL, NOW, OLIVIA, ON_HOLD, board, event, job, live, pipeline, removed, upserted


def said(before: View, happened: Json) -> list[str]:
    """The lines of an event."""
    return [*news_lines(before, before.after(Happened(happened), NOW))]


VIP = {"id": "t", "name": "VIP", "color": None}
CHANGES: list[tuple[Json, str]] = [
    (upserted(job(1, "Review", version=2)), "Return 1, Smith: Prepare -> Review"),
    (upserted(job(2)), "Return 2, Smith: new in Prepare"),
    (removed(1), "Return 1, Smith: deleted"),
    (removed(1, "ARCHIVED"), "Return 1, Smith: archived"),
    (removed(1, "NOT_VISIBLE"), "Return 1, Smith: no longer visible"),
    (removed(1, "A_LATER_ONE"), "Return 1, Smith: gone"),
    (upserted(job(1, version=2, name="Return A")), "Return A, Smith: before: Return 1"),
    (upserted(job(1, version=2, status=ON_HOLD)), "Return 1, Smith: On hold"),
    (upserted(job(1, version=2, priority="URGENT")), "Return 1, Smith: urgent priority"),
    (upserted(job(1, version=2, dueDate="2026-12-04")), "Return 1, Smith: due 4 Dec 2026"),
    (upserted(job(1, overdue=True)), "Return 1, Smith: overdue"),
    (upserted(job(1, version=2, assignees=[EMIL, OLIVIA])), "Return 1, Smith: assigned to Emil Krause, Olivia Linden"),
    (upserted(job(1, version=2, rank="b")), "Return 1, Smith: moved within Prepare"),
    (upserted(job(1, version=2)), "Return 1, Smith: edited"),
    (
        {"__typename": "AccountChanged", "account": {"id": "account_Smith", "name": "Smith & Co", "tags": []}},
        "Smith: now called Smith & Co",
    ),
    (
        {"__typename": "AccountChanged", "account": {"id": "account_Smith", "name": "Smith", "tags": [VIP]}},
        "Smith: tags VIP",
    ),
    ({"__typename": "PipelineChanged", "pipeline": pipeline(name="Taxes")}, "Tax: now called Taxes"),
    ({"__typename": "PipelineChanged", "pipeline": pipeline(("Prepare", "Done"))}, "Stages: now Prepare, Done"),
    ({"__typename": "PipelineChanged", "pipeline": pipeline(jobSort="NAME")}, "Jobs: now sorted by name"),
    (
        {"__typename": "PipelineChanged", "pipeline": pipeline(statuses=[{**ACTIVE, "name": "In work"}])},
        "Active: now called In work",
    ),
]


@pytest.mark.parametrize(("change", "line"), CHANGES)
def test_each_change_is_a_line(change: Json, line: str) -> None:
    """LV7: when, what, and who."""
    assert said(live(board(job(1))), event(change)) == [f"12:03:03 {line} (Olivia Linden)"]


def test_a_renamed_member_is_a_line() -> None:
    """LV7: names of people are on the cards."""
    change = {"__typename": "MemberChanged", "member": {**EMIL, "name": "Emil Kraus"}}
    lines = said(live(board(job(1, assignees=[EMIL]), job(2, assignees=[EMIL]))), event(change))
    assert lines == ["12:03:03 Emil Krause: now called Emil Kraus (Olivia Linden)"]


def test_a_job_that_loses_what_it_had_is_said_so() -> None:
    """No date, nobody."""
    before = live(board(job(1, dueDate="2026-12-04", assignees=[EMIL])))
    [line] = said(before, event(upserted(job(1, version=2))))
    assert line == "12:03:03 Return 1, Smith: no due date, assigned to nobody (Olivia Linden)"


def test_who_did_it_is_named_as_far_as_it_is_known() -> None:
    """A program, the system, several causes in one."""
    before, change = live(board(job(1))), removed(1)
    assert said(before, event(change, kind="API_TOKEN"))[0].endswith("deleted (Olivia Linden, by API)")
    assert said(before, event(change, kind="SYSTEM", actor=None))[0].endswith("deleted")
    assert said(before, event(change, kind="COALESCED", actor=None))[0].endswith("deleted")


def test_what_changes_nothing_is_no_news() -> None:
    """An event that only moves the cursor, or comes twice."""
    before = live(board(job(1)))
    assert said(before, event()) == []
    assert said(before, event(upserted(job(1)))) == []
    assert before.after(Happened(event(upserted(job(1)))), NOW).marks == {}


def test_times_are_those_of_the_firm() -> None:
    """A screen in the firm's office shows what the clock beside it shows."""
    before = live(board(job(1)), zone=ZoneInfo("Asia/Tokyo"))
    assert said(before, event(removed(1)))[0].startswith("21:03:03 ")


def test_cards_that_have_changed_stand_out_for_a_while() -> None:
    """Those that moved, are new, or were edited; not those that stand still or have gone."""
    before = live(board(job(1), job(2), job(3), job(4)))
    moved, edited, new = job(1, "Done", version=2), job(2, version=2, priority="LOW"), job(5)
    after = before.after(Happened(event(upserted(moved), upserted(edited), upserted(new), removed(3))), NOW)
    marks = {job_id: mark.kind for job_id, mark in after.marks.items()}
    assert marks == {"job_1": Kind.MOVED, "job_2": Kind.EDITED, "job_5": Kind.NEW}
    mark = after.marks["job_1"]
    assert [mark.strength(NOW + timedelta(seconds=seconds)) for seconds in (-1, 0, 4, 8, 99)] == [1, 1, 0.5, 0, 0]
    later = after.after(Happened(event(removed(4))), NOW + timedelta(seconds=9))
    assert later.marks == {}


def test_a_board_taken_anew_tells_what_happened_meanwhile() -> None:
    """LV3: after a reset nobody needs to compare by eye."""
    before = live(board(job(1), job(2)))
    after = before.after(Taken(board(job(1, "Done", version=3))), NOW)
    assert [*news_lines(before, after)] == [
        "12:03:04 Return 1, Smith: Prepare -> Done",
        "12:03:04 Return 2, Smith: gone",
    ]


def test_only_the_latest_news_are_kept() -> None:
    """A screen that hangs for months does not grow."""
    seen = live(board(job(1)))
    for number in range(2, KEPT + 10):
        seen = seen.after(Happened(event(upserted(job(number)))), NOW)
    assert len(seen.news) == KEPT
    assert seen.news[0].items[0].subject == f"Return {KEPT + 9}, Smith"


def test_the_connection_is_live_after_the_first_event_and_behind_since_the_first_loss() -> None:
    """LV1: a client knows whether what it shows is the truth, and since when it may not be."""
    seconds = [NOW + timedelta(seconds=number) for number in range(6)]
    seen = View(board(job(1)))
    story: list[Update] = [
        Connected(),
        Happened(event()),
        Lost("gone", 0.2),
        Lost("refused", 0.4),
        Connected(),
        Happened(event()),
    ]
    states, lines = [], []
    for update, now in zip(story, seconds, strict=True):
        before, seen = seen, seen.after(update, now)
        states.append((seen.state.link, seen.state.since))
        lines.append(state_line(before, seen, now))
    assert states == [
        (Link.CATCHING_UP, None),
        (Link.LIVE, None),
        (Link.BEHIND, seconds[2]),
        (Link.BEHIND, seconds[2]),
        (Link.CATCHING_UP, seconds[2]),
        (Link.LIVE, None),
    ]
    assert lines == [None, "12:03:05 live", "12:03:06 behind: gone", None, "12:03:08 catching up", "12:03:09 live"]


def test_the_whole_board_as_lines() -> None:
    """For `--once` in a pipe."""
    late = job(1, dueDate="2026-11-18", overdue=True, priority="HIGH", assignees=[EMIL, OLIVIA])
    tagged = job(2, "Done", status=ON_HOLD, dueDate="2026-12-01", account="Jones")
    tagged["account"]["tags"] = [VIP]
    lines = [*board_lines(live(board(late, tagged), only="mine"))]
    assert lines == [
        "Tax, mine: 2 jobs, 1 overdue",
        "Prepare (1, 1 overdue)",
        "  Return 1, Smith; due 18 Nov 2026, overdue; high priority; Emil Krause, Olivia Linden",
        "Review (0)",
        "Done (1)",
        "  Return 2, Jones; due 1 Dec 2026; medium priority; On hold; VIP",
    ]


def test_an_event_is_told_at_its_own_time() -> None:
    """Not at that of its arrival: after an outage it may be old."""
    [line] = said(
        live(board(job(1))), event(removed(1)) | {"at": datetime(2026, 11, 20, 3, 0, 0, tzinfo=UTC).isoformat()}
    )
    assert line.startswith("03:00:00 ")
