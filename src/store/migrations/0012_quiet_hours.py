"""Which contacts are written to about items, in which time zone they live, and when their firms let them rest."""

from datetime import time

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from store.models.base import TimeOfDayField

# 24:00 is a time for PostgreSQL and none for Python. Firms set whole minutes.
WHOLE_MINUTES = """
    ALTER TABLE firms ADD CONSTRAINT firms_quiet_hours CHECK (
        quiet_from < '24:00' AND quiet_from = date_trunc('minute', quiet_from)::time
        AND quiet_until < '24:00' AND quiet_until = date_trunc('minute', quiet_until)::time
    )
"""


def quiet(hour: int) -> TimeOfDayField:
    """A column for the beginning or the end of quiet hours, and what firms have that say nothing."""
    return TimeOfDayField(default=time(hour), db_default=time(hour), generated=False, null=False, unique=False)


class Migration(migrations.Migration):
    """Adds the columns: everybody is written to, in the firm's time zone, between eight and eight."""

    dependencies = [("store", "0011_client_uploads")]  # Tortoise's own shape

    initial = False

    operations = [
        ops.AddField(
            model_name="Contact", name="notifications", field=fields.BooleanField(default=True, db_default=True)
        ),
        ops.AddField(model_name="Contact", name="time_zone", field=fields.TextField(null=True, unique=False)),
        ops.AddField(model_name="Firm", name="quiet_from", field=quiet(20)),
        ops.AddField(model_name="Firm", name="quiet_until", field=quiet(8)),
        ops.RunSQL([WHOLE_MINUTES]),
    ]
