"""What was noticed during attempts: single signals, append-only and capped, and their sums."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttemptSignal(models.Model):
    """One thing that was noticed during an attempt; rows are only added, and removed when their time is over."""

    class Kind(models.TextChoices):
        """What was noticed."""

        LEFT_PAGE = "left_page", _("left the page")
        PASTED = "pasted", _("tried to paste")
        COPIED = "copied", _("tried to copy")
        LEFT_FULL_SCREEN = "left_full_screen", _("left full screen")
        OFFLINE = "offline", _("was without a connection")
        SECOND_PAGE = "second_page", _("opened the exam in a second page")
        SECOND_DEVICE = "second_device", _("opened the exam on a second device")
        DEVICE_REFUSED = "device_refused", _("was refused on another device")
        OTHER_ADDRESS = "other_address", _("went on from an address outside the allowed ones")

    attempt = models.ForeignKey(
        "exams.Attempt", on_delete=models.CASCADE, related_name="signals", db_comment="The attempt"
    )
    epoch = models.PositiveIntegerField(db_comment="Opening of the room that reported it; 0 for the server itself")
    kind = models.CharField(max_length=16, choices=Kind, db_comment="What was noticed")
    happened_at = models.DateTimeField(db_comment="When, by the clock of the server")
    client_at = models.DateTimeField(null=True, db_comment="When, by the clock of the device; null for the server")
    received_at = models.DateTimeField(db_comment="When the server heard of it")
    duration_seconds = models.PositiveIntegerField(default=0, db_comment="How long it lasted")
    length = models.PositiveIntegerField(default=0, db_comment="Characters that it was about; never the text itself")
    slot = models.PositiveIntegerField(default=0, db_comment="Question at hand; 0 when none is known")

    class Meta:
        db_table_comment = "Single signals of attempts, the first 200 of each"
        indexes = [models.Index(fields=["attempt", "happened_at"], name="signal_attempt_idx")]


class SignalTally(models.Model):
    """The sums of an attempt's signals, and which of them were heard; written by compare-and-set on `version`."""

    attempt = models.OneToOneField(
        "exams.Attempt",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="signal_tally",
        db_comment="The attempt",
    )
    version = models.PositiveIntegerField(default=0, db_comment="Counts the changes of this row")
    heard = models.JSONField(default=dict, db_comment="Opening of the room -> number of its last signal heard")
    counts = models.JSONField(default=dict, db_comment="Kind -> count, seconds, length")
    kept = models.PositiveIntegerField(default=0, db_comment="How many single signals are kept")
    last_at = models.DateTimeField(null=True, db_comment="When the last signal happened")

    class Meta:
        db_table_comment = "Sums of the signals of attempts"
