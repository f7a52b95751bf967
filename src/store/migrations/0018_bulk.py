"""Bulk operations, and the result of each of their targets; the periods of jobs."""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

from store.models.base import KeyField

key = import_module("store.migrations.0002_integrity").key

STATEMENTS = [
    """
    CREATE TABLE bulk_operations (
        id text COLLATE "C" PRIMARY KEY,
        firm_id text COLLATE "C" NOT NULL REFERENCES firms (id),
        version int NOT NULL DEFAULT 1,
        verb text NOT NULL,
        given jsonb NOT NULL,
        cause jsonb NOT NULL,
        scopes text[] NOT NULL,
        member_id text COLLATE "C" NOT NULL,
        state text NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'COMPLETED', 'CANCELLED')),
        total int NOT NULL,
        done int NOT NULL DEFAULT 0,
        failed int NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        UNIQUE (firm_id, id),
        CHECK (done + failed <= total),
        CHECK (state <> 'COMPLETED' OR done + failed = total),
        CHECK ((state = 'RUNNING') = (finished_at IS NULL))
    )
    """,
    key("bulk_operations", "firm_id, member_id", "members"),
    "CREATE INDEX bulk_operations_member ON bulk_operations (firm_id, member_id)",
    "CREATE INDEX bulk_operations_created ON bulk_operations (firm_id, created_at, id)",
    # What is named need not exist: then the result says so. The job is there once there is a job to show.
    """
    CREATE TABLE bulk_results (
        firm_id text COLLATE "C" NOT NULL,
        operation_id text COLLATE "C" NOT NULL,
        position int NOT NULL,
        subject_id text COLLATE "C" NOT NULL,
        expect jsonb,
        state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'DONE', 'FAILED', 'CANCELLED')),
        job_id text COLLATE "C",
        problems jsonb NOT NULL DEFAULT '[]',
        warnings jsonb NOT NULL DEFAULT '[]',
        PRIMARY KEY (firm_id, operation_id, position),
        UNIQUE (firm_id, operation_id, subject_id),
        CHECK ((state = 'DONE') = (job_id IS NOT NULL)),
        CHECK ((state = 'FAILED') = (problems <> '[]'))
    )
    """,
    key("bulk_results", "firm_id, operation_id", "bulk_operations", action="ON DELETE CASCADE"),
    "CREATE INDEX bulk_results_waiting ON bulk_results (firm_id, operation_id, position) WHERE state = 'WAITING'",
    "CREATE INDEX jobs_period ON jobs (firm_id, account_id, pipeline_id, period) WHERE period IS NOT NULL",
]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [("store", "0017_signing")]  # Tortoise's own shape

    initial = False

    operations = [
        ops.AddField(
            model_name="Job",
            name="period",
            field=KeyField(null=True, generated=False, unique=False, primary_key=False),
        ),
        ops.RunSQL(STATEMENTS),
    ]
