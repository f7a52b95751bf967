"""Account roles: what members are to accounts, e.g. Preparer."""

from dataclasses import dataclass

from engine import access, find
from engine.automating import uses
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight
from engine.errors import refuse_use
from engine.firm.tags import free_name
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.writes import records, usage


@dataclass(frozen=True, slots=True)
class CreateAccountRole:
    """Makes an account role."""

    name: str
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateAccountRole:
    """Renames an account role."""

    account_role_id: str
    name: Maybe[str] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteAccountRole:
    """Deletes an account role that nothing uses."""

    account_role_id: str


async def create_account_role(work: Work, command: CreateAccountRole) -> str:
    """Makes an account role; answers its id."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    checks = Checks()
    name = checks.name(command.name, "name")
    checks.done()
    role_id, again = await find.new(work, "account_roles", "role", command)
    if again:
        return str((await find.of_firm(work, "account_roles", "account role", role_id, "id"))["id"])
    await free_name(work, "account_roles", name)
    await records.make(work.db, models.AccountRole, id=role_id, firm_id=work.firm_id, name=name)
    work.touch("account_role", role_id)
    return role_id


async def update_account_role(work: Work, command: UpdateAccountRole) -> str:
    """Renames an account role."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    row = await find.whole(work, "account_roles", "account role", command.account_role_id, "account_role_id")
    checks = Checks()
    values = differing(row, name=checks.given(checks.name, command.name, "name"))
    checks.done()
    if values:
        await free_name(work, "account_roles", values["name"], command.account_role_id)
        await records.change(work.db, models.AccountRole, work.firm_id, command.account_role_id, work.now, **values)
        work.touch("account_role", command.account_role_id)
    return command.account_role_id


async def delete_account_role(work: Work, command: DeleteAccountRole) -> str:
    """Deletes an account role; refused while accounts use it, or automations and templates name it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    role_id = command.account_role_id
    await find.whole(work, "account_roles", "account role", role_id, "account_role_id")
    used = await usage.accounts_with_role(
        work.db, work.firm_id, role_id, lambda p: access.sees_account(work.viewer, p, "t.id")
    )
    refuse_use(used, "account uses this role.", "accounts use this role.", "account_role_id")
    await uses.refuse(work, role_id, "account_role_id")
    await records.drop(work.db, models.AccountRole, work.firm_id, role_id)
    work.touch("account_role", role_id)
    return role_id
