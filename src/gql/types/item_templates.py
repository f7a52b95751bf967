"""What items for clients are made by."""

from typing import Annotated

import strawberry

from engine.enums import ItemKind
from gql.fields import batched, plain
from gql.types.document_requests import DocumentRequestContent
from gql.types.invoices import InvoiceContent
from gql.types.items import Reminders
from gql.types.node import Stored
from gql.types.organizers import OrganizerContent
from gql.types.proposals import ProposalContent
from gql.types.signing import ApprovalContent, SignatureRequestContent
from gql.types.threads import MessageThreadContent
from resolvers import items

ItemContent = Annotated[
    OrganizerContent
    | DocumentRequestContent
    | InvoiceContent
    | MessageThreadContent
    | ProposalContent
    | SignatureRequestContent
    | ApprovalContent,
    strawberry.union("ItemContent", description="What the items of a kind hold that clients answer."),
]


@strawberry.type(description="What items for clients are made by. Items that were made stay as they are.")
class ItemTemplate(Stored):
    """A template."""

    name: str = plain("The template's name, unique in the firm.")
    kind: ItemKind = plain("What sort of items it makes.")
    title: str = plain("The items' title, with its shortcodes as they were written.")
    message: str | None = plain("What their e-mails say besides, likewise.")
    content: ItemContent = batched(items.contents_of, "What they hold, likewise.")
    reminders: Reminders | None = batched(items.reminders, "How clients are reminded; null for not at all.")
