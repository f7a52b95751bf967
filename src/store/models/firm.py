"""Firms, users, members and their sessions."""

from datetime import time

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from store.models.base import FirmThing, KeyField, TimeOfDayField


class Firm(Model):
    """The tenant."""

    id = KeyField(primary_key=True)
    name = fields.TextField()
    time_zone = fields.TextField()
    clock_date = fields.DateField()  # the local date that the log has announced (LV7)
    currency = fields.TextField()
    working_days = fields.TextField(default="12345", db_default="12345")  # as ISO numbers them: Monday is 1
    holiday_region = fields.TextField(null=True)  # whose public holidays are the firm's, e.g. DE-BY
    holds_client_mail = fields.BooleanField(default=True, db_default=True)
    sender_name = fields.TextField(null=True)
    sender_address = fields.TextField(null=True)
    reply_to = fields.TextField(null=True)
    quiet_from = TimeOfDayField(default=time(20), db_default=time(20))  # its clients are not reminded from then on
    quiet_until = TimeOfDayField(default=time(8), db_default=time(8))  # the same time: no quiet hours
    portal_url = fields.TextField(null=True)  # where its clients come in
    webhook_secret = fields.TextField(null=True)
    earlier_webhook_secret = fields.TextField(null=True)  # signs as well, for a while after a new one was made
    earlier_webhook_secret_until = fields.DatetimeField(null=True)
    file_secret = fields.TextField(null=True)  # signs the addresses of its documents
    version = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        """Table."""

        table = "firms"


class User(Model):
    """A person's login. The e-mail is stored in lower case."""

    id = KeyField(primary_key=True)
    email = fields.TextField()
    name = fields.TextField()
    password_hash = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Table."""

        table = "users"


class Member(FirmThing):
    """A user in a firm."""

    user_id = KeyField()
    name = fields.TextField()
    role = fields.TextField()
    rights = ArrayField("text")
    email_kinds = ArrayField("text", db_default=[])  # the kinds of notifications of which they want e-mails, too
    deactivated_at = fields.DatetimeField(null=True)
    joined_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "members"
        unique_together = (("firm_id", "id"), ("firm_id", "user_id"))


class Invitation(Model):
    """A member's way in: a token, stored as its SHA-256, that sets the password."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    member_id = KeyField()
    token_hash = fields.BinaryField()
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Table."""

        table = "invitations"


class PortalLink(Model):
    """A contact's way into the portal, once: a token that goes to them by e-mail, stored as its SHA-256."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    contact_id = KeyField()
    token_hash = fields.BinaryField()
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Table."""

        table = "portal_links"


class Session(Model):
    """A login or an API token: an opaque token, stored as its SHA-256."""

    id = KeyField(primary_key=True)
    firm_id = KeyField()
    member_id = KeyField(null=True)
    contact_id = KeyField(null=True)  # either a member's or a contact's
    kind = fields.TextField()
    name = fields.TextField(null=True)
    scopes = ArrayField("text")
    token_hash = fields.BinaryField()
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        """Table."""

        table = "sessions"
