"""Invoices, as members see them."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from gql.fields import batched, plain
from gql.types.items import OfClients
from gql.types.node import Node
from gql.types.people import Member
from resolvers import invoices


@strawberry.type(description="Something that an invoice charges.")
class InvoiceLine:
    """A line."""

    description: str = plain("What for.")
    quantity: Decimal = plain("How many.")
    unit_price: Decimal = plain("The price of one; below zero for a discount.")
    tax_rate: Decimal = plain("Its tax in percent.")
    net: Decimal = plain("What it comes to without tax, rounded half up.")


@strawberry.type(description="The tax of one rate on an invoice.")
class InvoiceTax:
    """A tax."""

    rate: Decimal = plain("In percent.")
    net: Decimal = plain("The sum of the lines that bear it.")
    tax: Decimal = plain("The tax on that sum, rounded half up.")


@strawberry.type(description="Something that was paid of an invoice, or given back.")
class InvoicePayment(Node):
    """A payment."""

    amount: Decimal = plain("How much; below zero where it was given back.")
    paid_on: date = plain("When.")
    method: str | None = plain("How.")
    note: str | None = plain("What else is to be known of it.")
    recorded_by: Member | None = batched(invoices.recorders, "Who noted it.")
    created_at: datetime = plain("When it was noted.")


@strawberry.type(description="What an invoice charges and what was paid of it, in the units of its currency.")
class InvoiceDetails:
    """An invoice."""

    number: int | None = plain("Its number, the next of the firm as it was sent; null before.")
    currency: str = plain("The currency that the firm had when it was made, as three letters.")
    lines: list[InvoiceLine] = plain("What is charged.")
    notes: str | None = plain("Terms of payment, or notes.")
    net: Decimal = plain("The sum of the lines.")
    taxes: list[InvoiceTax] = plain("The tax by its rates.")
    tax: Decimal = plain("The sum of those.")
    total: Decimal = plain("What is to be paid, tax included.")
    paid: Decimal = plain("What was paid and not given back.")
    left: Decimal = plain("What is left to be paid; of a void one, too.")
    overdue: bool = plain("Whether it is open and its due date has passed in the firm's time zone.")
    payments: list[InvoicePayment] = batched(invoices.payments, "What was paid and given back, as it was noted.")


@strawberry.type(description="What a client is to pay, done once it is paid in full.")
class Invoice(OfClients):
    """An invoice."""

    details: InvoiceDetails | None = batched(invoices.details, "All of it; null without the right MANAGE_INVOICES.")


@strawberry.type(description="What a line of an invoice holds.")
class InvoiceLineContent:
    """What a template's line holds."""

    description: str = plain("What for, with its shortcodes as they were written.")
    unit_price: Decimal = plain("The price of one.")
    quantity: Decimal = plain("How many.")
    tax_rate: Decimal = plain("Its tax in percent.")


@strawberry.type(description="What an invoice charges.")
class InvoiceContent:
    """What a template of invoices holds."""

    lines: list[InvoiceLineContent] = plain("What is charged.")
    notes: str | None = plain("Terms of payment, or notes, with their shortcodes as they were written.")
