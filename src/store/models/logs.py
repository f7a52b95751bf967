"""What happened: the event log, jobs' history, the audit log. Written and read by SQL only."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from store.models.base import KeyField


class Event(Model):
    """One committed transaction of a firm. ``seq`` and ``at`` are given by the database as it commits."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    seq = fields.BigIntField(null=True)
    at = fields.DatetimeField(null=True)
    cause: fields.JSONField[Any] = fields.JSONField()
    changes: fields.JSONField[Any] = fields.JSONField()

    class Meta:
        """Table."""

        table = "events"


class HistoryEntry(Model):
    """What somebody did to a job. ``n`` grows in the order of what happened to it."""

    n = fields.BigIntField(primary_key=True, generated=True)
    id = KeyField()
    firm_id = KeyField()
    job_id = KeyField()
    at = fields.DatetimeField()
    cause: fields.JSONField[Any] = fields.JSONField()
    action = fields.TextField()
    changes: fields.JSONField[Any] = fields.JSONField()

    class Meta:
        """Table."""

        table = "history"


class AuditEntry(Model):
    """Logins, changes of rights and access, exports, uses of tokens (AC7)."""

    n = fields.BigIntField(primary_key=True, generated=True)
    id = KeyField()
    firm_id = KeyField(null=True)
    at = fields.DatetimeField()
    actor_id = KeyField(null=True)
    action = fields.TextField()
    subject_id = KeyField(null=True)
    detail: fields.JSONField[Any] = fields.JSONField()
    address = fields.TextField(null=True)

    class Meta:
        """Table."""

        table = "audit"
