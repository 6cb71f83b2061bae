"""Attempts: one row on the hot path; results a slot, late batches, and the history of marks."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id
from exams.models.json_text import CompactJSON, JSONTextField


class Attempt(models.Model):
    """One learner's sitting of an exam. The drawn paper and all responses live in this row."""

    class State(models.TextChoices):
        """Where the attempt is on its way."""

        OPEN = "open", _("in progress")
        PAUSED = "paused", _("paused")
        SUBMITTED = "submitted", _("submitted")
        NEEDS_MARKING = "needs_marking", _("awaiting marking")
        GRADED = "graded", _("marked")
        VOIDED = "voided", _("voided")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    # Without an index of their own: attempt_number_unique begins with the exam, attempt_user_idx with the learner.
    exam = models.ForeignKey(
        "exams.Exam", on_delete=models.CASCADE, related_name="attempts", db_index=False, db_comment="The exam"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="attempts",
        db_index=False,
        db_comment="The learner",
    )
    number = models.PositiveIntegerField(db_comment="1, 2, 3 … of the learner in the exam")
    state = models.CharField(max_length=14, choices=State, default=State.OPEN, db_comment="Where it is on its way")
    seed = models.BigIntegerField(db_comment="From which the paper and the orders were drawn")
    paper = models.JSONField(
        encoder=CompactJSON,
        db_comment="Frozen: sections [title, instructions, slots [slot, version_id, marks, option order]]",
    )
    responses = models.JSONField(default=dict, db_comment="slot -> canonical JSON string; a blank is the empty string")
    flags = models.JSONField(default=list, db_comment="Slots the learner flagged")
    position = models.PositiveIntegerField(
        default=0, db_comment="The one slot that is open in a forward-only attempt; 0 where all are"
    )
    epoch = models.PositiveIntegerField(default=1, db_comment="Which opening of the room may write")
    seq = models.PositiveIntegerField(default=0, db_comment="Last batch stored in this epoch")
    started_at = models.DateTimeField(db_comment="When the learner began")
    deadline_at = models.DateTimeField(db_comment="When time is up, extensions included")
    saved_at = models.DateTimeField(null=True, db_comment="When the last batch was stored")
    save_count = models.PositiveIntegerField(default=0, db_comment="How many batches were stored")
    gaps = models.JSONField(
        default=list, db_comment="Longer times without a save: [from, to], the first 40; written by the save itself"
    )
    question_seconds = models.TextField(
        default="",
        db_default="",
        blank=True,
        db_comment="Seconds that each question was in view, from slot 1, with commas: the room's own word",
    )
    openings = models.JSONField(
        default=list, db_comment="When the room was opened again, the first 40; the first opening is started_at"
    )
    paused_at = models.DateTimeField(null=True, db_comment="Since when its clock stands still; null while it runs")
    submitted_at = models.DateTimeField(null=True, db_comment="When it was handed in")
    submitted_by = models.CharField(max_length=10, default="", db_comment="learner, time or staff")
    graded_at = models.DateTimeField(null=True, db_comment="When its score was last computed")
    grading_tries = models.PositiveSmallIntegerField(default=0, db_comment="How often grading failed")
    score = models.DecimalField(max_digits=9, decimal_places=2, null=True, db_comment="Marks earned; null until marked")
    maximum = models.DecimalField(max_digits=9, decimal_places=2, null=True, db_comment="Marks possible")
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, db_comment="Score in per cent")
    passed = models.BooleanField(null=True, db_comment="Whether the pass mark was met; null until marked")
    released_at = models.DateTimeField(null=True, db_comment="When the learner could see the result")
    reopened_at = models.DateTimeField(
        null=True, db_comment="When it was last opened again after its end; null where it never was"
    )

    class Meta:
        db_table_comment = "Attempts: drawn paper, responses, state and score of one sitting"
        constraints = [
            models.UniqueConstraint(fields=["exam", "user", "number"], name="attempt_number_unique"),
            models.UniqueConstraint(
                fields=["exam", "user"],
                condition=models.Q(state__in=["open", "paused"]),
                name="one_open_attempt",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"],
                condition=models.Q(state__in=["open", "submitted"]),
                name="attempt_unfinished_idx",
            ),
            models.Index(fields=["user", "-id"], name="attempt_user_idx"),
            models.Index(fields=["exam", "state"], name="attempt_exam_idx"),
            models.Index(
                fields=["submitted_at"],
                condition=models.Q(state="graded", released_at__isnull=False),
                name="attempt_released_idx",
            ),
        ]


