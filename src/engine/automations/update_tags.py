"""UPDATE_TAGS: which tags the job's account has from here on."""

from dataclasses import dataclass

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.enums import AccessRight, ErrorCode
from engine.errors import invalid
from engine.firm import account_tags
from engine.work import Work


@dataclass(frozen=True, slots=True)
class UpdateTags:
    """What comes and what goes."""

    add_tag_ids: tuple[str, ...] = setting.refs("tag", "Tags to add.")
    remove_tag_ids: tuple[str, ...] = setting.refs("tag", "Tags to take away.")
    clear: bool = setting.flag("Whether all others are taken away.", default=False)


async def check(work: Work, config: UpdateTags) -> None:
    """Refuses what changes nothing, and what contradicts itself."""
    if config == UpdateTags():
        raise invalid(ErrorCode.REQUIRED, "Say which tags are to be added or taken away.", "config", "update_tags")
    if set(config.add_tag_ids) & set(config.remove_tag_ids):
        message = "A tag is either added or taken away."
        raise invalid(ErrorCode.INVALID, message, "config", "update_tags", "remove_tag_ids")


async def run(batch: Batch[UpdateTags]) -> None:
    """The same for the account of every job; tags that have been deleted since are left out."""
    config = batch.config
    accounts = sorted({turn.account_id for turn in batch.turns})
    await account_tags.change(batch.work, accounts, config.add_tag_ids, config.remove_tag_ids, clear=config.clear)


KIND = Kind(
    "UPDATE_TAGS",
    "Changes the tags of the job's account.",
    UpdateTags,
    run,
    right=AccessRight.MANAGE_ACCOUNTS,
    check=check,
)
