"""Settings of an automation: the typed fields of its configuration, each with all that is to be known of it.

From them alone come the checks when a configuration is saved, its GraphQL input and output, what it refers to, and
whether that is still there.
"""

from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from typing import Any, Final

from engine.time.duration import Duration

KEY: Final = "setting"  # of a field's metadata

UNREADABLE: Final = (KeyError, TypeError, ValueError)
"""What reading a configuration raises that an earlier release has written, and that means nothing any more."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What sort of value a field holds, and what it is for."""

    description: str


@dataclass(frozen=True, slots=True)
class Text(Setting):
    """A text, of one line or more, in which shortcodes may stand (AU8)."""

    lines: bool = True
    shortcodes: bool = True
    guarded: bool = False
    """Whether it is shown only to those who may configure the kind: an address may be a secret."""


@dataclass(frozen=True, slots=True)
class Reference(Setting):
    """Things of the firm, by their ids; ``prefix`` is that of the ids."""

    prefix: str
    many: bool = False
    grants: bool = False
    """Whether members who are named come to see what they might not see by themselves."""


@dataclass(frozen=True, slots=True)
class Choice(Setting):
    """One value of an enumeration."""

    values: type[Enum]


@dataclass(frozen=True, slots=True)
class Flag(Setting):
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class Number(Setting):
    """A whole number between two, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Span(Setting):
    """A span of time."""


def _field(setting: Setting, default: Any) -> Any:
    return field(default=default, metadata={KEY: setting})


def line(description: str, *, default: Any = MISSING, shortcodes: bool = True) -> Any:
    """A text of one line; one without a default is required."""
    return _field(Text(description, lines=False, shortcodes=shortcodes), default)


def text(description: str, *, default: Any = MISSING, shortcodes: bool = True, guarded: bool = False) -> Any:
    """A text of several lines; one without a default is required."""
    return _field(Text(description, shortcodes=shortcodes, guarded=guarded), default)


def ref(prefix: str, description: str, *, default: Any = MISSING) -> Any:
    """One thing of the firm; one without a default is required. Name the field ``..._id``."""
    return _field(Reference(description, prefix), default)


def refs(prefix: str, description: str, *, grants: bool = False) -> Any:
    """Any number of things of the firm, also none. Name the field ``..._ids``."""
    return _field(Reference(description, prefix, many=True, grants=grants), ())


def choice(values: type[Enum], description: str, *, default: Any = MISSING) -> Any:
    """One value of an enumeration."""
    return _field(Choice(description, values), default)


def flag(description: str, *, default: bool) -> Any:
    """Yes or no."""
    return _field(Flag(description), default)


def number(description: str, low: int, high: int, *, default: Any = MISSING) -> Any:
    """A whole number."""
    return _field(Number(description, low, high), default)


def span(description: str) -> Any:
    """A span of time, or none."""
    return _field(Span(description), None)


def settings(config: type) -> dict[str, Setting]:
    """The settings of a configuration by the names of their fields."""
    return {part.name: part.metadata[KEY] for part in fields(config)}


def stored(config: Any) -> dict[str, Any]:
    """A configuration as JSON."""
    return {part.name: _plain(getattr(config, part.name)) for part in fields(config)}


def loaded(kind: type, values: dict[str, Any]) -> Any:
    """A configuration from its JSON; what was added to the kind since has its default. Raises ``UNREADABLE``."""
    known = settings(kind)
    return kind(**{name: _typed(known[name], value) for name, value in values.items() if name in known})


def references(config: Any) -> set[str]:
    """The ids of all that a configuration refers to."""
    found: set[str] = set()
    for name, setting in settings(type(config)).items():
        if isinstance(setting, Reference):
            value = getattr(config, name)
            found.update(value if setting.many else [] if value is None else [value])
    return found


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.name
        case Duration():
            return value.stored()
        case tuple():
            return list(value)
        case _:
            return value


def _typed(setting: Setting, value: Any) -> Any:
    match setting:
        case _ if value is None:
            return None
        case Choice():
            return setting.values[value]
        case Span():
            return Duration.of(value)
        case Reference(many=True):
            return tuple(value)
        case _:
            return value
