"""A firm that is live, with a real mail server, a worker, and a client; and its templates."""

from tests.items.conftest import ann, desk

__all__ = ["ann", "desk"]
