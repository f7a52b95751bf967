"""A webhook's call as it is handed to whoever makes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from engine.errands import Undelivered


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a web address, complete."""

    id: str
    """Stays the same however often the call is made (AU1)."""
    firm_id: str
    url: str
    body: str
    """JSON."""
    secrets: tuple[str, ...]
    """What to sign it with, by each of them; the newest first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: its HTTP status, and the beginning of what it said."""

    status_code: int
    text: str


class Unaccepted(Undelivered):
    """A server has answered, but not that it accepts."""

    def __init__(self, message: str, answer: Answer, *, permanent: bool) -> None:
        super().__init__(message, permanent=permanent)
        self.answer = answer


Post = Callable[[Call], Awaitable[Answer]]
"""Makes one call. Raises Undelivered."""
