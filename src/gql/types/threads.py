"""Message threads: talks with clients."""

from datetime import datetime

import strawberry

from gql.fields import PAGE, batched, plain
from gql.types.accounts import Contact
from gql.types.items import OfClients
from gql.types.node import Connection, Node
from gql.types.people import Member
from resolvers import threads


@strawberry.type(description="Something said in a thread.")
class ThreadMessage(Node):
    """A message."""

    text: str = plain("What was said.")
    created_at: datetime = plain("When.")
    author: Member | None = batched(threads.authors, "Who of the firm said it; null for a client or an automation.")
    contact: Contact | None = batched(threads.client_authors, "Who of the client said it, as far as one sees them.")


@strawberry.type(description="Something that the client is to do, named in a thread.")
class ClientTask(Node):
    """A client's task."""

    title: str = plain("What is to be done.")
    done: bool = plain("Whether the client has said that it is done.")
    done_at: datetime | None = plain("When.")


@strawberry.type(
    description="A talk with a client, done with the last of the client's tasks; without any, once it is answered."
)
class MessageThread(OfClients):
    """A thread."""

    messages: Connection[ThreadMessage] = batched(threads.messages, "What was said, oldest first.", **PAGE)
    client_tasks: list[ClientTask] = batched(threads.tasks, "What the client is to do, in order.")


@strawberry.type(description="How a thread begins.")
class MessageThreadContent:
    """What a template of threads holds."""

    text: str = plain("The first message, with its shortcodes as they were written.")
    tasks: list[str] = plain("What the client is to do, in order.")
