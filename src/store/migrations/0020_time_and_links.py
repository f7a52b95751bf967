"""Links between jobs, who follows jobs, documents of comments, and time that is spent on jobs against their budgets."""

from importlib import import_module

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from store.models.base import KeyField

key = import_module("store.migrations.0002_integrity").key
link = import_module("store.migrations.0002_integrity").link

STATEMENTS = [
    # Two jobs have one link at most, whichever of them it begins with.
    """
    CREATE TABLE job_links (
        firm_id text COLLATE "C" NOT NULL,
        job_id text COLLATE "C" NOT NULL,
        other_id text COLLATE "C" NOT NULL CHECK (other_id <> job_id),
        kind text NOT NULL CHECK (kind IN ('RELATED', 'BLOCKS', 'DUPLICATES')),
        member_id text COLLATE "C",
        linked_at timestamptz NOT NULL,
        PRIMARY KEY (firm_id, job_id, other_id)
    )
    """,
    key("job_links", "firm_id, job_id", "jobs", action="ON DELETE CASCADE"),
    key("job_links", "firm_id, other_id", "jobs", action="ON DELETE CASCADE"),
    key("job_links", "firm_id, member_id", "members"),
    "CREATE UNIQUE INDEX job_links_pair ON job_links (firm_id, least(job_id, other_id), greatest(job_id, other_id))",
    "CREATE INDEX job_links_other ON job_links (firm_id, other_id)",
    # Who has stopped following is remembered: a comment does not make a follower of them again.
    """
    CREATE TABLE job_followers (
        firm_id text COLLATE "C" NOT NULL,
        job_id text COLLATE "C" NOT NULL,
        member_id text COLLATE "C" NOT NULL,
        following boolean NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (firm_id, job_id, member_id)
    )
    """,
    key("job_followers", "firm_id, job_id", "jobs", action="ON DELETE CASCADE"),
    key("job_followers", "firm_id, member_id", "members"),
    "CREATE INDEX job_followers_member ON job_followers (firm_id, member_id, since, job_id) WHERE following",
    link("comment_documents", "comment_id", "document_id"),
    key("comment_documents", "firm_id, comment_id", "comments", action="ON DELETE CASCADE"),
    key("comment_documents", "firm_id, document_id", "documents", action="ON DELETE CASCADE"),
    "CREATE INDEX comment_documents_document ON comment_documents (firm_id, document_id)",
    *(
        f"ALTER TABLE time_entries ALTER {column} SET DEFAULT clock_timestamp()"
        for column in ("created_at", "updated_at")
    ),
    key("time_entries", "firm_id, job_id", "jobs", action="ON DELETE CASCADE"),
    key("time_entries", "firm_id, task_id", "tasks", action="ON DELETE SET NULL (task_id)"),
    key("time_entries", "firm_id, member_id", "members"),
    # Measured by a timer, which runs until it has an end, or written down; what counts is the minutes.
    "ALTER TABLE time_entries ADD CONSTRAINT time_entries_span CHECK (ended_at >= started_at)",
    "ALTER TABLE time_entries ADD CONSTRAINT time_entries_ended CHECK (started_at IS NOT NULL OR ended_at IS NULL)",
    "ALTER TABLE time_entries ADD CONSTRAINT time_entries_running"
    " CHECK ((minutes IS NULL) = (started_at IS NOT NULL AND ended_at IS NULL))",
    # More than a day is what a forgotten timer has measured; nobody writes that down.
    "ALTER TABLE time_entries ADD CONSTRAINT time_entries_minutes CHECK (minutes > 0 AND"
    " (minutes <= 1440 OR (ended_at IS NOT NULL AND minutes <= extract(epoch FROM ended_at - started_at) / 60 + 1)))",
    "CREATE UNIQUE INDEX time_entries_one_timer ON time_entries (firm_id, member_id) WHERE minutes IS NULL",
    "CREATE INDEX time_entries_job ON time_entries (firm_id, job_id, day, created_at, id)",
    "CREATE INDEX time_entries_member ON time_entries (firm_id, member_id, day, created_at, id)",
    "CREATE INDEX time_entries_day ON time_entries (firm_id, day, created_at, id)",
    "CREATE INDEX time_entries_task ON time_entries (firm_id, task_id) WHERE task_id IS NOT NULL",
    # Which part of its budget has been told to be spent: each once, until the budget leaves room again.
    """
    CREATE TABLE budget_alerts (
        firm_id text COLLATE "C" NOT NULL,
        job_id text COLLATE "C" NOT NULL,
        percent int NOT NULL CHECK (percent IN (80, 100)),
        PRIMARY KEY (firm_id, job_id, percent)
    )
    """,
    key("budget_alerts", "firm_id, job_id", "jobs", action="ON DELETE CASCADE"),
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_time_budget CHECK (time_budget_minutes > 0)"
        for table in ("jobs", "job_templates")
    ),
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0019_recurrences")]  # Tortoise's own shape

    initial = False

    operations = [
        ops.CreateModel(
            name="TimeEntry",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ("firm_id", KeyField(generated=False, null=False, unique=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("job_id", KeyField(generated=False, null=False, unique=False)),
                ("task_id", KeyField(null=True, generated=False, unique=False)),
                ("member_id", KeyField(generated=False, null=False, unique=False)),
                ("day", fields.DateField()),
                ("minutes", fields.IntField(null=True)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("billable", fields.BooleanField()),
                ("note", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "time_entries",
                "app": "store",
                "unique_together": (("firm_id", "id"),),
                "pk_attr": "id",
                "table_description": "Time that a member has spent on a job. One that a timer measures has no"
                " ``minutes`` before it is stopped.",
            },
            bases=["FirmThing"],
        ),
        ops.AddField(model_name="Job", name="time_budget_minutes", field=fields.IntField(null=True)),
        ops.AddField(model_name="JobTemplate", name="time_budget_minutes", field=fields.IntField(null=True)),
        ops.RunSQL(STATEMENTS),
    ]
