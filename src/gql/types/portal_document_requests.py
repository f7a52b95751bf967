"""Document requests, as the clients see them who are to answer them. Nothing leads from here to what is for members."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import ReviewState
from gql.fields import batched, plain
from gql.types.portal_items import PortalItem
from resolvers import document_requests, portal_document_requests

if TYPE_CHECKING:
    from gql.types.portal import PortalDocument

_Document = Annotated["PortalDocument", strawberry.lazy("gql.types.portal")]


@strawberry.type(description="A document that one has given for something that is wanted.")
class PortalRequestedDocument:
    """A document in a request, for clients."""

    document: _Document | None = batched(portal_document_requests.papers, "The document; null where it is not shared.")
    state: ReviewState = plain("What the firm has made of it.")
    comment: str | None = plain("Why it was sent back.")


@strawberry.type(description="Something that is wanted.")
class PortalDocumentRequestLine:
    """A line, for clients."""

    id: strawberry.ID = plain("An opaque id.")
    title: str = plain("What is wanted.")
    help: str | None = plain("What else is to be known of it.")
    required: bool = plain("Whether it has to be given.")
    documents: list[PortalRequestedDocument] = batched(document_requests.documents, "What was given, as it came.")


@strawberry.type(description="Documents that one is to hand in.")
class PortalDocumentRequest(PortalItem):
    """A document request, for clients."""

    submitted_at: datetime | None = batched(
        portal_document_requests.submitted, "When one has said that it is all; null before, and once sent back."
    )
    lines: list[PortalDocumentRequestLine] = batched(document_requests.lines, "What is wanted, in order.")
