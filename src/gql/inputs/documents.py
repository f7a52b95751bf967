"""Documents."""

import strawberry

from engine.files import documents, uploads
from gql.fields import given, optional, settable
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of
from store.reads import filters

ID = strawberry.ID


@input_of(uploads.RequestUpload, "A file to be uploaded: of a client's, in a job or not, or of the firm's own.")
class RequestUploadInput(MutationInput):
    """A file to come."""

    id: ID | None = optional(CLIENT_ID)
    name: str = given("What the file is called, without folders. Its ending says its type, and has to be a known one.")
    size: int = given("How many bytes it has; just as many have to come.")
    media_type: str | None = given(
        "Its type, which must agree with its name; that says it where left out.", default=None
    )
    account_id: ID | None = given(
        "The client that it is about; left out for one of the firm's own, or with a job.", default=None
    )
    job_id: ID | None = given("The job that it is added to; not an archived one.", default=None)


@input_of(documents.UpdateDocument, "What to change of a document.")
class UpdateDocumentInput(MutationInput):
    """Changes of a document."""

    document_id: ID = given("Which document.")
    name: str | None = settable("The new name, with an ending of the same type.")


@input_of(documents.ShareDocument, "Which document the client may see.")
class ShareDocumentInput(MutationInput):
    """A document."""

    document_id: ID = given("Which document.")
    account_id: ID | None = optional(
        "With the clients of which account, for a document of the firm's own; with every client if left out or null."
    )


@input_of(documents.UnshareDocument, "Which document clients may not see any more.")
class UnshareDocumentInput(MutationInput):
    """A document."""

    document_id: ID = given("Which document.")
    account_id: ID | None = optional(
        "From the clients of which account to take back a document of the firm's own that was shared with that; from "
        "all if left out or null."
    )


@input_of(documents.DeleteDocument, "Which document to delete, with its content and for good.")
class DeleteDocumentInput(MutationInput):
    """A document."""

    document_id: ID = given("Which document.")


@input_of(filters.DocumentFilter, "Which documents; all given parts must hold.")
class DocumentFilter:
    """Documents by traits."""

    ids: list[ID] | None = given("These.", default=None)
    account_ids: list[ID] | None = given("About one of these clients.", default=None)
    job_ids: list[ID] | None = given("Added to one of these jobs.", default=None)
    of_firm: bool | None = given("Only the firm's own, or only those of clients.", default=None)
    shared: bool | None = given("Only those that clients may see, or only the others.", default=None)
    name_contains: str | None = given("With this in the name, whatever its case.", default=None)
    all_of: "list[DocumentFilter] | None" = given("For which all of these hold.", name="and", default=None)
    any_of: "list[DocumentFilter] | None" = given("For which any of these holds.", name="or", default=None)
    none_of: "DocumentFilter | None" = given("For which this does not hold.", name="not", default=None)
