"""Documents that are made of a short text, which lies beside them and not in the storage."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    """
    CREATE TABLE document_texts (
        firm_id text COLLATE "C" NOT NULL,
        document_id text COLLATE "C" NOT NULL,
        text text NOT NULL CHECK (text <> ''),
        PRIMARY KEY (firm_id, document_id)
    )
    """,
    key("document_texts", "firm_id, document_id", "documents", action="ON DELETE CASCADE"),
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0021_template_versions")]  # Tortoise's own shape

    initial = False

    operations = [ops.RunSQL(STATEMENTS)]
