"""The log of turns (AU3), and who is told that one has failed (AU2): all that is written of turns' ends comes here."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine import notifications
from engine.enums import CauseKind, NotificationKind, RunState
from engine.firm import audience
from engine.notifications import Told
from engine.work import Work
from store.database import Row
from store.writes import jobs, members, runs
from store.writes import notifications as writes

Line = Mapping[str, Any]
"""What became of a turn: its id, job_id, automation_id, state, reason, attempts, due_at and things."""


async def add(work: Work, lines: Sequence[Line]) -> None:
    """Writes turns down that locked jobs have just had, with all that ``runs.add`` takes."""
    await runs.add(work.db, work.firm_id, work.now, [dict(line) for line in lines])
    work.touch_runs(lines)
    await _tell_failed(work, lines)


async def note(work: Work, lines: Sequence[Line], before: RunState | None = None) -> None:
    """Writes what became of turns that are there. ``before`` is how they stood, where they may have failed before."""
    await runs.tell(work.db, work.firm_id, work.now, [dict(line) for line in lines])
    work.touch_runs(lines)
    if before is RunState.FAILED:
        await forget(work, [line["id"] for line in lines if line["state"] is not RunState.FAILED])
    else:
        await _tell_failed(work, lines)


async def forget(work: Work, run_ids: Sequence[str]) -> None:
    """Takes back what was told of turns that do not stand as failed any more."""
    await notifications.withdraw(work, NotificationKind.AUTOMATION_FAILED, [(run_id, None) for run_id in run_ids])


async def _tell_failed(work: Work, lines: Sequence[Line]) -> None:
    """Tells those who can do something about it, once for each turn: the job's assignees, and the pipeline's owners."""
    failed = [line for line in lines if line["state"] is RunState.FAILED]
    if not failed:
        return
    job_ids = {line["job_id"] for line in failed}
    things = await writes.things(work.db, work.firm_id, job_ids)
    people = await _concerned(work, things)
    them = await audience.of(work, {one for some in people.values() for one in some}, job_ids)
    told = [
        _told(work, line, things[line["job_id"]], member_id)
        for line in failed
        for member_id in people.get(line["job_id"], ())  # nobody, of a job that is in the trash
        if them.sees(member_id, line["job_id"])
    ]
    await notifications.tell(work, NotificationKind.AUTOMATION_FAILED, told)


async def _concerned(work: Work, things: Mapping[str, Row]) -> dict[str, list[str]]:
    assigned = await jobs.assignees(work.db, work.firm_id, things)
    owners = await members.pipeline_owners(work.db, work.firm_id, {row["pipeline_id"] for row in things.values()})
    return {
        job_id: list(dict.fromkeys([*assigned.get(job_id, ()), *owners[row["pipeline_id"]]]))
        for job_id, row in things.items()
    }


def _told(work: Work, line: Line, job: Row, member_id: str) -> Told:
    with work.as_system(CauseKind.AUTOMATION, line["automation_id"]):
        cause = work.cause
    text = f"An automation has failed for {job['name']}. {line['reason'] or ''}".strip()
    return Told(member_id, line["job_id"], line["id"], text, cause)
