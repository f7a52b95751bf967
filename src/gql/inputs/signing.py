"""Signature requests and approvals: what they hold, and how clients answer them."""

import strawberry

from engine.items import approvals, signature_requests, signing
from gql.fields import given
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID

_DOCUMENT = "Which document: one of the account's or of the firm's own; in a template of the firm's own. It is shared."
SIGNERS = (
    "Which contacts of the account sign: all who come into the portal if none are named, which a template never does."
)


@input_of(signature_requests.SignatureContent, "What is to be signed, and by whom.")
class SignatureRequestContentInput:
    """A document and its signers."""

    document_id: ID = given(_DOCUMENT)
    text: str | None = given("What to say about it, with shortcodes.", default=None)
    signer_ids: list[ID] = given(SIGNERS, default_factory=list)


@input_of(approvals.ApprovalContent, "What is to be approved.")
class ApprovalContentInput:
    """A document."""

    document_id: ID = given(_DOCUMENT)
    text: str | None = given("What to say about it, with shortcodes.", default=None)


@input_of(signing.Sign, "One's name under a document.")
class SignDocumentInput(MutationInput):
    """A signature."""

    item_id: ID = given("Which item.")
    name: str = given("One's name, typed as a signature.")
    content_sha256: str = given("The `contentSha256` of what one was shown.")


@input_of(approvals.AnswerApproval, "Whether one approves a document.")
class AnswerApprovalInput(MutationInput):
    """An answer."""

    item_id: ID = given("Which item.")
    approved: bool = given("Whether one does. Who does not may still do so later.")
    comment: str | None = given("What one has to say about it.", default=None)
