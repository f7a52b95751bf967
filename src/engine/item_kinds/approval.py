"""Approvals: documents for clients to approve."""

from typing import Final

from engine.enums import ItemKind
from engine.items import approvals, papers
from engine.items.rules import Content, ItemRules

RULES: Final = ItemRules(
    ItemKind.APPROVAL,
    "approval",
    "an approval",
    ask="approve a document",
    by_members=True,
    reopens=True,
    content=Content(
        approvals.ApprovalContent,
        approvals.check,
        approvals.texts,
        approvals.fill,
        approvals.find,
        lambda content: [content.document_id],
    ),
    made=approvals.made,
    sent=papers.share,
    put=approvals.put,
)
