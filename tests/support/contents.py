"""What items for clients hold: for every kind a content that names everything it can name."""

from __future__ import annotations

from collections.abc import Mapping

from engine.items.rules import kinds
from tests.support.api import Client, Json
from tests.support.configs import SENDING, camel

THREAD: Json = {"messageThread": {"text": "How are you?", "tasks": ["Call back"]}}
ORGANIZER: Json = {
    "organizer": {
        "sections": [
            {
                "title": "You",
                "text": "All about you.",
                "questions": [
                    {"key": "name", "kind": "TEXT", "text": "Your name?", "help": "In full", "required": True},
                    {"key": "home", "kind": "CHOICE", "text": "Where do you live?", "options": ["Here", "There"]},
                ],
            },
            {
                "title": "Papers",
                "condition": {"not": {"all": [{"answer": {"questionKey": "home", "isOneOf": ["There"]}}]}},
                "questions": [
                    {
                        "kind": "FILE",
                        "text": "Your papers?",
                        "condition": {"any": [{"answer": {"questionKey": "name", "isSet": True}}]},
                    }
                ],
            },
        ]
    }
}
INVOICE: Json = {
    "invoice": {
        "lines": [{"description": "Books", "unitPrice": "100.00", "taxRate": "19"}],
        "notes": "Due at once.",
    }
}
REQUEST: Json = {
    "documentRequest": {
        "lines": [
            {"title": "Passport", "help": "Both sides.", "required": True},
            {"title": "Receipts", "required": False},
        ]
    }
}


PROPOSAL: Json = {
    "proposal": {
        "introduction": "We keep your books.",
        "services": [
            {"name": "Set-up", "price": "100.00", "taxRate": "19", "description": "At once"},
            {"name": "Books", "price": "50.00", "billing": "MONTHLY"},
        ],
        "terms": "For a year.",
        "invoicesOnAcceptance": True,
    }
}


def papers(document: str) -> dict[str, Json]:
    """What is about a document."""
    return {
        "signatureRequest": {"documentId": document, "text": "Sign it"},
        "approval": {"documentId": document, "text": "Look at it"},
    }


def contents(one: Mapping[str, str]) -> dict[str, Json]:
    """By the names that kinds have in GraphQL, as ``content`` takes them.

    ``one`` has an id for every prefix that a content may name.
    """
    found: dict[str, Json] = {**INVOICE, **ORGANIZER, **PROPOSAL, **REQUEST, **THREAD, **papers(one["doc"])}
    known = {camel(rules.kind) for rules in kinds().values() if rules.content is not None}
    assert set(found) == known, "a new kind needs a content here"
    return {kind: {kind: content} for kind, content in found.items()}


async def item_templates(owner: Client, one: Mapping[str, str]) -> dict[str, str]:
    """A template for every kind of automation that sends an item, as ``configs`` names them."""
    found: dict[str, str] = {}
    for automation, kind in SENDING.items():
        given = {"name": f"For {automation}", "title": "Hello", "content": contents(one)[kind]}
        made = await owner.do("createItemTemplate", "template { id }", **given)
        found[f"itemtemplate_{automation}"] = made["id"]
    return found
