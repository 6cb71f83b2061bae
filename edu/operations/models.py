"""Batches of access given by hand: a spreadsheet that was read, what it would do, and whether it was done."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class GrantBatch(models.Model):
    """One spreadsheet of people for one product. It is read first, looked at, then applied once."""

    class State(models.TextChoices):
        """Where the batch is on its way."""

        STAGED = "staged", _("to be confirmed")
        APPLYING = "applying", _("being opened")
        APPLIED = "applied", _("opened")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Operator"
    )
    product_key = models.CharField(max_length=80, db_comment="kind:uuid of what is opened")
    product_title = models.CharField(max_length=300, db_comment="Its name when the file was read")
    until_at = models.DateTimeField(null=True, db_comment="When the access ends; null for never")
    reason = models.CharField(max_length=200, db_comment="Why, for the audit log")
    good_rows = models.JSONField(default=list, db_comment="Rows understood: {row, user_id, name}")
    bad_rows = models.JSONField(default=list, db_comment="Rows not understood: {row, cells, why}")
    state = models.CharField(max_length=10, choices=State, default=State.STAGED, db_comment="Where it is on its way")
    job_id = models.BigIntegerField(null=True, db_comment="Job that opens the access")
    created_at = models.DateTimeField(db_comment="When the file was read")
    applied_at = models.DateTimeField(null=True, db_comment="When the last row was opened")

    class Meta:
        db_table_comment = "Spreadsheets by which operators gave access"
        ordering = ["-id"]
