"""Proposals and engagement letters. What clients see of them, too, leads to nothing else."""

from decimal import Decimal

import strawberry

from engine.enums import Billing
from gql.fields import batched, plain
from gql.types.invoices import Invoice
from gql.types.items import OfClients
from gql.types.signing import SHA256, SIGNED, Signer
from resolvers import items, proposals, signing


@strawberry.type(description="Something that the firm offers.")
class ProposalService:
    """A service."""

    name: str = plain("What it is.")
    description: str | None = plain("More about it.")
    price: Decimal = plain("What it costs each time, without tax.")
    billing: Billing = plain("How often it is billed.")
    tax_rate: Decimal = plain("Its tax in percent.")


@strawberry.type(description="What a proposal says.")
class ProposalContent:
    """What a proposal or a template of proposals holds; in a template with the shortcodes as they were written."""

    introduction: str | None = plain("How it begins.")
    services: list[ProposalService] = plain("What is offered.")
    terms: str | None = plain("On which terms.")
    invoices_on_acceptance: bool = plain("Whether accepting it makes the invoice of all that is billed once.")


@strawberry.type(description="What the services come to that are billed equally often, as an invoice of them would.")
class ProposalTotal:
    """A sum."""

    billing: Billing = plain("How often.")
    net: Decimal = plain("Without tax.")
    tax: Decimal = plain("The tax on it, rounded half up for each rate.")
    total: Decimal = plain("With tax.")


@strawberry.type(description="What the members see of a proposal who may manage proposals.")
class ProposalDetails:
    """The details."""

    content: ProposalContent = batched(items.contents_of, "What it says.")
    currency: str = batched(proposals.currencies, "The currency that the firm had when it was made.")
    totals: list[ProposalTotal] = batched(proposals.totals, "What it comes to.")
    signers: list[Signer] = batched(signing.signers, "Who is to sign, and has, by name.")
    signed_content: str = batched(signing.texts, SIGNED)
    content_sha256: str = batched(signing.digests, SHA256)
    invoice: Invoice | None = batched(proposals.invoices, "The invoice that accepting it has made.")


@strawberry.type(description="A proposal or engagement letter, done once everybody has signed.")
class Proposal(OfClients):
    """A proposal."""

    details: ProposalDetails | None = batched(
        items.details, "All the rest of it; null without the right to manage proposals."
    )
