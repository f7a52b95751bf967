"""What plans answer is what graphql-core answers, of the public schema, by the same rows of the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from graphql import validate
from hypothesis import given
from hypothesis import strategies as st

from gql.schema import build_schema
from resolvers.context import Context
from tests.gql.execution.compare import Asked, assert_same
from tests.gql.execution.conftest import Full
from tests.gql.execution.test_little_schema import SEEDS, examples


async def assert_same_if_valid(asked: Asked, context: Callable[[], Context]) -> None:
    """Both executors answer the same; what is written at random may be invalid, which takes long to find out."""
    try:
        await assert_same(build_schema(), asked, context)
    except Exception:
        if not validate(build_schema()._schema, asked.document):
            raise


@pytest.mark.parametrize("who", range(5))
@examples(100)
@given(seed=SEEDS, size=st.sampled_from([60, 30, 10]))
async def test_a_query_answers_the_same(full: Full, who: int, seed: int, size: int) -> None:
    """Owners, employees and nobody ask for anything at all."""
    await assert_same_if_valid(full.writer(seed, size).query(), full.contexts(who))
