"""The mark of a value that the caller did not give, as opposed to None, which clears."""

import enum
from typing import Final, Literal, TypeVar, Union

T = TypeVar("T")


class Unset(enum.Enum):
    """The type of ``UNSET``."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
Maybe = Union[T, Literal[Unset.UNSET]]  # noqa: UP007  # a generic alias needs Union on Python 3.11
