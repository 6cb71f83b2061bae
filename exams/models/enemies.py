"""Questions that may not stand in the same paper."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class QuestionEnemies(models.Model):
    """Two questions of which one gives the other away, or asks the same: no paper holds both."""

    first = models.ForeignKey(
        "exams.Question",
        on_delete=models.CASCADE,
        related_name="enemies_after",
        db_comment="The question with the lower id",
    )
    second = models.ForeignKey(
        "exams.Question",
        on_delete=models.CASCADE,
        related_name="enemies_before",
        db_comment="The question with the higher id",
    )
    reason = models.CharField(max_length=200, blank=True, default="", db_comment="Why they are kept apart")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who said so"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was said")

    class Meta:
        db_table_comment = "Pairs of questions that may not stand in the same paper"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="enemies_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="enemies_in_order"),
        ]
