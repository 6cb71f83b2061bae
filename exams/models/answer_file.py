"""Files that learners hand in as answers."""

from django.conf import settings
from django.db import models

from edu.core.ids import new_public_id


class AnswerFile(models.Model):
    """A file that was handed in to one question of an attempt or of a practice session."""

    public_id = models.UUIDField(
        unique=True, default=new_public_id, editable=False, db_comment="Id in responses and addresses"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="The learner"
    )
    attempt = models.ForeignKey(
        "exams.Attempt",
        null=True,
        on_delete=models.CASCADE,
        related_name="answer_files",
        db_comment="The attempt; null in practice",
    )
    session = models.ForeignKey(
        "exams.PracticeSession",
        null=True,
        on_delete=models.CASCADE,
        related_name="answer_files",
        db_comment="The practice session; null in an exam",
    )
    field = models.CharField(max_length=80, db_comment="Question it belongs to, as its form names it: q3, or q3.q1")
    upload_id = models.UUIDField(
        null=True, unique=True, db_comment="The upload it came by, so that it is kept once; null when a form brought it"
    )
    asset_id = models.UUIDField(db_comment="Public id of the file in the media room")
    file_name = models.CharField(max_length=255, db_comment="Name on the learner's device")
    size_bytes = models.BigIntegerField(db_comment="Size")
    created_at = models.DateTimeField(db_comment="When it had arrived completely")

    class Meta:
        db_table_comment = "Files handed in as answers"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attempt__isnull=True, session__isnull=False)
                | models.Q(attempt__isnull=False, session__isnull=True),
                name="answer_file_one_sitting",
            )
        ]
