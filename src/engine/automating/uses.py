"""What configurations refer to: kept while it is being referred to, and not deleted while it is (PL4)."""

from collections.abc import Collection, Mapping
from typing import Final

from engine import access, find
from engine.errors import missing, refuse_use
from engine.work import Work
from store.ids import prefix_of
from store.writes import usage
from store.writes import uses as writes
from store.writes.find import Condition

WORDS: Final[Mapping[str, str]] = {
    "role": "account role",
    "status": "job status",
    "clientstatus": "client-facing status",
    "emailtemplate": "e-mail template",
    "jobtemplate": "job template",
    "tasktemplate": "task template",
    "itemtemplate": "item template",
    "doc": "document",
}
"""What things are called whose ids have another prefix than that."""


async def refer(work: Work, user_id: str, ids: Collection[str], *path: str) -> None:
    """Says all that a stage, automation, template or recurrence refers to. Refuses where something of it is gone."""
    if await writes.refer(work.db, work.firm_id, user_id, ids):
        raise missing("thing", *path)


async def there(work: Work, prefix: str, ids: Collection[str], *path: str) -> None:
    """Refuses unless all ids are of things of the firm with that prefix."""
    if any(prefix_of(thing_id) != prefix for thing_id in ids):
        raise missing(WORDS.get(prefix, prefix), *path)
    await find.all_of_firm(work, writes.TABLES[prefix], WORDS.get(prefix, prefix), ids, *path)


async def refuse(work: Work, used_id: str, *path: str) -> None:
    """Refuses the deletion of a thing, locked whole, that something in use refers to."""
    used = await usage.configurations(work.db, work.firm_id, used_id, _seen(work))
    one = "condition, automation, template or recurrence refers to it: change that first."
    many = "conditions, automations, templates or recurrences refer to it: change them first."
    refuse_use(used, one, many, *path)


async def refuse_in_texts(work: Work, field_id: str, *path: str) -> None:
    """Refuses another name for a custom field, locked whole, that texts name by a shortcode."""
    used = await usage.texts_with_field(work.db, work.firm_id, field_id, _seen(work))
    one = "automation, template or recurrence names the field in texts: change that first."
    many = "automations, templates or recurrences name the field in texts: change them first."
    refuse_use(used, one, many, *path)


async def refuse_choices(work: Work, field_id: str, choices: Collection[str], *path: str) -> None:
    """Refuses to take choices away from a custom field, locked whole, that conditions name."""
    used = await usage.conditions_with_choice(work.db, work.firm_id, field_id, choices, _seen(work))
    one = "condition names a choice that is to go: change that first."
    refuse_use(used, one, "conditions name a choice that is to go: change them first.", *path)


def _seen(work: Work) -> Condition:
    return lambda p: access.sees_pipeline(work.viewer, p, "t.pipeline_id")
