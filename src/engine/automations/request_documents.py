"""REQUEST_DOCUMENTS: asks the client for documents, in the portal and by e-mail."""

from dataclasses import dataclass

from engine.enums import ItemKind
from engine.items.automation import SendItem, kind_of


@dataclass(frozen=True, slots=True)
class RequestDocuments(SendItem):
    """The request's template."""


KIND = kind_of("REQUEST_DOCUMENTS", "Asks the client for documents.", RequestDocuments, ItemKind.DOCUMENT_REQUEST)
