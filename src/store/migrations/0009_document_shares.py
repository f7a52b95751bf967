"""Documents of the firm's own that are shared with single accounts."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    """
    CREATE TABLE document_shares (
        firm_id text COLLATE "C" NOT NULL,
        document_id text COLLATE "C" NOT NULL,
        account_id text COLLATE "C" NOT NULL,
        shared_at timestamptz NOT NULL,
        PRIMARY KEY (firm_id, document_id, account_id)
    )
    """,
    key("document_shares", "firm_id, document_id", "documents", action="ON DELETE CASCADE"),
    key("document_shares", "firm_id, account_id", "accounts"),
    "CREATE INDEX document_shares_account ON document_shares (firm_id, account_id)",
]


class Migration(migrations.Migration):
    """Runs the statements above."""

    dependencies = [("store", "0008_documents")]  # Tortoise's own shape

    operations = [ops.RunSQL(STATEMENTS)]
