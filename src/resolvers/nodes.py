"""Anything by its id, and what errors and history entries point at."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from engine.enums import ErrorCode
from engine.errors import invalid
from engine.items.rules import prefixes
from resolvers import (
    accounts,
    automations,
    bulk,
    client_statuses,
    comments,
    custom_fields,
    dead_letters,
    documents,
    emails,
    firms,
    invoices,
    items,
    job_templates,
    jobs,
    notifications,
    pipelines,
    recurrences,
    task_templates,
    tasks,
    threads,
    time_entries,
    trash,
    webhooks,
)
from resolvers.commands import Read
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, batch, camel, query
from resolvers.lookup import in_order, present
from store.ids import prefix_of
from store.reads import things
from store.reads.log import decoded

MOST: Final = 200  # ids in one query


async def _firms(context: Context, ids: Sequence[str | None]) -> Sequence[Any]:
    own = await things.firm(context.db, context.firm_id)
    return [own if firm_id == context.firm_id else None for firm_id in ids]


async def _users(context: Context, ids: Sequence[str | None]) -> Sequence[Any]:
    """One's own login only."""
    own = await things.user(context.db, context.viewer.user_id)
    return [own if user_id == context.viewer.user_id else None for user_id in ids]


async def _api_tokens(context: Context, ids: Sequence[str | None]) -> Sequence[Any]:
    """One's own API tokens only."""
    found = await things.api_tokens(context.db, context.firm_id, present(ids))
    own = {token_id: row for token_id, row in found.items() if row["member_id"] == context.viewer.member_id}
    return in_order(own, ids)


_READS: Final[Mapping[str, Read]] = {
    "firm": _firms,
    "member": firms.by_ids,
    "account": accounts.by_ids,
    "contact": accounts.contacts_by_ids,
    "tag": accounts.tags_by_ids,
    "role": accounts.roles_by_ids,
    "field": custom_fields.by_ids,
    "jobtemplate": job_templates.by_ids,
    "tasktemplate": task_templates.by_ids,
    "pipeline": pipelines.by_ids,
    "stage": pipelines.stages_by_ids,
    "status": pipelines.statuses_by_ids,
    "clientstatus": client_statuses.by_ids,
    "job": jobs.by_ids,
    "visit": jobs.visits_by_ids,
    **dict.fromkeys(prefixes(), items.by_ids),
    "task": tasks.by_ids,
    "itemtemplate": items.templates_by_ids,
    "message": threads.by_ids,
    "payment": invoices.payments_by_ids,
    "clienttask": threads.tasks_by_ids,
    "subtask": tasks.subtasks_by_ids,
    "history": jobs.history_by_ids,
    "automation": automations.by_ids,
    "run": automations.runs_by_ids,
    "comment": comments.by_ids,
    "notification": notifications.by_ids,
    "user": _users,
    "session": _api_tokens,
    "call": webhooks.by_ids,
    "due": dead_letters.by_ids,
    "bulk": bulk.by_ids,
    "trash": trash.by_ids,
    "emailtemplate": emails.templates_by_ids,
    "email": emails.by_ids,
    "doc": documents.by_ids,
    "recurrence": recurrences.by_ids,
    "recurrencerun": recurrences.runs_by_ids,
    "time": time_entries.by_ids,
}


# History names pipelines and stages that have been deleted since, as visits do.
_READS_OF_HISTORY: Final = {
    **_READS,
    "pipeline": pipelines.past_by_ids,
    "stage": pipelines.past_stages_by_ids,
}
_GUARDED: Final = frozenset({"account", "linked_job", "pipeline", "run", "stage"})
"""History fields that name what not all who see the job may know: who sees a thing is told how it is called."""
_KNOWN: Final = frozenset(
    {"assignees", "client_status", "client_task", "document", "item", "member", "status", "subtask", "task"}
    | {"time_entry"}
)
"""Those that name what all of them may know: they go by the names that they had, also when they are gone."""


