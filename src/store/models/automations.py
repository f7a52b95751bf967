"""Automations, what they did, and the work that is due."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from store.models.base import FirmThing, KeyField


class Automation(FirmThing):
    """An action on entering a stage, or a status in a pipeline. A deleted one stays for the runs that name it.

    What it does is in its editions, of which ``edition`` is the one in use.
    """

    pipeline_id = KeyField()
    stage_id = KeyField(null=True)
    status_id = KeyField(null=True)
    position = fields.IntField(null=True)
    kind = fields.TextField()
    edition = fields.IntField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "automations"
        unique_together = (("firm_id", "id"),)


class Run(Model):
    """One automation's turn in one visit. ``position`` counts the turns of a visit; ``cascade`` names its chain."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    job_id = KeyField()
    visit_id = KeyField()
    stay_id = KeyField(null=True)
    automation_id = KeyField()
    edition = fields.IntField()
    position = fields.IntField()
    state = fields.TextField()
    reason = fields.TextField(null=True)
    attempts = fields.IntField()
    cause: fields.JSONField[Any] = fields.JSONField()
    cascade = KeyField()
    hops = fields.IntField()
    holds = fields.BooleanField()  # whether the visit waits for it even while it is scheduled (AM2)
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "runs"
        unique_together = (("firm_id", "id"),)


class Due(Model):
    """Something to be done at a time, written by the transaction that wants it.

    Rows of one job in its lane come one after the other: by visit, then by position.
    """

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    kind = fields.TextField()
    subject_id = KeyField()
    job_id = KeyField(null=True)
    in_lane = fields.BooleanField()
    visit = fields.IntField()
    position = fields.IntField()
    due_at = fields.DatetimeField()
    shifts = fields.BooleanField()  # whether a pause moves it
    waits = fields.BooleanField()  # whether it waits while the job's clocks stand still
    paused = fields.BooleanField()  # whether they do
    attempts = fields.IntField()
    leased_until = fields.DatetimeField(null=True)
    error = fields.TextField(null=True)
    dead_at = fields.DatetimeField(null=True)
    cause: fields.JSONField[Any] = fields.JSONField()
    cascade = KeyField()
    hops = fields.IntField()
    created_at = fields.DatetimeField()

    class Meta:
        """Table."""

        table = "due"
        unique_together = (("firm_id", "id"),)
