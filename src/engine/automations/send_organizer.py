"""SEND_ORGANIZER: asks the client questions."""

from dataclasses import dataclass

from engine.enums import ItemKind
from engine.items.automation import SendItem, kind_of


@dataclass(frozen=True, slots=True)
class SendOrganizer(SendItem):
    """The organizer's template."""


KIND = kind_of("SEND_ORGANIZER", "Asks the client the questions of an organizer.", SendOrganizer, ItemKind.ORGANIZER)
