"""Invoices: what they charge, and what was paid of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine import access
from engine.enums import AccessRight, ItemKind
from engine.items import invoices, money
from engine.items import payments as commands
from engine.items.rules import kinds
from resolvers import firms, items
from resolvers.context import Context
from resolvers.declare import WITH_PARENT, Depends, Payload, batch, mutation, right
from resolvers.lookup import in_order, present
from store.database import Row
from store.reads import invoices as reads

_MANAGES: Final = right(AccessRight.MANAGE_INVOICES)


@batch(may=WITH_PARENT, depends=Depends.RIGHTS)
async def details(context: Context, rows: Sequence[Row]) -> list[Mapping[str, Any] | None]:
    """Invoices for who may manage them: others see title, kind and state (AC3)."""
    if not kinds()[ItemKind.INVOICE].permits(context.viewer):
        return [None] * len(rows)
    return list(await whole(context, rows))


async def whole(context: Context, rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
    """Invoices as they are shown, by the rows of their items."""
    kept = await reads.kept(context.db, context.firm_id, {row["id"] for row in rows})
    return [{**invoices.details(row, kept[row["id"]]), "overdue": _overdue(context, row)} for row in rows]


def _overdue(context: Context, row: Row) -> bool:
    return bool(row["open"] and row["due_date"] and row["due_date"] < context.today)


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def payments(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    """What was paid of invoices and given back, as it was noted."""
    found = await reads.payments(context.db, context.firm_id, {row["id"] for row in rows})
    return [[_payment(one) for one in found.get(row["id"], ())] for row in rows]


async def payments_by_ids(context: Context, ids: Sequence[str | None]) -> list[Mapping[str, Any] | None]:
    """Payments of invoices that the viewer sees and manages."""
    if not kinds()[ItemKind.INVOICE].permits(context.viewer):
        return [None] * len(ids)
    found = await reads.payments_by_ids(
        context.db, context.firm_id, present(ids), lambda p: access.sees_item(context.viewer, p, "i")
    )
    return in_order({payment_id: _payment(row) for payment_id, row in found.items()}, ids)


def _payment(row: Row) -> dict[str, Any]:
    return {**row, "amount": money.rounded(row["amount"], row["currency"])}


@batch(may=WITH_PARENT, depends=Depends.NONE)
async def recorders(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[Row | None]:
    """Who noted payments."""
    return await firms.by_ids(context, [row["member_id"] for row in rows])


async def _answer(context: Context, item_id: str, payment_id: str) -> Payload:
    """A payment that has just been noted, with its invoice."""
    return {
        "payment": (await payments_by_ids(context, [payment_id]))[0],
        "item": (await items.by_ids(context, [item_id]))[0],
    }


@mutation(may=_MANAGES)
async def record_payment(context: Context, given: commands.RecordPayment) -> Payload:
    """Notes what was paid."""
    return await _answer(context, given.item_id, await context.perform(commands.record_payment, given))


@mutation(may=_MANAGES)
async def refund_payment(context: Context, given: commands.RefundPayment) -> Payload:
    """Notes what was given back."""
    return await _answer(context, given.item_id, await context.perform(commands.refund_payment, given))
