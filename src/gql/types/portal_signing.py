"""What clients sign and approve. Nothing leads from here to what is for members (AC5)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from gql.fields import batched, plain
from gql.types.portal_items import PortalItem
from resolvers import portal_signing

if TYPE_CHECKING:
    from gql.types.portal import PortalDocument

_Document = Annotated["PortalDocument", strawberry.lazy("gql.types.portal")]

SIGNED = "What one signs: JSON of the title and the content with sorted names, as a text."
SHA256 = "The SHA-256 of `signedContent` in UTF-8, in hexadecimal digits: it comes back with the signature."


@strawberry.type(description="Somebody who is to sign.")
class PortalSigner:
    """A contact of the account, for clients."""

    name: str = plain("What they are called.")
    is_oneself: bool = batched(portal_signing.are_me, "Whether one is that oneself.")
    signed_name: str | None = plain("The name that they have typed; null before they have signed.")
    signed_at: datetime | None = plain("When they have signed.")
    declined_at: datetime | None = plain("When they have declined, if they have not signed since.")


@strawberry.type(description="A document to sign.")
class PortalSignatureRequest(PortalItem):
    """A signature request, for clients."""

    text: str | None = batched(portal_signing.words, "What the firm says about the document.")
    document: _Document | None = batched(portal_signing.documents, "The document; null if it is not shared any more.")
    signers: list[PortalSigner] = batched(portal_signing.signers, "Who is to sign, and has, by name.")
    signed_content: str = batched(portal_signing.texts, SIGNED)
    content_sha256: str = batched(portal_signing.digests, SHA256)


@strawberry.type(description="What was answered.")
class PortalApprovalAnswer:
    """An answer, for clients."""

    approved: bool = plain("Whether the document is approved.")
    comment: str | None = plain("What was said about it.")
    name: str = plain("Who of the client's has answered.")
    answered_at: datetime = plain("When.")


@strawberry.type(description="A document to approve.")
class PortalApproval(PortalItem):
    """An approval, for clients."""

    text: str | None = batched(portal_signing.words, "What the firm says about the document.")
    document: _Document | None = batched(portal_signing.documents, "The document; null if it is not shared any more.")
    answer: PortalApprovalAnswer | None = batched(portal_signing.answers, "The last answer; null before the first.")
