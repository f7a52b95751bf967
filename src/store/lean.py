"""Single statements on the pool, as cheaply as can be."""

from __future__ import annotations

from typing import Any, cast

from store.database import Row, Share


class Lean(Share):
    """A share of the pool for reads.

    A connection that goes back after a statement that went well has nothing to wait for: ``Connection`` needs no
    reset. So it is given back at once, not by the task by which asyncpg guards the waiting; that took longer than all
    else the driver does.
    """

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement, when it is its turn."""
        if self.on_statement:
            self.on_statement(sql)
        pool = cast("Any", self.client)._pool  # noqa: SLF001  # past Tortoise, which wraps it once more
        async with self._free:
            connection = await pool._acquire(None)  # noqa: SLF001  # what acquire() awaits
            try:
                found: list[Row] = await connection.fetch(sql, *values)
            except BaseException:
                await pool.release(connection)
                raise
            connection._con._on_release()  # noqa: SLF001  # what release() does, but for its task
            await connection._holder.release(None)  # noqa: SLF001
            return found
