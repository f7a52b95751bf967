from __future__ import annotations

import time
from typing import Any

import pytest
import strawberry
from graphql import get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from gql.cost import MAX_OBJECTS, objects_asked, sizes, sizing
from gql.limits import MAX_CHARACTERS, MAX_TOKENS, limit_extensions
from gql.masking import MaskedSchema, Masking
from gql.measures import MAX_ALIASES, MAX_DEPTH, MAX_ROOT_FIELDS, MAX_SAME_NAME, MAX_VALUE_DEPTH
from gql.schema import build_schema
from gql.selections import Definitions

calls: list[str] = []
"""What was really run; a refused document runs nothing."""


@strawberry.input
class Filter:
    name: str | None = None
    all: list[Filter] | None = None


@strawberry.type
class Thing:
    id: strawberry.ID
    name: str
    other: Thing | None = None
    parent: Thing | None = None
    friends: list[Thing] = strawberry.field(default_factory=list)

    @strawberry.field
    def things(self, first: int | None = None, last: int | None = None) -> ThingConnection:
        """A connection whose page size has no default."""
        calls.append("things")
        return ThingConnection(nodes=[], edges=[], page_info=PageInfo(has_next_page=False))


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class ThingEdge:
    node: Thing
    cursor: str


@strawberry.type
class ThingConnection:
    nodes: list[Thing]
    edges: list[ThingEdge]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, filter: Filter | None = None) -> Thing:  # noqa: A002  (the contract's name)
        """One thing."""
        calls.append("thing")
        return Thing(id=strawberry.ID("1"), name="one")

    @strawberry.field
    def things(self, first: int = 20, last: int | None = None) -> ThingConnection:
        """A connection whose page size has a default."""
        calls.append("things")
        return ThingConnection(nodes=[], edges=[], page_info=PageInfo(has_next_page=False))

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Thing]:
        """A list whose size its argument says."""
        calls.append("nodes")
        return []


def schema_of(*, introspection: bool) -> strawberry.Schema:
    """The little schema above under the limits."""
    return MaskedSchema(Query, extensions=[Masking, *limit_extensions(introspection=introspection)])


SCHEMA = schema_of(introspection=True)


@pytest.fixture(autouse=True)
def nothing_called() -> None:
    """Every test starts from no calls."""
    calls.clear()


async def refusals(document: str, schema: strawberry.Schema = SCHEMA, **variables: Any) -> list[tuple[str, str]]:
    """Code and message of every error; an error means that nothing was run."""
    result = await schema.execute(document, variable_values=variables)
    errors = result.errors or []
    assert not (errors and calls), "a refused document was run"
    return [((error.extensions or {})["code"], error.message) for error in errors]


def nested(depth: int, inner: str = "id") -> str:
    """A selection of that depth, its leaf counted."""
    return "{ thing " + "{ other " * (depth - 2) + "{ " + inner + " }" + " }" * (depth - 2) + " }"


def chained(selection: str, count: int) -> str:
    """Fragments F0, F1, ... on Thing, each selecting this, where NEXT is the fragment after it."""
    texts = (f"fragment F{n} on Thing {{ {selection} }}".replace("NEXT", f"F{n + 1}") for n in range(count))
    return " ".join(texts)


async def test_a_document_at_the_depth_limit_runs_and_one_deeper_does_not() -> None:
    """API4: at most 15 fields below one another."""
    assert await refusals(nested(MAX_DEPTH)) == []
    calls.clear()
    message = f"The operation is {MAX_DEPTH + 1} fields deep; at most {MAX_DEPTH} are allowed."
    assert await refusals(nested(MAX_DEPTH + 1)) == [("DEPTH_LIMIT", message)]


async def test_depth_counts_through_fragments() -> None:
    """API4: what a fragment hides counts where it is spread; an inline fragment itself is no depth."""
    chain = chained("other { ...NEXT }", 20)
    document = "{ thing { ...F0 } } " + chain + " fragment F20 on Thing { id }"
    assert await refusals(document) == [("DEPTH_LIMIT", "The operation is 22 fields deep; at most 15 are allowed.")]
    assert await refusals("{ thing " + "{ ... " * 30 + "{ id }" + " }" * 30 + " }") == []


async def test_a_document_too_deep_to_parse_is_refused_in_plain_words() -> None:
    """API4: no depth ends in a RecursionError."""
    refused = [("DEPTH_LIMIT", "The document is nested too deeply.")]
    assert await refusals("{ thing " + "{ other " * 450 + "{ id }" + " }" * 450 + " }") == refused
    assert await refusals("{ ... " * 300 + "{ thing { id } }" + " }" * 300) == refused
    assert await refusals("query ($x: " + "[" * 900 + "Int" + "]" * 900 + ") { thing { id } }") == refused


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{ all: ", "}")])
async def test_values_in_the_document_may_not_nest_without_end(opening: str, closing: str) -> None:
    """API4: a literal is coerced recursively, so its depth is limited too."""
    levels = MAX_VALUE_DEPTH + 1
    document = "{ thing(filter: " + opening * levels + "null" + closing * levels + ") { id } }"
    assert await refusals(document) == [("DEPTH_LIMIT", f"A value is nested more than {MAX_VALUE_DEPTH} levels deep.")]


