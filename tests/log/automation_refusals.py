"""Refused calls about automations and their runs."""

from __future__ import annotations

from tests.log.automation_cases import automate, run_of
from tests.log.refusals import NO, plain, refusal
from tests.log.world import World
from tests.support.api import Client, Json

HELLO: Json = {"addComment": {"text": "Hello"}}

plain(
    "createAutomation",
    "NOT_FOUND",
    lambda w: {
        "id": f"automation_{NO}",
        "stageId": w.stages[0],
        "config": {"updateTags": {"addTagIds": [w.tag, f"tag_{NO}"]}},
    },
)
plain(
    "createAutomation",
    "UNKNOWN_SHORTCODE",
    lambda w: {"stageId": w.stages[0], "position": 0, "config": {"addComment": {"text": "[NOTHING]"}}},
)
plain("deleteAutomation", "NOT_FOUND", lambda w: {"automationId": f"automation_{NO}"})
plain("retryRun", "NOT_FOUND", lambda w: {"runId": f"run_{NO}"})
plain("runNow", "NOT_FOUND", lambda w: {"runId": f"run_{NO}"})
plain("cancelRun", "NOT_FOUND", lambda w: {"runId": f"run_{NO}"})


@refusal("updateAutomation", "INVALID")
async def an_automation_at_a_place_that_there_is_not(w: World) -> tuple[Client, Json]:
    """PL1: its new words are not taken either."""
    return w.owner, {
        "automationId": await automate(w, 0, HELLO),
        "config": {"addComment": {"text": "Hi"}},
        "position": 9,
    }


@refusal("retryRun", "INVALID")
async def a_run_that_is_done(w: World) -> tuple[Client, Json]:
    """AU2: there is nothing to retry."""
    await automate(w, 0, HELLO)
    return w.owner, await run_of(w, await w.job())


@refusal("dismissRun", "NOT_FOUND")
async def a_run_of_a_job_that_one_does_not_see(w: World) -> tuple[Client, Json]:
    """AC4."""
    await automate(w, 0, {"setDates": {"dueAfter": {"amount": 1, "unit": "DAYS"}}})
    return w.insider, await run_of(w, await w.job(accountId=w.second, startDate="9000-01-01"))


@refusal("cancelRun", "ARCHIVED")
async def a_run_of_an_archived_job(w: World) -> tuple[Client, Json]:
    """ST1: its delays wait, and are dealt with once it is back."""
    await automate(w, 0, HELLO, delay={"span": {"amount": 1, "unit": "HOURS"}})
    job = await w.job()
    run = await run_of(w, job)
    await w.owner.do("setJobStatus", jobId=job, statusId=w.statuses["ARCHIVED"])
    return w.owner, run
