"""Documents: what is known of files, whose bytes lie elsewhere (``store.objects``)."""

from tortoise import fields

from store.models.base import FirmThing, KeyField


class Document(FirmThing):
    """A file of a client's, or of the firm's own. Without ``object_key`` its bytes have not come yet."""

    account_id = KeyField(null=True)
    job_id = KeyField(null=True)
    name = fields.TextField()
    media_type = fields.TextField()
    size = fields.BigIntField()
    sha256 = fields.TextField(null=True)
    state = fields.TextField()
    uploaded_by = KeyField(null=True)  # a member, or
    uploaded_by_contact = KeyField(null=True)
    shared_at = fields.DatetimeField(null=True)
    object_key = KeyField(null=True)

    class Meta:
        """Table."""

        table = "documents"
        unique_together = (("firm_id", "id"),)
