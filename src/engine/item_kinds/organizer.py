"""Organizers: questions that clients answer."""

from typing import Final

from engine.enums import ItemKind
from engine.items import form_checks, form_texts
from engine.items.forms import OrganizerContent
from engine.items.rules import Content, ItemRules

RULES: Final = ItemRules(
    ItemKind.ORGANIZER,
    "organizer",
    "an organizer",
    ask="answer its questions",
    reopens=True,
    content=Content(OrganizerContent, form_checks.checked, form_texts.texts, form_texts.fill),
)
