"""What Tortoise cannot say of the engine's tables: links, composite foreign keys, checks, indexes."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

_earlier = import_module("store.migrations.0002_integrity")
key, link = _earlier.key, _earlier.link

LINKS = [
    # What an automation does, and when: an edit makes a new edition, so that what has begun goes on as it began (PL4).
    """
    CREATE TABLE automation_editions (
        firm_id text COLLATE "C" NOT NULL,
        automation_id text COLLATE "C" NOT NULL,
        edition int NOT NULL,
        config jsonb NOT NULL,
        condition jsonb,
        delay jsonb,
        PRIMARY KEY (firm_id, automation_id, edition)
    )
    """,
    # Who refers to what, where that is inside a configuration: for "used by" (PL4) and health (PL5).
    link("uses", "user_id", "used_id"),
    # What a run made, in order.
    """
    CREATE TABLE run_things (
        firm_id text COLLATE "C" NOT NULL,
        run_id text COLLATE "C" NOT NULL,
        thing_id text COLLATE "C" NOT NULL,
        n int NOT NULL,
        PRIMARY KEY (firm_id, run_id, thing_id)
    )
    """,
    """
    CREATE TABLE account_field_values (
        firm_id text COLLATE "C" NOT NULL,
        account_id text COLLATE "C" NOT NULL,
        field_id text COLLATE "C" NOT NULL,
        value text NOT NULL,
        PRIMARY KEY (firm_id, account_id, field_id)
    )
    """,
    """
    CREATE TABLE firm_holidays (
        firm_id text COLLATE "C" NOT NULL,
        day date NOT NULL,
        name text NOT NULL,
        PRIMARY KEY (firm_id, day)
    )
    """,
    # Of each job the last move by hand, with what it takes to undo it (MV7); ``number`` is that of the visit it opened.
    """
    CREATE TABLE last_moves (
        firm_id text COLLATE "C" NOT NULL,
        job_id text COLLATE "C" NOT NULL,
        number int NOT NULL,
        visit_id text COLLATE "C" NOT NULL,
        stay_id text COLLATE "C",
        status_id text COLLATE "C" NOT NULL,
        rank text COLLATE "C" NOT NULL,
        settled jsonb NOT NULL,
        scheduled jsonb NOT NULL,
        PRIMARY KEY (firm_id, job_id)
    )
    """,
    # How many jobs a chain of effects has made: it is bounded (AU6).
    """
    CREATE TABLE cascades (
        firm_id text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        jobs int NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (firm_id, id)
    )
    """,
    link("allowed_moves", "pipeline_id", "from_stage_id", "to_stage_id"),
    link("comment_mentions", "comment_id", "member_id"),
    'ALTER TABLE item_links ADD COLUMN stay_id text COLLATE "C"',
    "UPDATE job_statuses SET pauses = TRUE WHERE state = 'ARCHIVED'",
    "UPDATE jobs SET paused_at = updated_at WHERE state = 'ARCHIVED'",
    "ALTER TABLE pipeline_statuses ADD COLUMN automove text NOT NULL DEFAULT 'OFF'",
]

TABLES = (
    "automations",
    "client_statuses",
    "comments",
    "custom_fields",
    "email_templates",
    "job_templates",
)

DEFAULTS = [
    f"ALTER TABLE {table} ALTER {column} SET DEFAULT clock_timestamp()"
    for table in TABLES
    for column in ("created_at", "updated_at")
]

KEYS = [
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_firm_fkey FOREIGN KEY (firm_id) REFERENCES firms (id)"
        for table in ("client_statuses", "custom_fields", "email_templates", "job_templates", "due", "firm_holidays")
    ),
    key("automations", "firm_id, pipeline_id", "pipelines"),
    key("automations", "firm_id, pipeline_id, stage_id", "stages", "firm_id, pipeline_id, id"),
    key("automation_editions", "firm_id, automation_id", "automations"),
    key("runs", "firm_id, job_id, visit_id", "stage_visits", "firm_id, job_id, id"),
    key("runs", "firm_id, job_id, stay_id", "status_stays", "firm_id, job_id, id"),
    key("runs", "firm_id, automation_id, edition", "automation_editions", "firm_id, automation_id, edition"),
    key("run_things", "firm_id, run_id", "runs"),
    key("due", "firm_id, job_id", "jobs"),
    key("status_stays", "firm_id, job_id, visit_id", "stage_visits", "firm_id, job_id, id"),
    key("item_links", "firm_id, job_id, stay_id", "status_stays", "firm_id, job_id, id"),
    key("jobs", "firm_id, client_status_id", "client_statuses"),
    key("pipelines", "firm_id, created_by", "members"),
    key("pipelines", "firm_id, job_template_id", "job_templates"),
    key("last_moves", "firm_id, job_id, visit_id", "stage_visits", "firm_id, job_id, id"),
    key("last_moves", "firm_id, job_id, stay_id", "status_stays", "firm_id, job_id, id"),
    key("allowed_moves", "firm_id, pipeline_id, from_stage_id", "stages", "firm_id, pipeline_id, id"),
    key("allowed_moves", "firm_id, pipeline_id, to_stage_id", "stages", "firm_id, pipeline_id, id"),
    key("account_field_values", "firm_id, account_id", "accounts"),
    key("account_field_values", "firm_id, field_id", "custom_fields"),
    key("comments", "firm_id, job_id", "jobs"),
    key("comments", "firm_id, author_id", "members"),
    key("comment_mentions", "firm_id, comment_id", "comments"),
    key("comment_mentions", "firm_id, member_id", "members"),
    key("notifications", "firm_id, member_id", "members"),
    key("notifications", "firm_id, job_id", "jobs"),
    key("emails", "firm_id, account_id", "accounts"),
    key("emails", "firm_id, job_id", "jobs"),
    key("webhook_calls", "firm_id, job_id", "jobs"),
]

CHECKS = [
    "ALTER TABLE automations ADD CONSTRAINT automations_place CHECK ((stage_id IS NULL) <> (status_id IS NULL))",
    "ALTER TABLE automations ADD CONSTRAINT automations_live CHECK ((position IS NULL) = (deleted_at IS NOT NULL))",
    # Checked at the end of each statement, so that one UPDATE can reorder.
    "ALTER TABLE automations ADD CONSTRAINT automations_in_stage UNIQUE (firm_id, stage_id, position)"
    " DEFERRABLE INITIALLY IMMEDIATE",
    "ALTER TABLE automations ADD CONSTRAINT automations_in_status UNIQUE (firm_id, pipeline_id, status_id, position)"
    " DEFERRABLE INITIALLY IMMEDIATE",
    # AU1: each automation once per visit, and once per stay in a status.
    "CREATE UNIQUE INDEX runs_once ON runs (firm_id, visit_id, automation_id, coalesce(stay_id, ''))",
    "CREATE UNIQUE INDEX status_stays_open ON status_stays (firm_id, job_id) WHERE left_at IS NULL",
    # AM3: however many things finish at once, one look is due.
    "CREATE UNIQUE INDEX due_advance ON due (firm_id, job_id) WHERE kind = 'ADVANCE' AND dead_at IS NULL",
    "CREATE UNIQUE INDEX custom_fields_name ON custom_fields (firm_id, lower(name))",
    "CREATE UNIQUE INDEX client_statuses_name ON client_statuses (firm_id, lower(name))",
    "CREATE UNIQUE INDEX email_templates_name ON email_templates (firm_id, lower(name))",
    "CREATE UNIQUE INDEX job_templates_name ON job_templates (firm_id, lower(name))",
    "CREATE UNIQUE INDEX emails_message_id ON emails (message_id)",
]

INDEXES = [
    "CREATE INDEX runs_job ON runs (firm_id, job_id, created_at, id)",
    "CREATE INDEX runs_automation ON runs (firm_id, automation_id)",
    "CREATE INDEX runs_newest ON runs (firm_id, created_at, position, id)",
    "CREATE INDEX runs_failed ON runs (firm_id, state, created_at, position, id) WHERE state IN ('FAILED', 'HELD')",
    "CREATE INDEX runs_open ON runs (firm_id, visit_id)"
    " WHERE state IN ('QUEUED', 'RUNNING', 'RETRYING', 'SCHEDULED', 'HELD', 'FAILED')",
    "CREATE INDEX due_next ON due (due_at, position) WHERE dead_at IS NULL AND NOT (waits AND paused)",
    "CREATE INDEX due_lane ON due (job_id, visit, position) WHERE in_lane AND dead_at IS NULL",
    "CREATE INDEX due_job ON due (firm_id, job_id)",
    "CREATE INDEX due_subject ON due (firm_id, subject_id)",
    "CREATE INDEX due_dead ON due (firm_id, dead_at, id) WHERE dead_at IS NOT NULL",
    "CREATE INDEX uses_used ON uses (firm_id, used_id)",
    "CREATE INDEX status_stays_visit ON status_stays (firm_id, visit_id)",
    "CREATE INDEX item_links_visit ON item_links (firm_id, visit_id) WHERE blocking",
    "CREATE INDEX jobs_completed ON jobs (firm_id, pipeline_id, completed_at) WHERE state = 'COMPLETED'",
    "CREATE INDEX pipelines_archiving ON pipelines (firm_id, id) WHERE archive_after_days IS NOT NULL",
    "CREATE INDEX jobs_client_status ON jobs (firm_id, client_status_id) WHERE client_status_id IS NOT NULL",
    "CREATE INDEX account_field_values_field ON account_field_values (firm_id, field_id)",
    "CREATE INDEX comments_job ON comments (firm_id, job_id, created_at, id)",
    "CREATE INDEX comment_mentions_member ON comment_mentions (firm_id, member_id)",
    "CREATE INDEX notifications_member ON notifications (firm_id, member_id, created_at, id)",
    "CREATE INDEX notifications_unread ON notifications (firm_id, member_id) WHERE read_at IS NULL",
    "CREATE INDEX notifications_subject ON notifications (firm_id, subject_id) WHERE subject_id IS NOT NULL",
    "CREATE INDEX emails_state ON emails (firm_id, state, created_at, id)",
    "CREATE INDEX emails_newest ON emails (firm_id, created_at, id)",
    "CREATE INDEX emails_job ON emails (firm_id, job_id)",
    "CREATE INDEX emails_run ON emails (firm_id, run_id) WHERE run_id IS NOT NULL",
    "CREATE INDEX emails_account ON emails (firm_id, account_id) WHERE account_id IS NOT NULL",
    "CREATE INDEX webhook_calls_job ON webhook_calls (firm_id, job_id)",
    "CREATE INDEX webhook_calls_made ON webhook_calls (firm_id, created_at, id)",
]


ROWS = [
    # The best that is known of when they were completed: their days begin then (PL2).
    "UPDATE jobs SET completed_at = updated_at WHERE state = 'COMPLETED'",
]


class Migration(migrations.Migration):
    """Runs the statements above, in their order."""

    dependencies = [("store", "0004_engine")]  # Tortoise's own shape

    operations = [ops.RunSQL([*LINKS, *DEFAULTS, *KEYS, *CHECKS, *INDEXES, *ROWS])]
