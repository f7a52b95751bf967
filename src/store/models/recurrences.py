"""Recurrences. Their runs, and what they make for single accounts, are written by SQL only."""

from typing import Any

from tortoise import fields

from store.models.base import FirmThing, KeyField


class Recurrence(FirmThing):
    """A schedule that makes jobs (RC1). What is null of a job is its template's.

    All occurrences up to ``settled`` are made, or not to be made. Of later ones, those whose days are before ``since``
    are not to be made either. ``next_date`` is the next one; null while it is paused, and once there is none.
    """

    name = fields.TextField()
    pipeline_id = KeyField()
    stage_id = KeyField(null=True)
    job_template_id = KeyField(null=True)
    job_name = fields.TextField(null=True)
    description = fields.TextField(null=True)
    priority = fields.SmallIntField(null=True)
    people: fields.JSONField[Any] = fields.JSONField(null=True)
    start_after: fields.JSONField[Any] = fields.JSONField(null=True)
    due_after: fields.JSONField[Any] = fields.JSONField(null=True)
    rrule = fields.TextField()
    start_date = fields.DateField()
    end_date = fields.DateField(null=True)
    count = fields.IntField(null=True)
    create_ahead_days = fields.IntField()
    business_days = fields.TextField()
    catch_up = fields.TextField()
    settled = fields.DateField(null=True)
    since = fields.DateField(null=True)
    next_date = fields.DateField(null=True)
    created_by = KeyField(null=True)
    updated_by = KeyField(null=True)
    paused_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "recurrences"
        unique_together = (("firm_id", "id"),)
