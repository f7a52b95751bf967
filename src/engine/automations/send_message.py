"""SEND_MESSAGE: writes to the client in a thread of the portal, with tasks for them."""

from dataclasses import dataclass

from engine.enums import ItemKind
from engine.items.automation import SendItem, kind_of


@dataclass(frozen=True, slots=True)
class SendMessage(SendItem):
    """The thread's template."""


KIND = kind_of("SEND_MESSAGE", "Begins a talk with the client.", SendMessage, ItemKind.MESSAGE_THREAD)
