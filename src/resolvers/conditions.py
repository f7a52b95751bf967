"""Conditions of stages and automations, as trees with the things that they name."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from engine.automating.conditions import AssigneesTest, Condition, FieldTest, parsed, references
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, batch
from store.ids import prefix_of
from store.reads import custom_fields, things

Things = Mapping[str, Any]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def of_rows(context: Context, rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The conditions of stages and automations, which they have in their column ``condition``."""
    conditions = [parsed(orjson.loads(row["condition"])) if row["condition"] else None for row in rows]
    named = {one for condition in conditions if condition for one in references(condition)}
    found = await _things(context, named)
    return [_node(condition, found) if condition else None for condition in conditions]


async def _things(context: Context, ids: set[str]) -> Things:
    """The tags, members and custom fields named: three statements at most."""
    reads = {"tag": things.tags, "member": things.members, "field": custom_fields.by_ids}
    found: dict[str, Any] = {}
    for prefix, read in reads.items():
        some = {one for one in ids if prefix_of(one) == prefix}
        found |= await read(context.db, context.firm_id, some) if some else {}
    return found


def _node(condition: Condition, found: Things) -> dict[str, Any]:
    return {
        "all_of": condition.all_of and [_node(part, found) for part in condition.all_of],
        "any_of": condition.any_of and [_node(part, found) for part in condition.any_of],
        "none_of": condition.none_of and _node(condition.none_of, found),
        "tags": _present(condition.tags, found),
        "priority": condition.priority and [priority.value for priority in condition.priority],
        "assignees": condition.assignees and _assignees(condition.assignees, found),
        "custom_field": condition.custom_field and _field(condition.custom_field, found),
    }


def _present(ids: Sequence[str] | None, found: Things) -> list[Any] | None:
    return None if ids is None else [found[one] for one in ids if one in found]


def _assignees(test: AssigneesTest, found: Things) -> dict[str, Any]:
    return {"members": _present(test.member_ids, found), "nobody": test.nobody}


def _field(test: FieldTest, found: Things) -> dict[str, Any]:
    parts = ("is_set", "is_one_of", "contains", "at_least", "at_most")
    return {"field": found.get(test.field_id), **{name: getattr(test, name) for name in parts}}
