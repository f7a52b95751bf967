"""The marketplace: templates to look at and install, pipelines to export and duplicate."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.enums import AccessRight
from engine.marketplace import documents
from engine.marketplace.blueprint import Blueprint
from engine.marketplace.duplicating import duplicate_pipeline as duplicate
from engine.marketplace.exporting import export_pipeline as export
from engine.marketplace.installing import Installed, chosen, ordered
from engine.marketplace.installing import install_pipeline_template as install
from engine.marketplace.previews import Preview, StageView
from engine.marketplace.report import Report, Thing
from engine.marketplace.shelf import order, shelf
from resolvers import nodes, pipelines
from resolvers.context import Context
from resolvers.declare import READER, WITH_PARENT, Depends, Payload, batch, mutation, query, right
from resolvers.pages import Connection, PageArgs
from store.reads.paging import Found, Order

BY_CATEGORY: Final = Order("marketplace", (("category", "text"), ("name", "text"), ("key", "text")))
Template = Mapping[str, Any]


@query(may=READER, depends=Depends.NONE)
async def page(context: Context, *, category: str | None, search: str | None, **args: Any) -> Connection:
    """The templates of the marketplace that are looked for."""
    part = PageArgs(**args).slice(BY_CATEGORY)
    found = [_row(one) for one in (await asyncio.to_thread(shelf)).found(category, search)]
    some = [
        row
        for row in found
        if (part.after is None or row["cursor_values"] > part.after)
        and (part.before is None or row["cursor_values"] < part.before)
    ]
    start = max(0, len(some) - part.size) if part.backward else 0
    shown: Any = some[start : start + part.size]

    async def count(context: Context, parent_ids: Sequence[str]) -> Mapping[str, int]:
        return dict.fromkeys(parent_ids, len(found))

    return Connection(BY_CATEGORY, part, Found(shown, len(shown) < len(some)), "", count)


@query(may=READER, depends=Depends.NONE)
async def categories(context: Context) -> list[str]:
    """The categories of the marketplace."""
    return (await asyncio.to_thread(shelf)).categories


@query(may=READER, depends=Depends.NONE)
async def one(context: Context, *, key: str | None, document: str | None) -> Template:
    """A template of the marketplace, or what a document describes."""
    return _row(await asyncio.to_thread(chosen, key, document))


def _row(blueprint: Blueprint) -> dict[str, Any]:
    pipeline = blueprint.pipeline
    return {
        "preview": Preview(blueprint),
        "key": blueprint.key,
        "name": pipeline.name,
        "description": pipeline.description,
        "category": blueprint.category,
        "tags": blueprint.tags,
        "cursor_values": list(order(blueprint)),
    }


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def stages(context: Context, rows: Sequence[Template]) -> list[list[Any]]:
    """The stages of templates."""
    return [[_stage(view) for view in row["preview"].stages] for row in rows]


def _stage(view: StageView) -> dict[str, Any]:
    names = ("name", "automove", "completion", "time_limit", "job_limit")
    own = {name: getattr(view.stage, name) for name in names}
    return {**own, "condition": view.condition, "automations": view.automations}


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def statuses(context: Context, rows: Sequence[Template]) -> list[list[Any]]:
    """The firm's own statuses that templates enable."""
    return [row["preview"].statuses for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def things(context: Context, rows: Sequence[Template]) -> list[list[Any]]:
    """What templates bring along, and look for."""
    return [row["preview"].things for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def rights(context: Context, rows: Sequence[Template]) -> list[list[AccessRight]]:
    """What installing templates takes."""
    return [row["preview"].rights for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def managers_only(context: Context, rows: Sequence[Template]) -> list[bool]:
    """Whether only owners and admins install templates."""
    return [row["preview"].managers_only for row in rows]


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def texts(context: Context, rows: Sequence[Template]) -> list[str]:
    """Templates as documents."""
    return [documents.text_of(row["preview"].blueprint) for row in rows]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def installed(context: Context, rows: Sequence[Template]) -> list[Any]:
    """What was made or reused."""
    return await nodes.by_ids(context, [row["id"] for row in rows])


_MANAGE = right(AccessRight.MANAGE_PIPELINES)


async def _install(context: Context, given: Any) -> Payload:
    return await _answer(context, await context.perform(install, await ordered(given)))


async def _duplicate(context: Context, given: Any) -> Payload:
    return await _answer(context, await context.perform(duplicate, given))


async def _export(context: Context, given: Any) -> Payload:
    done = await context.perform(export, given)
    found = await pipelines.by_ids(context, [done.pipeline_id])
    return {"pipeline": found[0], "document": done.document, "left_out": _left_out(done.left_out)}


async def _answer(context: Context, done: Installed) -> Payload:
    found = await pipelines.by_ids(context, [done.pipeline_id])
    return {"pipeline": found[0], "report": done.report and _report(done.report)}


def _report(report: Report) -> dict[str, Any]:
    return {
        "made": [_thing(one) for one in report.made],
        "reused": [_thing(one) for one in report.reused],
        "renamed": [_thing(one) for one in report.renamed],
        "missing": report.missing,
        "left_out": _left_out(report.left_out),
    }


def _thing(one: Thing) -> dict[str, Any]:
    return {"id": one.thing_id, "part": one.part, "name": one.name, "wanted_name": one.wanted}


def _left_out(some: Sequence[Any]) -> list[dict[str, str]]:
    return [{"place": one.place, "words": one.what, "reason": one.reason} for one in some]


install_pipeline_template = mutation(_MANAGE)(_install)
export_pipeline = mutation(_MANAGE)(_export)
duplicate_pipeline = mutation(_MANAGE)(_duplicate)
