"""Small helps for hand-written SQL."""

from typing import Any


class Sql(str):
    """An expression that stands where a value might: a column, mostly."""

    __slots__ = ()


class Params:
    """The values of one statement; calling it with a value answers its placeholder, with an expression that itself."""

    def __init__(self, *values: Any) -> None:
        self.values: list[Any] = list(values)

    def __call__(self, value: Any) -> str:
        """Takes a value; answers its placeholder."""
        if isinstance(value, Sql):
            return value
        self.values.append(value)
        return f"${len(self.values)}"