async def by_ids(context: Context, ids: Sequence[str | None], reads: Mapping[str, Read] = _READS) -> list[Any]:
    """What the viewer sees of the things, null for the rest (AC4). One read per type."""
    by_prefix: dict[str, list[str]] = {}
    for thing_id in ids:
        if thing_id:
            by_prefix.setdefault(prefix_of(thing_id), []).append(thing_id)
    found: dict[str, Any] = {}
    for prefix, some in by_prefix.items():
        if prefix in reads:
            found.update(zip(some, await reads[prefix](context, some), strict=True))
    return in_order(found, ids)


@query(may=READER, depends=Depends.SCOPE)
async def one(context: Context, *, id: str) -> Any:
    """One thing."""
    return (await by_ids(context, [id]))[0]


@query(may=READER, depends=Depends.SCOPE)
async def many(context: Context, *, ids: Sequence[str]) -> list[Any]:
    """Things in the order of their ids."""
    if len(ids) > MOST:
        raise invalid(ErrorCode.TOO_MANY, f"At most {MOST} ids at once.", "ids")
    return await by_ids(context, ids)


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def current_of(context: Context, errors: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What conflicts are about, as it is now (MV4)."""
    return await by_ids(context, [error["current_id"] for error in errors])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def subjects(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What notifications are about beside their jobs, where it is still there."""
    return await by_ids(context, [row["subject_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def used_by(context: Context, errors: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Who uses a thing, as far as the viewer sees them (PL4)."""
    return await lists(context, [error["used_by"] for error in errors])


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def pending_items(context: Context, errors: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Items that need a choice (MV5)."""
    return await lists(context, [error["item_ids"] for error in errors])


async def lists(context: Context, lists: Sequence[Sequence[str]]) -> list[list[Any]]:
    """What the viewer sees of lists of things."""
    wanted = list(dict.fromkeys(chain.from_iterable(lists)))
    found = dict(zip(wanted, await by_ids(context, wanted), strict=True))
    return [[found[thing_id] for thing_id in some if found[thing_id] is not None] for some in lists]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def history_changes(context: Context, rows: Sequence[Any]) -> list[list[dict[str, Any]]]:
    """What history entries changed. Things that the viewer does not see are not named, not even by id (AC4)."""
    entries = [decoded(row, "changes") for row in rows]
    wanted = sorted({thing_id for lines in entries for line in lines for thing_id in _referred(line)})
    seen = dict(zip(wanted, await by_ids(context, wanted, _READS_OF_HISTORY), strict=True))
    return [[_change(line, seen) for line in lines] for lines in entries]


def _referred(line: Mapping[str, Any]) -> list[str]:
    return [thing_id for side in ("from", "to") for thing_id in _ids(line, side)]


def _ids(line: Mapping[str, Any], side: str) -> list[str]:
    """The things that one side of a line names, where it names things."""
    value = line[side]
    values = value if isinstance(value, list) else [value]
    refers = line["field"] in _KNOWN or line["field"] in _GUARDED
    return [one for one in values if refers and isinstance(one, str) and prefix_of(one) in _READS]


def _change(line: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    sides: dict[str, Any] = {}
    for side in ("from", "to"):
        ids = _ids(line, side)
        nodes = [seen[thing_id] for thing_id in ids if seen[thing_id] is not None]
        value = _name(line, side, nodes) if ids else line[side]
        sides |= {f"{side}_nodes": nodes, f"{side}_value": None if isinstance(value, list) else _text(value)}
    return {"field": camel(line["field"]), **sides}


def _name(line: Mapping[str, Any], side: str, nodes: Sequence[Any]) -> Any:
    """What a thing was called; where that was not noted, what it is called now, if it is one and the viewer sees it."""
    label = line.get(f"{side}_label")
    if isinstance(line[side], list) or (not nodes and line["field"] in _GUARDED):
        return None
    return label if label is not None or not nodes else nodes[0].get("name") or nodes[0].get("title")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
