"""The drawn board: what the changes do to it."""

from __future__ import annotations

from typing import Any

import pytest

from server.watch.board import Count
from tests.watch.kit import ACTIVE, EMIL, OLIVIA, board, job, names, pipeline, removed, upserted


def test_jobs_are_drawn_moved_and_taken_away() -> None:
    """LV1: a job is drawn where it says, whether new or moved."""
    drawn = board(job(1), job(2))
    after = drawn.after([upserted(job(1, "Review", version=2)), upserted(job(3, "Done")), removed(2)])
    assert names(after) == {"Prepare": [], "Review": ["Return 1"], "Done": ["Return 3"]}
    assert names(drawn) == {"Prepare": ["Return 1", "Return 2"], "Review": [], "Done": []}


def test_an_older_version_is_ignored_and_an_equal_one_is_not() -> None:
    """LV1: an answer that comes late does not undo what is drawn; one that comes twice does no harm."""
    drawn = board(job(1, version=5))
    assert drawn.after([upserted(job(1, "Done", version=4))]) == drawn
    renamed = upserted(job(1, version=5, status={**ACTIVE, "name": "In work"}))
    after = drawn.after([renamed])
    assert after.cards["job_1"].status.name == "In work"
    assert after.after([renamed]) == after


def test_what_is_not_there_is_taken_away_without_harm() -> None:
    """LV1: applying a removal twice changes nothing."""
    drawn = board(job(1))
    assert drawn.after([removed(2)]) == drawn


def test_counts_are_those_of_the_server() -> None:
    """A column may hold jobs that are not drawn yet."""
    change = {"__typename": "ColumnCountsChanged", "stageId": "stage_Review", "jobCount": 7, "overdueCount": 2}
    after = board(job(1)).after([change])
    assert [column.count for column in after.columns] == [Count(1, 0), Count(7, 2), Count()]
    assert after.total == Count(8, 2)


def test_stages_are_added_removed_renamed_and_reordered() -> None:
    """LV7: jobs of a stage that has gone are not drawn until they are said to stand elsewhere."""
    drawn = board(job(1), job(2, "Review"), job(3, "Done"))
    stages = [
        {"id": "stage_New", "name": "New", "position": 1},
        {"id": "stage_Done", "name": "Filed", "position": 2},
        {"id": "stage_Prepare", "name": "Prepare", "position": 0},
    ]
    change = {"__typename": "PipelineChanged", "pipeline": pipeline(name="Taxes") | {"stages": stages}}
    after = drawn.after([change])
    assert after.pipeline.name == "Taxes"
    assert names(after) == {"Prepare": ["Return 1"], "New": [], "Filed": ["Return 3"]}
    assert names(after.after([upserted(job(2, "New", version=2))]))["New"] == ["Return 2"]


def test_a_status_that_is_renamed_is_so_on_all_cards() -> None:
    """LV7: cards show their status as the pipeline has it."""
    change = {"__typename": "PipelineChanged", "pipeline": pipeline(statuses=[{**ACTIVE, "name": "In work"}])}
    after = board(job(1), job(2)).after([change])
    assert {card.status.name for card in after.cards.values()} == {"In work"}


def test_accounts_and_members_are_renamed_on_all_their_cards() -> None:
    """LV7: a card shows the names and the tags of now, people by name."""
    drawn = board(job(1, assignees=[EMIL, OLIVIA]), job(2), job(3, account="Jones"))
    account = {"id": "account_Smith", "name": "Smith & Co", "tags": [{"id": "t", "name": "VIP", "color": "#ff0000"}]}
    after = drawn.after(
        [
            {"__typename": "AccountChanged", "account": account},
            {"__typename": "MemberChanged", "member": {**EMIL, "name": "Zoe Krause"}},
        ]
    )
    assert [card.account.name for card in after.cards.values()] == ["Smith & Co", "Smith & Co", "Jones"]
    assert [tag.name for tag in after.cards["job_1"].account.tags] == ["VIP"]
    assert [person.name for person in after.cards["job_1"].assignees] == ["Olivia Linden", "Zoe Krause"]


def test_a_change_of_a_later_server_is_passed_over() -> None:
    """A client that is older than its server draws what it knows."""
    drawn = board(job(1))
    assert drawn.after([{"__typename": "WeatherChanged"}]) == drawn


ORDERED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("MANUAL", {"rank": "Zz"}, {"rank": "a0"}),
    ("DUE_DATE", {"dueDate": "2026-01-02", "rank": "b"}, {"dueDate": None, "rank": "a"}),
    ("DUE_DATE", {"dueDate": "2026-01-01", "rank": "b"}, {"dueDate": "2026-01-02", "rank": "a"}),
    ("PRIORITY", {"priority": "URGENT", "rank": "b"}, {"priority": "HIGH", "rank": "a"}),
    ("NAME", {"name": "anna", "rank": "b"}, {"name": "Berta", "rank": "a"}),
    ("NAME", {"name": "Anna", "rank": "a"}, {"name": "anna", "rank": "b"}),
    (
        "ENTERED_STAGE",
        {"enteredStageAt": "2026-01-01T09:00:00+02:00", "rank": "b"},
        {"enteredStageAt": "2026-01-01T08:00:00Z", "rank": "a"},
    ),
    ("A_LATER_ONE", {"rank": "a"}, {"rank": "b"}),
]


@pytest.mark.parametrize(("job_sort", "upper", "lower"), ORDERED)
def test_columns_are_sorted_as_the_pipeline_says(job_sort: str, upper: dict[str, Any], lower: dict[str, Any]) -> None:
    """PL2: and bytewise by rank among equals, as the server does it."""
    drawn = board(job(1, **lower), job(2, **upper), jobSort=job_sort)
    assert [card.id for card in drawn.columns[0].cards] == ["job_2", "job_1"]


def test_names_are_clean_and_sorted_as_they_are() -> None:
    """What a terminal would obey is not shown, but counts for the order, because it does on the server."""
    drawn = board(job(1, name="\x1b[2JB"), job(2, name="A"), jobSort="NAME")
    assert [card.name for card in drawn.columns[0].cards] == ["�[2JB", "A"]


def test_a_colour_that_is_none_is_left_out() -> None:
    """The server's word is not trusted to be a colour."""
    status = {**ACTIVE, "color": "red; drop"}
    assert board(job(1, status=status)).cards["job_1"].status.color is None
