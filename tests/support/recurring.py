"""Recurrences that are not due for long, and runs of them that have failed."""

from __future__ import annotations

from typing import Any, Final

from store.database import Database
from store.ids import new_id
from tests.support.api import Client

FAR: Final = "2100-01-01"
"""When they begin: the worker has nothing to do with them."""


async def recurrence(client: Client, pipeline_id: str, **given: Any) -> str:
    """A new recurrence; answers its id."""
    plain = {"name": "Books", "jobName": "Books", "rrule": "FREQ=DAILY", "startDate": FAR, "pipelineId": pipeline_id}
    return str((await client.do("createRecurrence", "recurrence { id }", **{**plain, **given}))["id"])


async def failed_run(database: Database, recurrence_id: str) -> str:
    """A run of a recurrence that has failed long ago; answers its id."""
    run_id = new_id("recurrencerun")
    await database.rows(
        """
        INSERT INTO recurrence_runs (id, firm_id, recurrence_id, occurrence, day, state, reason, created_at,
            finished_at)
        SELECT $1, firm_id, id, '2020-01-01', '2020-01-01', 'FAILED', 'The pipeline is archived.', now(), now()
        FROM recurrences WHERE id = $2
        """,
        run_id,
        recurrence_id,
    )
    return run_id
