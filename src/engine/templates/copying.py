"""Copies of templates: all that a template says, under a name of its own."""

from dataclasses import dataclass

from engine import find
from engine.automating import uses
from engine.checks import NAME_LENGTH, Checks
from engine.enums import AccessRight
from engine.firm.tags import free_name
from engine.templates import keeping
from engine.templates.restoring import find_sort
from engine.templates.sorts import Sort
from engine.unset import UNSET, Maybe
from engine.work import Work
from store.database import Row
from store.writes import locks
from store.writes import templates as writes
from store.writes.uses import used_by


@dataclass(frozen=True, slots=True)
class DuplicateTemplate:
    """Makes a copy of a template."""

    template_id: str
    name: Maybe[str] = UNSET
    id: Maybe[str | None] = UNSET


async def duplicate_template(work: Work, command: DuplicateTemplate) -> str:
    """Makes a copy; answers its id. What another has said may be said again; whom it names stays named."""
    work.viewer.need(AccessRight.MANAGE_TEMPLATES)
    sort = find_sort(command.template_id)
    checks = Checks()
    name = checks.given(checks.name, command.name, "name")
    checks.done()
    copy_id, again = await find.new(work, sort.table, sort.prefix, command)
    if again:
        return await keeping.again(work, sort, copy_id)
    source = await find.whole(work, sort.table, "template", command.template_id, "template_id")
    name = await _name(work, sort, source, name)
    await writes.copy(work.db, sort.table, source, copy_id, name, work.actor_id, work.now)
    await uses.refer(work, copy_id, await used_by(work.db, work.firm_id, source["id"]), "template_id")
    work.touch(sort.topic, copy_id)
    return copy_id


async def _name(work: Work, sort: Sort, source: Row, given: Maybe[str]) -> str:
    """The name that is given, if it is free, or else one of a copy."""
    if given is not UNSET:
        await free_name(work, sort.table, given)
        return given
    await locks.own_firm(work.db, f"{work.firm_id}/{sort.table}")
    return await writes.name_of_copy(work.db, sort.table, work.firm_id, source["name"], NAME_LENGTH)
