"""Since when a job's clocks stood still as it was moved by hand: an undo gives that time back (MV7, PL6)."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Adds the column. A move that was made before counts as one of a job whose clocks went."""

    dependencies = [("store", "0005_engine_integrity")]  # Tortoise's own shape

    operations = [ops.RunSQL("ALTER TABLE last_moves ADD COLUMN paused_at timestamptz")]
