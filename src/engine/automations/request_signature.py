"""REQUEST_SIGNATURE: sends the client a document to sign."""

from dataclasses import dataclass

from engine.enums import ItemKind
from engine.items.automation import SendItem, kind_of


@dataclass(frozen=True, slots=True)
class RequestSignature(SendItem):
    """The template of the signature requests."""


KIND = kind_of("REQUEST_SIGNATURE", "Has the client sign a document.", RequestSignature, ItemKind.SIGNATURE_REQUEST)
