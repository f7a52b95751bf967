"""Message threads: how they begin, and what is said in them, by the firm and by its clients."""

import strawberry

from engine.items import clients, threads
from gql.fields import given, optional
from gql.inputs.accounts import CLIENT_ID
from gql.inputs.base import MutationInput, input_of

ID = strawberry.ID


@input_of(threads.ThreadContent, "How a thread begins.")
class MessageThreadContentInput:
    """A beginning."""

    text: str = given("The first message, with shortcodes.")
    tasks: list[str] = given("What the client is to do, in order, with shortcodes.", default_factory=list)


@input_of(threads.PostMessage, "What to write to a client in a thread.")
class PostMessageInput(MutationInput):
    """A message."""

    id: ID | None = optional(CLIENT_ID)
    item_id: ID = given("Which thread.")
    text: str = given("What to say.")


@input_of(threads.AddClientTask, "What a client is to do besides, in an open thread.")
class AddClientTaskInput(MutationInput):
    """A task."""

    id: ID | None = optional(CLIENT_ID)
    item_id: ID = given("Which thread.")
    title: str = given("What is to be done.")


@input_of(threads.RemoveClientTask, "What a client is not to do any more.")
class RemoveClientTaskInput(MutationInput):
    """A task."""

    client_task_id: ID = given("Which task.")


@input_of(clients.MarkPortalItemSeen, "Which item one has looked at.")
class MarkPortalItemSeenInput(MutationInput):
    """An item."""

    item_id: ID = given("Which item.")


@input_of(threads.PostPortalMessage, "What to answer the firm in a thread.")
class PostPortalMessageInput(MutationInput):
    """A message."""

    id: ID | None = optional(CLIENT_ID)
    item_id: ID = given("Which thread.")
    text: str = given("What to say.")


@input_of(threads.SetClientTaskDone, "Whether one of one's tasks is done.")
class SetClientTaskDoneInput(MutationInput):
    """A task."""

    client_task_id: ID = given("Which task.")
    done: bool = given("Whether it is done.", default=True)
