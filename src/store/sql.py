"""Small helps for hand-written SQL."""

from typing import Any


class Params:
    """The values of one statement; calling it with a value answers its placeholder."""

    def __init__(self, *values: Any) -> None:
        self.values: list[Any] = list(values)

    def __call__(self, value: Any) -> str:
        """Takes a value; answers its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"
