"""Templates are written here, whatever their sort: each change is another version, with who has made it.

The versions themselves are kept by the database (``template_versions``), which refuses a change that is none.
"""

from collections.abc import Collection
from typing import Any

from engine import find
from engine.automating import uses
from engine.templates.sorts import Sort
from engine.work import Work
from store.database import Row
from store.writes import records


async def whole(work: Work, sort: Sort, template_id: str, *path: str) -> Row:
    """Locks a template, so that nobody starts or stops to refer to it meanwhile; answers it as it is now."""
    return await find.whole(work, sort.table, sort.noun, template_id, *path)


async def again(work: Work, sort: Sort, template_id: str) -> str:
    """The id of a template that was made before by the same command (JB2). Refused where it is gone."""
    return str((await find.of_firm(work, sort.table, sort.noun, template_id, "id"))["id"])


async def make(work: Work, sort: Sort, template_id: str, refers: Collection[str], **values: Any) -> None:
    """Makes a template that has been checked; ``refers`` are the ids of all that it names."""
    given = {"id": template_id, "firm_id": work.firm_id, "changed_by": work.actor_id, **values}
    await records.make(work.db, sort.model, **given)
    await uses.refer(work, template_id, refers)
    work.touch(sort.topic, template_id)


async def change(work: Work, sort: Sort, template_id: str, refers: Collection[str], **values: Any) -> None:
    """Changes a locked template to what has been checked, and is new."""
    values["changed_by"] = work.actor_id
    await uses.refer(work, template_id, refers)
    await records.change(work.db, sort.model, work.firm_id, template_id, work.now, **values)
    work.touch(sort.topic, template_id)


async def drop(work: Work, sort: Sort, template_id: str, *path: str) -> None:
    """Deletes a locked template that nothing uses (PL4). Its versions stay for what was made by it."""
    await uses.refuse(work, template_id, *path)
    await uses.refer(work, template_id, ())
    await records.drop(work.db, sort.model, work.firm_id, template_id)
    work.touch(sort.topic, template_id)
