from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import date
from enum import Enum
from typing import Any

import asyncpg
import pytest
import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionResult
from structlog.testing import capture_logs

from gql.limits import limit_extensions
from gql.masking import MaskedSchema, Masking, code_of, incident, masked
from store.database import Database, is_outage

SECRET = "SELECT password_hash FROM users -- and a stack"
ID = re.compile(r"[0-9a-f]{32}")


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.input(one_of=True)
class Choice:
    name: strawberry.Maybe[str]
    number: strawberry.Maybe[int]


@strawberry.input
class Change:
    number: int = 1


def fail() -> int:
    """What a resolver with a bug does."""
    raise RuntimeError(SECRET)


def refuse() -> int:
    """What a resolver does that speaks to the client."""
    raise GraphQLError("The board is closed.", extensions={"code": "CLOSED"})


def mumble() -> int:
    """An error nobody meant for the client: it has no code."""
    raise GraphQLError(SECRET)


def lose_database() -> int:
    """What a resolver meets when the database is gone."""
    raise ConnectionRefusedError(SECRET)


@strawberry.type
class Query:
    fails: int | None = strawberry.field(resolver=fail)
    must_fail: int = strawberry.field(resolver=fail)
    refuses: int | None = strawberry.field(resolver=refuse)
    mumbles: int | None = strawberry.field(resolver=mumble)
    offline: int | None = strawberry.field(resolver=lose_database)
    works: int = strawberry.field(resolver=lambda: 1)

    @strawberry.field
    def colour(self) -> Colour | None:
        """A value that is none of the enum's."""
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def takes(self, choice: Choice | None = None, change: Change | None = None, on: date | None = None) -> int:
        """Arguments of every kind."""
        return 1

    @strawberry.field
    def number(self, of: int = 1) -> int:
        """An argument with a default."""
        return of

    @strawberry.field
    def children(self) -> list[Child]:
        """Three things that share a failure, as those of one batch do."""
        error = RuntimeError(SECRET)
        return [Child(error=error) for _ in range(3)]


@strawberry.type
class Child:
    error: strawberry.Private[Exception]

    @strawberry.field
    def name(self) -> str | None:
        """Raises the failure of the batch."""
        raise self.error


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self) -> AsyncGenerator[int, None]:
        """One value, then a bug."""
        yield 1
        raise RuntimeError(SECRET)


SCHEMA = MaskedSchema(
    Query, subscription=Subscription, extensions=[Masking, *limit_extensions(introspection=True)]
)  # fmt: skip


async def errors_of(document: str, **variables: Any) -> list[dict[str, Any]]:
    """The errors as they go over the wire."""
    result = await SCHEMA.execute(document, variable_values=variables)
    return [dict(error.formatted) for error in result.errors or []]


async def test_a_bug_becomes_an_id_and_one_line_in_the_log() -> None:
    """API1: unexpected errors are masked, logged with an id, and the client gets the id."""
    with capture_logs() as logs:
        [error] = await errors_of("query Board { works fails }")
    [line] = logs
    assert ID.fullmatch(line["id"])
    assert error == {
        "message": f"Internal error, id {line['id']}",
        "locations": [{"line": 1, "column": 21}],
        "path": ["fails"],
        "extensions": {"code": "INTERNAL", "id": line["id"]},
    }
    assert (line["event"], line["log_level"], line["operation"], line["path"]) == (
        "incident",
        "error",
        "Board",
        ["fails"],
    )
    assert str(line["exc_info"]) == SECRET
    assert line["exc_info"].__traceback__ is not None


async def test_the_other_fields_of_the_answer_stay() -> None:
    """API1: masking hides the error, not what worked."""
    with capture_logs():
        result = await SCHEMA.execute("{ works fails }")
    assert result.data == {"works": 1, "fails": None}


async def test_what_is_said_on_purpose_passes() -> None:
    """API1: a GraphQLError with a code is meant for the client, and is no incident."""
    with capture_logs() as logs:
        errors = await errors_of("{ refuses }")
    assert [(error["message"], error["extensions"]) for error in errors] == [
        ("The board is closed.", {"code": "CLOSED"})
    ]
    assert logs == []


@pytest.mark.parametrize("field", ["mumbles", "mustFail", "colour"])
async def test_what_has_no_code_is_masked(field: str) -> None:
    """API1: an error without a code says nothing, whoever raised it: graphql-core quotes values that do not fit."""
    with capture_logs() as logs:
        [error] = await errors_of(f"{{ {field} }}")
    assert error["extensions"] == {"code": "INTERNAL", "id": logs[0]["id"]}
    assert "SELECT" not in str(error)
    assert len(logs) == 1


async def test_one_failure_of_a_batch_is_one_incident() -> None:
    """API1: an error that many fields share is logged once, with one id."""
    with capture_logs() as logs:
        errors = await errors_of("{ children { name } }")
    assert [error["extensions"]["id"] for error in errors] == [logs[0]["id"]] * 3
    assert [error["path"] for error in errors] == [["children", n, "name"] for n in range(3)]
    assert len(logs) == 1


async def test_an_outage_says_so() -> None:
    """API1: when the database cannot be reached, clients may try again: UNAVAILABLE, with an id."""
    with capture_logs() as logs:
        [error] = await errors_of("{ offline }")
    assert error["message"] == f"The service is unavailable, id {logs[0]['id']}"
    assert error["extensions"] == {"code": "UNAVAILABLE", "id": logs[0]["id"]}


