"""CREATE_INVOICE: charges the client, in the portal and by e-mail."""

from dataclasses import dataclass

from engine.enums import ItemKind
from engine.items.automation import SendItem, kind_of


@dataclass(frozen=True, slots=True)
class CreateInvoice(SendItem):
    """The invoice's template."""


KIND = kind_of("CREATE_INVOICE", "Sends the client an invoice.", CreateInvoice, ItemKind.INVOICE)
