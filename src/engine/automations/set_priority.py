"""SET_PRIORITY: how urgent the job is from here on."""

from dataclasses import dataclass

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.enums import Priority
from engine.job import job_edits


@dataclass(frozen=True, slots=True)
class SetPriority:
    """The priority."""

    priority: Priority = setting.choice(Priority, "The priority that the job gets.")


async def run(batch: Batch[SetPriority]) -> None:
    """The same priority for every job."""
    await job_edits.edit(batch.work, {job_id: {"priority": batch.config.priority} for job_id in batch.job_ids})


KIND = Kind("SET_PRIORITY", "Gives the job a priority.", SetPriority, run)
