"""Documents that clients upload."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

from store.models.base import KeyField

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    key("documents", "firm_id, uploaded_by_contact", "contacts", action="ON DELETE SET NULL (uploaded_by_contact)"),
    "ALTER TABLE documents ADD CONSTRAINT documents_uploader CHECK (num_nonnulls(uploaded_by, uploaded_by_contact) < 2)",
    "CREATE INDEX documents_contact ON documents (firm_id, uploaded_by_contact) WHERE uploaded_by_contact IS NOT NULL",
]


class Migration(migrations.Migration):
    """Adds who of the clients it was."""

    dependencies = [("store", "0010_notification_emails")]  # Tortoise's own shape

    initial = False

    operations = [
        ops.AddField(
            model_name="Document",
            name="uploaded_by_contact",
            field=KeyField(null=True, generated=False, unique=False),
        ),
        ops.RunSQL(STATEMENTS),
    ]
