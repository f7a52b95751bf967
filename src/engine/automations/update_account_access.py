"""UPDATE_ACCOUNT_ACCESS: who sees the job's account from here on."""

from dataclasses import dataclass

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.enums import ErrorCode
from engine.errors import invalid
from engine.firm import account_access
from engine.work import Work


@dataclass(frozen=True, slots=True)
class UpdateAccountAccess:
    """Who comes and who goes."""

    add_member_ids: tuple[str, ...] = setting.refs("member", "Members who get access.")
    add_role_ids: tuple[str, ...] = setting.refs("role", "Account roles whose holders get access.")
    remove_member_ids: tuple[str, ...] = setting.refs("member", "Members who lose access.")


async def check(work: Work, config: UpdateAccountAccess) -> None:
    """Refuses what changes nothing."""
    if config == UpdateAccountAccess():
        raise invalid(ErrorCode.REQUIRED, "Say who gets or loses access.", "config", "update_account_access")


async def run(batch: Batch[UpdateAccountAccess]) -> None:
    """Who is given access keeps it, also where the configuration would take it away."""
    config = batch.config
    people = await batch.people(config.add_member_ids, config.add_role_ids)
    granted: dict[str, set[str]] = {}
    for turn in batch.turns:
        granted.setdefault(turn.account_id, set()).update(people[turn.job_id])
    gone = {account_id: set(config.remove_member_ids) - given for account_id, given in granted.items()}
    await account_access.change(batch.work, granted, gone)


KIND = Kind(
    "UPDATE_ACCOUNT_ACCESS",
    "Gives members access to the job's account, or takes it from them.",
    UpdateAccountAccess,
    run,
    managers_only=True,
    check=check,
)
