"""Links, followers and time, as boards are told of them: not at all. Imported for what it registers."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.log.cases import Step, case
from tests.log.world import World
from tests.support.documents import stored_document


@case("linkJobs", "unlinkJobs")
async def jobs_are_linked_and_unlinked(w: World) -> AsyncIterator[Step]:
    """JB3, MV4: it is on no card, and an event for the screens of both; the same link again is none."""
    boards, job, other, hidden = tuple(w.boards()), await w.job(), await w.job(), await w.job(accountId=w.second)
    blocks = {"jobId": job, "otherJobId": other, "kind": "BLOCKS"}
    yield Step(w.insider, "linkJobs", blocks, quiet=boards)
    yield Step(w.insider, "linkJobs", blocks, events=0)
    yield Step(w.overseer, "linkJobs", {"jobId": other, "otherJobId": job, "kind": "BLOCKED_BY"}, events=0)
    yield Step(w.owner, "linkJobs", {"jobId": hidden, "otherJobId": job}, quiet=boards)
    yield Step(w.owner, "unlinkJobs", {"jobId": job, "otherJobId": hidden}, quiet=boards)
    await w.owner.do("setJobStatus", jobId=other, statusId=w.statuses["ARCHIVED"])
    yield Step(w.insider, "unlinkJobs", {"jobId": other, "otherJobId": job}, quiet=boards)
    yield Step(w.insider, "linkJobs", {"jobId": other, "otherJobId": job, "kind": "DUPLICATED_BY"}, quiet=boards)


@case("followJob", "unfollowJob", "moveJob", "setJobStatus", "createComment", "updateComment", "deleteComment")
async def members_follow_a_job(w: World) -> AsyncIterator[Step]:
    """JB3: they are told with the event of what is told; boards are not told of followers."""
    boards, job = tuple(w.boards()), await w.job()
    yield Step(w.insider, "followJob", {"jobId": job}, quiet=boards)
    yield Step(w.insider, "followJob", {"jobId": job}, events=0)
    yield Step(w.owner, "followJob", {"jobId": job, "memberIds": [w.overseer.member_id]}, quiet=boards)
    yield Step(w.owner, "moveJob", {"jobId": job, "stageId": w.stages[1], "expect": {"version": 1}})
    yield Step(w.overseer, "setJobStatus", {"jobId": job, "statusId": w.statuses["COMPLETED"]})
    said = Step(w.owner, "createComment", {"jobId": job, "text": "Look"}, "comment { id }", quiet=boards)
    yield said
    comment = {"commentId": said.payload["comment"]["id"]}
    given = {**comment, "text": "Look here", "mentionIds": [w.insider.member_id]}
    yield Step(w.owner, "updateComment", given, quiet=boards)
    yield Step(w.owner, "deleteComment", comment, quiet=boards)
    yield Step(w.insider, "unfollowJob", {"jobId": job, "memberIds": [w.overseer.member_id]}, quiet=boards)
    yield Step(w.insider, "unfollowJob", {"jobId": job}, quiet=boards)
    yield Step(w.insider, "unfollowJob", {"jobId": job}, events=0)


@case("createComment", "updateComment", "deleteDocument")
async def comments_carry_documents(w: World) -> AsyncIterator[Step]:
    """JB3: a document that is deleted is carried no more."""
    boards, job = tuple(w.boards()), await w.job()
    one, two = [await stored_document(w.database, w.first, job, name=f"{name}.pdf") for name in "ab"]
    given = {"jobId": job, "text": "Here", "documentIds": [one]}
    said = Step(w.insider, "createComment", given, "comment { id }", quiet=boards)
    yield said
    comment = {"commentId": said.payload["comment"]["id"]}
    yield Step(w.insider, "updateComment", {**comment, "documentIds": [one, two]}, quiet=boards)
    yield Step(w.insider, "updateComment", {**comment, "documentIds": [two, one]}, events=0)
    yield Step(w.owner, "deleteDocument", {"documentId": one})


@case("startTimer", "stopTimer", "updateTimeEntry", "deleteTimeEntry")
async def timers_run_and_are_stopped(w: World) -> AsyncIterator[Step]:
    """JB3, MV4, LV5: on no board, but on the job's screens, and on those of one's own work."""
    boards, job, hidden = tuple(w.boards()), await w.job(), await w.job(accountId=w.second)
    begun = Step(w.insider, "startTimer", {"jobId": job, "note": "Call"}, "timeEntry { id }", quiet=boards)
    yield begun
    yield Step(w.insider, "startTimer", {"jobId": job}, events=0)
    first = {"timeEntryId": begun.payload["timeEntry"]["id"]}
    yield Step(w.insider, "updateTimeEntry", {**first, "note": "Calls"}, quiet=boards)
    task = await w.task(jobId=job)
    yield Step(w.insider, "startTimer", {"jobId": job, "taskId": task}, quiet=boards)
    yield Step(w.insider, "stopTimer", {"note": "All of them"}, quiet=boards)
    yield Step(w.insider, "stopTimer", first, events=0)
    yield Step(w.owner, "startTimer", {"jobId": hidden}, quiet=boards)
    yield Step(w.owner, "startTimer", {"jobId": job}, quiet=boards)
    running = (await w.owner.query("{ viewer { runningTimer { id } } }"))["viewer"]["runningTimer"]["id"]
    yield Step(w.owner, "deleteTimeEntry", {"timeEntryId": running}, quiet=boards)


@case("createTimeEntry", "updateTimeEntry", "deleteTimeEntry", "updateJob")
async def time_is_written_down_against_a_budget(w: World) -> AsyncIterator[Step]:
    """JB1, JB3, MV4: a budget is an edit of the job, what is spent of it is none."""
    boards, job = tuple(w.boards()), await w.job(assigneeIds=[w.assignee.member_id])
    yield Step(w.owner, "updateJob", {"jobId": job, "timeBudgetMinutes": 100})
    yield Step(w.owner, "updateJob", {"jobId": job, "timeBudgetMinutes": 100}, events=0)
    given = {"jobId": job, "minutes": 80, "id": "time_0192a0b1c2d37e4f8a5b" + f"{next(w.numbers):012x}"}
    yield Step(w.insider, "createTimeEntry", given, quiet=boards)
    yield Step(w.insider, "createTimeEntry", given, events=0)
    entry = {"timeEntryId": given["id"]}
    yield Step(w.insider, "updateTimeEntry", {**entry, "minutes": 90, "billable": False}, quiet=boards)
    yield Step(w.insider, "updateTimeEntry", {**entry, "minutes": 90}, events=0)
    more = {"jobId": job, "minutes": 10, "day": "2026-02-03", "memberId": w.assignee.member_id}
    yield Step(w.owner, "createTimeEntry", more, quiet=boards)
    yield Step(w.owner, "updateJob", {"jobId": job, "timeBudgetMinutes": None})
    yield Step(w.owner, "deleteTimeEntry", entry, quiet=boards)
