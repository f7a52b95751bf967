"""Task templates; the versions of templates of every sort, which the database keeps; what was made by which of them."""

from importlib import import_module

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from store.models.base import KeyField

key = import_module("store.migrations.0002_integrity").key

TEMPLATES = ("job_templates", "task_templates", "email_templates", "item_templates")
MADE = ("jobs", "tasks", "emails", "client_items")
OUTSIDE = "'{id, firm_id, version, changed_by, created_at, updated_at}'::text[]"
"""The columns of a template that are no part of what it says."""

TASK_TEMPLATES = [
    "ALTER TABLE task_templates ADD CONSTRAINT task_templates_firm_fkey FOREIGN KEY (firm_id) REFERENCES firms (id)",
    "ALTER TABLE task_templates ADD CONSTRAINT task_templates_priority CHECK (priority BETWEEN 0 AND 3)",
    "CREATE UNIQUE INDEX task_templates_name ON task_templates (firm_id, lower(name))",
    *(
        f"ALTER TABLE task_templates ALTER {column} SET DEFAULT clock_timestamp()"
        for column in ("created_at", "updated_at")
    ),
]

VERSIONS = [
    # They stay when their template goes: what was made by it names them.
    """
    CREATE TABLE template_versions (
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        template_id text COLLATE "C" NOT NULL,
        version int NOT NULL,
        content jsonb NOT NULL,
        changed_by text COLLATE "C",
        changed_at timestamptz NOT NULL,
        restored_from int CHECK (restored_from < version),
        PRIMARY KEY (firm_id, template_id, version)
    )
    """,
    key("template_versions", "firm_id, changed_by", "members"),
    key(
        "template_versions",
        "firm_id, template_id, restored_from",
        "template_versions",
        "firm_id, template_id, version",
    ),
    """
    CREATE FUNCTION keep_template_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.version IS DISTINCT FROM coalesce(OLD.version, 0) + 1 THEN
            RAISE EXCEPTION 'each change of a template is another version' USING ERRCODE = 'check_violation';
        END IF;
        INSERT INTO template_versions (firm_id, template_id, version, content, changed_by, changed_at)
        VALUES (NEW.firm_id, NEW.id, NEW.version, to_jsonb(NEW) - OUTSIDE, NEW.changed_by, NEW.updated_at);
        RETURN NULL;
    END
    $$
    """.replace("OUTSIDE", OUTSIDE),
    """
    CREATE FUNCTION keep_what_was_a_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what was a version stays one' USING ERRCODE = 'check_violation';
    END
    $$
    """,
    # Only where a version was restored from is noted after it was written.
    """
    CREATE TRIGGER keep_what_was_a_version BEFORE UPDATE ON template_versions FOR EACH ROW WHEN (
        OLD.restored_from IS NOT NULL OR (NEW.firm_id, NEW.template_id, NEW.version, NEW.content, NEW.changed_at)
        IS DISTINCT FROM (OLD.firm_id, OLD.template_id, OLD.version, OLD.content, OLD.changed_at)
        OR NEW.changed_by IS DISTINCT FROM OLD.changed_by
    ) EXECUTE FUNCTION keep_what_was_a_version()
    """,
]

# What was written of a template before there were versions is not known; they begin with what it says now.
KEPT = [
    statement
    for table in TEMPLATES
    for statement in (
        "INSERT INTO template_versions (firm_id, template_id, version, content, changed_at)"
        f" SELECT t.firm_id, t.id, t.version, to_jsonb(t) - {OUTSIDE}, t.updated_at FROM {table} t",
        key(table, "firm_id, changed_by", "members"),
        f"CREATE TRIGGER keep_template_version AFTER INSERT OR UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION keep_template_version()",
    )
]

BY_TEMPLATE = [
    'ALTER TABLE client_items ADD COLUMN template_id text COLLATE "C", ADD COLUMN template_version int',
    *(
        statement
        for table in MADE
        for statement in (
            key(
                table,
                "firm_id, template_id, template_version",
                "template_versions",
                "firm_id, template_id, version",
            ),
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_by_template"
            " CHECK ((template_id IS NULL) = (template_version IS NULL))",
        )
    ),
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0020_time_and_links")]  # Tortoise's own shape

    initial = False

    operations = [
        ops.CreateModel(
            name="TaskTemplate",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ("firm_id", KeyField(generated=False, null=False, unique=False)),
                ("version", fields.IntField(default=1, db_default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("name", fields.TextField(unique=False)),
                ("changed_by", KeyField(null=True, generated=False, unique=False)),
                ("title", fields.TextField(unique=False)),
                ("description", fields.TextField(null=True, unique=False)),
                ("subtasks", fields.JSONField()),
                ("priority", fields.SmallIntField()),
                ("people", fields.JSONField()),
                ("due_after", fields.JSONField(null=True)),
            ],
            options={
                "table": "task_templates",
                "app": "store",
                "unique_together": (("firm_id", "id"),),
                "pk_attr": "id",
                "table_description": (
                    "What tasks are made by. The due date is a span after the day on which one is made."
                ),
            },
            bases=["Template"],
        ),
        ops.AddField(model_name="ItemTemplate", name="due_after", field=fields.JSONField(null=True)),
        ops.AddField(model_name="JobTemplate", name="tasks", field=fields.JSONField(null=True)),
        *(
            ops.AddField(model_name=model, name="changed_by", field=KeyField(null=True, generated=False, unique=False))
            for model in ("JobTemplate", "EmailTemplate", "ItemTemplate")
        ),
        *(
            operation
            for model in ("Job", "Task", "Email")
            for operation in (
                ops.AddField(
                    model_name=model, name="template_id", field=KeyField(null=True, generated=False, unique=False)
                ),
                ops.AddField(model_name=model, name="template_version", field=fields.IntField(null=True)),
            )
        ),
        ops.RunSQL(TASK_TEMPLATES),
        ops.RunSQL(VERSIONS),
        ops.RunSQL(KEPT),
        ops.RunSQL(BY_TEMPLATE),
    ]
