"""Calls of webhooks, and the secret that they are signed with."""

from collections.abc import Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight, TokenScope, WebhookState
from engine.hooks import webhooks
from resolvers import automations, jobs
from resolvers.commands import command
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, Payload, batch, mutation, query, right
from resolvers.lookup import in_order, present
from resolvers.pages import Connection, PageArgs, pages
from store.database import Row
from store.reads import things
from store.reads import webhooks as reads
from store.reads.paging import Order, Source, fixed
from store.sql import Params

NEWEST_FIRST: Final = Order("webhook", (("w.created_at", "timestamptz"), ("w.id", "text")), descending=True)
INTEGRATOR: Final = right(AccessRight.MANAGE_INTEGRATIONS)
INTEGRATION_READER: Final = right(AccessRight.MANAGE_INTEGRATIONS, TokenScope.READ)


async def by_ids(context: Context, ids: Sequence[str | None]) -> list[Row | None]:
    """Calls that the viewer sees."""
    found = await reads.by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_webhook_call(context.viewer, p, "w")
    )
    return in_order(found, ids)


@query(may=INTEGRATION_READER, depends=Depends.RIGHTS | Depends.SCOPE)
async def page(context: Context, *, state: WebhookState | None, **args: Any) -> Connection:
    """Calls that the viewer sees, newest first."""

    def where(p: Params) -> str:
        seen = access.sees_webhook_call(context.viewer, p, "w")
        wanted = "TRUE" if state is None else f"w.state = {p(state)}"
        return f"w.firm_id = {p(context.firm_id)} AND {seen} AND {wanted}"

    source = Source(fixed(reads.CALL), "webhook_calls w", where)
    return (await pages(context, source, NEWEST_FIRST, PageArgs(**args)))[0]


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def job_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The jobs that calls are for."""
    return await jobs.by_ids(context, [row["job_id"] for row in rows])


@batch(may=WITH_PARENT, depends=Depends.SCOPE)
async def run_of(context: Context, rows: Sequence[Row]) -> list[Row | None]:
    """The runs of automations that made calls."""
    return await automations.runs_by_ids(context, [row["run_id"] for row in rows])


@batch(may=INTEGRATOR, depends=Depends.RIGHTS)
async def secrets(context: Context, firms: Sequence[Row]) -> list[str | None]:
    """What receivers of webhooks verify signatures with. A token that only reads is not told."""
    return [firm["webhook_secret"] for firm in firms]


@mutation(may=INTEGRATOR)
async def rotate_secret(context: Context, given: webhooks.RotateWebhookSecret) -> Payload:
    """Gives the firm another secret."""
    await context.perform(webhooks.rotate_secret, given)
    return {"firm": await things.firm(context.db, context.firm_id)}


retry_call = command(webhooks.retry_call, "call", by_ids, may=INTEGRATOR)
