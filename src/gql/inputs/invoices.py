"""Invoices: what they charge, and what is paid of them."""

from datetime import date
from decimal import Decimal

import strawberry

from engine.items import invoices, payments
from gql.fields import given, optional
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(invoices.InvoiceLine, "Something that an invoice charges.")
class InvoiceLineInput:
    """A line."""

    description: str = given("What for, with shortcodes.")
    unit_price: Decimal = given("The price of one, with the decimals of the currency; below zero for a discount.")
    quantity: Decimal = given("How many, with up to 4 decimals.", default=Decimal(1))
    tax_rate: Decimal = given("Its tax in percent, from 0 to 100, with up to 4 decimals.", default=Decimal(0))


@input_of(invoices.InvoiceContent, "What an invoice charges, in the currency that the firm has when it is made.")
class InvoiceContentInput:
    """An invoice."""

    lines: list[InvoiceLineInput] = given("What is charged, at most 200 lines.")
    notes: str | None = given("Terms of payment, or notes, with shortcodes.", default=None)


@input_of(payments.RecordPayment, "What was paid of an invoice.")
class RecordPaymentInput(MutationInput):
    """A payment."""

    id: ID | None = optional(CLIENT_ID)
    item_id: ID = given("Which invoice.")
    amount: Decimal = given("How much: no more than is left to be paid.")
    paid_on: date | None = given("When; today where left out.", default=None)
    method: str | None = given("How: by transfer, for example.", default=None)
    note: str | None = given("What else is to be known of it, for members.", default=None)


@input_of(payments.RefundPayment, "What was given back of what was paid of an invoice.")
class RefundPaymentInput(MutationInput):
    """A refund."""

    id: ID | None = optional(CLIENT_ID)
    item_id: ID = given("Which invoice.")
    amount: Decimal = given("How much: no more than was paid and not given back.")
    paid_on: date | None = given("When; today where left out.", default=None)
    method: str | None = given("How: by transfer, for example.", default=None)
    note: str | None = given("What else is to be known of it, for members.", default=None)
