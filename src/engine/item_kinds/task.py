"""Tasks: for members to do."""

from typing import Final

from engine.enums import ItemKind
from engine.items import tasks
from engine.items.rules import ItemRules

RULES: Final = ItemRules(ItemKind.TASK, "task", "a task", put=tasks.put, by_members=True, reopens=True)
