"""Local keys: what things are called inside of one document."""

import re
from collections.abc import Collection
from itertools import count
from typing import Final
from unicodedata import normalize

MOST_LENGTH: Final = 80  # characters
_FORM: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MESSAGE: Final = (
    f"A key has small letters and digits, in words with hyphens between them: welcome-letter; at most {MOST_LENGTH}."
)
_CUT: Final = 60  # characters of a key that is made, so that there is room for a number
_OTHERS: Final = re.compile(r"[^a-z0-9]+")


def is_key(text: object) -> bool:
    """Whether it is written as keys are."""
    return isinstance(text, str) and len(text) <= MOST_LENGTH and _FORM.fullmatch(text) is not None


def of_name(name: str, taken: Collection[str], otherwise: str) -> str:
    """A key that is not taken, made of a name; where nothing can be made of that, of another word."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    word = _OTHERS.sub("-", plain).strip("-")[:_CUT].rstrip("-") or otherwise
    return next(key for n in count(1) if (key := word if n == 1 else f"{word}-{n}") not in taken)
