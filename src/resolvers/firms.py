"""The firm and its members."""

from collections.abc import Sequence
from typing import Any, Final

from engine.enums import Weekday
from engine.firm import firms, members
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import (
    MANAGER,
    MEMBER_MANAGER,
    READER,
    WITH_PARENT,
    WRITER,
    Depends,
    Payload,
    batch,
    mutation,
    need_session,
    query,
)
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import calendars, things
from store.reads.paging import Order, Source, fixed
from store.sql import Params

MEMBERS_BY_NAME: Final = Order("member.name", (("lower(m.name)", "text"), ("m.id", "text")))
ACCOUNTS_BY_NAME: Final = Order("account.name", (("lower(a.name)", "text"), ("a.id", "text")))


@query(may=READER, depends=Depends.NONE)
async def firm(context: Context) -> Row | None:
    """The viewer's firm."""
    return await things.firm(context.db, context.firm_id)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def working_days(context: Context, rows: Sequence[Row]) -> list[list[Weekday]]:
    """The days of the week on which firms work."""
    return [[Weekday(int(day)) for day in row["working_days"]] for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def holidays(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The firms' own holidays."""
    found = await calendars.holidays_of_firms(context.db, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


@query(may=READER, depends=Depends.NONE)
async def member_page(context: Context, **page: Any) -> Connection:
    """All members, deactivated ones included: colleagues know each other."""
    source = Source(fixed(things.MEMBER), things.MEMBERS, lambda p: f"m.firm_id = {p(context.firm_id)}")
    return (await pages(context, source, MEMBERS_BY_NAME, PageArgs(**page)))[0]


def of_pipelines_source(context: Context) -> Source:
    """Members on the available-to lists of the pipelines that are the parents."""

    def where(p: Params) -> str:
        on_list = (
            "SELECT FROM pipeline_members x"
            " WHERE x.firm_id = m.firm_id AND x.pipeline_id = parent.id AND x.member_id = m.id"
        )
        return f"m.firm_id = {p(context.firm_id)} AND EXISTS ({on_list})"

    return Source(fixed(things.MEMBER), things.MEMBERS, where)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_pipelines(context: Context, pipelines: Sequence[Row], **page: Any) -> list[Connection]:
    """Members on a pipeline's available-to list (AC2)."""
    parents = [pipeline["id"] for pipeline in pipelines]
    return await pages(context, of_pipelines_source(context), MEMBERS_BY_NAME, PageArgs(**page), parents)


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Members by id."""
    found = await things.members(context.db, context.firm_id, present(ids))
    return in_order(found, ids)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_roles(context: Context, holders: Sequence[Row]) -> list[Row | None]:
    """The member who holds an account role."""
    return await by_ids(context, [holder["member_id"] for holder in holders])


@batch(may=WITH_PARENT, depends=Depends.RIGHTS | Depends.SELF)
async def rights(context: Context, rows: Sequence[Row]) -> list[list[str] | None]:
    """Rights: one's own, and as owner or admin everybody's."""
    return [row["rights"] if _open_to(context, row) else None for row in rows]


@batch(may=WITH_PARENT, depends=Depends.RIGHTS | Depends.SELF)
async def accounts(context: Context, rows: Sequence[Row], **page: Any) -> list[Connection | None]:
    """Accounts that a member has access to: one's own, and as owner or admin everybody's."""
    parents = [row["id"] for row in rows if _open_to(context, row)]

    def where(p: Params) -> str:
        granted = (
            "SELECT FROM member_accounts x"
            " WHERE x.firm_id = a.firm_id AND x.member_id = parent.id AND x.account_id = a.id"
        )
        return f"a.firm_id = {p(context.firm_id)} AND EXISTS ({granted})"

    source = Source(fixed(things.ACCOUNT), "accounts a", where)
    found = await pages(context, source, ACCOUNTS_BY_NAME, PageArgs(**page), parents)
    by_parent = dict(zip(parents, found, strict=True))
    return [by_parent.get(row["id"]) for row in rows]


def _open_to(context: Context, row: Row) -> bool:
    return context.viewer.manages or bool(row["id"] == context.viewer.member_id)


# With an invitation or a role a token could make itself a login, which outlives it and may do what it may not.
_BY_PERSONS: Final = "Log in with a password to invite members and to give roles."


@mutation(may=MEMBER_MANAGER)
async def invite_member(context: Context, given: members.InviteMember) -> Payload:
    """Makes a member and the token by which they join."""
    need_session(context, _BY_PERSONS)
    member_id, token = await context.perform(members.invite_member, given)
    return {"member": (await by_ids(context, [member_id]))[0], "invitation_token": token}


@mutation(may=MEMBER_MANAGER)
async def update_member_access(context: Context, given: members.UpdateMemberAccess) -> Payload:
    """Changes what a member may see and do; a program gives no roles."""
    if given.role:
        need_session(context, _BY_PERSONS)
    member_id = await context.perform(members.update_member_access, given)
    return {"member": (await by_ids(context, [member_id]))[0]}


update_member = command(members.update_member, "member", by_ids, may=WRITER)
deactivate_member = command(members.deactivate_member, "member", by_ids, may=MEMBER_MANAGER)
reactivate_member = command(members.reactivate_member, "member", by_ids, may=MEMBER_MANAGER)


@mutation(may=MEMBER_MANAGER)
async def renew_invitation(context: Context, given: members.RenewInvitation) -> Payload:
    """Makes another token for a member who has not joined."""
    need_session(context, _BY_PERSONS)
    token = await context.perform(members.renew_invitation, given)
    return {"member": (await by_ids(context, [given.member_id]))[0], "invitation_token": token}


@mutation(may=MANAGER)
async def update_firm(context: Context, given: firms.UpdateFirm) -> Payload:
    """Changes the firm."""
    await context.perform(firms.update_firm, given)
    return {"firm": await things.firm(context.db, context.firm_id)}
