"""Running a plan, level by level."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from graphql import ExecutionResult
from strawberry.exceptions import WrongNumberOfResultsReturned

from gql.answers import Batch
from gql.arguments import to_domain
from gql.execution.failures import Failed, is_lost, settled
from gql.execution.fields import ROWS, Asked, Column, Field, Selection
from gql.execution.plans import Bound
from resolvers.context import Context
from resolvers.selected import Selected
from store.database import Share

if TYPE_CHECKING:
    from gql.execution.shapes import Shape

FEW: Final = 4
"""Sources that are read row by row: taking them by columns pays for more."""


async def run(bound: Bound, context: Context) -> ExecutionResult:
    """The result of a query or mutation. Raises what a snapshot raises that cannot be had."""
    if not bound.at_one_instant:
        return await Run(bound, context).result()
    async with context.snapshot():
        return await Run(bound, context).result()


class Run:
    """One run of a plan."""

    def __init__(self, bound: Bound, context: Context) -> None:
        self.context = context
        self.selections: dict[int, Selection] = {}
        """What was selected of answers whose type was not known before, by their identity."""
        self.bound = bound
        self._has_failed = False

    async def result(self, root_value: Any = None) -> ExecutionResult:
        """The result, as graphql-core would answer it."""
        root = self.bound.root
        [data] = await self.select(root, [root_value])
        if not self._has_failed:
            return ExecutionResult(data, None)
        return ExecutionResult(*settled(self, root, data))

    def failed(self, error: Exception) -> Failed:
        """What stands for a value that could not be had."""
        self._has_failed = True
        return Failed(error)

    async def select(self, selection: Selection, sources: Sequence[Any]) -> list[dict[str, Any]]:
        """What is selected of each source."""
        copy = selection.template.copy
        results: list[dict[str, Any]] = [copy() for _ in sources]
        rows = ROWS.issuperset(map(type, sources))
        if rows and len(sources) <= FEW:
            for result, row in zip(results, sources, strict=True):
                self._cells(selection, row, result)
        else:
            for key, source, shape in selection.columns:
                for result, value in zip(results, shape.column(source.values(self, sources, rows), self), strict=True):
                    result[key] = value
        branches, asks = selection.branches, selection.asks
        if asks and len(sources) == 1 and type(sources[0]) is dict:
            branches = self._brought(branches, sources[0], results[0])
            asks = len(branches)
        if asks > 1 and not selection.serial and isinstance(self.context.db, Share):
            await _together([self._branch(one, sources, results, rows) for one in branches])
        else:  # there is one connection, or one thing to ask
            for one in branches:
                await self._branch(one, sources, results, rows)
                if selection.serial and self._has_failed and is_lost(self, one, results[0][one.key]):
                    break  # nothing is answered any more, so nothing more is done
        return results

    def _cells(self, selection: Selection, row: Any, result: dict[str, Any]) -> None:
        """The columns of one row, each by itself."""
        for key, name, as_is, source, shape in selection.cells:
            try:
                value = row[name]
            except KeyError:
                value = source.value(self, row)
            result[key] = value if type(value) in as_is else shape.column((value,), self)[0]

    def _brought(self, fields: Sequence[Field], source: Any, result: dict[str, Any]) -> Sequence[Field]:
        """Fills in what a source has brought along, which is all that is selected of it; answers the other fields."""
        left = []
        for one in fields:
            if one.brought and one.brought in source:
                result[one.key] = self._along(one.shape, source[one.brought])
            else:
                left.append(one)
        return left

    def _along(self, shape: Shape, source: Any) -> Any:
        if source is None:
            return shape.absent(None, self)
        if shape.item is not None:
            return [self._along(shape.item, one) for one in source]
        selection = shape.known_selection()
        assert selection is not None  # or nothing would have been brought along
        result = selection.template.copy()
        self._cells(selection, source, result)
        for one in selection.branches:
            result[one.key] = self._along(one.shape, source[one.brought])
        return result

    async def _branch(self, field: Field, sources: Sequence[Any], results: list[dict[str, Any]], rows: bool) -> None:
        """Fills in one field and its twins, with all below them."""
        source, values = field.source, sources
        if isinstance(source, Asked):
            values = await source.values(self, field, sources)
        elif isinstance(source, Column):
            values = source.values(self, sources, rows)
        for one in (field, *field.twins):
            for result, value in zip(results, await one.shape.complete(values, self), strict=True):
                result[one.key] = value

    async def ask(
        self, batch: Batch, sources: Sequence[Any], arguments: Mapping[str, Any], selected: Selected | None
    ) -> Sequence[Any]:
        """A resolver's answers. Those who look together ask for each source once, as far as they are shown the same.

        They are answered with everything, of which each may have selected something else.
        """
        context = self.context
        if not context.company.together:
            return await _answers(batch, context, sources, arguments, selected)
        key = batch, tuple([(name, to_domain(value)) for name, value in arguments.items()]) if arguments else ()
        remembered = context.company.facts if batch.same_for_all else context.loaders
        known: dict[int, tuple[Any, Any]] = remembered.setdefault(key, {})
        unknown = [source for source in sources if id(source) not in known]
        if unknown:
            answers = await _answers(batch, context, unknown, arguments, None)
            known.update((id(one), (one, answer)) for one, answer in zip(unknown, answers, strict=True))
        return [known[id(source)][1] for source in sources]


async def _together(works: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Does all of them at the same time. Where one breaks, or all are cancelled, none is left when this ends."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise


async def _answers(
    batch: Batch, context: Context, sources: Sequence[Any], arguments: Mapping[str, Any], selected: Selected | None
) -> Sequence[Any]:
    answers = await batch(context, sources, arguments, selected)
    if len(answers) != len(sources):
        raise WrongNumberOfResultsReturned(expected=len(sources), received=len(answers))
    return answers
