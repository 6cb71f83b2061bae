"""Two-person review of questions, and what editors say to each other about a question."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class QuestionReview(models.Model):
    """A draft was handed to a second person; she approves exactly what it said then, or asks for changes."""

    class State(models.TextChoices):
        """What became of it."""

        REQUESTED = "requested", _("to review")
        APPROVED = "approved", _("approved")
        CHANGES = "changes", _("changes asked for")
        WITHDRAWN = "withdrawn", _("withdrawn")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    question = models.ForeignKey(
        "exams.Question", on_delete=models.CASCADE, related_name="reviews", db_comment="The question"
    )
    fingerprint = models.CharField(
        max_length=64, db_comment="SHA-256 of what was submitted: content, key, explanation, source and marks"
    )
    state = models.CharField(
        max_length=10, choices=State, default=State.REQUESTED, db_comment="requested, approved, changes or withdrawn"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who asks for it"
    )
    submitted_at = models.DateTimeField(db_comment="When it was handed in")
    note = models.TextField(blank=True, default="", db_comment="The author's words to the reviewer")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who decided"
    )
    decided_at = models.DateTimeField(null=True, db_comment="When it was decided")
    comment = models.TextField(blank=True, default="", db_comment="The reviewer's words")

    class Meta:
        db_table_comment = "Reviews of questions by a second person"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["question"], condition=models.Q(state="requested"), name="one_open_review")
        ]
        indexes = [models.Index(fields=["state", "id"], condition=models.Q(state="requested"), name="review_queue_idx")]


class QuestionComment(models.Model):
    """A remark on a field of a question, or an answer to one; a thread is resolved as a whole."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    question = models.ForeignKey(
        "exams.Question", on_delete=models.CASCADE, related_name="comments", db_comment="The question"
    )
    field = models.CharField(max_length=30, blank=True, default="", db_comment="Part it is about; empty for the whole")
    thread = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.CASCADE,
        related_name="replies",
        db_comment="The remark it answers; null for a remark",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who wrote it"
    )
    text = models.TextField(db_comment="The words")
    created_at = models.DateTimeField(db_comment="When it was written")
    resolved_at = models.DateTimeField(null=True, db_comment="When the thread was resolved; null while it is open")
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who resolved it"
    )

    class Meta:
        db_table_comment = "Remarks of editors on questions"
        ordering = ["id"]
