"""What is said of an automation, or of a stage's condition, that refers to what is of no use any more (PL5)."""

from collections.abc import Mapping
from typing import Final

from engine.enums import ErrorCode
from store.ids import prefix_of

_NAMES: Final[Mapping[str, str]] = {
    "member": "member",
    "role": "account role",
    "tag": "tag",
    "field": "custom field",
    "status": "job status",
    "clientstatus": "client-facing status",
    "emailtemplate": "e-mail template",
    "jobtemplate": "job template",
    "pipeline": "pipeline",
    "stage": "stage",
}

_WRONG: Final[Mapping[ErrorCode, str]] = {
    ErrorCode.NOT_FOUND: "is gone",
    ErrorCode.DEACTIVATED: "has been deactivated",
    ErrorCode.ARCHIVED: "has been archived",
    ErrorCode.NOT_ENABLED: "is not enabled in this pipeline",
}


def message(used_id: str, code: ErrorCode) -> str:
    """One sentence that says what to do."""
    return f"It names a {_NAMES[prefix_of(used_id)]} that {_WRONG[code]}: name another one."
