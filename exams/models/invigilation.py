"""What invigilators do in an exam that runs: acts, messages, who they are, and devices bound to attempts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class InvigilatorAct(models.Model):
    """One act on one, some or all attempts of an exam. Its public id comes from the form, so a double click is one."""

    class Kind(models.TextChoices):
        """What was done."""

        MESSAGE = "message", _("message sent")
        EXTEND = "extend", _("time added")
        PAUSE = "pause", _("paused")
        RESUME = "resume", _("resumed")
        END = "end", _("ended")
        REOPEN = "reopen", _("opened again")

    public_id = models.UUIDField(
        unique=True, default=new_public_id, editable=False, db_comment="Id in addresses, given by the form that asked"
    )
    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="acts", db_comment="The exam")
    kind = models.CharField(max_length=8, choices=Kind, db_comment="What was done")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who did it"
    )
    at = models.DateTimeField(db_comment="When")
    is_for_all = models.BooleanField(default=False, db_comment="Whether it was meant for everybody in the exam")
    added_seconds = models.PositiveIntegerField(default=0, db_comment="Time added to each attempt")
    text = models.CharField(max_length=1000, default="", db_comment="The message, or the reason")
    reached = models.PositiveIntegerField(default=0, db_comment="How many attempts it reached")
    undone_at = models.DateTimeField(null=True, db_comment="When it was taken back")

    class Meta:
        db_table_comment = "Acts of invigilators in exams under way"
        indexes = [models.Index(fields=["exam", "-id"], name="act_exam_idx")]


class ActOnAttempt(models.Model):
    """One attempt that an act reached."""

    act = models.ForeignKey(InvigilatorAct, on_delete=models.CASCADE, related_name="targets", db_comment="The act")
    attempt = models.ForeignKey(
        "exams.Attempt", on_delete=models.CASCADE, related_name="acts", db_comment="The attempt"
    )
    deadline_at = models.DateTimeField(db_comment="The deadline before the act")

    class Meta:
        db_table_comment = "Attempts that acts of invigilators reached"
        constraints = [models.UniqueConstraint(fields=["act", "attempt"], name="act_once_an_attempt")]


class ExamMessage(models.Model):
    """A message of the invigilator to one attempt, or to everybody who sits the exam."""

    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="messages", db_comment="The exam")
    attempt = models.ForeignKey(
        "exams.Attempt",
        null=True,
        on_delete=models.CASCADE,
        related_name="messages",
        db_comment="Who gets it; null: everybody in the exam, those who begin later too",
    )
    act = models.ForeignKey(InvigilatorAct, on_delete=models.CASCADE, related_name="messages", db_comment="The act")
    text = models.CharField(max_length=1000, db_comment="What it says")
    sent_at = models.DateTimeField(db_comment="When it was sent")

    class Meta:
        db_table_comment = "Messages of invigilators to candidates"
        ordering = ["id"]
        indexes = [models.Index(fields=["exam", "attempt"], name="message_exam_idx")]


class AttemptDevice(models.Model):
    """The device on which an attempt may be opened, where the exam allows one only, and another that asked to."""

    attempt = models.OneToOneField(
        "exams.Attempt",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="device",
        db_comment="The attempt",
    )
    device = models.CharField(max_length=64, default="", db_comment="Random id in a cookie; empty once it is released")
    label = models.CharField(max_length=80, default="", db_comment="Browser and system in words")
    bound_at = models.DateTimeField(null=True, db_comment="Since when it is the one; null once it is released")
    wanted = models.CharField(max_length=64, default="", db_comment="Another device that was refused; empty when none")
    wanted_label = models.CharField(max_length=80, default="", db_comment="Its browser and system in words")
    wanted_at = models.DateTimeField(null=True, db_comment="When it was refused last")

    class Meta:
        db_table_comment = "Devices that attempts of one-device exams are bound to"


class ExamInvigilator(models.Model):
    """A person who may watch one exam and act in it, and nothing else."""

    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="invigilators", db_comment="The exam")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="The invigilator"
    )
    added_by_id = models.BigIntegerField(null=True, db_comment="Who named her")
    added_at = models.DateTimeField(db_comment="When she was named")

    class Meta:
        db_table_comment = "Invigilators of single exams"
        constraints = [models.UniqueConstraint(fields=["exam", "user"], name="invigilator_once")]
