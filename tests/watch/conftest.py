"""Nothing of the developer's own environment reaches these tests."""

from __future__ import annotations

import pytest

OWN = ("STAGELINE_URL", "STAGELINE_EMAIL", "STAGELINE_PASSWORD", "STAGELINE_TOKEN", "NO_COLOR", "COLUMNS", "LINES")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what names a server, a login, or the look of a terminal."""
    for name in OWN:
        monkeypatch.delenv(name, raising=False)
