"""REQUEST_APPROVAL: sends the client a document to approve."""

from dataclasses import dataclass

from engine.enums import ItemKind
from engine.items.automation import SendItem, kind_of


@dataclass(frozen=True, slots=True)
class RequestApproval(SendItem):
    """The template of the approvals."""


KIND = kind_of("REQUEST_APPROVAL", "Has the client approve a document.", RequestApproval, ItemKind.APPROVAL)
