"""What a kind of action items is to the machinery that all kinds share; the kinds are in ``engine.item_kinds``."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final

from engine.access import ITEM_RIGHTS, Viewer
from engine.checks import Checks
from engine.enums import AccessRight, ItemKind, Outcome
from engine.work import Work
from store.database import Row
from store.ids import prefix_of

Fill = Callable[[str], str]
"""Puts what they stand for in the place of the shortcodes of a text."""

KINDS: Final = "engine.item_kinds"


@dataclass(frozen=True, slots=True)
class Content:
    """What the items of a kind hold that clients answer: a frozen dataclass, stored as JSON, as its templates are.

    It is filled in and copied as an item is made: what is changed in a template later changes no item.
    """

    type: type
    check: Callable[[Checks, Any, tuple[str, ...]], Any]
    """The content as it is stored; notes what is wrong with it, below a path."""
    texts: Callable[[Any], Iterable[str]]
    """All that shortcodes may stand in (AU8)."""
    fill: Callable[[Any, Fill], Any]
    """The same with shortcodes filled in."""
    find: Callable[[Work, Any, str | None, tuple[str, ...]], Awaitable[None]] | None = None
    """Refuses a content that names what is not there for the viewer, or not for an account; None for a template."""
    refers: Callable[[Any], Iterable[str]] | None = None
    """The ids of all that a content names, kept from deletion while a template names it (PL4)."""


Line = dict[str, Any]
"""One line of a history entry (``engine.work.changed``)."""

Put = Callable[[Work, Row, Outcome | None], Awaitable[Line]]
After = Callable[[Work, Sequence[Row]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ItemRules:
    """The rules of a kind. Each is a module in ``engine.item_kinds`` that has them as ``RULES``."""

    kind: ItemKind
    prefix: str
    """Of the items' ids."""
    noun: str
    """What one is called in messages, with its article: an organizer."""
    put: Put | None = None
    """Keeps what the kind itself keeps of a locked item's being closed, or open again; answers what to say of it."""
    ask: str = ""
    """What the first e-mail asks a client to do: fill it in."""
    by_members: bool = False
    """Whether members may complete it (MV5)."""
    reopens: bool = False
    """Whether a finished one can be opened again (AI3)."""
    content: Content | None = None
    """None for tasks, which are not for clients."""
    made: After | None = None
    """Is told of fresh items, rows of ``client_items``: writes what the kind keeps beside them."""
    sent: After | None = None
    """Is told of items that clients see from now on."""
    stands: Callable[[Work, Row], Awaitable[bool]] | None = None
    """Whether the title of a locked item stays as it is: somebody has signed it."""

    @property
    def right(self) -> AccessRight | None:
        """What managing its items takes, and seeing more of them than title, kind and state (AC3)."""
        return ITEM_RIGHTS.get(self.kind)

    def permits(self, viewer: Viewer) -> bool:
        """Whether a viewer manages items of the kind, and sees all of them."""
        return self.right is None or viewer.has(self.right)

    def permit(self, viewer: Viewer, *path: str) -> None:
        """Refuses who may not manage items of the kind."""
        if self.right is not None:
            viewer.need(self.right, *path)


@cache
def kinds() -> "MappingProxyType[ItemKind, ItemRules]":
    """The rules of all kinds."""
    package = import_module(KINDS)
    modules = (import_module(f"{KINDS}.{found.name}") for found in iter_modules(package.__path__))
    found: dict[ItemKind, ItemRules] = {module.RULES.kind: module.RULES for module in modules}
    return MappingProxyType({kind: found[kind] for kind in ItemKind if kind in found})


@cache
def _by_prefix() -> "MappingProxyType[str, ItemRules]":
    return MappingProxyType({rules.prefix: rules for rules in kinds().values()})


def prefixes() -> Iterable[str]:
    """The prefixes of the ids of items."""
    return _by_prefix().keys()


def rules_of(item_id: str) -> ItemRules | None:
    """The rules of an item by its id; None where it is none."""
    return _by_prefix().get(prefix_of(item_id))


@cache
def _by_content() -> "MappingProxyType[type, ItemRules]":
    return MappingProxyType({rules.content.type: rules for rules in kinds().values() if rules.content is not None})


def rules_of_content(content: Any) -> ItemRules:
    """The rules of the kind that a content is of."""
    return _by_content()[type(content)]
