"""Contents of items and templates as JSON: written and read by their types, exact decimals and dates included."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from engine.items.rules import ItemRules
from store.database import Row


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def stored(rules: ItemRules, content: Any) -> dict[str, Any]:
    """A content as JSON."""
    assert rules.content is not None  # tasks have none
    found: dict[str, Any] = _adapter(rules.content.type).dump_python(content, mode="json")
    return found


def loaded(rules: ItemRules, row: Row) -> Any:
    """The content of a row of ``client_items`` or ``item_templates``."""
    assert rules.content is not None  # tasks have none
    return _adapter(rules.content.type).validate_json(row["content"])
