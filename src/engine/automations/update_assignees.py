"""UPDATE_ASSIGNEES: who works on the job from here on."""

from dataclasses import dataclass

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.enums import ErrorCode
from engine.errors import invalid
from engine.job import job_edits
from engine.work import Work
from store.writes import jobs


@dataclass(frozen=True, slots=True)
class UpdateAssignees:
    """Who comes and who goes."""

    add_member_ids: tuple[str, ...] = setting.refs("member", "Members to assign.", grants=True)
    add_role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders are to be assigned.")
    remove_member_ids: tuple[str, ...] = setting.refs("member", "Members to unassign.")
    remove_role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders are to be unassigned.")
    replace: bool = setting.flag("Whether all others are unassigned.", default=False)


async def check(work: Work, config: UpdateAssignees) -> None:
    """Refuses what changes nothing."""
    if config == UpdateAssignees():
        message = "Say who is to be assigned or unassigned."
        raise invalid(ErrorCode.REQUIRED, message, "config", "update_assignees")


async def run(batch: Batch[UpdateAssignees]) -> None:
    """Who is added stays, also where another part of the configuration would remove them."""
    config = batch.config
    added = await batch.people(config.add_member_ids, config.add_role_ids)
    removed = await batch.people(config.remove_member_ids, config.remove_role_ids)
    for job_id in batch.job_ids:
        removed[job_id] += config.remove_member_ids  # deactivated ones, too
    if config.replace:
        there = await jobs.assignees(batch.work.db, batch.work.firm_id, batch.job_ids)
        removed = {job_id: [*removed[job_id], *there.get(job_id, ())] for job_id in batch.job_ids}
    await job_edits.reassign(
        batch.work,
        added,
        {job_id: [one for one in removed[job_id] if one not in added[job_id]] for job_id in batch.job_ids},
    )


KIND = Kind("UPDATE_ASSIGNEES", "Assigns members to the job, or unassigns them.", UpdateAssignees, run, check=check)
