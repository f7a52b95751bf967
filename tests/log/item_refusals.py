"""Refused calls about items for clients. Imported for what it registers."""

from __future__ import annotations

from tests.log.refusals import NO, plain
from tests.support.contents import THREAD

plain("createItem", "UNREACHABLE", lambda w: {"accountId": w.second, "title": "Talk", "content": THREAD})
plain("createItem", "REQUIRED", lambda w: {"accountId": w.first, "title": "Talk"})
plain("sendItem", "NOT_FOUND", lambda w: {"itemId": f"thread_{NO}"})
plain("updateItem", "NOT_FOUND", lambda w: {"itemId": f"thread_{NO}", "title": "Talk"})
plain("postMessage", "NOT_FOUND", lambda w: {"itemId": f"thread_{NO}", "text": "Hello"})
plain("addClientTask", "NOT_FOUND", lambda w: {"itemId": f"thread_{NO}", "title": "Call"})
plain("removeClientTask", "NOT_FOUND", lambda w: {"clientTaskId": f"clienttask_{NO}"})
plain("sealOrganizer", "NOT_FOUND", lambda w: {"itemId": f"organizer_{NO}"})
plain("recordPayment", "NOT_FOUND", lambda w: {"itemId": f"invoice_{NO}", "amount": "1"})
plain("refundPayment", "NOT_FOUND", lambda w: {"itemId": f"invoice_{NO}", "amount": "1"})
plain("acceptDocument", "NOT_FOUND", lambda w: {"itemId": f"docrequest_{NO}", "documentId": f"doc_{NO}"})
plain(
    "returnDocument", "NOT_FOUND", lambda w: {"itemId": f"docrequest_{NO}", "documentId": f"doc_{NO}", "comment": "No"}
)
plain("createItemTemplate", "UNKNOWN_SHORTCODE", lambda w: {"name": "Late", "title": "[NOW]", "content": THREAD})
plain("updateItemTemplate", "NOT_FOUND", lambda w: {"itemTemplateId": f"itemtemplate_{NO}", "title": "Late"})
plain("deleteItemTemplate", "NOT_FOUND", lambda w: {"itemTemplateId": f"itemtemplate_{NO}"})
