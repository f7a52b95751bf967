"""SEND_PROPOSAL: sends the client a proposal or an engagement letter."""

from dataclasses import dataclass

from engine.enums import ItemKind
from engine.items.automation import SendItem, kind_of


@dataclass(frozen=True, slots=True)
class SendProposal(SendItem):
    """The template of the proposals."""


KIND = kind_of("SEND_PROPOSAL", "Has the client accept a proposal.", SendProposal, ItemKind.PROPOSAL)
