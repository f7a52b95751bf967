"""Document requests: what is wanted of a client, and what they have given for it."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    """
    CREATE TABLE document_requests (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        kind text NOT NULL DEFAULT 'DOCUMENT_REQUEST' CHECK (kind = 'DOCUMENT_REQUEST'),
        submitted_at timestamptz,
        UNIQUE (firm_id, id)
    )
    """,
    key("document_requests", "firm_id, id, kind", "items", "firm_id, id, kind"),
    "ALTER TABLE document_requests ADD CONSTRAINT document_requests_item_fkey FOREIGN KEY (firm_id, id)"
    " REFERENCES client_items (firm_id, id)",
    """
    CREATE TABLE request_lines (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        position int NOT NULL,
        title text NOT NULL,
        help text,
        required boolean NOT NULL,
        UNIQUE (firm_id, item_id, id),
        UNIQUE (firm_id, item_id, position)
    )
    """,
    key("request_lines", "firm_id, item_id", "document_requests"),
    # A document is given once in a request. Who deletes one takes it back with it.
    """
    CREATE TABLE request_documents (
        firm_id text COLLATE "C" NOT NULL,
        item_id text COLLATE "C" NOT NULL,
        line_id text COLLATE "C" NOT NULL,
        document_id text COLLATE "C" NOT NULL,
        state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'ACCEPTED', 'RETURNED')),
        comment text,
        contact_id text COLLATE "C",
        given_at timestamptz NOT NULL,
        member_id text COLLATE "C",
        decided_at timestamptz,
        PRIMARY KEY (firm_id, item_id, document_id),
        CHECK ((state = 'WAITING') = (decided_at IS NULL)),
        CHECK ((state = 'RETURNED') = (comment IS NOT NULL)),
        CHECK (state <> 'WAITING' OR member_id IS NULL)
    )
    """,
    key("request_documents", "firm_id, item_id, line_id", "request_lines", "firm_id, item_id, id"),
    key("request_documents", "firm_id, document_id", "documents", action="ON DELETE CASCADE"),
    key("request_documents", "firm_id, contact_id", "contacts", action="ON DELETE SET NULL (contact_id)"),
    key("request_documents", "firm_id, member_id", "members"),
    "CREATE INDEX request_documents_document ON request_documents (firm_id, document_id)",
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0015_invoices")]  # Tortoise's own shape

    initial = False

    operations = [ops.RunSQL(STATEMENTS)]
