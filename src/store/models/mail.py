"""What leaves the firm: e-mails with their templates, and calls of webhooks."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from store.models.base import KeyField, Template


class EmailTemplate(Template):
    """An e-mail with shortcodes (AU8): a text, and the same as HTML where one wants it."""

    subject = fields.TextField()
    text = fields.TextField()
    html = fields.TextField(null=True)

    class Meta:
        """Table."""

        table = "email_templates"
        unique_together = (("firm_id", "id"),)


class Email(Model):
    """One e-mail to one address, complete as it goes out, with where it stands."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    account_id = KeyField(null=True)
    contact_id = KeyField(null=True)
    member_id = KeyField(null=True)
    notification_id = KeyField(null=True)  # which may be gone since: it was taken back
    item_id = KeyField(null=True)  # what it brings to a client, or reminds one of
    reminds = fields.BooleanField(default=False, db_default=False)
    job_id = KeyField(null=True)
    run_id = KeyField(null=True)
    state = fields.TextField()
    to_name = fields.TextField()
    to_address = fields.TextField()
    from_name = fields.TextField(null=True)
    from_address = fields.TextField(null=True)
    reply_to = fields.TextField(null=True)
    subject = fields.TextField()
    text = fields.TextField()
    html = fields.TextField(null=True)
    message_id = KeyField()
    opens_portal = fields.BooleanField(default=False, db_default=False)  # a link is put in as it goes out
    template_id = KeyField(null=True)  # by which it was made, in the version that this had then
    template_version = fields.IntField(null=True)
    attempts = fields.IntField(default=0)
    error = fields.TextField(null=True)
    version = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "emails"
        unique_together = (("firm_id", "id"),)


class WebhookCall(Model):
    """One call of a web address, signed, with where it stands and what was answered."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    job_id = KeyField(null=True)
    run_id = KeyField(null=True)
    state = fields.TextField()
    url = fields.TextField()
    body: fields.JSONField[Any] = fields.JSONField()
    attempts = fields.IntField(default=0)
    status_code = fields.IntField(null=True)
    answer = fields.TextField(null=True)
    error = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "webhook_calls"
        unique_together = (("firm_id", "id"),)
