"""Signature requests: documents for clients to sign."""

from typing import Final

from engine.enums import ItemKind
from engine.items import papers, signature_requests, signing
from engine.items.rules import Content, ItemRules

RULES: Final = ItemRules(
    ItemKind.SIGNATURE_REQUEST,
    "signature",
    "a signature request",
    ask="sign a document",
    content=Content(
        signature_requests.SignatureContent,
        signature_requests.check,
        signature_requests.texts,
        signature_requests.fill,
        signature_requests.find,
        lambda content: [content.document_id],
    ),
    made=signature_requests.made,
    sent=papers.share,
    put=papers.put,
    stands=signing.stands,
)
