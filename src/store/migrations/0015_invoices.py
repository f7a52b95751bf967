"""Invoices, their numbers, and what was paid of them."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    # What an invoice has beside its item. No amount ever passes the total, whatever commands do.
    """
    CREATE TABLE invoices (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        kind text NOT NULL DEFAULT 'INVOICE' CHECK (kind = 'INVOICE'),
        currency text NOT NULL,
        net numeric(20, 4) NOT NULL,
        tax numeric(20, 4) NOT NULL,
        total numeric(20, 4) NOT NULL CHECK (total > 0),
        paid numeric(20, 4) NOT NULL DEFAULT 0,
        issued_at timestamptz,
        number bigint CHECK (number > 0),
        UNIQUE (firm_id, id),
        UNIQUE (firm_id, number),
        CHECK (net + tax = total),
        CHECK (paid BETWEEN 0 AND total),
        CHECK (issued_at IS NOT NULL OR (number IS NULL AND paid = 0))
    )
    """,
    key("invoices", "firm_id, id, kind", "items", "firm_id, id, kind"),
    "ALTER TABLE invoices ADD CONSTRAINT invoices_item_fkey FOREIGN KEY (firm_id, id)"
    " REFERENCES client_items (firm_id, id)",
    """
    CREATE TABLE invoice_payments (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        item_id text COLLATE "C" NOT NULL,
        amount numeric(20, 4) NOT NULL CHECK (amount <> 0),
        paid_on date NOT NULL,
        method text,
        note text,
        member_id text COLLATE "C",
        created_at timestamptz NOT NULL,
        UNIQUE (firm_id, id)
    )
    """,
    key("invoice_payments", "firm_id, item_id", "invoices"),
    key("invoice_payments", "firm_id, member_id", "members"),
    "CREATE INDEX invoice_payments_item ON invoice_payments (firm_id, item_id, created_at, id)",
    # Numbers are given at the end of a transaction, as events are: the lock on the counter is held for the commit
    # alone, and what is rolled back has used none. So they have no gap.
    """
    CREATE TABLE invoice_heads (
        firm_id text COLLATE "C" PRIMARY KEY REFERENCES firms (id),
        number bigint NOT NULL
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE FUNCTION number_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        next bigint;
    BEGIN
        INSERT INTO invoice_heads AS h (firm_id, number) VALUES (NEW.firm_id, 1)
            ON CONFLICT (firm_id) DO UPDATE SET number = h.number + 1 RETURNING h.number INTO STRICT next;
        UPDATE invoices SET number = next WHERE id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER number_invoice AFTER UPDATE OF issued_at ON invoices
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.issued_at IS NULL AND NEW.issued_at IS NOT NULL) EXECUTE FUNCTION number_invoice()
    """,
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0014_organizers")]  # Tortoise's own shape

    initial = False

    operations = [ops.RunSQL(STATEMENTS)]