async def test_values_at_their_limit_are_taken() -> None:
    """API4: a filter of twenty levels works."""
    levels = MAX_VALUE_DEPTH // 2
    document = "{ thing(filter: " + "{all: [" * levels + "]}" * levels + ") { id } }"
    assert await refusals(document) == []


async def test_sixty_aliases_run_and_one_more_does_not() -> None:
    """API4: at most 60 aliases in one operation."""
    assert await refusals("{ thing {" + " ".join(f"a{n}: id" for n in range(MAX_ALIASES)) + "} }") == []
    calls.clear()
    message = "The operation has 61 aliases, fragments included; at most 60 are allowed."
    document = "{ thing {" + " ".join(f"a{n}: id" for n in range(MAX_ALIASES + 1)) + "} }"
    assert await refusals(document) == [("ALIAS_LIMIT", message)]


async def test_aliases_multiply_through_fragments() -> None:
    """API4: a fragment's aliases count wherever it is spread: ten fragments that double are a thousand aliases."""
    doubling = chained("a: other { ...NEXT } b: other { ...NEXT }", 9)
    document = "{ thing { ...F0 } } " + doubling + " fragment F9 on Thing { id }"
    message = "The operation has 1022 aliases, fragments included; at most 60 are allowed."
    assert await refusals(document) == [("ALIAS_LIMIT", message)]


async def test_each_operation_has_its_own_alias_budget() -> None:
    """API4: a file of many operations is measured one by one: only one of them is run."""
    aliased = " ".join(f"a{n}: id" for n in range(40))
    document = f"query A {{ thing {{ {aliased} }} }} query B {{ thing {{ {aliased} }} }}"
    result = await SCHEMA.execute(document, operation_name="B")
    assert (result.errors, calls) == (None, ["thing"])


async def test_thirty_root_fields_run_and_one_more_does_not() -> None:
    """API4: at most 30 fields at the root."""
    assert await refusals("{" + " ".join(f"a{n}: thing {{ id }}" for n in range(MAX_ROOT_FIELDS)) + "}") == []
    calls.clear()
    document = "{" + " ".join(f"a{n}: thing {{ id }}" for n in range(MAX_ROOT_FIELDS + 1)) + "}"
    message = "The operation has 31 fields at its root; at most 30 are allowed."
    assert await refusals(document) == [("COST_LIMIT", message)]


async def test_one_name_may_not_be_selected_hundreds_of_times() -> None:
    """API4: graphql-core compares fields of one name pair by pair."""
    message = f"The document selects 'other' 151 times; at most {MAX_SAME_NAME} are allowed for one name."
    document = "{ thing {" + "other { id } " * MAX_SAME_NAME + "... { other { name } } } }"
    assert await refusals(document) == [("COST_LIMIT", message)]


async def test_two_thousand_tokens_are_read_and_no_more() -> None:
    """API4: at most 2,000 tokens and 100,000 characters."""
    words = "query ($" + ": Int, $".join(f"v{n}" for n in range(700)) + ": Int) { thing { id } }"
    assert await refusals(words) == [("TOKEN_LIMIT", f"The document has more than {MAX_TOKENS:,} tokens.")]
    comment = "#" + "x" * MAX_CHARACTERS + "\n{ thing { id } }"
    assert await refusals(comment) == [("TOKEN_LIMIT", "The document is longer than 100,000 characters.")]


async def test_a_syntax_error_is_a_bad_request() -> None:
    """API1: a document that is not GraphQL is the client's error, with a code."""
    assert await refusals("{ thing {") == [("BAD_REQUEST", "Syntax Error: Expected Name, found <EOF>.")]


async def test_an_unknown_field_is_a_validation_error() -> None:
    """API1: graphql-core's own rules still speak, with a code."""
    [(code, message)] = await refusals("{ thing { nonsense } }")
    assert (code, message) == ("GRAPHQL_VALIDATION_FAILED", "Cannot query field 'nonsense' on type 'Thing'.")


async def test_several_operations_need_a_name() -> None:
    """GraphQL 6.1: which of several operations runs must be said; strawberry alone runs the first."""
    document = "query A { thing { id } } query B { thing { id } }"
    message = "The document has several operations: say which to run (operationName)."
    assert await refusals(document) == [("BAD_REQUEST", message)]


