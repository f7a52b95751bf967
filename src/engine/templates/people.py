"""Whom templates and automations mean: members by name, and whoever holds an account role for the client."""

from collections.abc import Collection

from engine import find
from engine.enums import AccessRight
from engine.work import Work
from store.writes import members


async def check(work: Work, member_ids: Collection[str], role_ids: Collection[str]) -> None:
    """Refuses to name who is not there or deactivated, and oneself, unless one may see every account (AC3)."""
    await find.assignable(work, member_ids, "assignee_ids")
    if work.viewer.member_id in member_ids:  # an automation could assign them to jobs that they may not see
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, "assignee_ids")
    await find.all_of_firm(work, "account_roles", "account role", role_ids, "assignee_role_ids")


async def meant(
    work: Work, member_ids: Collection[str], role_ids: Collection[str], account_ids: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The active members meant, by account: those named, then those who hold a role."""
    named = await members.active_of(work.db, work.firm_id, member_ids) if member_ids else []
    holders = await members.holders(work.db, work.firm_id, account_ids, role_ids) if role_ids else {}
    return {one: tuple(dict.fromkeys([*named, *holders.get(one, ())])) for one in account_ids}
