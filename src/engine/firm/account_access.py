"""Members' access to accounts, changed for any number of accounts at once (AC3)."""

from collections.abc import Collection, Mapping

from engine.work import Work
from store.writes import access as writes


async def change(work: Work, granted: Mapping[str, Collection[str]], gone: Mapping[str, Collection[str]]) -> None:
    """Gives members access to accounts, and takes it from others; boards show and hide the jobs at once (AC4)."""
    added = await writes.grant(work.db, work.firm_id, granted)
    removed = await writes.withdraw(work.db, work.firm_id, gone)
    for member_id in sorted({*added, *removed}):
        came, went = added.get(member_id, []), removed.get(member_id, [])
        _touch(work, member_id, came, went)
        await work.audit("member.access", member_id, added=came, removed=went)


def _touch(work: Work, member_id: str, came: Collection[str], went: Collection[str]) -> None:
    """What an event both gives and takes is neither: it says what was so before it, and what is so after."""
    change = work.changes.get(("member", member_id), {})
    given, taken = set(change.get("accounts_added", ())), set(change.get("accounts_removed", ()))
    work.touch("member", member_id)
    work.changes["member", member_id] |= {
        "accounts_added": sorted((given | set(came) - taken) - set(went)),
        "accounts_removed": sorted((taken | set(went) - given) - set(came)),
    }
