"""Document requests: done once all that is required was accepted."""

from typing import Final

from engine.enums import ItemKind
from engine.items import requests
from engine.items.rules import Content, ItemRules

RULES: Final = ItemRules(
    ItemKind.DOCUMENT_REQUEST,
    "docrequest",
    "a document request",
    put=requests.put,
    ask="hand in documents",
    by_members=True,
    reopens=True,
    content=Content(requests.DocumentRequestContent, requests.check, requests.texts, requests.fill),
    made=requests.made,
)
