"""Jobs and their stage visits."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from store.models.base import FirmThing, KeyField, MadeByTemplate, Template


class Job(MadeByTemplate):
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
    client_status_id = KeyField(null=True)
    client_status_text = fields.TextField(null=True)  # its description, as it was filled in when the job got it (AU8)
    completed_at = fields.DatetimeField(null=True)
    period = KeyField(null=True)  # which of an account's like jobs it is (JB1)
    paused_at = fields.DatetimeField(null=True)  # since when its clocks stand still (ST1)
    recurrence_id = KeyField(null=True)
    occurrence = fields.DateField(null=True)  # of which it is the job (RC2)
    time_budget_minutes = fields.IntField(null=True)

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
    due_at = fields.DatetimeField(null=True)
    overdue = fields.BooleanField(default=False, db_default=False)

    class Meta:
        """Table."""

        table = "stage_visits"
        unique_together = (("firm_id", "id"), ("firm_id", "job_id", "id"))


class StatusStay(Model):
    """One stay of a job in a status of the firm's own, inside a visit (AM4)."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    job_id = KeyField()
    visit_id = KeyField()
    status_id = KeyField()
    entered_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "status_stays"
        unique_together = (("firm_id", "id"), ("firm_id", "job_id", "id"))


class JobTemplate(Template):
    """What a new job starts with (JB1). Dates are spans after the day it is made."""

    job_name = fields.TextField()
    description = fields.TextField(null=True)
    priority = fields.SmallIntField()
    people: fields.JSONField[Any] = fields.JSONField()
    tasks: fields.JSONField[Any] = fields.JSONField(null=True)  # the ids of the templates of those that it begins with
    start_after: fields.JSONField[Any] = fields.JSONField(null=True)
    due_after: fields.JSONField[Any] = fields.JSONField(null=True)
    time_budget_minutes = fields.IntField(null=True)

    class Meta:
        """Table."""

        table = "job_templates"
        unique_together = (("firm_id", "id"),)


class Comment(FirmThing):
    """What a member, or an automation, says about a job, to members only. A deleted one keeps its place."""

    job_id = KeyField()
    author_id = KeyField(null=True)
    text = fields.TextField()
    edited_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "comments"
        unique_together = (("firm_id", "id"),)


class TimeEntry(FirmThing):
    """Time that a member has spent on a job. One that a timer measures has no ``minutes`` before it is stopped."""

    job_id = KeyField()
    task_id = KeyField(null=True)
    member_id = KeyField()
    day = fields.DateField()
    minutes = fields.IntField(null=True)
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    billable = fields.BooleanField()
    note = fields.TextField(null=True)

    class Meta:
        """Table."""

        table = "time_entries"
        unique_together = (("firm_id", "id"),)


class Notification(Model):
    """Something that a member is to know."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    member_id = KeyField()
    kind = fields.TextField()
    job_id = KeyField(null=True)
    subject_id = KeyField(null=True)
    text = fields.TextField()
    cause: fields.JSONField[Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "notifications"
        unique_together = (("firm_id", "id"),)
