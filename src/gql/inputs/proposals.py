"""Proposals: what they hold, and how clients answer them."""

from decimal import Decimal

import strawberry

from engine.enums import Billing
from engine.items import accepting, proposals, signing
from gql.fields import given
from gql.inputs.base import MutationInput, input_of
from gql.inputs.signing import SIGNERS

ID = strawberry.ID


@input_of(proposals.Service, "Something that the firm offers.")
class ProposalServiceInput:
    """A service."""

    name: str = given("What it is, with shortcodes.")
    price: Decimal = given("What it costs each time, without tax, with the decimals of the currency; from 0.")
    billing: Billing = given("How often it is billed.", default=Billing.ONCE)
    tax_rate: Decimal = given("Its tax in percent, from 0 to 100, with up to 4 decimals.", default=Decimal(0))
    description: str | None = given("More about it, with shortcodes.", default=None)


@input_of(proposals.ProposalContent, "What is proposed, in the currency that the firm has when it is made.")
class ProposalContentInput:
    """A proposal."""

    introduction: str | None = given("How it begins, with shortcodes.", default=None)
    services: list[ProposalServiceInput] = given("What is offered, at most 200 services.", default_factory=list)
    terms: str | None = given("On which terms, with shortcodes.", default=None)
    invoices_on_acceptance: bool = given(
        "Whether accepting it makes and sends the invoice of all that is billed once.", default=False
    )
    signer_ids: list[ID] = given(SIGNERS, default_factory=list)


@input_of(signing.Sign, "One's name under a proposal.")
class SignProposalInput(MutationInput):
    """A signature."""

    item_id: ID = given("Which item.")
    name: str = given("One's name, typed as a signature.")
    content_sha256: str = given("The `contentSha256` of what one was shown.")


@input_of(accepting.DeclineProposal, "Which proposal one does not accept as it is.")
class DeclineProposalInput(MutationInput):
    """A refusal."""

    item_id: ID = given("Which item.")
    reason: str | None = given("Why not.", default=None)
