"""A firm that is live, with a real mail server, a worker, and a client who has come into the portal."""

from __future__ import annotations

from tests.items.conftest import ann, desk

__all__ = ["ann", "desk"]
