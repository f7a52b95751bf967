"""What Tortoise cannot say: link tables, composite foreign keys, checks, indexes, and the numbering of events."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FIRM_TABLES = (
    "members",
    "invitations",
    "sessions",
    "accounts",
    "tags",
    "account_roles",
    "contacts",
    "pipelines",
    "stages",
    "job_statuses",
    "jobs",
    "stage_visits",
    "items",
    "tasks",
    "subtasks",
    "history",
    "events",
)


def key(table: str, columns: str, target: str, target_columns: str = "firm_id, id", action: str = "") -> str:
    """A foreign key inside a firm: the database itself forbids a reference across firms."""
    name = f"{table}_{columns.split(', ')[-1]}_fkey"
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} "
        f"FOREIGN KEY ({columns}) REFERENCES {target} ({target_columns}) {action}"
    )


def link(table: str, *columns: str) -> str:
    """A table that only links things of one firm, without an id of its own."""
    body = ", ".join(f'{column} text COLLATE "C" NOT NULL' for column in ("firm_id", *columns))
    return f"CREATE TABLE {table} ({body}, PRIMARY KEY (firm_id, {', '.join(columns)}))"


LINKS = [
    link("member_accounts", "member_id", "account_id"),
    link("account_tags", "account_id", "tag_id"),
    link("account_role_members", "account_id", "role_id", "member_id"),
    link("account_contacts", "account_id", "contact_id"),
    link("pipeline_members", "pipeline_id", "member_id"),
    link("pipeline_statuses", "pipeline_id", "status_id"),
    link("job_assignees", "job_id", "member_id"),
    link("task_assignees", "task_id", "member_id"),
    """
    CREATE TABLE item_links (
        firm_id text COLLATE "C" NOT NULL,
        job_id text COLLATE "C" NOT NULL,
        item_id text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        visit_id text COLLATE "C",
        blocking boolean NOT NULL,
        PRIMARY KEY (firm_id, job_id, item_id)
    )
    """,
    """
    CREATE TABLE creates (
        firm_id text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        digest bytea NOT NULL,
        PRIMARY KEY (firm_id, id)
    )
    """,
    """
    CREATE TABLE throttles (
        key text COLLATE "C" PRIMARY KEY,
        count int NOT NULL,
        since timestamptz NOT NULL
    )
    """,
]

DEFAULTS = [
    f"ALTER TABLE {table} ALTER {column} SET DEFAULT clock_timestamp()"
    for table in FIRM_TABLES
    for column in ("created_at", "updated_at")
    if not (
        table in {"stage_visits", "history", "events"}
        or (table in {"invitations", "sessions"} and column != "created_at")
    )
]

KEYS = [
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_firm_fkey FOREIGN KEY (firm_id) REFERENCES firms (id)"
        for table in ("members", "accounts", "tags", "account_roles", "contacts", "pipelines", "job_statuses", "items")
    ),
    "ALTER TABLE members ADD CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)",
    "ALTER TABLE contacts ADD CONSTRAINT contacts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)",
    key("invitations", "firm_id, member_id", "members"),
    key("sessions", "firm_id, member_id", "members"),
    key("stages", "firm_id, pipeline_id", "pipelines"),
    key("jobs", "firm_id, account_id", "accounts"),
    key("jobs", "firm_id, pipeline_id, stage_id", "stages", "firm_id, pipeline_id, id"),
    key("jobs", "firm_id, status_id, state", "job_statuses", "firm_id, id, state"),
    key("stage_visits", "firm_id, job_id", "jobs"),
    key("stage_visits", "firm_id, pipeline_id, stage_id", "stages", "firm_id, pipeline_id, id"),
    key("tasks", "firm_id, id", "items"),
    key("tasks", "firm_id, created_by", "members"),
    key("subtasks", "firm_id, task_id", "tasks"),
    key("history", "firm_id, job_id", "jobs"),
    key("item_links", "firm_id, job_id", "jobs"),
    key("item_links", "firm_id, item_id, kind", "items", "firm_id, id, kind"),
    key("item_links", "firm_id, job_id, visit_id", "stage_visits", "firm_id, job_id, id"),
    key("member_accounts", "firm_id, member_id", "members"),
    key("member_accounts", "firm_id, account_id", "accounts"),
    key("account_tags", "firm_id, account_id", "accounts"),
    key("account_tags", "firm_id, tag_id", "tags"),
    key("account_role_members", "firm_id, account_id", "accounts"),
    key("account_role_members", "firm_id, role_id", "account_roles"),
    key("account_role_members", "firm_id, member_id", "members"),
    key("account_contacts", "firm_id, account_id", "accounts"),
    key("account_contacts", "firm_id, contact_id", "contacts"),
    key("pipeline_members", "firm_id, pipeline_id", "pipelines"),
    key("pipeline_members", "firm_id, member_id", "members"),
    key("pipeline_statuses", "firm_id, pipeline_id", "pipelines"),
    key("pipeline_statuses", "firm_id, status_id", "job_statuses"),
    key("job_assignees", "firm_id, job_id", "jobs"),
    key("job_assignees", "firm_id, member_id", "members"),
    key("task_assignees", "firm_id, task_id", "tasks"),
    key("task_assignees", "firm_id, member_id", "members"),
]

CHECKS = [
    "ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)",
    "ALTER TABLE users ADD CONSTRAINT users_email_lower CHECK (email = lower(email))",
    "ALTER TABLE members ADD CONSTRAINT members_role CHECK (role IN ('OWNER', 'ADMIN', 'EMPLOYEE'))",
    "CREATE UNIQUE INDEX invitations_token ON invitations (token_hash)",
    "CREATE UNIQUE INDEX invitations_member ON invitations (firm_id, member_id)",
    "CREATE UNIQUE INDEX sessions_token ON sessions (token_hash)",
    "CREATE UNIQUE INDEX tags_name ON tags (firm_id, lower(name))",
    "CREATE UNIQUE INDEX account_roles_name ON account_roles (firm_id, lower(name))",
    "CREATE UNIQUE INDEX job_statuses_name ON job_statuses (firm_id, lower(name))",
    "CREATE UNIQUE INDEX job_statuses_built_in ON job_statuses (firm_id, state) WHERE state <> 'CUSTOM'",
    "ALTER TABLE job_statuses ADD CONSTRAINT job_statuses_state"
    " CHECK (state IN ('ACTIVE', 'COMPLETED', 'ARCHIVED', 'CUSTOM'))",
    # Checked at the end of each statement, so that one UPDATE can reorder.
    "ALTER TABLE stages ADD CONSTRAINT stages_position UNIQUE (firm_id, pipeline_id, position)"
    " DEFERRABLE INITIALLY IMMEDIATE",
    "ALTER TABLE stages ADD CONSTRAINT stages_live CHECK ((position IS NULL) = (deleted_at IS NOT NULL))",
    "CREATE UNIQUE INDEX jobs_place ON jobs (firm_id, stage_id, rank)",
    "ALTER TABLE jobs ADD CONSTRAINT jobs_priority CHECK (priority BETWEEN 0 AND 3)",
    "ALTER TABLE jobs ADD CONSTRAINT jobs_dates CHECK (due_date >= start_date)",
    "CREATE UNIQUE INDEX stage_visits_open ON stage_visits (firm_id, job_id) WHERE left_at IS NULL",
    "CREATE UNIQUE INDEX stage_visits_number ON stage_visits (firm_id, job_id, number)",
    "CREATE UNIQUE INDEX item_links_task ON item_links (firm_id, item_id) WHERE kind = 'TASK'",
    "CREATE UNIQUE INDEX history_id ON history (id)",
    "CREATE UNIQUE INDEX audit_id ON audit (id)",
    "CREATE UNIQUE INDEX events_seq ON events (firm_id, seq) WHERE seq IS NOT NULL",
]

INDEXES = [
    "CREATE INDEX members_user ON members (user_id)",
    "CREATE INDEX member_accounts_account ON member_accounts (firm_id, account_id)",
    "CREATE INDEX sessions_member ON sessions (firm_id, member_id)",
    "CREATE INDEX sessions_expiry ON sessions (expires_at)",
    "CREATE INDEX accounts_name ON accounts (firm_id, name, id)",
    "CREATE INDEX account_tags_tag ON account_tags (firm_id, tag_id)",
    "CREATE INDEX account_role_members_member ON account_role_members (firm_id, member_id)",
    "CREATE INDEX account_role_members_role ON account_role_members (firm_id, role_id)",
    "CREATE INDEX account_contacts_contact ON account_contacts (firm_id, contact_id)",
    "CREATE INDEX pipelines_name ON pipelines (firm_id, name, id)",
    "CREATE INDEX pipeline_members_member ON pipeline_members (firm_id, member_id)",
    "CREATE INDEX pipeline_statuses_status ON pipeline_statuses (firm_id, status_id)",
    "CREATE INDEX jobs_account ON jobs (firm_id, account_id)",
    "CREATE INDEX jobs_pipeline ON jobs (firm_id, pipeline_id, stage_id)",
    "CREATE INDEX jobs_due ON jobs (firm_id, due_date, id)",
    "CREATE INDEX jobs_status ON jobs (firm_id, status_id)",
    "CREATE INDEX jobs_created ON jobs (firm_id, created_at, id)",
    "CREATE INDEX job_assignees_member ON job_assignees (firm_id, member_id)",
    "CREATE INDEX task_assignees_member ON task_assignees (firm_id, member_id)",
    "CREATE INDEX items_due ON items (firm_id, due_date, id)",
    "CREATE INDEX item_links_item ON item_links (firm_id, item_id)",
    "CREATE INDEX subtasks_task ON subtasks (firm_id, task_id, rank)",
    "CREATE INDEX stage_visits_stage ON stage_visits (firm_id, stage_id)",
    "CREATE INDEX history_job ON history (firm_id, job_id, n)",
    "CREATE INDEX audit_firm ON audit (firm_id, n)",
]

EVENTS = [
    # Narrow, and referenced by nothing: its row lock is what makes sequence order commit order.
    """
    CREATE TABLE event_heads (
        firm_id text COLLATE "C" PRIMARY KEY,
        seq bigint NOT NULL DEFAULT 0,
        floor bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE FUNCTION number_event() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        next bigint;
    BEGIN
        UPDATE event_heads SET seq = seq + 1 WHERE firm_id = NEW.firm_id RETURNING seq INTO STRICT next;
        UPDATE events SET seq = next, at = clock_timestamp() WHERE id = NEW.id;
        RETURN NULL;
    END
    $$
    """,
    # Deferred: it runs inside COMMIT, so no client round trip happens while the counter is held.
    """
    CREATE CONSTRAINT TRIGGER number_event AFTER INSERT ON events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION number_event()
    """,
]


class Migration(migrations.Migration):
    """Runs the statements above, in their order."""

    dependencies = [("store", "0001_initial")]  # Tortoise's own shape

    operations = [ops.RunSQL([*LINKS, *DEFAULTS, *KEYS, *CHECKS, *INDEXES, *EVENTS])]