class ItemResult(models.Model):
    """What one slot of one attempt earned. Keyed (attempt, slot); nothing points at it."""

    pk = models.CompositePrimaryKey("attempt_id", "slot")
    attempt_id = models.BigIntegerField(db_comment="The attempt (no constraint, so that rows can be partitioned)")
    slot = models.PositiveIntegerField(db_comment="Place in the attempt, from 1")
    exam_id = models.BigIntegerField(db_comment="The exam")
    user_id = models.BigIntegerField(db_comment="The learner")
    question_id = models.BigIntegerField(db_comment="The question")
    version_id = models.BigIntegerField(db_comment="The version that was asked")
    topic_id = models.BigIntegerField(null=True, db_comment="Topic of the question at that time")
    state = models.CharField(max_length=8, db_comment="graded, pending or blank")
    fraction = models.FloatField(null=True, db_comment="Part of the marks earned, before rounding; null while pending")
    mark = models.DecimalField(max_digits=7, decimal_places=2, null=True, db_comment="Marks earned; null while pending")
    maximum = models.DecimalField(max_digits=7, decimal_places=2, db_comment="Marks possible")
    parts = JSONTextField(
        default=list,
        db_comment="Parts of the mark as JSON: [id, earned, given, weight, parts, correct], what is usual left "
        "out at the end",
    )
    comment = models.TextField(default="", db_comment="A marker's words to the learner")
    grader = models.CharField(max_length=20, default="", db_comment="Version of the grader, or manual")
    marker_id = models.BigIntegerField(null=True, db_comment="Who marked by hand; null for the engine")
    lease_until_at = models.DateTimeField(null=True, db_comment="A marker holds it until then")
    graded_at = models.DateTimeField(null=True, db_comment="When it was marked")

    class Meta:
        db_table_comment = "Results of single questions of attempts"
        indexes = [
            models.Index(fields=["exam_id"], name="result_of_exam_idx"),
            models.Index(
                fields=["exam_id", "question_id"], condition=models.Q(state="pending"), name="result_waiting_idx"
            ),
            models.Index(fields=["question_id"], name="result_question_idx"),
        ]

    @property
    def key_text(self) -> str:
        """Attempt and slot as pages name a result: 12-3."""
        return f"{self.attempt_id}-{self.slot}"


class LateBatch(models.Model):
    """Responses that came after the deadline and the grace, or to a question that was closed: kept, for a person to
    accept or refuse.
    """

    class Reason(models.TextChoices):
        """Why they were not stored."""

        LATE = "late", _("after the deadline")
        CLOSED = "closed", _("to a closed question")
        ENDED = "ended", _("after the invigilator ended it")

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="late_batches", db_comment="The attempt"
    )
    epoch = models.PositiveIntegerField(db_comment="Opening of the room that sent it")
    seq = models.PositiveIntegerField(db_comment="Number of the batch")
    responses = models.JSONField(db_comment="slot -> canonical JSON string")
    reason = models.CharField(
        max_length=8,
        choices=Reason,
        default=Reason.LATE,
        db_comment="late (after the deadline), closed (question), ended (by staff)",
    )
    received_at = models.DateTimeField(db_comment="When it arrived")
    decision = models.CharField(max_length=8, default="", db_comment="accepted or refused; empty until decided")
    decided_by_id = models.BigIntegerField(null=True, db_comment="Who decided")
    decided_at = models.DateTimeField(null=True, db_comment="When it was decided")

    class Meta:
        db_table_comment = "Responses that came too late, in quarantine"
        constraints = [models.UniqueConstraint(fields=["attempt", "epoch", "seq"], name="late_batch_once")]


class MarkChangeIsFinal(Exception):
    """An entry of the history of marks was to be changed or deleted."""


class MarkHistory(models.QuerySet["MarkChange"]):
    """Entries that can be added and read."""

    def update(self, **kwargs: Any) -> int:
        """Refuse: MarkChangeIsFinal."""
        raise MarkChangeIsFinal

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: MarkChangeIsFinal."""
        raise MarkChangeIsFinal


class MarkChange(models.Model):
    """One entry of the history of a mark; rows are only added."""

    attempt_id = models.BigIntegerField(db_index=True, db_comment="The attempt")
    slot = models.PositiveIntegerField(db_comment="Place in the attempt")
    marker_id = models.BigIntegerField(null=True, db_comment="Who gave it; null for the engine")
    version_id = models.BigIntegerField(db_comment="Version of question and key it was marked by")
    grader = models.CharField(max_length=20, db_comment="Version of the grader, or manual")
    old_mark = models.DecimalField(max_digits=7, decimal_places=2, null=True, db_comment="Mark before; null for none")
    new_mark = models.DecimalField(max_digits=7, decimal_places=2, null=True, db_comment="Mark after; null for pending")
    reason = models.CharField(max_length=300, default="", db_comment="Why")
    at = models.DateTimeField(db_comment="When")
    before = models.JSONField(
        null=True, db_comment="The result before, where a person changed it: state, fraction, parts, comment, grader"
    )

    objects = MarkHistory.as_manager()

    class Meta:
        db_table_comment = "History of marks; rows are only added"
        indexes = [models.Index(fields=["marker_id", "-id"], name="mark_change_marker_idx")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the entry; MarkChangeIsFinal when it exists already."""
        if self.pk is not None:
            raise MarkChangeIsFinal
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: MarkChangeIsFinal."""
        raise MarkChangeIsFinal
