"""Texts of other people, made safe for a terminal and cut to its cells."""

from __future__ import annotations

import unicodedata
from typing import Final

from rich.cells import cell_len, set_cell_size

FLAGS: Final = range(0x1F1E6, 0x1F200)
"""The letters of which flags are made: terminals disagree on their width."""
SKINS: Final = range(0x1F3FB, 0x1F400)
"""Colours of the emoji before them."""
SELECTORS: Final = range(0xFE00, 0xFE10)
"""Variants of the character before them: some change its width."""


def clean(text: str) -> str:
    """``text`` as one line that a terminal shows and does not obey.

    Control characters become a replacement character, white space a space. What is invisible and changes the order or
    the width of its neighbours (marks of direction, joiners) is left out.
    """
    return " ".join("".join(map(_shown, text)).split())


def _shown(character: str) -> str:
    if " " <= character <= "~":
        return character
    if character.isspace():
        return " "
    code = ord(character)
    if code in FLAGS:
        return chr(ord("A") + code - FLAGS.start)
    category = unicodedata.category(character)
    if category == "Cf" or code in SELECTORS or code in SKINS:
        return ""
    return "\N{REPLACEMENT CHARACTER}" if category in {"Cc", "Cs", "Co"} else character


def shorten(text: str, cells: int) -> str:
    """``text`` in at most so many cells, with an ellipsis where it was cut."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + "…" if cells > 0 else ""


def initials(name: str) -> str:
    """One or two letters for a person: of the first and of the last word."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()


def listed(names: list[str], most: int = 12) -> str:
    """``A, B, C and 4 more``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def counted(number: int, what: str) -> str:
    """``1 job``, ``2 jobs``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