@pytest.mark.parametrize(
    ("document", "variables", "code", "message"),
    [
        ("{ works", {}, "BAD_REQUEST", "Syntax Error: Expected Name, found <EOF>."),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'nothing' on type 'Query'."),
        ('{ takes(on: "tomorrow") }', {}, "GRAPHQL_VALIDATION_FAILED", "tomorrow"),
        ("query ($on: Date) { takes(on: $on) }", {"on": "tomorrow"}, "BAD_REQUEST", "tomorrow"),
        ("query ($n: Int!) { number(of: $n) }", {}, "BAD_REQUEST", "Variable '$n'"),
        ("query ($n: Int!) { number(of: $n) }", {"n": "x"}, "BAD_REQUEST", "Variable '$n'"),
        ("query ($n: Int = 1) { number(of: $n) }", {"n": None}, "BAD_REQUEST", "Argument 'of'"),
        ("query ($n: Int = 1) { takes(change: {number: $n}) }", {"n": None}, "BAD_REQUEST", "Argument 'change'"),
        ("query ($c: Choice) { takes(choice: $c) }", {"c": {"name": "a", "number": 1}}, "BAD_REQUEST", "exactly one"),
        ("query ($c: Choice) { takes(choice: $c) }", {"c": {"name": None}}, "BAD_REQUEST", "null"),
        ("query ($if: Boolean = true) { works @skip(if: $if) }", {"if": None}, "BAD_REQUEST", "Argument 'if'"),
    ],
)
async def test_mistakes_of_the_client_keep_their_words(
    document: str, variables: dict[str, Any], code: str, message: str
) -> None:
    """API1: syntax, validation, variables and arguments are the client's; none of them is an incident."""
    with capture_logs() as logs:
        [error] = await errors_of(document, **variables)
    assert error["extensions"] == {"code": code}
    assert message in error["message"]
    assert logs == []


async def test_strawberry_itself_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """API1: once means once: strawberry's own log of every error is off."""
    with capture_logs():
        await errors_of("{ fails }")
        await errors_of("{ nothing }")
    assert caplog.records == []


async def test_a_stream_is_masked_message_by_message() -> None:
    """API1: subscriptions hide what queries hide."""
    with capture_logs() as logs:
        stream = await SCHEMA.stream("subscription Count { count }")
        first, second = [result async for result in stream]
    assert isinstance(first, ExecutionResult)
    assert isinstance(second, ExecutionResult)
    assert first.data == {"count": 1}
    [error] = second.errors or []
    assert error.message == f"Internal error, id {logs[0]['id']}"
    assert len(logs) == 1


async def test_masking_twice_changes_nothing() -> None:
    """API1: whoever masks again, to be safe, makes no second incident."""
    with capture_logs() as logs:
        result = await SCHEMA.execute("{ fails refuses }")
        once = [error.formatted for error in result.errors or []]
        again = [error.formatted for error in masked(result.errors or [])]
    assert (once, len(logs)) == (again, 1)


def test_an_incident_outside_the_schema_is_worded_alike() -> None:
    """API1: failures before the first resolver get an id, too."""
    with capture_logs() as logs:
        error = incident(RuntimeError(SECRET), "Board")
    assert error.formatted == {
        "message": f"Internal error, id {logs[0]['id']}",
        "extensions": {"code": "INTERNAL", "id": logs[0]["id"]},
    }


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (FileNotFoundError("no socket"), True),
        (asyncpg.ConnectionDoesNotExistError("gone"), True),
        (asyncpg.CannotConnectNowError("starting up"), True),
        (asyncpg.AdminShutdownError("terminating"), True),
        (asyncpg.TooManyConnectionsError("53300"), True),
        (asyncpg.InterfaceError("pool is closed"), True),
        (asyncpg.InterfaceError("another operation is in progress"), False),
        (asyncpg.DataError("invalid input"), False),
        (asyncpg.UniqueViolationError("duplicate"), False),
        (ValueError(), False),
        (ExceptionGroup("", [ConnectionResetError(), ExceptionGroup("", [TimeoutError()])]), True),
        (ExceptionGroup("", [ConnectionResetError(), ValueError()]), False),
    ],
)
def test_which_errors_are_outages(error: Exception, outage: bool) -> None:
    """API1: only what a later try may heal is UNAVAILABLE; bugs are INTERNAL."""
    assert is_outage(error) is outage


async def test_the_errors_of_a_real_database_never_show_their_sql(database: Database) -> None:
    """Bad input: never an SQL text: what PostgreSQL complains about is masked."""

    @strawberry.type
    class Asks:
        @strawberry.field
        async def value(self) -> int | None:
            """A statement that PostgreSQL refuses."""
            return int(await database.value("SELECT secret_column FROM firms"))

    schema = MaskedSchema(Asks, extensions=[Masking])
    with capture_logs() as logs:
        result = await schema.execute("{ value }")
    [error] = result.errors or []
    assert (code_of(error), "secret_column" in str(error.formatted), len(logs)) == ("INTERNAL", False, 1)
    assert "secret_column" in str(logs[0]["exc_info"])
