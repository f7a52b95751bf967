"""The client portal: contacts who log in, their links, and what clients read of a job's client-facing status."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from store.models.base import KeyField
from tortoise import fields

STATEMENTS = [
    "ALTER TABLE portal_links ALTER created_at SET DEFAULT clock_timestamp()",
    "ALTER TABLE portal_links ADD CONSTRAINT portal_links_contact_id_fkey"
    " FOREIGN KEY (firm_id, contact_id) REFERENCES contacts (firm_id, id) ON DELETE CASCADE",
    "ALTER TABLE sessions ADD CONSTRAINT sessions_contact_id_fkey"
    " FOREIGN KEY (firm_id, contact_id) REFERENCES contacts (firm_id, id) ON DELETE CASCADE",
    "ALTER TABLE sessions ADD CONSTRAINT sessions_party CHECK (num_nonnulls(member_id, contact_id) = 1)",
    "ALTER TABLE sessions ADD CONSTRAINT sessions_clients CHECK (contact_id IS NULL OR (kind = 'LOGIN' AND scopes = '{}'))",
    "ALTER TABLE contacts ADD CONSTRAINT contacts_portal CHECK (user_id IS NOT NULL OR num_nonnulls(joined_at, password_hash) = 0)",
    "CREATE UNIQUE INDEX portal_links_token ON portal_links (token_hash)",
    "CREATE INDEX portal_links_contact ON portal_links (firm_id, contact_id)",
    "CREATE INDEX portal_links_expiry ON portal_links (expires_at)",
    "CREATE INDEX sessions_contact ON sessions (firm_id, contact_id) WHERE contact_id IS NOT NULL",
    "CREATE UNIQUE INDEX contacts_user ON contacts (firm_id, user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX contacts_login ON contacts (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX jobs_client ON jobs (firm_id, account_id) WHERE client_status_id IS NOT NULL",
    # What clients saw until now was nothing; a text that was never filled in shows no shortcodes.
    "UPDATE jobs j SET client_status_text = c.description FROM client_statuses c"
    " WHERE c.firm_id = j.firm_id AND c.id = j.client_status_id AND c.description NOT LIKE '%[%'",
]


class Migration(migrations.Migration):
    """Adds what the portal needs. A session is a member's or a client's, never both (AC5)."""

    dependencies = [("store", "0006_paused_moves")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PortalLink",
            fields=[
                ("id", KeyField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ("firm_id", KeyField(generated=False, null=False, unique=False)),
                ("contact_id", KeyField(generated=False, null=False, unique=False)),
                ("token_hash", fields.BinaryField()),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "portal_links",
                "app": "store",
                "pk_attr": "id",
                "table_description": "A contact's way into the portal, once: a token that goes to them by e-mail, stored as its SHA-256.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Contact",
            name="joined_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Email",
            name="opens_portal",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Firm",
            name="portal_url",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Job",
            name="client_status_text",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AlterField(
            model_name="Session",
            name="member_id",
            field=KeyField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name="Session",
            name="contact_id",
            field=KeyField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name="Contact",
            name="password_hash",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.RunSQL(STATEMENTS),
    ]