@pytest.mark.parametrize("text", [r'"\u0000"', r'"a\u{0}b"', '"""a\0b"""'])
async def test_a_nul_in_the_document_is_refused_where_it_stands(text: str) -> None:
    """Bad input: PostgreSQL cannot hold NUL, and the document can say it in several ways."""
    message = "The text at line 1, column 24 of the document contains a NUL character."
    assert await refusals("{ thing(filter: {name: " + text + "}) { id } }") == [("BAD_REQUEST", message)]


async def test_half_a_surrogate_pair_is_a_syntax_error() -> None:
    """Bad input: graphql-core refuses what no UTF-8 text can hold."""
    [(code, message)] = await refusals(r'{ thing(filter: {name: "\ud800"}) { id } }')
    assert (code, message) == ("BAD_REQUEST", r"Syntax Error: Invalid Unicode escape sequence: '\ud800'.")


NESTED_PAGES = "query ($n: Int = 100) { things(first: $n) { nodes { things(first: $n) { nodes { %s } } } } }"


async def test_pages_inside_pages_multiply() -> None:
    """API4: nested connections cost their sizes multiplied, counted before anything is read."""
    assert await refusals(NESTED_PAGES % "id") == []
    calls.clear()
    assert await refusals(NESTED_PAGES % "id", n=200) == []
    calls.clear()
    assert await refusals(NESTED_PAGES % "things(first: 5) { nodes { id } }") != []
    [(code, message)] = await refusals(NESTED_PAGES % "things { edges { node { id } } }")
    assert code == "COST_LIMIT"
    assert message == (
        "The operation may ask for 510,100 objects; at most 50,000 are allowed. "
        "Ask for smaller pages (`first`) in connections inside other lists."
    )


@pytest.mark.parametrize(
    ("document", "variables", "objects"),
    [
        ("{ thing { id } }", {}, 1),
        ("{ thing { other { id } parent { id } friends { id } } }", {}, 4),
        ("{ things { nodes { id } pageInfo { hasNextPage } } }", {}, 20),  # the schema's default
        ("{ things(first: 7) { edges { cursor node { id } } } }", {}, 7),
        ("{ thing { things { nodes { id } } } }", {}, 51),  # no default: 50
        ("{ things(first: null) { nodes { id } } }", {}, 50),
        ("{ things(last: 30, first: 10) { nodes { other { id } } } }", {}, 60),
        ("{ things(first: 1000) { nodes { id } } }", {}, 200),  # the field refuses it with a better message
        ("{ things(first: " + "9" * 5000 + ") { nodes { id } } }", {}, 200),
        ("{ things(first: -5) { nodes { other { id } } } }", {}, 0),
        ("query ($n: Int) { things(first: $n) { nodes { id } } }", {}, 50),
        ("query ($n: Int = 3) { things(first: $n) { nodes { id } } }", {}, 3),
        ("query ($n: Int = 3) { things(first: $n) { nodes { id } } }", {"n": 8}, 8),
        ("query ($n: Int = 3) { things(first: $n) { nodes { id } } }", {"n": 8.0}, 8),
        ("query ($n: Int = 3) { things(first: $n) { nodes { id } } }", {"n": None}, 50),
        ("query ($n: Int = 3) { things(first: $n) { nodes { id } } }", {"n": "many"}, 50),
        ("query ($n: Int = 3) { things(first: $n) { nodes { id } } }", {"n": 1e300}, 200),
        ('{ nodes(ids: ["a", "b", "c"]) { other { id } } }', {}, 6),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 9}, 9),
        (
            "{ ...F } fragment F on Query { things(first: 4) { nodes { ...G } } } fragment G on Thing { other { id } }",
            {},
            8,
        ),
        ("{ thing { ...G } } fragment G on Thing { other { ...G } friends { id } }", {}, 3),  # validation refuses it
        ("{ thing { ... on Nonsense { other { id } } nonsense { id } } nonsense { id } }", {}, 1),
        ("{ thing { ... { other { id } } ...Missing } }", {}, 2),
    ],
)
def test_the_objects_an_operation_asks_for(document: str, variables: dict[str, Any], objects: int) -> None:
    """API4: page sizes, their defaults, variables, fragments; what is invalid counts nothing and breaks nothing."""
    definitions = Definitions.of(parse(document))
    assert objects_asked(SCHEMA._schema, definitions, definitions.operations[0], variables) == objects


SIZED = """query ($n: Int = 3, $m: Int, $ids: [ID!], $text: String) {
    things(first: $n) { nodes { ...F } } nodes(ids: $ids) { id } thing(name: $text) { id }
} fragment F on Thing { things(last: $m) { nodes { id } } }"""
some_values = st.fixed_dictionaries(
    {"text": st.text()},
    optional={
        name: st.sampled_from(
            [None, True, False, 0, 1, 1.0, 2.5, -1, 200, 201, 1e300, float("nan"), "1", [], ["a"], [1]]
        )
        for name in ("n", "m", "ids")
    },
)


