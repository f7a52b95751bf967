"""Conditions: trees over tags, custom fields, priority and assignees, decided as they read (CN1, CN3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.automating.conditions import (
    REASON_LENGTH,
    AssigneesTest,
    Condition,
    Facts,
    FieldTest,
    failing,
    parsed,
    references,
    stored,
)
from engine.enums import CustomFieldKind, Priority

TAGS = ("tag_a", "tag_b", "tag_c")
MEMBERS = ("member_a", "member_b", "member_c")
KINDS = {f"field_{kind.lower()}": kind for kind in CustomFieldKind} | {"field_more": CustomFieldKind.NUMBER}
VALUES: dict[CustomFieldKind, st.SearchStrategy[str]] = {
    CustomFieldKind.TEXT: st.sampled_from(["straße", "STRASSE", "Berlin", "berlin", "lin", "B"]),
    CustomFieldKind.NUMBER: st.sampled_from(["0", "-0.0", "10", "9", "10.00", "-3.5", "100"]),
    CustomFieldKind.DATE: st.sampled_from(["2026-01-31", "2026-02-01", "0999-12-31", "2026-01-30"]),
    CustomFieldKind.CHOICE: st.sampled_from(["DE", "FR", "de"]),
    CustomFieldKind.YES_NO: st.sampled_from(["YES", "NO"]),
}
quickly = settings(deadline=None, max_examples=500, database=None)


@st.composite
def field_tests(draw: st.DrawFn) -> FieldTest:
    """A test of a field with at least one part that its kind allows."""
    field_id = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[field_id]
    value = VALUES[kind]
    parts: dict[str, st.SearchStrategy[Any]] = {
        "is_set": st.booleans(),
        "is_one_of": st.lists(value, min_size=1, max_size=3).map(tuple),
    }
    if kind is CustomFieldKind.TEXT:
        parts["contains"] = value
    if kind in (CustomFieldKind.NUMBER, CustomFieldKind.DATE):
        parts |= {"at_least": value, "at_most": value}
    chosen = draw(st.sets(st.sampled_from(sorted(parts)), min_size=1))
    return FieldTest(field_id, **{name: draw(parts[name]) for name in chosen})


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """One or more of the values."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=3).map(tuple)


LEAVES = st.one_of(
    st.builds(Condition, tags=some(TAGS)),
    st.builds(Condition, priority=st.lists(st.sampled_from(Priority), min_size=1).map(tuple)),
    st.builds(
        Condition,
        assignees=st.one_of(
            st.builds(AssigneesTest, member_ids=some(MEMBERS)), st.builds(AssigneesTest, nobody=st.booleans())
        ),
    ),
    st.builds(Condition, custom_field=field_tests()),
)


def nodes(below: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """A node over others."""
    many = st.lists(below, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Condition, all_of=many), st.builds(Condition, any_of=many), st.builds(Condition, none_of=below)
    )


TREES = st.recursive(LEAVES, nodes, max_leaves=20)
FACTS = st.builds(
    Facts,
    tags=st.frozensets(st.sampled_from(TAGS)),
    values=st.fixed_dictionaries({}, optional={one: VALUES[kind] for one, kind in KINDS.items()}),
    priority=st.sampled_from(Priority),
    assignees=st.frozensets(st.sampled_from(MEMBERS)),
    kinds=st.just(KINDS),
    names=st.just({one: one.upper() for one in (*TAGS, *MEMBERS, *KINDS)}),
)


def naive(said: dict[str, Any], facts: Facts) -> bool:
    """Whether a condition, as it is stored, holds: read word by word."""
    [(name, part)] = said.items()
    if name in ("all", "any"):
        results = [naive(one, facts) for one in part]
        return False not in results if name == "all" else True in results
    if name == "not":
        return not naive(part, facts)
    if name == "field":
        return naive_field(part, facts.values.get(part["field_id"]), KINDS[part["field_id"]])
    if name == "assignees" and "nobody" in part:
        return (len(facts.assignees) == 0) is part["nobody"]
    met: dict[str, bool] = {
        "tags": set(part) <= set(facts.tags),
        "priority": facts.priority.name in part,
        "assignees": bool({*facts.assignees}.intersection(part["member_ids"] if name == "assignees" else ())),
    }
    return met[name]


