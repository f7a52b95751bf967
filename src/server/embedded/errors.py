"""What can keep the embedded PostgreSQL from running."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot run. The message tells people what is wrong and what to do; nothing was harmed."""
