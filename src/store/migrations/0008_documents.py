from importlib import import_module

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from store.models.base import KeyField

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    # Objects that may lie in the storage though no document refers to them: whoever is about to write one says so here
    # first, and whatever takes one from its document does so with the same transaction. A doomed one is nobody's again.
    """
    CREATE TABLE stray_objects (
        key text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL,
        document_id text COLLATE "C" NOT NULL,
        due_at timestamptz NOT NULL,
        doomed boolean NOT NULL
    )
    """,
    *(f"ALTER TABLE documents ALTER {column} SET DEFAULT clock_timestamp()" for column in ("created_at", "updated_at")),
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_firm_fkey FOREIGN KEY (firm_id) REFERENCES firms (id)"
        for table in ("documents", "stray_objects")
    ),
    key("documents", "firm_id, account_id", "accounts"),
    key("documents", "firm_id, job_id", "jobs"),
    key("documents", "firm_id, uploaded_by", "members"),
    "ALTER TABLE documents ADD CONSTRAINT documents_content CHECK ("
    " (state = 'READY') = (object_key IS NOT NULL) AND (state = 'READY') = (sha256 IS NOT NULL))",
    "ALTER TABLE documents ADD CONSTRAINT documents_state CHECK (state IN ('UPLOADING', 'READY'))",
    "ALTER TABLE documents ADD CONSTRAINT documents_size CHECK (size > 0)",
    "ALTER TABLE documents ADD CONSTRAINT documents_place CHECK (job_id IS NULL OR account_id IS NOT NULL)",
    "ALTER TABLE documents ADD CONSTRAINT documents_shared CHECK (shared_at IS NULL OR state = 'READY')",
    "CREATE UNIQUE INDEX documents_object ON documents (object_key)",
    "CREATE INDEX documents_newest ON documents (firm_id, created_at, id)",
    "CREATE INDEX documents_account ON documents (firm_id, account_id, created_at, id) WHERE account_id IS NOT NULL",
    "CREATE INDEX documents_job ON documents (firm_id, job_id, created_at, id) WHERE job_id IS NOT NULL",
    "CREATE INDEX documents_uploading ON documents (created_at) WHERE state = 'UPLOADING'",
    "CREATE INDEX stray_objects_due ON stray_objects (due_at)",
    "CREATE INDEX stray_objects_document ON stray_objects (firm_id, document_id)",
]


class Migration(migrations.Migration):
    dependencies = [("store", "0007_portal")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Document",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ("firm_id", KeyField(generated=False, null=False, unique=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("account_id", KeyField(null=True, generated=False, unique=False)),
                ("job_id", KeyField(null=True, generated=False, unique=False)),
                ("name", fields.TextField(unique=False)),
                ("media_type", fields.TextField(unique=False)),
                ("size", fields.BigIntField()),
                ("sha256", fields.TextField(null=True, unique=False)),
                ("state", fields.TextField(unique=False)),
                ("uploaded_by", KeyField(null=True, generated=False, unique=False)),
                ("shared_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("object_key", KeyField(null=True, generated=False, unique=False)),
            ],
            options={
                "table": "documents",
                "app": "store",
                "unique_together": (("firm_id", "id"),),
                "pk_attr": "id",
                "table_description": "A file of a client's, or of the firm's own. Without ``object_key`` its bytes have not come yet.",
            },
            bases=["FirmThing"],
        ),
        ops.AddField(
            model_name="Firm",
            name="file_secret",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.RunSQL(STATEMENTS),
    ]
