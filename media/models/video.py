"""Films and their captions."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Video(models.Model):
    """A film: its source, and the ladder that was made of it."""

    class State(models.TextChoices):
        """Where the film is on its way to the player."""

        WAITING = "waiting", _("waiting for transcoding")
        WORKING = "working", _("being transcoded")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be transcoded")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    title = models.CharField(_("title"), max_length=200, db_comment="Title")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who brought it"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING, db_comment="Where it is on its way")
    error = models.CharField(max_length=300, default="", db_comment="Why it failed, for a person")
    upload = models.ForeignKey(
        "media.Upload", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The source; null for slides"
    )
    slides = models.JSONField(
        default=list, db_comment="Slides [title, lines, narration, seconds] it is made of; empty for an uploaded film"
    )
    language = models.CharField(max_length=10, default="zh-hans", db_comment="Language spoken or written in it")
    duration_seconds = models.FloatField(null=True, db_comment="Length; null until probed")
    width = models.PositiveIntegerField(null=True, db_comment="Width of the source in pixels")
    height = models.PositiveIntegerField(null=True, db_comment="Height of the source in pixels")
    renditions = models.JSONField(default=list, db_comment="Rungs made: name, width, height, bandwidth")
    stream_name = models.CharField(
        max_length=200, default="", db_comment="Folder of the published ladder in the storage; empty until ready"
    )
    stream_key = models.BinaryField(null=True, db_comment="AES-128 key of the published ladder")
    poster_name = models.CharField(max_length=200, default="", db_comment="Poster picture in the storage")
    job_id = models.BigIntegerField(null=True, db_comment="Job that transcodes it")
    created_at = models.DateTimeField(db_comment="When it came")
    ready_at = models.DateTimeField(null=True, db_comment="When its ladder was published")

    class Meta:
        db_table_comment = "Films"
        ordering = ["-id"]
        verbose_name = _("video")
        verbose_name_plural = _("videos")

    def __str__(self) -> str:
        return self.title


class CaptionTrack(models.Model):
    """The captions of a film in one language."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="captions", db_comment="The film")
    language = models.CharField(max_length=10, db_comment="Language of the captions")
    vtt = models.TextField(db_comment="WebVTT text")

    class Meta:
        db_table_comment = "Captions of films"
        constraints = [models.UniqueConstraint(fields=["video", "language"], name="captions_once_a_language")]
