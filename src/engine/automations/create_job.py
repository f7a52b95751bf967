"""CREATE_JOB: another job for the account, in any pipeline."""

from dataclasses import dataclass

from engine import find
from engine.automating import cascades, setting
from engine.automating.kinds import Batch, Kind, always
from engine.enums import ErrorCode, JobLinkKind
from engine.errors import invalid
from engine.job import job_edits, job_links, jobs
from engine.unset import UNSET
from engine.work import Work


@dataclass(frozen=True, slots=True)
class CreateJob:
    """Where the job is made, and what it starts with."""

    pipeline_id: str = setting.ref("pipeline", "The pipeline that it goes through.")
    stage_id: str | None = setting.ref("stage", "The stage that it starts in; the first by default.", default=None)
    template_id: str | None = setting.ref(
        "jobtemplate", "The job template that it starts with; the pipeline's own by default.", default=None
    )
    name: str | None = setting.line("Its name, instead of the template's.", default=None)
    assignee_ids: tuple[str, ...] = setting.refs(
        "member", "Members who work on it, beside those of the template.", grants=True
    )
    assignee_role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders do, too.")


async def check(work: Work, config: CreateJob) -> None:
    """Refuses a job without a name, and a stage of another pipeline."""
    pipeline = await find.pipeline(work, config.pipeline_id, "config", "create_job", "pipeline_id")
    if config.name is None and config.template_id is None and pipeline["job_template_id"] is None:
        message = "A job has a name, unless a template gives it one."
        raise invalid(ErrorCode.REQUIRED, message, "config", "create_job", "name")
    if config.stage_id is not None:
        stage = await find.stage(work, config.stage_id, "config", "create_job", "stage_id")
        if stage["pipeline_id"] != config.pipeline_id:
            message = "This is a stage of another pipeline."
            raise invalid(ErrorCode.INVALID, message, "config", "create_job", "stage_id")


async def run(batch: Batch[CreateJob]) -> None:
    """A job for the account of each job, linked to it, as if somebody who may do everything had made it by hand."""
    config, work = batch.config, batch.work
    if not await cascades.may_make(work, len(batch.turns)):
        for turn in batch.turns:
            turn.fail(cascades.TOO_MANY)
        await cascades.stop(work, [turn.job for turn in batch.turns])
        return
    [names] = await batch.lines(config.name)
    people = await batch.people(config.assignee_ids, config.assignee_role_ids)
    made: dict[str, str] = {}
    for turn in batch.turns:
        command = jobs.CreateJob(
            turn.account_id,
            config.pipeline_id,
            template_id=config.template_id or UNSET,
            name=names[turn.job_id] or UNSET,
            stage_id=config.stage_id,
        )
        job_id = await jobs.create_job(work, command)
        await job_edits.reassign(work, {job_id: people[turn.job_id]}, {})
        made[job_id] = turn.job_id
        turn.things.append(job_id)
    await _link(work, made)


async def _link(work: Work, made: dict[str, str]) -> None:
    """Links the jobs that were made to those for which they were."""
    rows = {row["id"]: row for row in await work.lock_jobs({*made, *made.values()})}
    await job_links.add(work, [(rows[new], rows[old]) for new, old in made.items()], JobLinkKind.RELATED)


KIND = Kind(
    "CREATE_JOB",
    "Makes another job for the account.",
    CreateJob,
    run,
    later=always,
    outlives_visit=True,
    check=check,
)
