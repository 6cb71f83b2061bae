"""Resumable uploads, and the files that came of them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Upload(models.Model):
    """A file on its way in, a piece at a time."""

    class State(models.TextChoices):
        """Where the upload is."""

        OPEN = "open", _("uploading")
        COMPLETE = "complete", _("complete")
        USED = "used", _("used")
        ABANDONED = "abandoned", _("abandoned")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Who uploads"
    )
    purpose = models.CharField(max_length=20, db_comment="video, document, audio or answer: decides what is accepted")
    file_name = models.CharField(max_length=255, db_comment="Name on the uploader's device")
    size_bytes = models.BigIntegerField(db_comment="Whole size, as announced")
    received_bytes = models.BigIntegerField(default=0, db_comment="How much has arrived, without gaps")
    pieces = models.JSONField(default=list, db_comment="Names of the pieces in the storage, in order")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, db_comment="Where the upload is")
    created_at = models.DateTimeField(db_comment="When it began")
    active_at = models.DateTimeField(db_comment="When the last piece arrived")

    class Meta:
        db_table_comment = "Resumable uploads"
        ordering = ["-id"]


class Asset(models.Model):
    """A document, picture or sound file that lessons and questions show; films are in Video."""

    class Kind(models.TextChoices):
        """What it is."""

        DOCUMENT = "document", _("document")
        AUDIO = "audio", _("audio")
        ANSWER = "answer", _("answer file")
        PICTURE = "picture", _("picture")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    kind = models.CharField(max_length=10, choices=Kind, db_comment="Document, audio, answer or picture")
    title = models.CharField(_("title"), max_length=200, db_comment="What people read")
    file_name = models.CharField(max_length=255, db_comment="Name when it is saved by a reader")
    storage_name = models.CharField(max_length=400, db_comment="Where it lies in the storage")
    content_type = models.CharField(max_length=100, db_comment="Media type, from its first bytes")
    size_bytes = models.BigIntegerField(db_comment="Size")
    duration_seconds = models.FloatField(null=True, db_comment="Length of a sound; null otherwise")
    width = models.PositiveIntegerField(null=True, db_comment="Width of a picture in pixels; null where unknown")
    height = models.PositiveIntegerField(null=True, db_comment="Height of a picture in pixels; null where unknown")
    sha256 = models.CharField(
        max_length=64,
        default="",
        db_comment="SHA-256 of the bytes of an illustration, so that its owner stores it once; empty for other files",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who brought it"
    )
    created_at = models.DateTimeField(db_comment="When it came")

    class Meta:
        db_table_comment = "Documents, pictures and sounds"
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "sha256"], name="asset_owner_digest_idx")]

    def __str__(self) -> str:
        return self.title
