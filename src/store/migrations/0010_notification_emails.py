"""Which notifications a member wants by e-mail as well, and of which one an e-mail tells."""

from tortoise import migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops

from store.models.base import KeyField

# An e-mail outlives the notification that it tells of: no key.
INDEX = "CREATE INDEX emails_notification ON emails (firm_id, notification_id) WHERE notification_id IS NOT NULL"


class Migration(migrations.Migration):
    """Adds the columns. Nobody gets e-mails who has not asked for them."""

    dependencies = [("store", "0009_document_shares")]  # Tortoise's own shape

    operations = [
        ops.AddField(
            model_name="Email", name="notification_id", field=KeyField(null=True, generated=False, unique=False)
        ),
        ops.AddField(model_name="Member", name="email_kinds", field=ArrayField(db_default=[], element_type="TEXT")),
        ops.RunSQL(INDEX),
    ]
