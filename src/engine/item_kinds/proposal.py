"""Proposals and engagement letters: done once everybody has signed."""

from typing import Final

from engine.enums import ItemKind
from engine.items import proposals, signing
from engine.items.rules import Content, ItemRules

RULES: Final = ItemRules(
    ItemKind.PROPOSAL,
    "proposal",
    "a proposal",
    ask="accept a proposal",
    content=Content(proposals.ProposalContent, proposals.check, proposals.texts, proposals.fill, proposals.find),
    made=proposals.made,
    stands=signing.stands,
)
