"""What surrounds marking by hand: saved comments, flags, results held back, mark sheets, exports of results."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class SavedComment(models.Model):
    """Words to learners that the markers of a question use again."""

    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="+", db_comment="The exam")
    question = models.ForeignKey("exams.Question", on_delete=models.CASCADE, related_name="+", db_comment="Question")
    text = models.CharField(max_length=1000, db_comment="The words")
    uses = models.PositiveIntegerField(default=0, db_comment="How often a mark was saved with them")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who saved them"
    )
    created_at = models.DateTimeField(db_comment="When they were saved")

    class Meta:
        db_table_comment = "Saved comments of markers, by exam and question"
        constraints = [models.UniqueConstraint(fields=["exam", "question", "text"], name="saved_comment_once")]


class ScriptFlag(models.Model):
    """A marker's note at one answer: a second opinion is wanted, or she comes back to it later."""

    class Kind(models.TextChoices):
        """What is wanted."""

        SECOND_OPINION = "opinion", _("second opinion")
        LATER = "later", _("come back later")

    attempt_id = models.BigIntegerField(db_comment="The attempt")
    slot = models.PositiveIntegerField(db_comment="Place in the attempt")
    exam_id = models.BigIntegerField(db_comment="The exam")
    question_id = models.BigIntegerField(db_comment="The question")
    marker_id = models.BigIntegerField(db_comment="Who set it")
    kind = models.CharField(max_length=8, choices=Kind, db_comment="opinion (for all markers) or later (for her)")
    note = models.CharField(max_length=500, default="", db_comment="What the others should look at")
    at = models.DateTimeField(db_comment="When it was set")

    class Meta:
        db_table_comment = "Flags of markers at single answers"
        constraints = [
            models.UniqueConstraint(fields=["attempt_id", "slot", "marker_id", "kind"], name="script_flag_once")
        ]
        indexes = [models.Index(fields=["exam_id", "question_id", "kind"], name="script_flag_idx")]


class ResultHold(models.Model):
    """The result of one attempt is held back, whatever the exam's policy, until somebody lets it go."""

    attempt = models.OneToOneField(
        "exams.Attempt", on_delete=models.CASCADE, related_name="hold", db_comment="The attempt"
    )
    reason = models.CharField(max_length=300, db_comment="Why; for staff")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who holds it"
    )
    at = models.DateTimeField(db_comment="Since when")

    class Meta:
        db_table_comment = "Results held back from release, with the reason"


class MarkSheet(models.Model):
    """An uploaded spreadsheet of marks: read, looked at, applied as one unit, undone as a whole."""

    class State(models.TextChoices):
        """Where it is on its way."""

        READ = "read", _("to be confirmed")
        APPLIED = "applied", _("applied")
        UNDONE = "undone", _("undone")
        DISCARDED = "discarded", _("discarded")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="+", db_comment="The exam")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who uploaded it"
    )
    file_name = models.CharField(max_length=200, db_comment="Its name on the marker's device")
    state = models.CharField(max_length=10, choices=State, default=State.READ, db_comment="Where it is on its way")
    rows = models.JSONField(
        default=list,
        db_comment="Rows that change something: line, attempt, slot, marks, comment, stamp, problem, history",
    )
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The job of a large sheet"
    )
    unchanged = models.PositiveIntegerField(default=0, db_comment="Rows that change nothing")
    created_at = models.DateTimeField(db_comment="When it was uploaded")
    applied_at = models.DateTimeField(null=True, db_comment="When it was applied")
    undone_at = models.DateTimeField(null=True, db_comment="When it was undone")

    class Meta:
        db_table_comment = "Spreadsheets of marks: read, applied and undone as one"
        ordering = ["-id"]


class ResultExport(models.Model):
    """A file of results that somebody asked for, written by a job."""

    class State(models.TextChoices):
        """Where it is on its way."""

        WRITING = "writing", _("being written")
        READY = "ready", _("ready")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="+", db_comment="The exam")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_comment="Who asked for it"
    )
    options = models.JSONField(default=dict, db_comment="format, language, questions, timeline, attempts")
    state = models.CharField(max_length=8, choices=State, default=State.WRITING, db_comment="writing or ready")
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The job that writes it"
    )
    storage_name = models.CharField(max_length=200, default="", db_comment="The file; empty until written or removed")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was asked for")
    finished_at = models.DateTimeField(null=True, db_comment="When it was written")

    class Meta:
        db_table_comment = "Exports of exam results"
        ordering = ["-id"]
