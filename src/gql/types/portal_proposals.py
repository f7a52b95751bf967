"""Proposals, as clients see them."""

import strawberry

from gql.fields import batched
from gql.types.portal_items import PortalItem
from gql.types.portal_signing import SHA256, SIGNED, PortalSigner
from gql.types.proposals import ProposalContent, ProposalTotal
from resolvers import portal_proposals, portal_signing


@strawberry.type(description="Something that the firm proposes, to be signed.")
class PortalProposal(PortalItem):
    """A proposal, for clients."""

    content: ProposalContent = batched(portal_proposals.contents, "What it says.")
    currency: str = batched(portal_proposals.currencies, "The currency of its prices, as three letters.")
    totals: list[ProposalTotal] = batched(portal_proposals.totals, "What it comes to.")
    signers: list[PortalSigner] = batched(portal_signing.signers, "Who is to sign, and has, by name.")
    signed_content: str = batched(portal_signing.texts, SIGNED)
    content_sha256: str = batched(portal_signing.digests, SHA256)
