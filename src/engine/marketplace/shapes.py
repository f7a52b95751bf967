"""How the engine's own dataclasses look in a document: every field under its name, things by local keys, not by ids.

A setting that is added to a kind of automation, to a stage or to a template is in the format without a word here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.automating import setting
from engine.automating.conditions import AssigneesTest, Condition
from engine.automating.delays import Delay
from engine.items.forms import AnswerCondition

T = TypeVar("T")

REFERS: Final[Mapping[str, str]] = {
    "assignee_ids": "member",
    "assignee_role_ids": "role",
    "document_id": "doc",
    "field_id": "field",
    "job_template_id": "jobtemplate",
    "member_ids": "member",
    "status_id": "status",
    "tags": "tag",
    "task_template_ids": "tasktemplate",
}
"""What fields refer to that are no settings of automations, by the prefixes of ids."""

LEFT_OUT: Final = frozenset({"available_to_ids", "currency", "id", "signer_ids", "status_ids"})
"""What belongs to one firm or one client alone, and which statuses are enabled: documents say more of those."""

ONE_OF: Final = frozenset({AnswerCondition, AssigneesTest, Condition, Delay})
"""Of these exactly one field is given."""

_NAMES: Final[Mapping[str, str]] = {"all_of": "all", "any_of": "any", "none_of": "not"}


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a dataclass: what it is called in documents, what it holds, and what it refers to by local keys."""

    attribute: str
    name: str
    kind: Any
    default: Any
    prefix: str | None
    setting: setting.Setting | None

    @property
    def required(self) -> bool:
        """Whether there is no document without it."""
        return self.default is MISSING


@dataclass(frozen=True, slots=True)
class Type:
    """What a field may hold: values of one type, or a list of them, or nothing."""

    base: Any
    many: bool
    nullable: bool


def parts(kind: Any) -> tuple[Part, ...]:
    """The fields of a dataclass that are in documents."""
    return _parts(kind)


@cache
def _parts(kind: Any) -> tuple[Part, ...]:
    hints = get_type_hints(kind)
    return tuple(_part(one, hints[one.name]) for one in fields(kind) if one.name not in LEFT_OUT)


def _part(one: Any, hint: Any) -> Part:
    own = one.metadata.get(setting.KEY)
    prefix = own.prefix if isinstance(own, setting.Reference) else REFERS.get(one.name)
    if prefix is None and one.name.endswith(("_id", "_ids")):
        raise TypeError(f"it is not said what {one.name} refers to: see REFERS")
    default = one.default_factory() if one.default_factory is not MISSING else one.default
    return Part(one.name, name_of(one.name), hint, default, prefix, own)


def name_of(attribute: str) -> str:
    """What a field is called in documents: ``assignee_role_ids`` is assigneeRoles, as in what GraphQL answers."""
    if attribute in _NAMES:
        return _NAMES[attribute]
    plain = attribute[:-4] + "s" if attribute.endswith("_ids") else attribute.removesuffix("_id")
    first, *more = plain.split("_")
    return first + "".join(word.capitalize() for word in more)


@cache
def type_of(hint: Any) -> Type:
    """A type hint, taken apart."""
    options = [one for one in _options(hint) if get_origin(one) is not Literal]
    [kind] = [one for one in options if one is not NoneType]
    many = get_origin(kind) in (tuple, Sequence)
    return Type(get_args(kind)[0] if many else kind, many, NoneType in options)


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def is_choice(kind: Any) -> bool:
    """Whether it is an enumeration."""
    return isinstance(kind, type) and issubclass(kind, Enum)
