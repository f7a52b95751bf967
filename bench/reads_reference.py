"""`stageline` with graphql-core executing all operations: every plan is refused, as one that is not covered."""

from __future__ import annotations

from typing import Any, NoReturn

from gql.execution import plans
from gql.execution.compile import NotCovered
from server.cli import main


def _never(*_: Any) -> NoReturn:
    raise NotCovered("reference")


if __name__ == "__main__":
    plans.compiled = _never
    main()
