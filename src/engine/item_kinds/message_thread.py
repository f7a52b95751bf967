"""Message threads: talks with clients, with tasks for them."""

from typing import Final

from engine.enums import ItemKind
from engine.items import threads
from engine.items.rules import Content, ItemRules

RULES: Final = ItemRules(
    ItemKind.MESSAGE_THREAD,
    "thread",
    "a message thread",
    ask="answer its message",
    by_members=True,
    reopens=True,
    content=Content(threads.ThreadContent, threads.check, threads.texts, threads.fill),
    made=threads.made,
)
