"""Contacts: people on the client's side."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine import access, find
from engine.changes import differing
from engine.checks import Checks, listed
from engine.enums import AccessRight
from engine.portal import guests
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.writes import links, records


@dataclass(frozen=True, slots=True)
class CreateContact:
    """Makes a contact of accounts."""

    name: str
    email: str | None = None
    phone: str | None = None
    account_ids: Maybe[Sequence[str] | None] = UNSET
    notifications: bool = True
    time_zone: str | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateContact:
    """Changes a contact."""

    contact_id: str
    name: Maybe[str] = UNSET
    email: Maybe[str | None] = UNSET
    phone: Maybe[str | None] = UNSET
    notifications: Maybe[bool] = UNSET
    time_zone: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteContact:
    """Deletes a contact."""

    contact_id: str


async def create_contact(work: Work, command: CreateContact) -> str:
    """Makes a contact of accounts that the viewer has access to; answers its id."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    checks = Checks()
    name = checks.name(command.name, "name")
    email = checks.email(command.email, "email") if command.email else None
    phone = checks.name(command.phone, "phone") if command.phone else None
    time_zone = None if command.time_zone is None else checks.time_zone(command.time_zone, "time_zone")
    account_ids = checks.ids(listed(command.account_ids), "account_ids")
    checks.done()
    contact_id, again = await find.new(work, "contacts", "contact", command)
    if again:
        return str((await find.contact(work, contact_id, "id"))["id"])
    for account_id in account_ids:
        await find.account(work, account_id, "account_ids")
    values = {"name": name, "email": email, "phone": phone, "notifications": command.notifications}
    await records.make(work.db, models.Contact, id=contact_id, firm_id=work.firm_id, time_zone=time_zone, **values)
    owner = ("contact_id", contact_id)
    await links.add(work.db, "account_contacts", work.firm_id, owner, "account_id", account_ids)
    work.touch("contact", contact_id)
    for account_id in account_ids:
        work.touch("account", account_id, fields=["contacts"])
    return contact_id


async def update_contact(work: Work, command: UpdateContact) -> str:
    """Changes a contact that the viewer sees. Access to the portal ends with the e-mail address that it came by."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    await find.contact(work, command.contact_id, "contact_id")
    await guests.hold(work, command.contact_id)
    row = await find.whole(work, "contacts", "contact", command.contact_id, "contact_id")
    checks = Checks()
    values = differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        email=checks.email(command.email, "email") if command.email else _none(command.email),
        phone=checks.name(command.phone, "phone") if command.phone else _none(command.phone),
        notifications=command.notifications,
        time_zone=checks.or_none(checks.time_zone, command.time_zone, "time_zone"),
    )
    checks.done()
    if values:
        if row["user_id"] is not None and "email" in values:
            await guests.end(work, row["id"])
            values |= guests.NO_ACCESS
        await records.change(work.db, models.Contact, work.firm_id, command.contact_id, work.now, **values)
        work.touch("contact", command.contact_id)
    return command.contact_id


def _none(value: Maybe[str | None]) -> Maybe[None]:
    """What is empty is none; what was not given stays so."""
    return UNSET if value is UNSET else None


async def delete_contact(work: Work, command: DeleteContact) -> str:
    """Deletes a contact; one of an account without one's access, also in the trash, needs VIEW_ALL_ACCOUNTS."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    contact_id = command.contact_id
    await find.contact(work, contact_id, "contact_id")
    await guests.hold(work, contact_id)
    row = await find.whole(work, "contacts", "contact", contact_id, "contact_id")
    owner = ("contact_id", contact_id)
    accounts = await links.targets(work.db, "account_contacts", work.firm_id, owner, "account_id")
    if await find.any_of(
        work, "all_accounts", accounts, lambda p: f"NOT {access.sees_account(work.viewer, p, 't.id')}"
    ):
        work.viewer.need(AccessRight.VIEW_ALL_ACCOUNTS, "contact_id")
    for account_id in accounts:
        work.touch("account", account_id, fields=["contacts"])
    await links.remove(work.db, "account_contacts", work.firm_id, owner, "account_id", accounts)
    if row["user_id"] is not None:
        await guests.end(work, contact_id)
    await records.drop(work.db, models.Contact, work.firm_id, contact_id)
    work.touch("contact", contact_id)
    return contact_id
