"""Items that clients sign or approve: who signs and has signed, the documents they are about, proposals, answers."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    # A signature stays as it was given. Only the contact may go: what the contact was called is kept beside it.
    """
    CREATE TABLE item_signers (
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        position int NOT NULL,
        contact_id text COLLATE "C",
        name text NOT NULL,
        signed_name text CHECK (btrim(signed_name) <> ''),
        signed_at timestamptz,
        address text,
        sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        declined_at timestamptz,
        decline_reason text,
        PRIMARY KEY (firm_id, item_id, position),
        UNIQUE (firm_id, item_id, contact_id),
        CHECK (num_nonnulls(signed_name, signed_at, address, sha256) IN (0, 4)),
        CHECK (num_nonnulls(signed_at, declined_at) < 2),
        CHECK (declined_at IS NOT NULL OR decline_reason IS NULL)
    )
    """,
    key("item_signers", "firm_id, item_id", "client_items"),
    key("item_signers", "firm_id, contact_id", "contacts", action="ON DELETE SET NULL (contact_id)"),
    "CREATE INDEX item_signers_contact ON item_signers (firm_id, contact_id)",
    """
    CREATE FUNCTION keep_signature() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what was signed stays signed' USING ERRCODE = 'check_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER keep_signature BEFORE UPDATE ON item_signers FOR EACH ROW WHEN (
        OLD.signed_at IS NOT NULL AND (NEW.firm_id, NEW.item_id, NEW.position, NEW.name, NEW.signed_name, NEW.signed_at,
            NEW.address, NEW.sha256, coalesce(NEW.contact_id, OLD.contact_id))
        IS DISTINCT FROM (OLD.firm_id, OLD.item_id, OLD.position, OLD.name, OLD.signed_name, OLD.signed_at,
            OLD.address, OLD.sha256, OLD.contact_id)
    ) EXECUTE FUNCTION keep_signature()
    """,
    # What it was called and what it held as the item was made is kept: the document may go once the item is closed.
    """
    CREATE TABLE item_documents (
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        document_id text COLLATE "C",
        name text NOT NULL,
        sha256 text NOT NULL,
        PRIMARY KEY (firm_id, item_id)
    )
    """,
    key("item_documents", "firm_id, item_id", "client_items"),
    key("item_documents", "firm_id, document_id", "documents", action="ON DELETE SET NULL (document_id)"),
    "CREATE INDEX item_documents_document ON item_documents (firm_id, document_id)",
    """
    CREATE TABLE approval_answers (
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        contact_id text COLLATE "C",
        name text NOT NULL,
        approved boolean NOT NULL,
        comment text,
        answered_at timestamptz NOT NULL,
        PRIMARY KEY (firm_id, item_id)
    )
    """,
    key("approval_answers", "firm_id, item_id", "client_items"),
    key("approval_answers", "firm_id, contact_id", "contacts", action="ON DELETE SET NULL (contact_id)"),
    "CREATE INDEX approval_answers_contact ON approval_answers (firm_id, contact_id)",
    # The currency is that of the firm as the proposal was made.
    """
    CREATE TABLE proposals (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        currency text NOT NULL,
        invoice_id text COLLATE "C",
        UNIQUE (firm_id, id)
    )
    """,
    key("proposals", "firm_id, id", "client_items"),
    key("proposals", "firm_id, invoice_id", "invoices"),
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0016_document_requests")]  # Tortoise's own shape

    initial = False

    operations = [ops.RunSQL(STATEMENTS)]
