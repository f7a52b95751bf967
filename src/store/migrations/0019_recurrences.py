"""Recurrences, their runs, and of which occurrence a job is."""

from importlib import import_module

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from store.models.base import KeyField

integrity = import_module("store.migrations.0002_integrity")
key, link = integrity.key, integrity.link

STATEMENTS = [
    "ALTER TABLE recurrences ADD CONSTRAINT recurrences_firm_fkey FOREIGN KEY (firm_id) REFERENCES firms (id)",
    *(
        f"ALTER TABLE recurrences ALTER {column} SET DEFAULT clock_timestamp()"
        for column in ("created_at", "updated_at")
    ),
    key("recurrences", "firm_id, pipeline_id", "pipelines"),
    key("recurrences", "firm_id, stage_id", "stages"),
    key("recurrences", "firm_id, job_template_id", "job_templates"),
    key("recurrences", "firm_id, created_by", "members"),
    key("recurrences", "firm_id, updated_by", "members"),
    "ALTER TABLE recurrences ADD CONSTRAINT recurrences_end CHECK (num_nonnulls(end_date, count) < 2)",
    "ALTER TABLE recurrences ADD CONSTRAINT recurrences_order CHECK (end_date >= start_date)",
    "ALTER TABLE recurrences ADD CONSTRAINT recurrences_numbers CHECK (count > 0 AND create_ahead_days >= 0)",
    "ALTER TABLE recurrences ADD CONSTRAINT recurrences_business_days"
    " CHECK (business_days IN ('AS_IS', 'NEXT', 'PREVIOUS'))",
    "ALTER TABLE recurrences ADD CONSTRAINT recurrences_catch_up CHECK (catch_up IN ('ALL', 'LATEST', 'SKIP'))",
    "ALTER TABLE recurrences ADD CONSTRAINT recurrences_next"
    " CHECK (next_date IS NULL OR num_nonnulls(paused_at, deleted_at) = 0)",
    "CREATE INDEX recurrences_pipeline ON recurrences (firm_id, pipeline_id) WHERE deleted_at IS NULL",
    link("recurrence_accounts", "recurrence_id", "account_id"),
    key("recurrence_accounts", "firm_id, recurrence_id", "recurrences"),
    key("recurrence_accounts", "firm_id, account_id", "accounts", action="ON DELETE CASCADE"),
    "CREATE INDEX recurrence_accounts_account ON recurrence_accounts (firm_id, account_id)",
    link("recurrence_tags", "recurrence_id", "tag_id"),
    key("recurrence_tags", "firm_id, recurrence_id", "recurrences"),
    key("recurrence_tags", "firm_id, tag_id", "tags"),
    "CREATE INDEX recurrence_tags_tag ON recurrence_tags (firm_id, tag_id)",
    """
    CREATE TABLE recurrence_runs (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        recurrence_id text COLLATE "C" NOT NULL,
        occurrence date NOT NULL,
        day date NOT NULL,
        state text NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'SKIPPED', 'CANCELLED')),
        reason text,
        total int NOT NULL DEFAULT 0,
        made int NOT NULL DEFAULT 0,
        failed int NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        UNIQUE (firm_id, id),
        UNIQUE (firm_id, recurrence_id, occurrence),
        CHECK ((state IN ('QUEUED', 'RUNNING')) = (finished_at IS NULL)),
        CHECK (made >= 0 AND failed >= 0 AND made + failed <= total)
    )
    """,
    key("recurrence_runs", "firm_id, recurrence_id", "recurrences"),
    "CREATE INDEX recurrence_runs_open ON recurrence_runs (firm_id, recurrence_id, occurrence)"
    " WHERE finished_at IS NULL",
    # RC2: once for each recurrence, account and occurrence. A job that is deleted leaves its line, so that it is not
    # made again; what an account that is deleted was to get goes with it.
    """
    CREATE TABLE recurrence_jobs (
        firm_id text COLLATE "C" NOT NULL,
        recurrence_id text COLLATE "C" NOT NULL,
        occurrence date NOT NULL,
        account_id text COLLATE "C" NOT NULL,
        state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'MADE', 'FAILED')),
        job_id text COLLATE "C",
        error text,
        PRIMARY KEY (firm_id, recurrence_id, occurrence, account_id),
        CHECK (job_id IS NULL OR state = 'MADE'),
        CHECK ((state = 'FAILED') = (error IS NOT NULL))
    )
    """,
    key(
        "recurrence_jobs",
        "firm_id, recurrence_id, occurrence",
        "recurrence_runs",
        "firm_id, recurrence_id, occurrence",
    ),
    key("recurrence_jobs", "firm_id, account_id", "accounts", action="ON DELETE CASCADE"),
    key("recurrence_jobs", "firm_id, job_id", "jobs", action="ON DELETE SET NULL (job_id)"),
    "CREATE INDEX recurrence_jobs_account ON recurrence_jobs (firm_id, account_id)",
    "CREATE INDEX recurrence_jobs_job ON recurrence_jobs (firm_id, job_id) WHERE job_id IS NOT NULL",
    "CREATE INDEX recurrence_jobs_pending ON recurrence_jobs (firm_id, recurrence_id, occurrence, account_id)"
    " WHERE state = 'PENDING'",
    key("jobs", "firm_id, recurrence_id", "recurrences"),
    "ALTER TABLE jobs ADD CONSTRAINT jobs_occurrence CHECK ((recurrence_id IS NULL) = (occurrence IS NULL))",
    "CREATE UNIQUE INDEX jobs_recurrence ON jobs (firm_id, recurrence_id, occurrence, account_id)"
    " WHERE recurrence_id IS NOT NULL",
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0018_bulk")]  # Tortoise's own shape

    initial = False

    operations = [
        ops.CreateModel(
            name="Recurrence",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ("firm_id", KeyField(generated=False, null=False, unique=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("name", fields.TextField(unique=False)),
                ("pipeline_id", KeyField(generated=False, null=False, unique=False)),
                ("stage_id", KeyField(null=True, generated=False, unique=False)),
                ("job_template_id", KeyField(null=True, generated=False, unique=False)),
                ("job_name", fields.TextField(null=True, unique=False)),
                ("description", fields.TextField(null=True, unique=False)),
                ("priority", fields.SmallIntField(null=True)),
                ("people", fields.JSONField(null=True)),
                ("start_after", fields.JSONField(null=True)),
                ("due_after", fields.JSONField(null=True)),
                ("rrule", fields.TextField(unique=False)),
                ("start_date", fields.DateField()),
                ("end_date", fields.DateField(null=True)),
                ("count", fields.IntField(null=True)),
                ("create_ahead_days", fields.IntField()),
                ("business_days", fields.TextField(unique=False)),
                ("catch_up", fields.TextField(unique=False)),
                ("settled", fields.DateField(null=True)),
                ("since", fields.DateField(null=True)),
                ("next_date", fields.DateField(null=True)),
                ("created_by", KeyField(null=True, generated=False, unique=False)),
                ("updated_by", KeyField(null=True, generated=False, unique=False)),
                ("paused_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "recurrences",
                "app": "store",
                "unique_together": (("firm_id", "id"),),
                "pk_attr": "id",
                "table_description": "A schedule that makes jobs (RC1). What is null of a job is its template's.",
            },
            bases=["FirmThing"],
        ),
        ops.AddField(model_name="Job", name="occurrence", field=fields.DateField(null=True)),
        ops.AddField(model_name="Job", name="recurrence_id", field=KeyField(null=True, generated=False, unique=False)),
        ops.RunSQL(STATEMENTS),
    ]
