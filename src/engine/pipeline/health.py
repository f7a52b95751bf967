"""What is said of an automation, a stage's condition or a recurrence that refers to what is of no use (PL5)."""

from collections.abc import Mapping
from typing import Final

from engine.automating import uses
from engine.enums import ErrorCode
from store.ids import prefix_of

_NAMES: Final[Mapping[str, str]] = {**uses.WORDS, "field": "custom field"}

_WRONG: Final[Mapping[ErrorCode, str]] = {
    ErrorCode.NOT_FOUND: "is gone",
    ErrorCode.DEACTIVATED: "has been deactivated",
    ErrorCode.ARCHIVED: "has been archived",
    ErrorCode.NOT_ENABLED: "is not enabled in this pipeline",
}


def message(used_id: str, code: ErrorCode) -> str:
    """One sentence that says what to do."""
    prefix = prefix_of(used_id)
    name = _NAMES.get(prefix, prefix)
    article = "an" if name[0] in "aeiou" else "a"
    return f"It names {article} {name} that {_WRONG[code]}: name another one."
