"""The date that a firm's log has announced (LV7): for firms that are there already, the date where they are."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# PostgreSQL may not know every zone of ours. No place is behind Etc/GMT+12: the worker announces what is missing.
LOCAL_DATES = """
    UPDATE firms f SET clock_date = (clock_timestamp() AT TIME ZONE coalesce(z.name, 'Etc/GMT+12'))::date
    FROM firms g LEFT JOIN pg_timezone_names z ON z.name = g.time_zone WHERE g.id = f.id
"""


class Migration(migrations.Migration):
    """Adds the column, fills it, and from then on requires it."""

    dependencies = [("store", "0002_integrity")]  # Tortoise's own shape

    operations = [
        ops.AddField("Firm", "clock_date", fields.DateField(null=True)),
        ops.RunSQL(LOCAL_DATES),
        ops.AlterField("Firm", "clock_date", fields.DateField()),
    ]
