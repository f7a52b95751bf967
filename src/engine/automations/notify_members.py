"""NOTIFY_MEMBERS: tells members something about the job."""

from dataclasses import dataclass

from engine import notifications
from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.checks import TEXT_LENGTH
from engine.enums import ErrorCode, NotificationKind
from engine.errors import invalid
from engine.work import Work
from store.writes import jobs


@dataclass(frozen=True, slots=True)
class NotifyMembers:
    """What to tell, and whom."""

    text: str = setting.text("What they are told.")
    member_ids: tuple[str, ...] = setting.refs("member", "Members to tell, those of them who see the job.")
    role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders are to be told.")
    assignees: bool = setting.flag("Whether those who work on the job are told.", default=False)


async def check(work: Work, config: NotifyMembers) -> None:
    """Refuses what tells nobody."""
    if not (config.member_ids or config.role_ids or config.assignees):
        raise invalid(ErrorCode.REQUIRED, "Say who is to be told.", "config", "notify_members")


async def run(batch: Batch[NotifyMembers]) -> None:
    """One notification for each member and job, whatever they are named for."""
    config, work = batch.config, batch.work
    [texts] = await batch.texts(config.text)
    told = await batch.people(config.member_ids, config.role_ids)
    if config.assignees:
        for job_id, some in (await jobs.assignees(work.db, work.firm_id, batch.job_ids)).items():
            told[job_id] = list(dict.fromkeys([*told[job_id], *some]))
    cut = {job_id: text[:TEXT_LENGTH] for job_id, text in texts.items()}
    await notifications.notify(work, NotificationKind.AUTOMATION, told, cut)


KIND = Kind("NOTIFY_MEMBERS", "Notifies members.", NotifyMembers, run, check=check)
