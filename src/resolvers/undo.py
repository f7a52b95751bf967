"""Undoing moves (MV7)."""

from engine.job import undo
from resolvers import automations, jobs
from resolvers.context import Context
from resolvers.declare import WRITER, Payload, mutation


@mutation(may=WRITER)
async def undo_move(context: Context, given: undo.UndoMove) -> Payload:
    """Takes the last move of a job back, and answers what stays."""
    undone = await context.perform(undo.undo_move, given)
    [job] = await jobs.by_ids(context, [undone.job_id])
    kept = await automations.runs_by_ids(context, undone.kept)
    return {"job": job, "kept": [run for run in kept if run is not None]}
