"""The executor alone: a board by its plan, and by graphql-core, from the same answers, which were recorded before."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from unittest.mock import patch

from graphql import execute, parse

from bench import reads_asked
from bench.firm import middle
from bench.reads_servers import Json
from bench.table import Line
from engine.firm.sessions import Identity, authenticate
from gql.answers import Batch, Read
from gql.execution.plans import planned
from gql.execution.run import Run
from gql.schema import build_schema
from resolvers.context import Context
from store.database import Database

ROUNDS = 5
TIMES = 10
"""In each round, by the plan; once by graphql-core."""


class Recorded:
    """Answers of resolvers, which are asked for once."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Any, Any]] = {}
        self._read, self._batch = Read.__call__, Batch.__call__

    async def read(self, one: Read, context: Context, values: Any) -> Any:
        """In the place of a read."""
        key = one.resolver, repr(values)
        if key not in self._known:
            self._known[key] = None, await self._read(one, context, values)
        return self._known[key][1]

    async def batch(self, one: Batch, context: Context, parents: Sequence[Any], values: Any) -> Any:
        """In the place of a batch. Parents are held, so that no other can come to have the same identity."""
        key = one.resolver, repr(values), tuple(map(id, parents))
        if key not in self._known:
            self._known[key] = parents, await self._batch(one, context, parents, values)
        return self._known[key][1]


async def measure(url: str, firm: Json) -> list[Line]:
    """Both, in turn."""
    database = await Database.connect(url)
    recorded = Recorded()

    async def read(one: Read, context: Context, values: Any, _: Any = None) -> Any:
        return await recorded.read(one, context, values)

    async def batch(one: Batch, context: Context, parents: Sequence[Any], values: Any, _: Any = None) -> Any:
        return await recorded.batch(one, context, parents, values)

    try:
        identity = await authenticate(database, firm["owner"]["token"])
        with patch.object(Read, "__call__", read), patch.object(Batch, "__call__", batch):
            return await _compared(database, identity, {"pipeline": firm["pipelineIds"][0], "first": 60})
    finally:
        await database.close()


async def _compared(database: Database, identity: Identity, variables: Json) -> list[Line]:
    schema, document = build_schema(introspection=False), parse(reads_asked.BOARD)
    plan = planned(schema, document, "Board", None)

    def context() -> Context:
        return Context(database, identity, "", notify=lambda topic: None)

    async def ours() -> Any:
        return (await Run(plan.bind(variables), context()).result()).data

    async def core() -> Any:
        result: Any = execute(schema._schema, document, variable_values=variables, context_value=context())  # noqa: SLF001
        return (await result).data

    if await ours() != await core():
        raise RuntimeError("the two answer differently")
    gc.collect()
    gc.freeze()  # as the server does
    took: dict[str, list[float]] = {"ours": [], "core": []}
    for _ in range(ROUNDS):
        took["ours"].append(await _timed(ours, TIMES))
        took["core"].append(await _timed(core, 1))
    gc.unfreeze()
    plain, slow = middle(took["ours"]), middle(took["core"])
    return [
        Line("executor alone, board of 480 jobs", f"{plain * 1000:.1f} ms"),
        Line("graphql-core alone", f"{slow * 1000:.0f} ms, {slow / plain:.0f}x", "at least 15x", slow / plain >= 15),
    ]


async def _timed(work: Callable[[], Awaitable[Any]], times: int) -> float:
    """Processor time of one, in seconds: others on the machine do not change that."""
    began = time.process_time()
    for _ in range(times):
        await work()
    return (time.process_time() - began) / times
