"""Pipelines, their stages, and the firm's job statuses."""

from typing import Any

from tortoise import fields

from store.models.base import FirmThing, KeyField


class Pipeline(FirmThing):
    """The template of ordered stages. A deleted one stays for the visits that name it."""

    name = fields.TextField()
    description = fields.TextField(null=True)
    job_sort = fields.TextField()
    created_by = KeyField(null=True)
    blocks_over_limit = fields.BooleanField(default=False, db_default=False)  # a stage's WIP limit blocks, not warns
    listed_moves_only = fields.BooleanField(default=False, db_default=False)
    archive_after_days = fields.IntField(null=True)
    job_template_id = KeyField(null=True)
    archived_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "pipelines"
        unique_together = (("firm_id", "id"),)


class Stage(FirmThing):
    """An ordered step, counted from 0. A deleted one stays, without a position, for the visits that name it."""

    pipeline_id = KeyField()
    name = fields.TextField()
    position = fields.IntField(null=True)
    automove = fields.TextField(default="OFF", db_default="OFF")
    completion = fields.TextField(default="NEVER", db_default="NEVER")
    condition: fields.JSONField[Any] = fields.JSONField(null=True)
    time_limit: fields.JSONField[Any] = fields.JSONField(null=True)
    job_limit = fields.IntField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    heir_id = KeyField(null=True)  # where its jobs went as it was deleted: those in the trash follow as they come back

    class Meta:
        """Table."""

        table = "stages"
        unique_together = (("firm_id", "id"), ("firm_id", "pipeline_id", "id"))


class JobStatus(FirmThing):
    """Active, Completed and Archived, one of each per firm, and the firm's custom ones."""

    name = fields.TextField()
    state = fields.TextField()
    color = fields.TextField(null=True)
    pauses = fields.BooleanField()
    on_board = fields.BooleanField()

    class Meta:
        """Table."""

        table = "job_statuses"
        unique_together = (("firm_id", "id"), ("firm_id", "id", "state"))
