"""Invoices in tests: made, paid, and looked at from both sides."""

from __future__ import annotations

from typing import Any

from tests.portal.kit import Guest
from tests.support.api import Client, Json
from tests.support.desk import Desk

AMOUNTS = """number currency notes net tax total paid left overdue
  lines { description quantity unitPrice taxRate net } taxes { rate net tax } payments { amount paidOn method }"""
INVOICE = f"""id kind title state open dueDate ... on Invoice {{ version sending {{ sentAt closedAt }}
  details {{ {AMOUNTS} }} }}"""
PORTAL = f"id kind title state open ... on PortalInvoice {{ details {{ {AMOUNTS} }} }}"


def line(price: str, **more: str) -> Json:
    """A line that charges so much, without tax unless it is said."""
    return {"description": "Work", "unitPrice": price, **more}


def content(*lines: Json, **more: Any) -> Json:
    """What an invoice holds; one of 100 if nothing is said."""
    return {"invoice": {"lines": list(lines) or [line("100")], **more}}


async def invoice(desk: Desk, *lines: Json, **given: Any) -> str:
    """A new invoice for the shop's account, sent unless it is said; answers its id."""
    given = {"accountId": desk.shop.account, "title": "Invoice", "content": content(*lines), **given}
    return str((await desk.owner.do("createItem", "item { id }", **given))["id"])


async def look(client: Client, item_id: str) -> Json:
    """An invoice as a member sees it."""
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on ActionItem {{ {INVOICE} }} }} }}"
    found: Json = (await client.query(document, id=item_id))["node"]
    return found


async def details(client: Client, item_id: str) -> Json:
    """Its amounts."""
    found: Json = (await look(client, item_id))["details"]
    return found


async def portal(client: Guest, item_id: str) -> Json | None:
    """An invoice as a client sees it."""
    found: Json | None = (
        await client.query(f"query ($id: ID!) {{ portal {{ item(id: $id) {{ {PORTAL} }} }} }}", id=item_id)
    )["portal"]["item"]
    return found


async def pay(desk: Desk, item_id: str, amount: str, **given: Any) -> str:
    """Notes a payment; answers how the invoice stands."""
    selection = "item { state }"
    done: Json = await desk.owner.do("recordPayment", selection, itemId=item_id, amount=amount, **given)
    return str(done["state"])


async def refund(desk: Desk, item_id: str, amount: str, **given: Any) -> str:
    """Notes that something was given back; answers how the invoice stands."""
    done: Json = await desk.owner.do("refundPayment", "item { state }", itemId=item_id, amount=amount, **given)
    return str(done["state"])
