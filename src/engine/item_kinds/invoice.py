"""Invoices: done once they are paid in full."""

from typing import Final

from engine.enums import ItemKind
from engine.items import invoices
from engine.items.rules import Content, ItemRules

RULES: Final = ItemRules(
    ItemKind.INVOICE,
    "invoice",
    "an invoice",
    put=invoices.put,
    ask="pay an invoice",
    content=Content(invoices.InvoiceContent, invoices.check, invoices.texts, invoices.fill, find=invoices.find),
    made=invoices.made,
    sent=invoices.sent,
)
