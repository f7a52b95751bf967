"""The same dataclasses with other references: local keys instead of ids, ids instead of local keys."""

from collections.abc import Callable
from dataclasses import dataclass, is_dataclass, replace
from enum import Enum
from typing import Any

from engine.marketplace.shapes import Part, parts, type_of

Refer = Callable[[str, str], str | None]
"""What takes the place of a reference, by its prefix; None where there is nothing that could."""

Word = Callable[[str, bool], str]
"""What takes the place of a text; whether it is HTML."""


@dataclass
class Absent(Exception):
    """Something cannot be done without what there is not."""

    prefix: str
    key: str


def same(text: str, html: bool) -> str:
    """Texts stay."""
    return text


def mapped(thing: Any, refer: Refer, word: Word = same) -> Any:
    """A dataclass, and all in it, with its references and texts replaced.

    What is not there is left out of lists, and of what can do without; otherwise raises :class:`Absent`. Of the members
    that a test names one has to be there, for else it would say another thing.
    """
    values = {}
    for part in parts(type(thing)):
        before = getattr(thing, part.attribute)
        after = _value(part, before, refer, word)
        if after is not before:
            values[part.attribute] = after
    return replace(thing, **values) if values else thing


def _value(part: Part, given: Any, refer: Refer, word: Word) -> Any:
    if given is None or isinstance(given, Enum):
        return given
    if part.prefix is not None:
        return _reference(part, part.prefix, given, refer)
    return _any(given, refer, word, html=part.attribute == "html")


def _any(given: Any, refer: Refer, word: Word, *, html: bool = False) -> Any:
    if isinstance(given, Enum):
        return given
    if isinstance(given, str):
        return word(given, html)
    if isinstance(given, tuple):
        return tuple(_any(one, refer, word) for one in given)
    return mapped(given, refer, word) if is_dataclass(given) else given


def _reference(part: Part, prefix: str, given: Any, refer: Refer) -> Any:
    if isinstance(given, str):
        found = refer(prefix, given)
        if found is None and not type_of(part.kind).nullable:
            raise Absent(prefix, given)
        return found
    some = [(key, refer(prefix, key)) for key in given]
    there = tuple(dict.fromkeys(found for _, found in some if found is not None))
    if given and not there and part.setting is None and type_of(part.kind).nullable:
        raise Absent(prefix, some[0][0])
    return there