def naive_field(part: dict[str, Any], value: str | None, kind: CustomFieldKind) -> bool:
    """Whether the test of a field holds, part by part."""
    wanted = {name: one for name, one in part.items() if name != "field_id"}
    if value is None:
        return wanted == {"is_set": False}
    read: Any = {
        CustomFieldKind.TEXT: str.casefold,
        CustomFieldKind.NUMBER: Decimal,
        CustomFieldKind.DATE: date.fromisoformat,
    }.get(kind, str)
    results = []
    for name, one in wanted.items():
        match name:
            case "is_set":
                results.append(one)
            case "is_one_of":
                results.append(read(value) in [read(each) for each in one])
            case "contains":
                results.append(one.casefold() in value.casefold())
            case "at_least":
                results.append(read(value) >= read(one))
            case "at_most":
                results.append(read(value) <= read(one))
    return all(results)


@given(TREES, FACTS)
@quickly
def test_a_condition_holds_where_it_reads_so(condition: Condition, facts: Facts) -> None:
    """CN1: all, any and not over the four sorts of tests, whatever the tree; what does not hold has a reason."""
    reason = failing(condition, facts)
    assert (reason is None) == naive(stored(condition), facts)
    if reason is not None:
        assert reason[-1] in ".…"
        assert reason[0] == reason[0].upper()
        assert len(reason) <= REASON_LENGTH


@given(TREES)
@quickly
def test_a_condition_comes_back_from_the_database_as_it_was(condition: Condition) -> None:
    """CN1: JSON there and back."""
    assert parsed(orjson.loads(orjson.dumps(stored(condition)))) == condition


@given(TREES)
@quickly
def test_everything_that_a_condition_names_is_among_its_references(condition: Condition) -> None:
    """PL4: the ids in the stored text are those that are kept from deletion."""
    text = orjson.dumps(stored(condition)).decode()
    assert {one for one in (*TAGS, *MEMBERS, *KINDS) if f'"{one}"' in text} == references(condition)


FEW = Facts(
    tags=("tag_a",),
    values={"field_text": "Berlin", "field_number": "7"},
    priority=Priority.LOW,
    assignees=("member_a",),
    names={"tag_a": "VIP", "tag_b": "Audit", "tag_c": "New", "member_a": "Ann", "member_b": "Bob", "member_c": "Cid"}
    | {"field_text": "City", "field_number": "Size"},
    kinds=KINDS,
)
VIP, NEW = Condition(tags=("tag_a",)), Condition(tags=("tag_c",))


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (VIP, None),
        (Condition(tags=("tag_a", "tag_b", "tag_c")), "The account lacks the tag Audit or New."),
        (Condition(tags=("tag_gone",)), "The account lacks the tag that was deleted."),
        (Condition(priority=(Priority.HIGH, Priority.URGENT)), "The priority is LOW, not HIGH or URGENT."),
        (Condition(assignees=AssigneesTest(("member_b", "member_c"))), "Bob or Cid is not assigned."),
        (Condition(assignees=AssigneesTest(nobody=True)), "Somebody is assigned."),
        (Condition(custom_field=FieldTest("field_text", is_one_of=("Rome",))), "The account's City is not Rome."),
        (Condition(custom_field=FieldTest("field_text", is_set=False)), "The account's City is not empty."),
        (
            Condition(custom_field=FieldTest("field_number", at_least="8", at_most="9")),
            "The account's Size is not at least 8 and at most 9.",
        ),
        (Condition(none_of=VIP), "The account has the tag VIP."),
        (Condition(none_of=Condition(none_of=NEW)), "Not so: the account has the tag New."),
        (Condition(all_of=(VIP, NEW, Condition(none_of=VIP))), "The account lacks the tag New."),
        (Condition(any_of=(NEW, VIP)), None),
        (
            Condition(any_of=(NEW, Condition(assignees=AssigneesTest(nobody=True)))),
            "The account lacks the tag New; somebody is assigned.",
        ),
        (
            Condition(none_of=Condition(all_of=(VIP, Condition(assignees=AssigneesTest(("member_a",)))))),
            "The account has the tag VIP and Ann is assigned.",
        ),
    ],
)
def test_what_fails_is_told_by_name(condition: Condition, reason: str | None) -> None:
    """AU3: the run log names the first part that does not hold, and no value of a custom field (AC3)."""
    assert failing(condition, FEW) == reason