@given(some_values, some_values)
def test_what_says_how_many_is_all_that_matters(one: dict[str, Any], other: dict[str, Any]) -> None:
    """API4: a count may be remembered by it, so values that count differently are told apart."""
    definitions = Definitions.of(parse(SIZED))
    names = sorted(sizing(definitions))
    assert names == ["ids", "m", "n"]
    counted = [objects_asked(SCHEMA._schema, definitions, definitions.operations[0], values) for values in (one, other)]
    assert sizes(names, one) != sizes(names, other) or counted[0] == counted[1]


def test_a_preview_counts_thousands_once_whatever_is_asked_of_it() -> None:
    """API4: it does the work of a move, but brings a handful of things."""
    document = "query ($it: MoveJobInput!) { previewMove(input: $it) { stage { id } emails { toAddress text } } }"
    definitions = Definitions.of(parse(document))
    assert objects_asked(build_schema()._schema, definitions, definitions.operations[0], {}) == 5_000 + 1 + 1 + 11


async def test_fragments_cannot_hide_an_explosion() -> None:
    """API4: two hundred levels of doubling are counted, not walked."""
    document = "{ thing { ...F0 } } " + chained("other { ...NEXT } parent { ...NEXT }", 110)
    document += " fragment F110 on Thing { id }"
    started = time.perf_counter()
    assert [code for code, _ in await refusals(document)] == ["DEPTH_LIMIT"]
    shallow = "{ thing { ...F0 } } " + chained("...NEXT ... { ...NEXT }", 150)
    shallow += " fragment F150 on Thing { other { id } }"
    [(code, message)] = await refusals(shallow)
    assert (code, "far too many" in message) == ("COST_LIMIT", True)
    assert time.perf_counter() - started < 1


async def test_recursive_fragments_are_a_validation_error() -> None:
    """API4: a fragment that spreads itself is refused by graphql-core, and hangs nothing before."""
    document = "{ thing { ...A } } fragment A on Thing { other { ...B } } fragment B on Thing { parent { ...A } }"
    assert [code for code, _ in await refusals(document)] == ["GRAPHQL_VALIDATION_FAILED"]


async def test_introspection_is_refused_where_it_is_off() -> None:
    """Delivers 7: __schema and __type are closed by setting; __typename stays."""
    closed = schema_of(introspection=False)
    refused = [("INTROSPECTION_DISABLED", "Introspection is turned off on this server.")]
    assert await refusals("{ __schema { types { name } } }", closed) == refused
    assert await refusals('{ thing { id } x: __type(name: "Thing") { name } }', closed) == refused
    assert await refusals("{ ...F } fragment F on Query { __schema { types { name } } }", closed) == refused
    assert await refusals("{ ... { __schema { types { name } } } }", closed) == refused
    assert await refusals("{ __typename thing { __typename } }", closed) == []


async def test_the_introspection_of_tools_passes_where_it_is_on() -> None:
    """Delivers 4: GraphiQL and code generators send this, in their largest form."""
    document = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert await refusals(document) == []


async def test_ten_introspections_at_once_are_too_many() -> None:
    """API4: aliases do not multiply a whole introspection."""
    full = "{ types { fields { args { type { ofType { ofType { name } } } } } } }"
    document = "{" + " ".join(f"a{n}: __schema {full}" for n in range(30)) + "}"
    assert [code for code, _ in await refusals(document)] == ["COST_LIMIT"]


names = st.sampled_from(["thing", "things", "other", "friends", "nodes", "id", "__schema", "x"])
selections = st.recursive(
    st.one_of(names, st.sampled_from(["...A", "...B", "...C", "a: id", "things(first: 3)"])),
    lambda inner: st.tuples(names, st.lists(inner, min_size=1, max_size=4)).map(
        lambda pair: f"{pair[0]} {{ {' '.join(pair[1])} }}"
    ),
    max_leaves=15,
)


@given(st.lists(selections, min_size=4, max_size=4))
def test_any_document_that_parses_is_measured_without_failing(parts: list[str]) -> None:
    """API4: unknown fields, wrong types, cycles: measuring never raises; the rest is for validation to say."""
    a, b, c, root = parts
    document = parse(
        f"{{ {root} }} fragment A on Thing {{ {a} }} fragment B on Query {{ {b} }} fragment C on No {{ {c} }}"
    )
    definitions = Definitions.of(document)
    assert len(definitions.fragments) == 3
    assert objects_asked(SCHEMA._schema, definitions, definitions.operations[0], {}) >= 0
    assert MAX_OBJECTS == 50_000
