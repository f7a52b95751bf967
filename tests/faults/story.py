"""What happened, line by line, with the time of each."""

from __future__ import annotations

import time


class Story(list[str]):
    """Lines for a failure to show. Each begins with the seconds since the story began."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def append(self, line: str, /) -> None:
        """Add a line."""
        super().append(f"{time.monotonic() - self._began:8.3f} {line}")
