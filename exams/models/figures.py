"""How questions perform, and what learners report about them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class QuestionStatistics(models.Model):
    """Figures of one version of a question, rolled up from exams and practice."""

    version = models.OneToOneField(
        "exams.QuestionVersion",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="statistics",
        db_comment="The version",
    )
    question = models.ForeignKey(
        "exams.Question", on_delete=models.CASCADE, related_name="statistics", db_comment="Its question"
    )
    exam_count = models.PositiveIntegerField(default=0, db_comment="Marked answers in finished exam attempts")
    practice_count = models.PositiveIntegerField(default=0, db_comment="Marked answers in practice")
    facility = models.FloatField(null=True, db_comment="Mean fraction 0 to 1 in exams; null below 10 answers")
    facility_low = models.FloatField(null=True, db_comment="Lower end of its 95 per cent interval")
    facility_high = models.FloatField(null=True, db_comment="Upper end of its 95 per cent interval")
    practice_facility = models.FloatField(null=True, db_comment="Mean fraction in practice; null below 10 answers")
    discrimination = models.FloatField(
        null=True, db_comment="Correlation with the rest of the attempt in per cent; null below 10 answers"
    )
    discrimination_low = models.FloatField(null=True, db_comment="Lower end of its 95 per cent interval")
    discrimination_high = models.FloatField(null=True, db_comment="Upper end of its 95 per cent interval")
    parts = models.JSONField(
        default=list, db_comment="How often each option or answer was given: id, label, correct, count, upper, lower"
    )
    health = models.CharField(max_length=12, default="", db_comment="wrong_key, too_easy or too_hard; empty for well")
    computed_at = models.DateTimeField(db_comment="When it was computed")

    class Meta:
        db_table_comment = "Figures of question versions, computed from results"


class QuestionReport(models.Model):
    """A learner says that something is wrong with a question; an author answers."""

    class Reason(models.TextChoices):
        """What is wrong."""

        KEY = "key", _("the answer is wrong")
        TEXT = "text", _("a mistake in the text")
        UNCLEAR = "unclear", _("it cannot be understood")
        MEDIA = "media", _("a picture or sound does not work")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        """Where it is on its way."""

        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    question = models.ForeignKey(
        "exams.Question", on_delete=models.CASCADE, related_name="reports", db_comment="The question"
    )
    version = models.ForeignKey(
        "exams.QuestionVersion",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="The version the learner met",
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="The learner"
    )
    reason = models.CharField(_("what is wrong"), max_length=10, choices=Reason, db_comment="What is wrong")
    text = models.TextField(_("details"), blank=True, default="", max_length=1000, db_comment="The learner's words")
    url = models.CharField(max_length=200, default="", db_comment="Page of the learner where she met it")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, db_comment="open or answered")
    created_at = models.DateTimeField(db_comment="When it was reported")
    reply = models.TextField(blank=True, default="", db_comment="The author's answer")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who answered"
    )
    answered_at = models.DateTimeField(null=True, db_comment="When it was answered")

    class Meta:
        db_table_comment = "What learners report about questions"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "reporter"], condition=models.Q(state="open"), name="one_open_report_a_learner"
            )
        ]
        indexes = [models.Index(fields=["state", "id"], condition=models.Q(state="open"), name="report_inbox_idx")]
