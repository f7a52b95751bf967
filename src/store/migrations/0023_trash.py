"""The trash: what is in it is not there for anything but what names the tables in which everything lies (JB3)."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from store.models.base import KeyField

key = import_module("store.migrations.0002_integrity").key

MODELS = {
    "Account": "accounts",
    "Contact": "contacts",
    "Document": "documents",
    "Due": "due",
    "Email": "emails",
    "Item": "items",
    "Job": "jobs",
    "Task": "tasks",
    "TimeEntry": "time_entries",
}
TABLES = (*MODELS.values(), "client_items")
"""The tables of what goes into the trash. From here on each name is that of a view of what is not in it."""

TRASH = [
    # One row for each job or account that was deleted. All that went along names it.
    """
    CREATE TABLE trash (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        kind text NOT NULL CHECK (kind IN ('JOB', 'ACCOUNT')),
        thing_id text COLLATE "C" NOT NULL,
        name text NOT NULL,
        jobs int NOT NULL,
        cause jsonb NOT NULL,
        deleted_at timestamptz NOT NULL,
        until timestamptz NOT NULL,
        doomed_at timestamptz,
        UNIQUE (firm_id, id),
        UNIQUE (firm_id, thing_id)
    )
    """,
    "CREATE INDEX trash_newest ON trash (firm_id, deleted_at, id)",
    "CREATE INDEX trash_until ON trash (until)",
    # What a firm's numbers were given to (0015), where the invoices themselves were deleted with their accounts.
    """
    CREATE TABLE purged_invoices (
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        number bigint NOT NULL,
        account_name text NOT NULL,
        currency text NOT NULL,
        net numeric(20, 4) NOT NULL,
        tax numeric(20, 4) NOT NULL,
        total numeric(20, 4) NOT NULL,
        paid numeric(20, 4) NOT NULL,
        voided boolean NOT NULL,
        issued_at timestamptz NOT NULL,
        purged_at timestamptz NOT NULL,
        PRIMARY KEY (firm_id, number)
    )
    """,
    """
    CREATE FUNCTION keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM purged_invoices WHERE firm_id = OLD.firm_id AND number = OLD.number) THEN
            RAISE EXCEPTION 'the number of an invoice is kept' USING ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END
    $$
    """,
    "CREATE TRIGGER keep_number BEFORE DELETE ON invoices FOR EACH ROW WHEN (OLD.number IS NOT NULL)"
    " EXECUTE FUNCTION keep_number()",
]

COLUMNS = [
    statement
    for table in TABLES
    for statement in (
        f'ALTER TABLE all_{table} ADD COLUMN trash_id text COLLATE "C"',
        f"ALTER TABLE all_{table} ADD CONSTRAINT {table}_trash_id_fkey"
        " FOREIGN KEY (firm_id, trash_id) REFERENCES trash (firm_id, id)",
        f"CREATE INDEX {table}_trash ON all_{table} (firm_id, trash_id) WHERE trash_id IS NOT NULL",
    )
]

# What is there is of an account that is there: whoever adds to an account waits for whoever deletes that, and is then
# refused by the database itself. What is there by now fulfils it, since nothing is in the trash: it is not looked at.
ACCOUNTS = [
    "ALTER TABLE all_accounts ADD COLUMN live boolean GENERATED ALWAYS AS (trash_id IS NULL) STORED",
    "ALTER TABLE all_accounts ADD CONSTRAINT accounts_live UNIQUE (firm_id, id, live)",
    *(
        statement
        for table in ("jobs", "client_items", "documents", "emails")
        for statement in (
            f"ALTER TABLE all_{table} ADD COLUMN of_live boolean"
            " GENERATED ALWAYS AS (CASE WHEN trash_id IS NULL THEN TRUE END) STORED",
            f"ALTER TABLE all_{table} ADD CONSTRAINT {table}_live_account"
            " FOREIGN KEY (firm_id, account_id, of_live) REFERENCES all_accounts (firm_id, id, live) NOT VALID",
        )
    ),
]

LIVE = "trash_id IS NULL"
INDEXES = {
    # Those that lists are read along hold what is there, and nothing else.
    "accounts_name": "all_accounts (firm_id, name, id)",
    "contacts_user": "all_contacts (firm_id, user_id) WHERE user_id IS NOT NULL AND ",
    "due_lane": "all_due (job_id, visit, position) WHERE in_lane AND dead_at IS NULL AND ",
    "due_next": "all_due (due_at, position) WHERE dead_at IS NULL AND NOT (waits AND paused) AND ",
    "emails_newest": "all_emails (firm_id, created_at, id)",
    "emails_state": "all_emails (firm_id, state, created_at, id)",
    "items_due": "all_items (firm_id, due_date, id)",
    "items_open": "all_items (firm_id, kind, created_at, id) WHERE open AND ",
    "jobs_client": "all_jobs (firm_id, account_id) WHERE client_status_id IS NOT NULL AND ",
    "jobs_completed": "all_jobs (firm_id, pipeline_id, completed_at) WHERE state = 'COMPLETED' AND ",
    "jobs_created": "all_jobs (firm_id, created_at, id)",
    "jobs_due": "all_jobs (firm_id, due_date, id)",
    "jobs_pipeline": "all_jobs (firm_id, pipeline_id, stage_id)",
    "jobs_period": "all_jobs (firm_id, account_id, pipeline_id, period) WHERE period IS NOT NULL AND ",
    "jobs_place": "all_jobs (firm_id, stage_id, rank)",
    "time_entries_day": "all_time_entries (firm_id, day, created_at, id)",
    "time_entries_member": "all_time_entries (firm_id, member_id, day, created_at, id)",
}
UNIQUE = {"contacts_user", "jobs_place"}


def partial(name: str, on: str) -> str:
    """An index of what is not in the trash."""
    unique = "UNIQUE " if name in UNIQUE else ""
    return f"CREATE {unique}INDEX {name} ON {on}{'' if on.endswith(' AND ') else ' WHERE '}{LIVE}"


LEANER = [statement for name, on in INDEXES.items() for statement in (f"DROP INDEX {name}", partial(name, on))]

# So that a job or an invoice is deleted without reading whole tables for what may refer to it.
SUPPORTING = [
    "CREATE INDEX notifications_job ON notifications (firm_id, job_id) WHERE job_id IS NOT NULL",
    "CREATE INDEX status_stays_job ON status_stays (firm_id, job_id)",
    "CREATE INDEX proposals_invoice ON proposals (firm_id, invoice_id) WHERE invoice_id IS NOT NULL",
    key("stages", "firm_id, heir_id", "stages"),
]

VIEWS = [
    # A view's columns are those that its table had as it was made: whoever adds one makes it anew (store.migrate).
    """
    CREATE FUNCTION show_live(name text) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        columns text;
    BEGIN
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
        WHERE attrelid = ('all_' || name)::regclass AND attnum > 0 AND NOT attisdropped
            AND attname NOT IN ('trash_id', 'live', 'of_live');
        EXECUTE format('CREATE OR REPLACE VIEW %I AS SELECT %s FROM %I WHERE trash_id IS NULL', name, columns,
            'all_' || name);
    END
    $$
    """,
    *(f"SELECT show_live('{table}')" for table in TABLES),
]


class RenameTable(ops.TortoiseOperation):
    """Gives a model's table another name; later migrations of the model find it by that."""

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def describe(self) -> str:
        """What it does."""
        return f"Rename the table of {self.model_name} to {self.name}"

    def state_forward(self, app_label: str, state: State) -> None:
        """What the model's table is called from here on."""
        model = self.get_model_state(state, app_label, self.model_name)
        model.table = model.options["table"] = self.name
        state.reload_model(app_label, self.model_name)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Renames it."""
        old = old_state.models[app_label, self.model_name].table
        if state_editor is not None:
            await state_editor.client.execute_script(f"ALTER TABLE {old} RENAME TO {self.name}")


class Migration(migrations.Migration):
    """Renames the tables, and shows what is not in the trash under the names that they had."""

    dependencies = [("store", "0022_document_texts")]  # Tortoise's own shape

    initial = False

    operations = [
        *(RenameTable(model, f"all_{table}") for model, table in MODELS.items()),
        ops.RunSQL("ALTER TABLE client_items RENAME TO all_client_items"),
        ops.AddField("Stage", "heir_id", KeyField(null=True, generated=False, unique=False)),
        ops.RunSQL([*TRASH, *COLUMNS, *ACCOUNTS, *LEANER, *SUPPORTING, *VIEWS]),
    ]
