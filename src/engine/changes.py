"""What an edit really changes."""

from enum import Enum
from typing import Any

from engine.unset import UNSET
from store.database import Row


def differing(row: Row, **values: Any) -> dict[str, Any]:
    """Those of the values that were given and differ from the row, as they are stored."""
    stored = {
        name: value.value if isinstance(value, Enum) else value for name, value in values.items() if value is not UNSET
    }
    return {name: value for name, value in stored.items() if row[name] != value}
