"""Accounts, tags, account roles, contacts."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight, PortalAccess
from engine.firm import accounts, contacts, roles, tags
from engine.portal import guests
from resolvers.commands import command, removal
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, query, right
from resolvers.firms import ACCOUNTS_BY_NAME
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import things
from store.reads.filters import AccountFilter, condition
from store.reads.paging import Order, Source, fixed
from store.sql import Params

CONTACTS_BY_NAME: Final = Order("contact.name", (("lower(c.name)", "text"), ("c.id", "text")))


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Accounts whose name the viewer sees (AC3)."""
    wanted = present(ids)
    found = await things.accounts(
        context.db, context.firm_id, wanted, lambda p: access.names_account(context.viewer, p, "a.id")
    )
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def one(context: Context, *, id: str) -> Row | None:
    """One account."""
    return (await by_ids(context, [id]))[0]


@query(may=READER, depends=Depends.SCOPE)
async def page(
    context: Context,
    *,
    filter: AccountFilter | None,
    **args: Any,
) -> Connection:
    """Accounts that the viewer has access to."""

    def where(p: Params) -> str:
        seen = access.sees_account(context.viewer, p, "a.id")
        return f"a.firm_id = {p(context.firm_id)} AND {seen} AND ({condition(p, filter, context.asker)})"

    return (
        await pages(context, Source(fixed(things.ACCOUNT), "accounts a", where), ACCOUNTS_BY_NAME, PageArgs(**args))
    )[0]


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"account_id"}, brought="its account")
async def of_jobs(context: Context, jobs: Sequence[Row]) -> list[Row]:
    """The accounts of jobs: whoever sees a job sees its account's name and tags (AC3)."""
    found = await things.accounts(context.db, context.firm_id, {job["account_id"] for job in jobs})
    return [found[job["account_id"]] for job in jobs]


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"id"}, brought="its tags")
async def tags_of(context: Context, rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The tags of accounts."""
    found = await things.tags_of_accounts(context.db, context.firm_id, {row["id"] for row in rows})
    return [found.get(row["id"], ()) for row in rows]


async def open_to(context: Context, rows: Sequence[Row]) -> set[str]:
    """Which of the accounts the viewer has whole access to."""
    return await open_among(context, {row["id"] for row in rows})


async def open_among(context: Context, ids: Collection[str]) -> set[str]:
    """The same, by the accounts' ids."""
    return await things.accounts_seen(
        context.db, context.firm_id, ids, lambda p: access.sees_account(context.viewer, p, "a.id")
    )


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def roles_of(context: Context, rows: Sequence[Row]) -> list[Sequence[Row] | None]:
    """Who holds which account role; null without access to the account."""
    seen = await open_to(context, rows)
    found = await things.roles_of_accounts(context.db, context.firm_id, seen)
    return [found.get(row["id"], ()) if row["id"] in seen else None for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def contacts_of(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection | None]:
    """Contacts; null without access to the account."""
    seen = sorted(await open_to(context, rows))

    def where(p: Params) -> str:
        linked = (
            "SELECT FROM account_contacts x"
            " WHERE x.firm_id = c.firm_id AND x.account_id = parent.id AND x.contact_id = c.id"
        )
        return f"c.firm_id = {p(context.firm_id)} AND EXISTS ({linked})"

    source = Source(fixed(things.CONTACT), "contacts c", where)
    found = dict(zip(seen, await pages(context, source, CONTACTS_BY_NAME, PageArgs(**args), seen), strict=True))
    return [found.get(row["id"]) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def of_contacts(context: Context, rows: Sequence[Row], **args: Any) -> list[Connection]:
    """The accounts of contacts that the viewer has access to."""

    def where(p: Params) -> str:
        linked = (
            "SELECT FROM account_contacts x"
            " WHERE x.firm_id = a.firm_id AND x.contact_id = parent.id AND x.account_id = a.id"
        )
        seen = access.sees_account(context.viewer, p, "a.id")
        return f"a.firm_id = {p(context.firm_id)} AND {seen} AND EXISTS ({linked})"

    source = Source(fixed(things.ACCOUNT), "accounts a", where)
    return await pages(context, source, ACCOUNTS_BY_NAME, PageArgs(**args), [row["id"] for row in rows])


async def contacts_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Contacts that the viewer sees."""
    wanted = present(ids)
    found = await things.contacts(
        context.db, context.firm_id, wanted, lambda p: access.sees_contact(context.viewer, p, "c.id")
    )
    return in_order(found, ids)


async def tags_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Tags of the firm."""
    found = await things.tags(context.db, context.firm_id, present(ids))
    return in_order(found, ids)


async def roles_by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Account roles of the firm."""
    found = await things.roles(context.db, context.firm_id, present(ids))
    return in_order(found, ids)


@query(may=READER, depends=Depends.NONE)
async def all_tags(context: Context) -> list[Row]:
    """The firm's tags."""
    return await things.all_tags(context.db, context.firm_id)


@query(may=READER, depends=Depends.NONE)
async def all_roles(context: Context) -> list[Row]:
    """The firm's account roles."""
    return await things.all_roles(context.db, context.firm_id)


_ACCOUNTS = right(AccessRight.MANAGE_ACCOUNTS)
_TAGS = right(AccessRight.MANAGE_TAGS)

create_account = command(accounts.create_account, "account", by_ids, may=_ACCOUNTS)
update_account = command(accounts.update_account, "account", by_ids, may=_ACCOUNTS)
create_tag = command(tags.create_tag, "tag", tags_by_ids, may=_TAGS)
update_tag = command(tags.update_tag, "tag", tags_by_ids, may=_TAGS)
delete_tag = removal(tags.delete_tag, may=_TAGS)
create_account_role = command(roles.create_account_role, "account_role", roles_by_ids, may=_ACCOUNTS)
update_account_role = command(roles.update_account_role, "account_role", roles_by_ids, may=_ACCOUNTS)
delete_account_role = removal(roles.delete_account_role, may=_ACCOUNTS)


@batch(may=WITH_PARENT, depends=Depends.NONE, needs={"user_id", "joined_at"})
async def portal_access(context: Context, rows: Sequence[Row]) -> list[PortalAccess]:
    """Whether contacts may come into the portal, and whether they have."""
    return [_portal_access(row) for row in rows]


def _portal_access(row: Row) -> PortalAccess:
    if row["user_id"] is None:
        return PortalAccess.NONE
    return PortalAccess.INVITED if row["joined_at"] is None else PortalAccess.JOINED


invite_contact = command(guests.invite_contact, "contact", contacts_by_ids, may=_ACCOUNTS)
revoke_contact_access = command(guests.revoke_contact_access, "contact", contacts_by_ids, may=_ACCOUNTS)
create_contact = command(contacts.create_contact, "contact", contacts_by_ids, may=_ACCOUNTS)
update_contact = command(contacts.update_contact, "contact", contacts_by_ids, may=_ACCOUNTS)
delete_contact = removal(contacts.delete_contact, may=_ACCOUNTS)
