"""Counts SQL statements."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from store.database import Database


class Counter(logging.Handler):
    """Counts the statements of our own SQL and of the ORM."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One statement of the ORM."""
        self.statements.append(record.getMessage())


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """The statements that run inside, those of other clients of this database included."""
    counter, log = Counter(), logging.getLogger("tortoise.db_client")
    level, before = log.level, database.on_statement
    log.addHandler(counter)
    log.setLevel(logging.DEBUG)
    database.on_statement = counter.statements.append
    try:
        yield counter.statements
    finally:
        database.on_statement = before
        log.removeHandler(counter)
        log.setLevel(level)
