"""What automations cannot be: refused when they are saved, with the field that is to blame and what to do."""

from __future__ import annotations

import pytest

from store.database import Database
from tests.rules.kit import digest, pipeline
from tests.support.api import Api, Json, Shop
from tests.support.works import Works, asked, said


@pytest.fixture
def works(api: Api, shop: Shop) -> Works:
    """The shop, with a worker."""
    return Works.open(api, shop)


async def test_what_makes_no_sense_is_refused(works: Works, database: Database) -> None:
    """API1, CN1, AU8: with the field that is to blame."""
    second, hold = works.stages[1], await works.status()
    _, [elsewhere, *_] = await pipeline(works.owner)
    made = await works.automate(second, said("Hello"))
    config = ["input", "config"]
    tries: list[tuple[Json, tuple[str, list[str]]]] = [
        ({"config": said("Hello")}, ("INVALID", ["input", "stageId"])),
        ({"config": said("Hello"), "stageId": second, "statusId": hold}, ("INVALID", ["input", "statusId"])),
        ({"config": said("Hello"), "statusId": hold}, ("REQUIRED", ["input", "pipelineId"])),
        (
            {"config": said("Hello"), "stageId": elsewhere, "pipelineId": works.shop.pipeline},
            ("INVALID", ["input", "pipelineId"]),
        ),
        ({"config": said("Hello"), "stageId": second, "position": 2}, ("INVALID", ["input", "position"])),
        ({"config": said("Hello"), "stageId": second, "position": -1}, ("INVALID", ["input", "position"])),
        ({"config": said("[NO_SUCH]"), "stageId": second}, ("UNKNOWN_SHORTCODE", [*config, "addComment", "text"])),
        ({"config": said(" "), "stageId": second}, ("REQUIRED", [*config, "addComment", "text"])),
        ({"config": {"updateTags": {}}, "stageId": second}, ("REQUIRED", [*config, "updateTags"])),
        ({"config": {"setDates": {}}, "stageId": second}, ("REQUIRED", [*config, "setDates"])),
        (
            {"config": said("Hello"), "stageId": second, "delay": {"span": {"amount": 0, "unit": "HOURS"}}},
            ("INVALID", ["input", "delay", "span", "amount"]),
        ),
        (
            {"config": said("Hello"), "stageId": second, "delay": {"until": {"date": "DUE_DATE", "days": 400}}},
            ("INVALID", ["input", "delay", "until", "days"]),
        ),
    ]
    before = await digest(database)
    for given, expected in tries:
        assert await works.owner.code("createAutomation", **given) == expected, given
    change = {"automationId": made, "config": asked("Another kind")}
    assert await works.owner.code("updateAutomation", **change) == ("INVALID", config)
    assert await digest(database) == before


async def test_dates_in_the_wrong_order_are_refused_when_they_are_saved(works: Works, database: Database) -> None:
    """JB1: the due date before the start date, in the same unit; of different units nobody knows before the day."""
    second, days = works.stages[1], {"amount": 5, "unit": "DAYS"}
    working_day = {"amount": 1, "unit": "WORKING_DAYS"}
    path = ["input", "config", "setDates", "dueAfter"]
    fits = {"setDates": {"startAfter": days, "dueAfter": working_day}}
    made = await works.automate(second, fits)
    before = await digest(database)
    config = {"setDates": {"startAfter": days, "dueAfter": {**days, "amount": 4}}}
    refused = ("DATES_REVERSED", path)
    assert await works.owner.code("createAutomation", stageId=second, config=config) == refused
    assert await works.owner.code("updateAutomation", automationId=made, config=config) == refused
    assert await digest(database) == before
    await works.automate(second, {"setDates": {"startAfter": days, "dueAfter": days}})


async def test_a_place_is_a_stage_or_a_status(works: Works, database: Database) -> None:
    """API1: the refusal says what to name; the pipeline of a stage may be said, too."""
    second, hold, said_hello = works.stages[1], await works.status(), said("Hello")
    before = await digest(database)
    for given, message in (
        ({}, "Name a stage, or a status and a pipeline."),
        ({"stageId": second, "statusId": hold}, "Name a stage or a status, not both."),
    ):
        [error] = await works.owner.refused("createAutomation", config=said_hello, **given)
        assert (error["code"], error["message"]) == ("INVALID", message)
    assert await digest(database) == before
    await works.automate(second, said_hello, pipelineId=works.shop.pipeline)
