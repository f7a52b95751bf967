"""What an edit really changes."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from engine.enums import Priority
from engine.unset import UNSET
from engine.work import changed
from store.database import Row


def differing(row: Row, **values: Any) -> dict[str, Any]:
    """Those of the values that were given and differ from the row, as they are stored."""
    stored = {
        name: value.value if isinstance(value, Enum) else value for name, value in values.items() if value is not UNSET
    }
    return {name: value for name, value in stored.items() if row[name] != value}


def lines(row: Row | Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a history entry says of an edit: from what the row was to the values, in words."""
    return [changed(name, _shown(name, row[name]), _shown(name, value)) for name, value in values.items()]


def _shown(name: str, stored: Any) -> Any:
    return Priority(stored) if name == "priority" and stored is not None else stored
