"""Job statuses: three built in, the firm's own beside them (ST1)."""

from dataclasses import dataclass

from engine import access, find
from engine.automating import uses
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode, JobState
from engine.errors import invalid, refuse_use
from engine.firm.tags import free_name
from engine.job import status_of_jobs
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.writes import automations, places, records, usage


@dataclass(frozen=True, slots=True)
class CreateJobStatus:
    """Makes a custom status; pipelines enable it by themselves."""

    name: str
    color: str | None = None
    pauses: bool = True
    on_board: bool = True
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateJobStatus:
    """Changes a custom status; of a built-in one only the colour."""

    status_id: str
    name: Maybe[str] = UNSET
    color: Maybe[str | None] = UNSET
    pauses: Maybe[bool] = UNSET
    on_board: Maybe[bool] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteJobStatus:
    """Deletes a custom status that no job has."""

    status_id: str


async def create_job_status(work: Work, command: CreateJobStatus) -> str:
    """Makes a custom status; answers its id."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    checks = Checks()
    name, color = checks.name(command.name, "name"), checks.color(command.color, "color")
    checks.done()
    status_id, again = await find.new(work, "job_statuses", "status", command)
    if again:
        return str((await find.of_firm(work, "job_statuses", "job status", status_id, "id"))["id"])
    await free_name(work, "job_statuses", name)
    values = {"name": name, "color": color, "pauses": command.pauses, "on_board": command.on_board}
    await records.make(work.db, models.JobStatus, id=status_id, firm_id=work.firm_id, state=JobState.CUSTOM, **values)
    work.touch("status", status_id)
    return status_id


async def update_job_status(work: Work, command: UpdateJobStatus) -> str:
    """Changes a status; jobs in it appear on boards or leave them with it."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    row = await find.whole(work, "job_statuses", "job status", command.status_id, "status_id")
    checks = Checks()
    values = differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        color=checks.given(checks.color, command.color, "color"),
        pauses=command.pauses,
        on_board=command.on_board,
    )
    if row["state"] != JobState.CUSTOM and set(values) - {"color"}:
        checks.add(ErrorCode.BUILT_IN, "Of a built-in status only the colour can be changed.", "status_id")
    checks.done()
    if "name" in values:
        await free_name(work, "job_statuses", values["name"], command.status_id)
    if values:
        jobs = await work.lock_jobs(await places.jobs_with_status(work.db, work.firm_id, command.status_id))
        for job in jobs:  # each shows the change
            work.touch_job(job["id"])
        await records.change(work.db, models.JobStatus, work.firm_id, command.status_id, work.now, **values)
        if "pauses" in values:
            await status_of_jobs.pause_again(work, jobs, pauses=values["pauses"])
        work.touch("status", command.status_id)
    return command.status_id


async def delete_job_status(work: Work, command: DeleteJobStatus) -> str:
    """Deletes a custom status; refused while jobs have it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_PIPELINES)
    row = await find.whole(work, "job_statuses", "job status", command.status_id, "status_id")
    if row["state"] != JobState.CUSTOM:
        raise invalid(ErrorCode.BUILT_IN, "Built-in statuses stay.", "status_id")
    used = await usage.jobs_with_status(
        work.db, work.firm_id, command.status_id, lambda p: access.sees_job(work.viewer, p, "t")
    )
    refuse_use(used, "job has this status.", "jobs have this status.", "status_id")
    await uses.refuse(work, command.status_id, "status_id")
    attached = await automations.of_status(
        work.db, work.firm_id, command.status_id, lambda p: access.sees_pipeline(work.viewer, p, "t.pipeline_id")
    )
    words = ("automation is attached to this status.", "automations are attached to this status.")
    refuse_use(attached, *words, "status_id")
    for pipeline_id in await places.disable_status(work.db, work.firm_id, command.status_id):
        work.touch("pipeline", pipeline_id)
    await records.drop(work.db, models.JobStatus, work.firm_id, command.status_id)
    work.touch("status", command.status_id)
    return command.status_id
