"""What clients have to do and to see: their own items. Nothing leads from here to what is for members (AC5)."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from engine.enums import ItemKind, ItemState
from gql.fields import PAGE, batched, plain
from gql.types.node import Connection
from resolvers import portal_items

if TYPE_CHECKING:
    from gql.types.portal import PortalAccount

_Account = Annotated["PortalAccount", strawberry.lazy("gql.types.portal")]


@strawberry.interface(description="Something that the firm has sent to one, to be answered.")
class PortalItem:
    """An item, for clients."""

    id: strawberry.ID = plain("An opaque id.")
    kind: ItemKind = plain("What sort of thing it is.")
    title: str = plain("What it is about.")
    message: str | None = plain("What the firm says about it.")
    state: ItemState = plain("Where it stands: SENT, SEEN, STARTED, DONE or CANCELLED.")
    open: bool = plain("Whether one has still to do something about it.")
    due_date: date | None = plain("By when the firm wants it done.")
    account: _Account = batched(portal_items.accounts, "For which account.")
    sender_name: str | None = batched(portal_items.senders, "Who sent it.")
    sent_at: datetime = plain("When it was sent.")
    reminded_at: datetime | None = plain("When one was last reminded of it; null for never.")
    closed_at: datetime | None = plain("When it was done or cancelled.")


@strawberry.type(description="Something said in a talk with the firm.")
class PortalMessage:
    """A message, for clients."""

    id: strawberry.ID = plain("An opaque id.")
    text: str = plain("What was said.")
    created_at: datetime = plain("When.")
    from_firm: bool = batched(portal_items.from_firm, "Whether the firm said it.")
    author_name: str | None = batched(portal_items.authors, "Who said it.")


@strawberry.type(description="Something that one is to do, named in a talk.")
class PortalClientTask:
    """A client's task."""

    id: strawberry.ID = plain("An opaque id.")
    title: str = plain("What is to be done.")
    done: bool = plain("Whether it is done.")


@strawberry.type(description="A talk with the firm.")
class PortalMessageThread(PortalItem):
    """A thread, for clients."""

    messages: Connection[PortalMessage] = batched(portal_items.messages, "What was said, oldest first.", **PAGE)
    client_tasks: list[PortalClientTask] = batched(portal_items.client_tasks, "What one is to do, in order.")
