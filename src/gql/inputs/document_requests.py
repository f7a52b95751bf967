"""Document requests: what is wanted, what clients give, and what members make of that."""

import strawberry

from engine.items import handing_in, requests, reviewing
from gql.fields import given
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(requests.WantedDocument, "Something that a client is to give.")
class WantedDocumentInput:
    """A line."""

    title: str = given("What is wanted, with shortcodes.")
    help: str | None = given("What else the client should know of it, with shortcodes.", default=None)
    required: bool = given("Whether the request is not done without it.", default=True)


@input_of(requests.DocumentRequestContent, "What a client is to give.")
class DocumentRequestContentInput:
    """A request."""

    lines: list[WantedDocumentInput] = given("What is wanted, in order, at most 100 lines.")


@input_of(handing_in.AttachDocument, "Which document to give for which line of a document request.")
class AttachDocumentInput(MutationInput):
    """A document."""

    item_id: ID = given("Which request.")
    line_id: ID = given("Which of its lines.")
    document_id: ID = given("Which document: one that a client of this account has uploaded.")


@input_of(handing_in.DetachDocument, "Which document to take back from a document request.")
class DetachDocumentInput(MutationInput):
    """A document."""

    item_id: ID = given("Which request.")
    document_id: ID = given("Which document: one that was not accepted.")


@input_of(handing_in.SubmitDocuments, "For which document request all is given.")
class SubmitDocumentsInput(MutationInput):
    """A request."""

    item_id: ID = given("Which request.")


@input_of(reviewing.AcceptDocument, "Which document of a document request is what was wanted.")
class AcceptDocumentInput(MutationInput):
    """A document."""

    item_id: ID = given("Which request.")
    document_id: ID = given("Which document that was given in it.")


@input_of(reviewing.ReturnDocument, "Which document of a document request is not what was wanted.")
class ReturnDocumentInput(MutationInput):
    """A document."""

    item_id: ID = given("Which request.")
    document_id: ID = given("Which document that was given in it.")
    comment: str = given("What is wrong with it, for the client.")
