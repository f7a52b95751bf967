"""What an edit really changes."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from engine.unset import UNSET


def differing(row: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """Those of the values that were given and differ from the row, as they are stored."""
    stored = {name: value.value if isinstance(value, Enum) else value for name, value in values.items() if value is not UNSET}
    return {name: value for name, value in stored.items() if row[name] != value}
