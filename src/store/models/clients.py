"""The firm's clients: accounts, their tags, contacts and account roles."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from store.models.base import FirmThing, KeyField


class Account(FirmThing):
    """A client of the firm."""

    name = fields.TextField()

    class Meta:
        """Table."""

        table = "accounts"
        unique_together = (("firm_id", "id"),)


class Tag(FirmThing):
    """A firm-wide label on accounts."""

    name = fields.TextField()
    color = fields.TextField(null=True)

    class Meta:
        """Table."""

        table = "tags"
        unique_together = (("firm_id", "id"),)


class CustomField(FirmThing):
    """A field of the firm's own on its accounts."""

    name = fields.TextField()
    kind = fields.TextField()
    choices = ArrayField("text")

    class Meta:
        """Table."""

        table = "custom_fields"
        unique_together = (("firm_id", "id"),)


class ClientStatus(FirmThing):
    """What clients may see of where a job stands (ST2)."""

    name = fields.TextField()
    color = fields.TextField(null=True)
    description = fields.TextField(null=True)

    class Meta:
        """Table."""

        table = "client_statuses"
        unique_together = (("firm_id", "id"),)


class AccountRole(FirmThing):
    """A role that members hold for accounts, e.g. Preparer."""

    name = fields.TextField()

    class Meta:
        """Table."""

        table = "account_roles"
        unique_together = (("firm_id", "id"),)


class Contact(FirmThing):
    """A person on the client's side."""

    name = fields.TextField()
    email = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    notifications = fields.BooleanField(default=True, db_default=True)  # whether they are written to about items
    time_zone = fields.TextField(null=True)  # the firm's where there is none
    user_id = KeyField(null=True)  # who may log into the portal as this contact
    joined_at = fields.DatetimeField(null=True)  # when that one logged in first
    password_hash = fields.TextField(null=True)  # opens this portal alone

    class Meta:
        """Table."""

        table = "contacts"
        unique_together = (("firm_id", "id"),)
