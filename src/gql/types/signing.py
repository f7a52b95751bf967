"""Signature requests and approvals: documents that clients sign or approve."""

from datetime import datetime

import strawberry

from gql.fields import batched, plain
from gql.types.accounts import Contact
from gql.types.documents import Document
from gql.types.items import OfClients
from resolvers import items, signing

SIGNED = "What is signed: JSON of the item's title and content with sorted names, as a text."
SHA256 = "The SHA-256 of `signedContent` in UTF-8, in hexadecimal digits."


@strawberry.type(description="Somebody who is to sign.")
class Signer:
    """A contact of the account."""

    name: str = plain("What the contact was called when the item was made.")
    contact: Contact | None = batched(signing.contacts, "The contact, as far as one sees them; null once deleted.")
    signed_name: str | None = plain("The name that they have typed; null before they have signed.")
    signed_at: datetime | None = plain("When they have signed.")
    address: str | None = plain("The network address from which they have signed.")
    sha256: str | None = plain("The SHA-256 of what they have signed.")
    declined_at: datetime | None = plain("When they have declined, if they have not signed since.")
    decline_reason: str | None = plain("Why.")


@strawberry.type(description="What a signature request holds.")
class SignatureRequestContent:
    """A document and a text."""

    text: str | None = plain("What it says; in a template with its shortcodes as they were written.")
    document: Document | None = batched(
        signing.documents_of, "What is to be signed, as far as one sees it; null once it was deleted."
    )


@strawberry.type(description="What the members see of a signature request who may manage documents.")
class SignatureRequestDetails:
    """The details."""

    content: SignatureRequestContent = batched(items.contents_of, "What it holds.")
    signers: list[Signer] = batched(signing.signers, "Who is to sign, and has, by name.")
    signed_content: str = batched(signing.texts, SIGNED)
    content_sha256: str = batched(signing.digests, SHA256)


@strawberry.type(description="A document for a client to sign, done with the last signature.")
class SignatureRequest(OfClients):
    """A signature request."""

    details: SignatureRequestDetails | None = batched(
        items.details, "All the rest of it; null without the right to manage documents."
    )


@strawberry.type(description="What an approval holds.")
class ApprovalContent:
    """A document and a text."""

    text: str | None = plain("What it says; in a template with its shortcodes as they were written.")
    document: Document | None = batched(
        signing.documents_of, "What is to be approved, as far as one sees it; null once it was deleted."
    )


@strawberry.type(description="What a client has answered: the last word counts.")
class ApprovalAnswer:
    """An answer."""

    approved: bool = plain("Whether the document is approved.")
    comment: str | None = plain("What they say about it.")
    name: str = plain("What the contact is called who has answered.")
    contact: Contact | None = batched(signing.contacts, "The contact, as far as one sees them; null once deleted.")
    answered_at: datetime = plain("When.")


@strawberry.type(description="What the members see of an approval who may manage documents.")
class ApprovalDetails:
    """The details."""

    content: ApprovalContent = batched(items.contents_of, "What it holds.")
    answer: ApprovalAnswer | None = batched(signing.answers, "The last answer; null before the first.")


@strawberry.type(description="A document for a client to approve, done once they do, or once a member completes it.")
class Approval(OfClients):
    """An approval."""

    details: ApprovalDetails | None = batched(
        items.details, "All the rest of it; null without the right to manage documents."
    )
