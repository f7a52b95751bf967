"""Jobs and their stage visits."""

from tortoise import fields
from tortoise.models import Model

from store.models.base import FirmThing, KeyField


class Job(FirmThing):
    """One piece of work for one account in one pipeline. ``state`` and ``on_board`` are those of its status."""

    account_id = KeyField()
    pipeline_id = KeyField()
    stage_id = KeyField()
    rank = KeyField()
    status_id = KeyField()
    state = fields.TextField()
    name = fields.TextField()
    description = fields.TextField(null=True)
    priority = fields.SmallIntField()
    start_date = fields.DateField(null=True)
    due_date = fields.DateField(null=True)
    entered_stage_at = fields.DatetimeField()

    class Meta:
        """Table."""

        table = "jobs"
        unique_together = (("firm_id", "id"),)


class StageVisit(Model):
    """One stay of a job in a stage. ``number`` counts the job's visits from 1."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    job_id = KeyField()
    number = fields.IntField()
    pipeline_id = KeyField()
    stage_id = KeyField()
    entered_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "stage_visits"
        unique_together = (("firm_id", "id"), ("firm_id", "job_id", "id"))
