"""Document requests, as members see them."""

from datetime import datetime

import strawberry

from engine.enums import ReviewState
from gql.fields import batched, plain
from gql.types.accounts import Contact
from gql.types.documents import Document
from gql.types.items import OfClients
from gql.types.people import Member
from resolvers import document_requests


@strawberry.type(description="A document that a client has given for a line of a request.")
class RequestedDocument:
    """A document in a request."""

    document: Document | None = batched(document_requests.papers, "The document, as far as one sees it.")
    state: ReviewState = plain("What the firm has made of it.")
    comment: str | None = plain("Why it was sent back.")
    contact: Contact | None = batched(document_requests.givers, "Who gave it, as far as one sees them.")
    given_at: datetime = plain("When.")
    reviewer: Member | None = batched(document_requests.reviewers, "Who accepted it, or sent it back.")
    decided_at: datetime | None = plain("When.")


@strawberry.type(description="Something that is wanted of a client.")
class DocumentRequestLine:
    """A line."""

    id: strawberry.ID = plain("An opaque id.")
    title: str = plain("What is wanted.")
    help: str | None = plain("What else the client should know of it.")
    required: bool = plain("Whether the request is not done without it.")
    documents: list[RequestedDocument] = batched(document_requests.documents, "What was given for it, as it came.")


@strawberry.type(description="What is wanted of a client, and what was given.")
class DocumentRequestDetails:
    """A request."""

    submitted_at: datetime | None = plain("When the client has said that it is all; null before, and once sent back.")
    lines: list[DocumentRequestLine] = batched(document_requests.lines, "What is wanted, in order.")


@strawberry.type(
    description="Documents that a client is to hand in: done once all that is required is accepted and none waits."
)
class DocumentRequest(OfClients):
    """A document request."""

    details: DocumentRequestDetails | None = batched(
        document_requests.details, "All of it; null without the right MANAGE_DOCUMENTS."
    )


@strawberry.type(description="What a line of a document request holds.")
class WantedDocument:
    """What a template's line holds."""

    title: str = plain("What is wanted, with its shortcodes as they were written.")
    help: str | None = plain("What else the client should know of it, likewise.")
    required: bool = plain("Whether the request is not done without it.")


@strawberry.type(description="What a document request wants.")
class DocumentRequestContent:
    """What a template of requests holds."""

    lines: list[WantedDocument] = plain("What is wanted, in order.")
