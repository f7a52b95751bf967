"""Refused calls about links, followers and time. Imported for what it registers."""

from __future__ import annotations

from tests.log.refusals import NO, plain, refusal
from tests.log.world import World
from tests.support.api import Client, Json

plain("linkJobs", "INVALID", lambda w: {"jobId": w.jobs[0], "otherJobId": w.jobs[0]})
plain("unlinkJobs", "NOT_FOUND", lambda w: {"jobId": w.jobs[0], "otherJobId": w.jobs[1]})
plain(
    "followJob", "CANNOT_SEE", lambda w: {"jobId": w.jobs[3], "memberIds": [w.overseer.member_id, w.insider.member_id]}
)
plain("unfollowJob", "NOT_FOUND", lambda w: {"jobId": w.jobs[0], "memberIds": [f"member_{NO}"]})
plain("startTimer", "NOT_FOUND", lambda w: {"jobId": w.jobs[0], "taskId": f"task_{NO}", "id": f"time_{NO}"})
plain("createTimeEntry", "INVALID", lambda w: {"jobId": w.jobs[0], "minutes": 1441})
plain("updateTimeEntry", "NOT_FOUND", lambda w: {"timeEntryId": f"time_{NO}", "minutes": 1})
plain(
    "createJob",
    "INVALID",
    lambda w: {
        "name": "Late",
        "accountId": w.first,
        "pipelineId": w.pipeline,
        "timeBudgetMinutes": 0,
    },
)


@refusal("linkJobs", "ALREADY_LINKED")
async def a_link_the_other_way_round(w: World) -> tuple[Client, Json]:
    """JB3: two jobs have one link, whichever it begins with."""
    one, two = await w.job(), await w.job()
    await w.owner.do("linkJobs", jobId=one, otherJobId=two, kind="BLOCKS")
    return w.insider, {"jobId": two, "otherJobId": one, "kind": "BLOCKS"}


@refusal("stopTimer", "NOT_RUNNING")
async def a_timer_that_does_not_run(w: World) -> tuple[Client, Json]:
    """JB3."""
    return w.overseer, {}


@refusal("deleteTimeEntry", "FORBIDDEN")
async def time_of_somebody_else(w: World) -> tuple[Client, Json]:
    """AC1: it takes the right to manage time budgets."""
    job = await w.job()
    made = await w.owner.do("createTimeEntry", "timeEntry { id }", jobId=job, minutes=5)
    return w.insider, {"timeEntryId": made["id"]}


@refusal("updateJob", "FORBIDDEN")
async def a_budget_that_somebody_without_the_right_sets(w: World) -> tuple[Client, Json]:
    """AC1: what else the call says is not done either."""
    return w.insider, {"jobId": await w.job(), "name": "Late", "timeBudgetMinutes": 60}
