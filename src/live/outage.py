"""What the parts that need the broker share while it is away: one line in the log, and patience."""

import random
from typing import Final

import structlog

FIRST_WAIT_SECONDS: Final = 0.1
LONGEST_WAIT_SECONDS: Final = 5.0

_log = structlog.get_logger("stageline.broker")


class Outage:
    """Says once that the broker is gone, whichever part notices first, and once that all parts have it back."""

    def __init__(self) -> None:
        self._parts: set[str] = set()

    def began(self, part: str, error: Exception) -> None:
        """``part`` has lost the broker, or still has not got it."""
        if not self._parts:
            _log.warning("broker_lost", part=part, error=repr(error))
        self._parts.add(part)

    def ended(self, part: str) -> None:
        """``part`` has the broker."""
        if part in self._parts:
            self._parts.discard(part)
            if not self._parts:
                _log.info("broker_back")


class Backoff:
    """Waits that double up to a longest one, with jitter so that many processes do not return at one instant."""

    def __init__(self) -> None:
        self._wait = FIRST_WAIT_SECONDS

    def next(self) -> float:
        """How long to wait before the next attempt, in seconds."""
        wait = self._wait
        self._wait = min(LONGEST_WAIT_SECONDS, wait * 2)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311  (jitter is no secret)

    def reset(self) -> None:
        """An attempt succeeded."""
        self._wait = FIRST_WAIT_SECONDS
