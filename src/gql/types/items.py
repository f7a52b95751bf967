"""Action items: what every kind shares, and what those for clients share."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import ItemKind, ItemState
from engine.templates.sorts import ITEM
from gql.fields import batched, plain
from gql.types.node import Node, Stored
from gql.types.people import Member
from resolvers import items, templates

if TYPE_CHECKING:
    from gql.types.accounts import Account
    from gql.types.item_templates import ItemTemplateVersion
    from gql.types.jobs import Job, StageVisit

LazyJob = Annotated["Job", strawberry.lazy("gql.types.jobs")]
_Account = Annotated["Account", strawberry.lazy("gql.types.accounts")]
_ItemTemplateVersion = Annotated["ItemTemplateVersion", strawberry.lazy("gql.types.item_templates")]


@strawberry.type(description="That an item belongs to a job.")
class ItemLink:
    """A link of an item to a job."""

    job: LazyJob = plain("The job.")
    visit: Annotated["StageVisit", strawberry.lazy("gql.types.jobs")] | None = batched(
        items.visit_of_links, "The stay in a stage in which it was linked."
    )
    blocking: bool = plain("Whether it holds the job in that stay until it is done.")


@strawberry.interface(description="What somebody must finish, whatever its kind.")
class ActionItem(Node):
    """An action item."""

    title: str = plain("What is to be done.")
    kind: ItemKind = plain("What sort of item it is.")
    state: ItemState = plain("Where it stands.")
    open: bool = plain("Whether it is still to be done.")
    due_date: date | None = plain("By when; of items for clients null without the right that their kind takes.")
    links: list[ItemLink] = batched(items.links, "Jobs it belongs to, as far as one sees them.")


@strawberry.type(description="How a client is reminded of an item.")
class Reminders:
    """Reminders."""

    every_days: int = plain("After how many days each.")
    times: int | None = plain("How often; null until it is answered.")


@strawberry.type(description="How an item comes to its client, and what has become of that.")
class ItemSending:
    """A sending."""

    message: str | None = batched(
        items.messages, "What its e-mails say besides; null without access to the account, as they are."
    )
    made_by: Member | None = batched(items.makers, "Who made it; null for an automation.")
    sent_at: datetime | None = plain("Since when the client sees it; null before it is sent.")
    seen_at: datetime | None = plain("When the client first looked at it.")
    closed_at: datetime | None = plain("When it was done or cancelled.")
    reminders: Reminders | None = batched(items.reminders, "How the client is reminded; null for not at all.")
    reminded: int = plain("How often the client has been reminded.")
    reminded_at: datetime | None = plain("When last.")
    from_template: _ItemTemplateVersion | None = batched(
        templates.made_by(ITEM), "The version of the template that it was made by; null without one."
    )


@strawberry.interface(
    description="What a client has to answer. Without the right that its kind takes one sees its title, kind and state."
)
class ClientItem(ActionItem):
    """An item for a client."""

    account: _Account | None = batched(items.accounts_of, "For which client.")
    sending: ItemSending | None = batched(items.details, "How it comes to the client; null without the right.")


@strawberry.type
class OfClients(Stored, ClientItem):
    """What every kind of item for clients has; its fields are copied into their types."""

    due_date: date | None = batched(items.due_dates, "By when it is to be answered; null without the right.")
