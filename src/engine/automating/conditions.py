"""Conditions: trees of all, any and not over tests on a job and its account (CN1).

Of every node exactly one part is given. Deciding is pure: ``facts`` loads what conditions ask of many jobs at once,
``failing`` says which part does not hold.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from engine.checks import Checks
from engine.enums import CustomFieldKind, ErrorCode, Priority
from engine.errors import Missing, Path
from engine.firm import field_values
from engine.work import Work
from store.database import Db, Row
from store.ids import prefix_of
from store.reads import conditions as reads

MOST: Final = 100  # ids and values in all tests of a condition
DEPTH: Final = 10  # nodes below one another
REASON_LENGTH: Final = 500  # characters of what ``failing`` says
_RANGED: Final = (CustomFieldKind.NUMBER, CustomFieldKind.DATE)


@dataclass(frozen=True, slots=True)
class AssigneesTest:
    """Who works on the job: any of some members; nobody; or, where ``nobody`` is False, anybody."""

    member_ids: tuple[str, ...] | None = None
    nobody: bool | None = None


@dataclass(frozen=True, slots=True)
class FieldTest:
    """The account's value of a custom field. All given parts must hold; none but ``is_set`` holds without a value.

    Texts are compared whatever their case, numbers by their worth, the ends of a range included.
    """

    field_id: str
    is_set: bool | None = None
    is_one_of: tuple[str, ...] | None = None
    contains: str | None = None
    at_least: str | None = None
    at_most: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One node. ``tags``: the account has all of them. ``priority``: the job's is any of them."""

    all_of: "tuple[Condition, ...] | None" = None
    any_of: "tuple[Condition, ...] | None" = None
    none_of: "Condition | None" = None
    tags: tuple[str, ...] | None = None
    priority: tuple[Priority, ...] | None = None
    assignees: AssigneesTest | None = None
    custom_field: FieldTest | None = None

    @property
    def parts(self) -> "tuple[Condition, ...]":
        """The nodes right below."""
        return self.all_of or self.any_of or ((self.none_of,) if self.none_of else ())


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions ask of one job: its account's tags and values, its priority and assignees.

    ``names`` says what the things are called that the conditions name, ``kinds`` what kind each field is of.
    """

    tags: Collection[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    priority: Priority = Priority.MEDIUM
    assignees: Collection[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, CustomFieldKind] = field(default_factory=dict)


def stored(condition: Condition) -> dict[str, Any]:
    """The condition as JSON."""
    parts: dict[str, Any] = {
        "all": condition.all_of and [stored(part) for part in condition.all_of],
        "any": condition.any_of and [stored(part) for part in condition.any_of],
        "not": condition.none_of and stored(condition.none_of),
        "tags": condition.tags and list(condition.tags),
        "priority": condition.priority and [priority.name for priority in condition.priority],
        "assignees": condition.assignees and _given(condition.assignees),
        "field": condition.custom_field and _given(condition.custom_field),
    }
    return {name: part for name, part in parts.items() if part is not None}


def parsed(said: Mapping[str, Any]) -> Condition:
    """The condition that was stored as this JSON."""
    [(name, part)] = said.items()
    return _PARSERS[name](part)


_PARSERS: Final[Mapping[str, Callable[[Any], Condition]]] = {
    "all": lambda part: Condition(all_of=tuple(map(parsed, part))),
    "any": lambda part: Condition(any_of=tuple(map(parsed, part))),
    "not": lambda part: Condition(none_of=parsed(part)),
    "tags": lambda part: Condition(tags=tuple(part)),
    "priority": lambda part: Condition(priority=tuple(Priority[one] for one in part)),
    "assignees": lambda part: Condition(assignees=AssigneesTest(**_tuples(part))),
    "field": lambda part: Condition(custom_field=FieldTest(**_tuples(part))),
}


def _given(test: AssigneesTest | FieldTest) -> dict[str, Any]:
    values = {name: getattr(test, name) for name in type(test).__slots__}
    return {name: value for name, value in values.items() if value is not None}


def _tuples(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}


def references(condition: Condition) -> set[str]:
    """The ids of all tags, custom fields and members that a condition names."""
    return {thing_id for _, node in _nodes(condition) for thing_id in _ids(node)}


def _nodes(condition: Condition, path: Path = ()) -> Iterator[tuple[Path, Condition]]:
    """Every node with its path, as clients write it."""
    yield path, condition
    for name, parts in (("all", condition.all_of), ("any", condition.any_of)):
        for n, part in enumerate(parts or ()):
            yield from _nodes(part, (*path, name, str(n)))
    if condition.none_of:
        yield from _nodes(condition.none_of, (*path, "not"))


def _ids(node: Condition) -> tuple[str, ...]:
    members = node.assignees.member_ids if node.assignees else None
    fields = (node.custom_field.field_id,) if node.custom_field else ()
    return (node.tags or ()) + (members or ()) + fields


# --- checking what was given ---


async def check(work: Work, condition: Condition, *path: str) -> Condition:
    """The condition with its values as they are stored. Refuses one that is too large or names what is not there."""
    checks = Checks()
    measure(checks, condition, *path)
    checks.done()
    known = await reads.named(work.db, work.firm_id, references(condition))
    for place, node in _nodes(condition, path):
        _find(checks, node, known, place)
    checks.done()
    settled = settle(checks, condition, known, *path)
    checks.done()
    return settled


def measure(checks: Checks, condition: Condition, *path: str) -> None:
    """Notes that a condition is too large, or names nothing where it has to name something."""
    nodes = list(_nodes(condition, path))
    if _depth(condition) > DEPTH:
        checks.add(ErrorCode.TOO_MANY, f"At most {DEPTH} levels.", *path)
    if sum(_weight(node) for _, node in nodes) > MOST:
        checks.add(ErrorCode.TOO_MANY, f"At most {MOST} tests, each id and value counted.", *path)
    for place, node in nodes:
        members = node.assignees.member_ids if node.assignees else None
        lists = {"all": node.all_of, "any": node.any_of, "tags": node.tags, "priority": node.priority}
        for name, some in lists.items():
            if some == ():
                checks.add(ErrorCode.TOO_FEW, "Name at least one.", *place, name)
        if members == ():
            checks.add(ErrorCode.TOO_FEW, "Name at least one.", *place, "assignees", "member_ids")


def _depth(condition: Condition) -> int:
    return 1 + max(map(_depth, condition.parts), default=0)


def _weight(node: Condition) -> int:
    if node.custom_field:
        return max(1, len(node.custom_field.is_one_of or ()))
    return max(len(_ids(node)), len(node.priority or ()), 0 if node.parts else 1)


def _find(checks: Checks, node: Condition, known: Mapping[str, Row], path: Path) -> None:
    members = node.assignees.member_ids if node.assignees else None
    fields = (node.custom_field.field_id,) if node.custom_field else ()
    for what, prefix, ids, place in (
        ("tag", "tag", node.tags, ("tags",)),
        ("member", "member", members, ("assignees", "member_ids")),
        ("custom field", "field", fields, ("custom_field", "field_id")),
    ):
        if any(prefix_of(one) != prefix or one not in known for one in ids or ()):
            checks.problems.append(Missing(ErrorCode.NOT_FOUND, f"There is no such {what}.", (*path, *place)))


def settle(checks: Checks, node: Condition, known: Mapping[str, Any], *path: str) -> Condition:
    """The node with each id once, and with values in the form of their fields: ``known`` has kinds and choices."""

    def below(name: str, parts: tuple[Condition, ...] | None) -> tuple[Condition, ...] | None:
        return parts and tuple(settle(checks, part, known, *path, name, str(n)) for n, part in enumerate(parts))

    who, test = node.assignees, node.custom_field
    return Condition(
        all_of=below("all", node.all_of),
        any_of=below("any", node.any_of),
        none_of=node.none_of and settle(checks, node.none_of, known, *path, "not"),
        tags=node.tags and tuple(dict.fromkeys(node.tags)),
        priority=node.priority and tuple(dict.fromkeys(node.priority)),
        assignees=who and replace(who, member_ids=who.member_ids and tuple(dict.fromkeys(who.member_ids))),
        custom_field=test and _settled_test(checks, test, known[test.field_id], (*path, "custom_field")),
    )


def _settled_test(checks: Checks, test: FieldTest, row: Mapping[str, Any], path: Path) -> FieldTest:
    kind = CustomFieldKind(row["kind"])
    if len(_given(test)) == 1:
        checks.add(ErrorCode.REQUIRED, "Say what the value must be.", *path)
    if test.contains is not None and kind is not CustomFieldKind.TEXT:
        checks.add(ErrorCode.INVALID, "Only a text can contain something.", *path, "contains")
    for name in ("at_least", "at_most"):
        if getattr(test, name) is not None and kind not in _RANGED:
            checks.add(ErrorCode.INVALID, "Only numbers and dates have a range.", *path, name)

    def value(said: str | None, name: str) -> str | None:
        found = said if said is None else field_values.checked(checks, kind, row["choices"], said, *path, name)
        if said is not None and not said.strip():
            checks.add(ErrorCode.REQUIRED, "It must not be empty.", *path, name)
        return found

    wanted = tuple(value(one, "is_one_of") for one in test.is_one_of or ())
    if test.is_one_of == ():
        checks.add(ErrorCode.TOO_FEW, "Name at least one.", *path, "is_one_of")
    return replace(
        test,
        is_one_of=tuple(dict.fromkeys(one for one in wanted if one is not None)) or None,
        contains=value(test.contains, "contains"),
        at_least=value(test.at_least, "at_least"),
        at_most=value(test.at_most, "at_most"),
    )


# --- deciding ---


async def facts(db: Db, firm_id: str, job_ids: Collection[str], wanted: Iterable[Condition]) -> dict[str, Facts]:
    """What the conditions ask of each of the jobs: two statements, whatever the number of jobs; none for nothing."""
    conditions = list(wanted)
    ids = {thing_id for condition in conditions for thing_id in references(condition)}
    if not conditions or not job_ids:
        return {job_id: Facts() for job_id in job_ids}
    known = await reads.named(db, firm_id, ids) if ids else {}
    tags = [one for one in ids if prefix_of(one) == "tag"]
    fields = [one for one in ids if prefix_of(one) == "field"]
    who = any(node.assignees for condition in conditions for _, node in _nodes(condition))
    names = {thing_id: row["name"] for thing_id, row in known.items()}
    kinds = {thing_id: CustomFieldKind(row["kind"]) for thing_id, row in known.items() if row["kind"]}
    rows = await reads.facts(db, firm_id, job_ids, tags, fields, assignees=who)
    return {
        row["id"]: Facts(
            tags=frozenset(row["tags"]),
            values=orjson.loads(row["field_values"] or "{}"),
            priority=Priority(row["priority"]),
            assignees=frozenset(row["assignees"]),
            names=names,
            kinds=kinds,
        )
        for row in rows
    }


def failing(condition: Condition, known: Facts) -> str | None:
    """None where the condition holds, else one sentence that names the first part that does not (AU3).

    It tells no value of a custom field: who sees the job need not see those (AC3).
    """
    reason = _unmet(condition, known)
    if reason is None:
        return None
    sentence = f"{reason[0].upper()}{reason[1:]}."
    return sentence if len(sentence) <= REASON_LENGTH else f"{sentence[: REASON_LENGTH - 1]}…"


def _unmet(node: Condition, known: Facts) -> str | None:
    if node.all_of is not None:
        return next((reason for part in node.all_of if (reason := _unmet(part, known)) is not None), None)
    if node.any_of is not None:
        reasons = [_unmet(part, known) for part in node.any_of]
        unmet = [reason for reason in reasons if reason is not None]
        return "; ".join(unmet) if len(unmet) == len(reasons) else None
    if node.none_of is not None:
        return None if _unmet(node.none_of, known) is not None else _said(node.none_of, known)
    return None if _holds(node, known) else _denied(node, known)


def _holds(test: Condition, known: Facts) -> bool:
    if test.tags is not None:
        return all(tag in known.tags for tag in test.tags)
    if test.priority is not None:
        return known.priority in test.priority
    if test.assignees is not None and test.assignees.nobody is not None:
        return test.assignees.nobody != bool(known.assignees)
    if test.assignees is not None:
        return any(member in known.assignees for member in test.assignees.member_ids or ())
    assert test.custom_field is not None
    return _field_holds(test.custom_field, known)


def _field_holds(test: FieldTest, known: Facts) -> bool:
    said, kind = known.values.get(test.field_id), known.kinds.get(test.field_id)
    if said is None or kind is None:
        return test.is_set is False and len(_given(test)) == 2

    def key(value: str) -> Any:
        return field_values.comparable(kind, value)

    value = key(said)
    return (
        test.is_set is not False
        and (test.is_one_of is None or value in map(key, test.is_one_of))
        and (test.contains is None or key(test.contains) in value)
        and (test.at_least is None or value >= key(test.at_least))
        and (test.at_most is None or value <= key(test.at_most))
    )


# --- saying it ---


def _said(node: Condition, known: Facts) -> str:
    """That a part holds, in words."""
    if node.none_of is not None:
        return f"not so: {_said(node.none_of, known)}"
    if node.all_of is not None or node.any_of is not None:
        word = " and " if node.all_of is not None else " or "
        return word.join(_said(part, known) for part in node.parts)
    return _words(node, known, holds=True)


def _denied(test: Condition, known: Facts) -> str:
    """That a test does not hold, in words; of tags only those that the account lacks."""
    if test.tags is not None:
        test = replace(test, tags=tuple(tag for tag in test.tags if tag not in known.tags))
    return _words(test, known, holds=False)


def _words(test: Condition, known: Facts, *, holds: bool) -> str:
    if test.tags is not None:
        tags = _names(test.tags, known, "and" if holds else "or")
        return f"the account {'has' if holds else 'lacks'} the tag {tags}"
    if test.priority is not None:
        wanted = _listed([priority.name for priority in test.priority], "or")
        return f"the priority is {known.priority.name}" + ("" if holds else f", not {wanted}")
    if test.assignees is not None and test.assignees.nobody is not None:
        return f"{'nobody' if test.assignees.nobody is holds else 'somebody'} is assigned"
    if test.assignees is not None:
        return f"{_names(test.assignees.member_ids or (), known, 'or')} is {'' if holds else 'not '}assigned"
    assert test.custom_field is not None
    name = known.names.get(test.custom_field.field_id, "deleted field")
    return f"the account's {name} is {'' if holds else 'not '}{_wanted(test.custom_field)}"


def _wanted(test: FieldTest) -> str:
    parts = [
        None if test.is_set is None else "filled in" if test.is_set else "empty",
        test.is_one_of and _listed(test.is_one_of, "or"),
        test.contains and f"a text with {test.contains}",
        test.at_least and f"at least {test.at_least}",
        test.at_most and f"at most {test.at_most}",
    ]
    return " and ".join(part for part in parts if part)


def _names(ids: Iterable[str], known: Facts, word: str) -> str:
    return _listed([known.names.get(one, "that was deleted") for one in ids], word)


def _listed(words: Collection[str], word: str) -> str:
    *most, last = words
    return f"{', '.join(most)} {word} {last}" if most else last
