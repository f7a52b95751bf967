"""Items for clients and their templates; message threads, the first kind."""

from importlib import import_module

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from store.models.base import KeyField

key = import_module("store.migrations.0002_integrity").key

CLIENT_KINDS = (
    "'ORGANIZER', 'INVOICE', 'PROPOSAL', 'SIGNATURE_REQUEST', 'DOCUMENT_REQUEST', 'APPROVAL', 'MESSAGE_THREAD'"
)

STATEMENTS = [
    "UPDATE items i SET outcome = CASE t.status WHEN 'CANCELLED' THEN 'CANCELLED' ELSE 'DONE' END,"
    " closed_at = t.updated_at FROM tasks t WHERE t.firm_id = i.firm_id AND t.id = i.id AND NOT i.open",
    "ALTER TABLE items ADD CONSTRAINT items_outcome CHECK (open = (outcome IS NULL) AND open = (closed_at IS NULL))",
    "ALTER TABLE items ADD CONSTRAINT items_outcomes CHECK (outcome IN ('DONE', 'CANCELLED'))",
    # What items for clients have besides. Its key includes the kind: there is none of a task.
    f"""
    CREATE TABLE client_items (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        kind text NOT NULL CHECK (kind IN ({CLIENT_KINDS})),
        account_id text COLLATE "C" NOT NULL,
        message text,
        content jsonb NOT NULL,
        delivery text NOT NULL CHECK (delivery IN ('DRAFT', 'HELD', 'SENT')),
        sent_at timestamptz,
        seen_at timestamptz,
        started_at timestamptz,
        created_by text COLLATE "C",
        remind_days int CHECK (remind_days BETWEEN 1 AND 365),
        remind_times int CHECK (remind_times BETWEEN 1 AND 100),
        reminded int NOT NULL DEFAULT 0,
        reminded_at timestamptz,
        UNIQUE (firm_id, id),
        CHECK ((delivery = 'SENT') = (sent_at IS NOT NULL)),
        CHECK (sent_at IS NOT NULL OR (seen_at IS NULL AND started_at IS NULL))
    )
    """,
    key("client_items", "firm_id, id, kind", "items", "firm_id, id, kind"),
    key("client_items", "firm_id, account_id", "accounts"),
    key("client_items", "firm_id, created_by", "members"),
    "CREATE INDEX client_items_account ON client_items (firm_id, account_id, sent_at, id)",
    "CREATE INDEX items_open ON items (firm_id, kind, created_at, id) WHERE open",
    "ALTER TABLE item_templates ADD CONSTRAINT item_templates_firm_fkey FOREIGN KEY (firm_id) REFERENCES firms (id)",
    f"ALTER TABLE item_templates ADD CONSTRAINT item_templates_kind CHECK (kind IN ({CLIENT_KINDS}))",
    "CREATE UNIQUE INDEX item_templates_name ON item_templates (firm_id, lower(name))",
    *(
        f"ALTER TABLE item_templates ALTER {column} SET DEFAULT clock_timestamp()"
        for column in ("created_at", "updated_at")
    ),
    key("emails", "firm_id, item_id", "client_items"),
    "CREATE INDEX emails_item ON emails (firm_id, item_id) WHERE item_id IS NOT NULL",
    "ALTER TABLE emails ADD CONSTRAINT emails_reminds CHECK (NOT reminds OR item_id IS NOT NULL)",
    """
    CREATE TABLE thread_messages (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        member_id text COLLATE "C",
        contact_id text COLLATE "C",
        text text NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (firm_id, id),
        CHECK (num_nonnulls(member_id, contact_id) < 2)
    )
    """,
    key("thread_messages", "firm_id, item_id", "client_items"),
    key("thread_messages", "firm_id, member_id", "members"),
    key("thread_messages", "firm_id, contact_id", "contacts", action="ON DELETE SET NULL (contact_id)"),
    "CREATE INDEX thread_messages_item ON thread_messages (firm_id, item_id, created_at, id)",
    """
    CREATE TABLE client_tasks (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        title text NOT NULL,
        rank text COLLATE "C" NOT NULL,
        done_at timestamptz,
        done_by text COLLATE "C",
        UNIQUE (firm_id, id)
    )
    """,
    key("client_tasks", "firm_id, item_id", "client_items"),
    key("client_tasks", "firm_id, done_by", "contacts", action="ON DELETE SET NULL (done_by)"),
    "CREATE INDEX client_tasks_item ON client_tasks (firm_id, item_id, rank)",
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0012_quiet_hours")]  # Tortoise's own shape

    initial = False

    operations = [
        ops.AddField(model_name="Item", name="outcome", field=fields.TextField(null=True, unique=False)),
        ops.AddField(
            model_name="Item",
            name="closed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(model_name="Email", name="item_id", field=KeyField(null=True, generated=False, unique=False)),
        ops.AddField(model_name="Email", name="reminds", field=fields.BooleanField(default=False, db_default=False)),
        ops.CreateModel(
            name="ItemTemplate",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ("firm_id", KeyField(generated=False, null=False, unique=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("kind", fields.TextField(unique=False)),
                ("name", fields.TextField(unique=False)),
                ("title", fields.TextField(unique=False)),
                ("message", fields.TextField(null=True, unique=False)),
                ("content", fields.JSONField()),
                ("remind_days", fields.IntField(null=True)),
                ("remind_times", fields.IntField(null=True)),
            ],
            options={
                "table": "item_templates",
                "app": "store",
                "unique_together": (("firm_id", "id"),),
                "pk_attr": "id",
                "table_description": "What items for clients are made by.",
            },
            bases=["FirmThing"],
        ),
        ops.RunSQL(STATEMENTS),
    ]
