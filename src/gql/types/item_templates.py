"""What items for clients are made by."""

from typing import Annotated

import strawberry

from engine.enums import ItemKind
from engine.templates.sorts import ITEM
from gql.fields import PAGE, batched, plain
from gql.types.document_requests import DocumentRequestContent
from gql.types.durations import Duration
from gql.types.invoices import InvoiceContent
from gql.types.items import Reminders
from gql.types.node import Connection, Stored
from gql.types.organizers import OrganizerContent
from gql.types.proposals import ProposalContent
from gql.types.signing import ApprovalContent, SignatureRequestContent
from gql.types.templates import Template, TemplateVersion
from gql.types.threads import MessageThreadContent
from resolvers import items, job_templates, templates

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


@strawberry.type
class ItemTemplateContent:
    """What a template says, and said; its fields are copied into both types."""

    kind: ItemKind = plain("What sort of items it makes.")
    title: str = plain("The items' title, with its shortcodes as they were written.")
    message: str | None = plain("What their e-mails say besides, likewise.")
    content: ItemContent = batched(items.contents_of, "What they hold, likewise.")
    reminders: Reminders | None = batched(items.reminders, "How clients are reminded; null for not at all.")
    due_after: Duration | None = batched(
        job_templates.due_spans,
        "How long after the day an item is made it is to be answered; 0 of a unit is that day.",
    )


@strawberry.type(description="A template of items for clients as it was.")
class ItemTemplateVersion(TemplateVersion, ItemTemplateContent):
    """A version."""


@strawberry.type(description="What items for clients are made by. Items that were made stay as they are.")
class ItemTemplate(Stored, Template, ItemTemplateContent):
    """A template."""

    versions: Connection[ItemTemplateVersion] = batched(
        templates.versions(ITEM), "All that it has ever said, newest first.", **PAGE
    )
