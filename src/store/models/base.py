"""What every stored thing has."""

from datetime import time

from tortoise import fields
from tortoise.models import Model


class KeyField(fields.Field[str], str):  # type: ignore[misc]  # how Tortoise's own fields are made
    """An id or another machine-made key: text compared bytewise."""

    SQL_TYPE = 'TEXT COLLATE "C"'
    indexable = True


class TimeOfDayField(fields.Field[time], time):
    """A local time of day. Tortoise's own field would give it a time zone."""

    SQL_TYPE = "TIME"


class FirmThing(Model):
    """A thing of one firm, with its version and times."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    version = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        """Abstract: no table."""

        abstract = True


class Template(FirmThing):
    """What other things are made by. The database keeps each version of it (``template_versions``)."""

    name = fields.TextField()
    changed_by = KeyField(null=True)  # who has made it what it is; nobody where that is not known

    class Meta:
        """Abstract: no table."""

        abstract = True


class MadeByTemplate(FirmThing):
    """What may have been made by a template, in the version that the template had then."""

    template_id = KeyField(null=True)
    template_version = fields.IntField(null=True)

    class Meta:
        """Abstract: no table."""

        abstract = True
