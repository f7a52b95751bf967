"""Custom fields: what a firm wants to know of its accounts beyond what every account has."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from engine import access, find
from engine.automating import uses
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, CustomFieldKind, ErrorCode
from engine.errors import invalid, missing, refuse_use
from engine.firm import field_values
from engine.firm.tags import free_name
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.database import Row
from store.writes import custom_fields, records, usage

MOST: Final = 100  # fields in a firm
MOST_CHOICES: Final = 100  # of one field


@dataclass(frozen=True, slots=True)
class CreateCustomField:
    """Makes a custom field; only one of the kind CHOICE has choices."""

    name: str
    kind: CustomFieldKind
    choices: Sequence[str] = ()
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateCustomField:
    """Renames a custom field, or gives it other choices. Its kind stays."""

    field_id: str
    name: Maybe[str] = UNSET
    choices: Maybe[Sequence[str]] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteCustomField:
    """Deletes a custom field that nothing names, with its values."""

    field_id: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value for a custom field of an account; None for none."""

    field_id: str
    value: str | None = None


async def create_custom_field(work: Work, command: CreateCustomField) -> str:
    """Makes a custom field; answers its id. Refuses a name that is taken, whatever its case."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    checks = Checks()
    name = _name(checks, command.name, "name")
    choices = _choices(checks, command.kind, command.choices, "choices")
    checks.done()
    field_id, again = await find.new(work, "custom_fields", "field", command)
    if again:
        return str((await find.of_firm(work, "custom_fields", "custom field", field_id, "id"))["id"])
    await free_name(work, "custom_fields", name)
    if await custom_fields.count(work.db, work.firm_id) >= MOST:
        raise invalid(ErrorCode.TOO_MANY, f"A firm has at most {MOST} custom fields.")
    values = {"name": name, "kind": command.kind, "choices": choices}
    await records.make(work.db, models.CustomField, id=field_id, firm_id=work.firm_id, **values)
    work.touch("custom_field", field_id)
    return field_id


async def update_custom_field(work: Work, command: UpdateCustomField) -> str:
    """Changes a custom field; answers its id.

    Refuses another name while texts name it by a shortcode, and to take away choices that accounts or conditions have.
    """
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    row = await find.whole(work, "custom_fields", "custom field", command.field_id, "field_id")
    checks = Checks()
    kind = CustomFieldKind(row["kind"])
    choices = UNSET if command.choices is UNSET else _choices(checks, kind, command.choices, "choices")
    values = differing(
        row, name=checks.given(lambda *given: _name(checks, *given), command.name, "name"), choices=choices
    )
    checks.done()
    if "name" in values:
        await free_name(work, "custom_fields", values["name"], row["id"])
        await uses.refuse_in_texts(work, row["id"], "name")
    if "choices" in values:
        await _free_choices(work, row, [one for one in row["choices"] if one not in values["choices"]])
    if values:
        await records.change(work.db, models.CustomField, work.firm_id, row["id"], work.now, **values)
        work.touch("custom_field", row["id"])
    return command.field_id


async def _free_choices(work: Work, row: Row, gone: Collection[str]) -> None:
    used = await usage.accounts_with_choice(
        work.db, work.firm_id, row["id"], gone, lambda p: access.sees_account(work.viewer, p, "t.id")
    )
    one = "account has a choice that is to go: change that first."
    refuse_use(used, one, "accounts have a choice that is to go: change them first.", "choices")
    await uses.refuse_choices(work, row["id"], gone, "choices")


async def delete_custom_field(work: Work, command: DeleteCustomField) -> str:
    """Deletes a custom field with its values; refused while conditions or texts name it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_ACCOUNTS)
    await find.whole(work, "custom_fields", "custom field", command.field_id, "field_id")
    await uses.refuse(work, command.field_id, "field_id")
    await custom_fields.forget_values(work.db, work.firm_id, command.field_id)
    await records.drop(work.db, models.CustomField, work.firm_id, command.field_id)
    work.touch("custom_field", command.field_id)
    return command.field_id


async def set_values(work: Work, account_id: str, given: Sequence[FieldValue], *path: str) -> bool:
    """Gives a locked or new account values; answers whether any was another before."""
    if not given:
        return False
    rows = await custom_fields.kept(work.db, work.firm_id, {one.field_id for one in given})
    if any(one.field_id not in rows for one in given):
        raise missing("custom field", *path)
    checks = Checks()
    checks.few(list(given), *path)
    if len({one.field_id for one in given}) < len(given):
        checks.add(ErrorCode.INVALID, "Name each field once.", *path)
    values = {one.field_id: _value(checks, rows[one.field_id], one, (*path, str(n))) for n, one in enumerate(given)}
    checks.done()
    return await custom_fields.set_values(work.db, work.firm_id, account_id, values)


def _value(checks: Checks, row: Row, said: FieldValue, path: tuple[str, ...]) -> str | None:
    return field_values.checked(checks, CustomFieldKind(row["kind"]), row["choices"], said.value, *path, "value")


def _name(checks: Checks, value: str, *path: str) -> str:
    if "[" in value or "]" in value:
        checks.add(ErrorCode.INVALID, "A name has no square brackets, so that shortcodes can hold it.", *path)
    return checks.name(value, *path)


def _choices(checks: Checks, kind: CustomFieldKind, given: Sequence[str], *path: str) -> list[str]:
    if len(given) > MOST_CHOICES:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST_CHOICES} choices.", *path)
        return []
    choices = [checks.name(one, *path, str(n)) for n, one in enumerate(given)]
    if kind is CustomFieldKind.CHOICE and not choices:
        checks.add(ErrorCode.TOO_FEW, "Name at least one choice.", *path)
    if kind is not CustomFieldKind.CHOICE and choices:
        checks.add(ErrorCode.INVALID, "Only a field of the kind CHOICE has choices.", *path)
    if len(set(choices)) < len(choices):
        checks.add(ErrorCode.INVALID, "Name each choice once.", *path)
    return choices
