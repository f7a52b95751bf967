"""Recurrences, on boards: the jobs that they make are."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.log.cases import Round, Step, case
from tests.log.refusals import NO, plain
from tests.log.world import World
from tests.support.api import Json
from tests.support.recurring import FAR, failed_run


def saying(w: World, **given: object) -> Json:
    """A new recurrence in the first pipeline."""
    plain = {"name": "Books", "jobName": w.name("Books"), "pipelineId": w.pipeline, "rrule": "FREQ=DAILY"}
    return {**plain, "accountIds": [w.first], "startDate": FAR, **given}


@case(
    "createRecurrence",
    "updateRecurrence",
    "deleteRecurrence",
    "pauseRecurrence",
    "resumeRecurrence",
    "skipNextOccurrence",
    "retryRecurrenceRun",
)
async def recurrences_are_on_no_board(w: World) -> AsyncIterator[Step]:
    """RC4: nor is what is done with them."""
    boards = tuple(w.boards())
    made = Step(w.owner, "createRecurrence", saying(w), "recurrence { id }", quiet=boards)
    yield made
    one = {"recurrenceId": made.payload["recurrence"]["id"]}
    yield Step(w.owner, "updateRecurrence", {**one, "rrule": "FREQ=WEEKLY"}, quiet=boards)
    yield Step(w.owner, "updateRecurrence", {**one, "rrule": "freq=weekly;interval=1"}, events=0)
    yield Step(w.owner, "pauseRecurrence", one, quiet=boards)
    yield Step(w.owner, "pauseRecurrence", one, events=0)
    yield Step(w.owner, "resumeRecurrence", one, quiet=boards)
    yield Step(w.owner, "skipNextOccurrence", {**one, "occurrence": FAR}, quiet=boards)
    yield Step(w.owner, "skipNextOccurrence", {**one, "occurrence": FAR}, events=0)
    run = await failed_run(w.database, one["recurrenceId"])
    yield Step(w.owner, "retryRecurrenceRun", {"runId": run}, quiet=boards)
    yield Step(w.owner, "deleteRecurrence", one, quiet=boards)


@case("createRecurrence")
async def jobs_that_recur_appear(w: World) -> AsyncIterator[Step | Round]:
    """RC1, LV2: one event for all of them, on the boards of those who see their accounts or are assigned."""
    boards, today = tuple(w.boards()), (await w.database.value("SELECT now()::date")).isoformat()
    people = [w.assignee.member_id]
    given = saying(w, accountIds=[w.first, w.second], startDate=today, assigneeIds=people, rrule="FREQ=DAILY;COUNT=1")
    made = Step(w.owner, "createRecurrence", given, "recurrence { id }", quiet=boards)
    yield made
    yield Round(after=made, kind="RECURRENCE", recurrence=made.payload["recurrence"]["id"])


plain("createRecurrence", "INVALID", lambda w: saying(w, rrule="FREQ=SECONDLY"))
plain("updateRecurrence", "NOT_FOUND", lambda w: {"recurrenceId": f"recurrence_{NO}", "name": "Late"})
plain("deleteRecurrence", "NOT_FOUND", lambda w: {"recurrenceId": f"recurrence_{NO}"})
plain("pauseRecurrence", "NOT_FOUND", lambda w: {"recurrenceId": f"recurrence_{NO}"})
plain("resumeRecurrence", "NOT_FOUND", lambda w: {"recurrenceId": f"recurrence_{NO}"})
plain("skipNextOccurrence", "NOT_FOUND", lambda w: {"recurrenceId": f"recurrence_{NO}", "occurrence": FAR})
plain("retryRecurrenceRun", "NOT_FOUND", lambda w: {"runId": f"recurrencerun_{NO}"})
