"""Tags: the firm's labels on accounts."""

from dataclasses import dataclass

from engine import find
from engine.automating import uses
from engine.changes import differing
from engine.checks import Checks
from engine.enums import AccessRight, ErrorCode
from engine.errors import invalid
from engine.unset import UNSET, Maybe
from engine.work import Work
from store import models
from store.writes import names, records, tagging


@dataclass(frozen=True, slots=True)
class CreateTag:
    """Makes a tag."""

    name: str
    color: str | None = None
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateTag:
    """Renames or recolours a tag."""

    tag_id: str
    name: Maybe[str] = UNSET
    color: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class DeleteTag:
    """Deletes a tag that no condition or automation names, and takes it off every account."""

    tag_id: str


async def create_tag(work: Work, command: CreateTag) -> str:
    """Makes a tag; answers its id. Refuses a name that is taken, whatever its case."""
    work.viewer.need(AccessRight.MANAGE_TAGS)
    checks = Checks()
    name, color = checks.name(command.name, "name"), checks.color(command.color, "color")
    checks.done()
    tag_id, again = await find.new(work, "tags", "tag", command)
    if again:
        return str((await find.of_firm(work, "tags", "tag", tag_id, "id"))["id"])
    await free_name(work, "tags", name)
    await records.make(work.db, models.Tag, id=tag_id, firm_id=work.firm_id, name=name, color=color)
    work.touch("tag", tag_id)
    return tag_id


async def update_tag(work: Work, command: UpdateTag) -> str:
    """Changes a tag; accounts that carry it show it at once."""
    work.viewer.need(AccessRight.MANAGE_TAGS)
    row = await find.whole(work, "tags", "tag", command.tag_id, "tag_id")
    checks = Checks()
    values = differing(
        row,
        name=checks.given(checks.name, command.name, "name"),
        color=checks.given(checks.color, command.color, "color"),
    )
    checks.done()
    if "name" in values:
        await free_name(work, "tags", values["name"], command.tag_id)
    if values:
        await records.change(work.db, models.Tag, work.firm_id, command.tag_id, work.now, **values)
        for account_id in await tagging.accounts_with(work.db, work.firm_id, command.tag_id):
            work.touch("account", account_id, fields=["tags"])
        work.touch("tag", command.tag_id)
    return command.tag_id


async def delete_tag(work: Work, command: DeleteTag) -> str:
    """Deletes a tag; refused while conditions or automations name it (PL4)."""
    work.viewer.need(AccessRight.MANAGE_TAGS)
    await find.whole(work, "tags", "tag", command.tag_id, "tag_id")
    await uses.refuse(work, command.tag_id, "tag_id")
    for account_id in await tagging.untag_all(work.db, work.firm_id, command.tag_id):
        work.touch("account", account_id, fields=["tags"])
    await records.drop(work.db, models.Tag, work.firm_id, command.tag_id)
    work.touch("tag", command.tag_id)
    return command.tag_id


async def free_name(work: Work, table: str, name: str, but: str = "") -> None:
    """Refuses a name that another thing of the firm's table has, whatever its case. One writer at a time."""
    if await names.taken(work.db, table, work.firm_id, name, but):
        raise invalid(ErrorCode.NAME_TAKEN, "This name is taken.", "name")
