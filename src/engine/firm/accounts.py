"""Accounts: the firm's clients, with tags, account roles and contacts."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import find
from engine.changes import differing
from engine.checks import Checks, listed
from engine.enums import AccessRight
from engine.firm import custom_fields
from engine.firm.custom_fields import FieldValue
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.writes import links, records


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """A member in an account role."""

    account_role_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """Makes an account."""

    name: str
    id: Maybe[str | None] = UNSET
    tag_ids: Maybe[Sequence[str] | None] = UNSET
    set_custom_fields: Maybe[Sequence[FieldValue] | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateAccount:
    """Renames an account, changes its tags, roles, contacts and values of custom fields."""

    account_id: str
    name: Maybe[str] = UNSET
    add_tag_ids: Maybe[Sequence[str] | None] = UNSET
    remove_tag_ids: Maybe[Sequence[str] | None] = UNSET
    add_roles: Maybe[Sequence[RoleHolder] | None] = UNSET
    remove_roles: Maybe[Sequence[RoleHolder] | None] = UNSET
    add_contact_ids: Maybe[Sequence[str] | None] = UNSET
    remove_contact_ids: Maybe[Sequence[str] | None] = UNSET
    set_custom_fields: Maybe[Sequence[FieldValue] | None] = UNSET


async def create_account(work: Work, command: CreateAccount) -> str:
    """Makes an account; its maker has access to it. Answers its id."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    checks = Checks()
    name = checks.name(command.name, "name")
    tag_ids = checks.ids(listed(command.tag_ids), "tag_ids")
    checks.done()
    account_id, again = await find.new(work, "accounts", "account", command)
    if again:
        return str((await find.account(work, account_id, "id"))["id"])
    await find.all_of_firm(work, "tags", "tag", tag_ids, "tag_ids")
    await records.make(work.db, models.Account, id=account_id, firm_id=work.firm_id, name=name)
    await links.add(work.db, "account_tags", work.firm_id, ("account_id", account_id), "tag_id", tag_ids)
    custom = await custom_fields.set_values(work, account_id, command.set_custom_fields or (), "set_custom_fields")
    work.touch("account", account_id, fields=["name", "tags", *(["custom_fields"] if custom else [])])
    if not work.viewer.sees_all_accounts:
        await _grant_self(work, account_id)
    return account_id


async def update_account(work: Work, command: UpdateAccount) -> str:
    """Changes an account that the viewer has access to. Boards show its name and tags at once."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    account_id = command.account_id
    await find.account(work, account_id, "account_id")
    row = await find.lock(work, "accounts", account_id)
    checks = Checks()
    values = differing(row, name=checks.given(checks.name, command.name, "name"))
    add_tags = checks.ids(listed(command.add_tag_ids), "add_tag_ids")
    remove_tags = checks.ids(listed(command.remove_tag_ids), "remove_tag_ids")
    add_contacts = checks.ids(listed(command.add_contact_ids), "add_contact_ids")
    remove_contacts = checks.ids(listed(command.remove_contact_ids), "remove_contact_ids")
    checks.few(list(command.add_roles or ()), "add_roles")
    checks.few(list(command.remove_roles or ()), "remove_roles")
    checks.done()
    await find.all_of_firm(work, "tags", "tag", add_tags, "add_tag_ids")
    for contact_id in add_contacts:
        await find.contact(work, contact_id, "add_contact_ids")
    fields = [*values]
    owner = ("account_id", account_id)
    fields += ["tags"] if await _relink(work, "account_tags", owner, "tag_id", add_tags, remove_tags) else []
    contacts = await _relink(work, "account_contacts", owner, "contact_id", add_contacts, remove_contacts)
    fields += ["contacts"] if contacts else []
    for contact_id in contacts:
        work.touch("contact", contact_id)  # it is another portal that they see now
    fields += ["roles"] if await _change_roles(work, command) else []
    custom = await custom_fields.set_values(work, account_id, command.set_custom_fields or (), "set_custom_fields")
    fields += ["custom_fields"] if custom else []
    if fields:
        await records.change(work.db, models.Account, work.firm_id, account_id, work.now, **values)
        work.touch("account", account_id, fields=fields)
    return account_id


async def _relink(
    work: Work,
    table: str,
    owner: tuple[str, str],
    target: str,
    add: Sequence[str],
    remove: Sequence[str],
) -> list[str]:
    """Those that were added or removed."""
    added = await links.add(work.db, table, work.firm_id, owner, target, add)
    return added + await links.remove(work.db, table, work.firm_id, owner, target, remove)


async def _change_roles(work: Work, command: UpdateAccount) -> bool:
    add, remove = command.add_roles or (), command.remove_roles or ()
    await find.assignable(work, {holder.member_id for holder in add}, "add_roles")
    roles = {holder.account_role_id for holder in add}
    await find.all_of_firm(work, "account_roles", "account role", roles, "add_roles")
    changed = False
    for holders, change in ((add, links.add_role), (remove, links.remove_role)):
        for holder in holders:
            found = await change(work.db, work.firm_id, command.account_id, holder.account_role_id, holder.member_id)
            changed = changed or found
    return changed


async def _grant_self(work: Work, account_id: str) -> None:
    member_id = work.viewer.member_id
    await links.add(work.db, "member_accounts", work.firm_id, ("member_id", member_id), "account_id", [account_id])
    work.touch("member", member_id, accounts_added=[account_id])
    await work.audit("member.access", member_id, added=[account_id], removed=[])
