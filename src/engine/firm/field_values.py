"""Values of custom fields: texts whose form the kind of the field decides."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from engine.checks import Checks
from engine.enums import CustomFieldKind, ErrorCode

LENGTH: Final = 1_000  # characters of a text
YES: Final = "YES"
NO: Final = "NO"
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def checked(checks: Checks, kind: CustomFieldKind, choices: Sequence[str], value: str | None, *path: str) -> str | None:
    """A value as it is stored, trimmed; None for none, as which an empty text counts, too."""
    text = checks.text(value, *path)
    if text is None:
        return None
    match kind:
        case CustomFieldKind.TEXT if len(text) > LENGTH:
            checks.add(ErrorCode.TOO_LONG, f"At most {LENGTH:,} characters.", *path)
        case CustomFieldKind.NUMBER if not _NUMBER.fullmatch(text):
            checks.add(ErrorCode.INVALID, "A number is written as -12.50.", *path)
        case CustomFieldKind.DATE if not _is_date(text):
            checks.add(ErrorCode.INVALID, "A date is written as 2026-01-31.", *path)
        case CustomFieldKind.CHOICE if text not in choices:
            checks.add(ErrorCode.INVALID, "This is none of the field's choices.", *path)
        case CustomFieldKind.YES_NO if text not in (YES, NO):
            checks.add(ErrorCode.INVALID, f"Write {YES} or {NO}.", *path)
        case _:
            return text
    return None


def comparable(kind: CustomFieldKind, value: str) -> Any:
    """What values of one kind are compared by: texts whatever their case, numbers by their worth."""
    match kind:
        case CustomFieldKind.NUMBER:
            return Decimal(value)
        case CustomFieldKind.TEXT:
            return value.casefold()
        case _:
            return value


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
