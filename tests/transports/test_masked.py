"""API1: a bug of ours becomes an id on every transport, and the connection lives on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from structlog.testing import capture_logs

from gql.limits import limit_extensions
from gql.masking import MaskedSchema, Masking
from store.database import Database
from tests.support.api import Json
from tests.support.frames import acknowledged, streaming
from tests.support.served import Served, served_api
from tests.transports.house import answers

SECRET = "SELECT password_hash FROM users -- and a stack"
Logs = Sequence[Mapping[str, Any]]


@strawberry.type
class Query:
    works: int = strawberry.field(resolver=lambda: 1)

    @strawberry.field
    def fails(self) -> int | None:
        """A bug."""
        raise RuntimeError(SECRET)

    @strawberry.field
    def must_fail(self) -> int:
        """A bug that leaves nothing."""
        raise RuntimeError(SECRET)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def fails(self) -> int | None:
        """A bug."""
        raise RuntimeError(SECRET)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def late(self) -> AsyncGenerator[int, None]:
        """One value, then a bug."""
        yield 1
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def early(self) -> AsyncGenerator[int, None]:
        """A bug before the first value."""
        if SECRET:
            raise RuntimeError(SECRET)
        yield 1

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int, None]:
        """One value, then an error for the client."""
        yield 1
        raise GraphQLError("The board is closed.", extensions={"code": "CLOSED"})

    @strawberry.subscription
    async def ends(self) -> AsyncGenerator[int, None]:
        """Two values, and no more."""
        yield 1
        yield 2


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """A server of a little schema that fails, under the limits and the masking of the real one."""
    extensions: list[Any] = [Masking, *limit_extensions(introspection=True)]
    schema = MaskedSchema(Query, Mutation, Subscription, extensions=extensions)
    async with served_api(database, schema=schema) as served:
        yield served


def incident(errors: list[Json], logs: Logs) -> None:
    """Hold that there is one error, which says the id of the one line in the log and nothing else."""
    [error], [line] = errors, [line for line in logs if line["log_level"] == "error"]
    assert error["message"] == f"Internal error, id {line['id']}"
    assert error["extensions"] == {"code": "INTERNAL", "id": line["id"]}
    assert "SELECT" not in str(error)


@pytest.mark.parametrize("document", ["{ works fails }", "{ mustFail }", "mutation { fails }"])
async def test_a_bug_in_a_query_or_mutation_is_masked(served: Served, document: str) -> None:
    """API1: as over HTTP, in a `next`, for it was run."""
    with capture_logs() as logs:
        async with acknowledged(served.socket_url, None) as wire:
            answer = await wire.answer(document)
            await answers(wire)
    incident(answer["errors"], logs)
    assert answer["data"] == (await _plain(served, document))["data"]
    with capture_logs() as logs:
        async with streaming(served.http, document) as events:
            streamed = await events.result()
            await events.completed()
    incident(streamed["errors"], logs)
    assert streamed["data"] == answer["data"]


async def _plain(served: Served, document: str) -> Json:
    with capture_logs():
        return await served.nobody.answer(document)


@pytest.mark.parametrize(("name", "values"), [("late", [1]), ("early", [])])
async def test_a_bug_in_a_stream_ends_it_and_nothing_else(served: Served, name: str, values: list[int]) -> None:
    """API1: what came before was sent; the error has an id, and the socket's other operations go on."""
    with capture_logs() as logs:
        async with acknowledged(served.socket_url, None) as wire:
            one = await wire.subscribe(f"subscription {{ {name} }}")
            assert [(await wire.result(one))["data"][name] for _ in values] == values
            incident(await _last_errors(wire.next, one), logs)
            await answers(wire)
            assert await wire.answer("{ works }") == {"data": {"works": 1}}
    with capture_logs() as logs:
        async with streaming(served.http, f"subscription {{ {name} }}") as events:
            assert [(await events.result())["data"][name] for _ in values] == values
            incident((await events.result())["errors"], logs)
            await events.completed()


async def _last_errors(following: Any, one: str) -> list[Json]:
    """The errors that end an operation: in an `error`, or in a `next` that a `complete` follows."""
    message = await following(one)
    payload: Any = message["payload"]
    if message["type"] == "next":
        assert await following(one) == {"id": one, "type": "complete"}
        payload = payload["errors"]
    return list(payload)


async def test_an_error_for_the_client_ends_a_stream_in_its_own_words(served: Served) -> None:
    """API1: what has a code is meant for the client, and is no incident."""
    with capture_logs() as logs:
        async with acknowledged(served.socket_url, None) as wire:
            one = await wire.subscribe("subscription { refused }")
            assert (await wire.result(one))["data"] == {"refused": 1}
            [error] = await _last_errors(wire.next, one)
            assert (error["message"], error["extensions"]) == ("The board is closed.", {"code": "CLOSED"})
    assert [line for line in logs if line["log_level"] == "error"] == []


async def test_a_stream_that_ends_by_itself_is_completed(served: Served) -> None:
    """LV6: `complete` follows the last `next`, on both transports."""
    async with acknowledged(served.socket_url, None) as wire:
        one = await wire.subscribe("subscription { ends }")
        assert [(await wire.result(one))["data"]["ends"] for _ in range(2)] == [1, 2]
        assert await wire.next() == {"id": one, "type": "complete"}
        await answers(wire)
    async with streaming(served.http, "subscription { ends }") as events:
        assert [(await events.result())["data"]["ends"] for _ in range(2)] == [1, 2]
        await events.completed()
