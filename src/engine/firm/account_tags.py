"""Tags of accounts, changed for any number of accounts at once."""

from collections.abc import Collection

from engine.work import Work
from store.writes import tagging


async def change(
    work: Work, account_ids: Collection[str], add: Collection[str], remove: Collection[str], *, clear: bool
) -> None:
    """Adds tags to accounts and takes others away: those named, or all but those added. Boards show it at once."""
    touched = await tagging.change(work.db, work.firm_id, account_ids, add, None if clear else remove, work.now)
    for account_id in touched:
        work.touch("account", account_id, fields=["tags"])
