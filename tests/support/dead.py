"""Work that the worker has given up, put there without eight tries."""

from __future__ import annotations

from store.database import Database
from store.ids import new_id


async def dead_letter(database: Database, job_id: str) -> str:
    """A dead letter for a job: a look at its time limit. Answers its id."""
    key = new_id("due")
    await database.rows(
        """
        INSERT INTO due (id, firm_id, kind, subject_id, job_id, in_lane, visit, position, due_at, shifts, waits, paused,
            attempts, error, dead_at, cause, cascade, hops, created_at)
        SELECT $1, j.firm_id, 'LIMIT', v.id, j.id, FALSE, 0, 0, now(), TRUE, TRUE, FALSE,
            8, 'RuntimeError: Boom', now(), '{"kind": "SYSTEM", "actor": null, "client_mutation_id": null}',
            $3, 1, now()
        FROM jobs j JOIN stage_visits v ON v.job_id = j.id AND v.left_at IS NULL WHERE j.id = $2
        """,
        key,
        job_id,
        new_id("cascade"),
    )
    return key
