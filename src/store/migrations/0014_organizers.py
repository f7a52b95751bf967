"""Answers to the questions of organizers."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    # An answer that names files has its rows in the table below, and none of the parts here.
    """
    CREATE TABLE organizer_answers (
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        kind text NOT NULL GENERATED ALWAYS AS ('ORGANIZER') STORED,
        question_key text COLLATE "C" NOT NULL,
        text text,
        number numeric,
        date date,
        choices text[],
        confirmed boolean,
        answered_at timestamptz NOT NULL,
        answered_by text COLLATE "C",
        PRIMARY KEY (firm_id, item_id, question_key),
        CHECK (num_nonnulls(text, number, date, choices, confirmed) < 2),
        CHECK (text <> '' AND cardinality(choices) > 0 AND confirmed)
    )
    """,
    key("organizer_answers", "firm_id, item_id, kind", "items", "firm_id, id, kind"),
    key("organizer_answers", "firm_id, answered_by", "contacts", action="ON DELETE SET NULL (answered_by)"),
    """
    CREATE TABLE organizer_files (
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        question_key text COLLATE "C" NOT NULL,
        document_id text COLLATE "C" NOT NULL,
        place int NOT NULL,
        PRIMARY KEY (firm_id, item_id, question_key, document_id)
    )
    """,
    key(
        "organizer_files",
        "firm_id, item_id, question_key",
        "organizer_answers",
        "firm_id, item_id, question_key",
        "ON DELETE CASCADE",
    ),
    # A document that is deleted goes from the answers that name it.
    key("organizer_files", "firm_id, document_id", "documents", action="ON DELETE CASCADE"),
    "CREATE INDEX organizer_files_document ON organizer_files (firm_id, document_id)",
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0013_client_items")]  # Tortoise's own shape

    initial = False

    operations = [ops.RunSQL(STATEMENTS)]
