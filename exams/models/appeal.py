"""Appeals: a learner asks that the mark of one item be looked at again, and a marker answers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Appeal(models.Model):
    """One learner's objection to the mark of one slot. While it is open, there is no second one to that slot."""

    class State(models.TextChoices):
        """Where it is on its way."""

        OPEN = "open", _("under review")
        UPHELD = "upheld", _("upheld")
        DISMISSED = "dismissed", _("dismissed")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    attempt = models.ForeignKey(
        "exams.Attempt", on_delete=models.CASCADE, related_name="appeals", db_comment="The attempt"
    )
    exam = models.ForeignKey("exams.Exam", on_delete=models.CASCADE, related_name="appeals", db_comment="Its exam")
    slot = models.PositiveIntegerField(db_comment="Place in the attempt")
    reason = models.TextField(_("reason"), max_length=2000, db_comment="The learner's words")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, db_comment="open, upheld or dismissed")
    mark_before = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, db_comment="Mark that the learner objected to"
    )
    mark_after = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, db_comment="Mark after the answer; null while it is open"
    )
    answer = models.TextField(default="", blank=True, max_length=2000, db_comment="The marker's words to the learner")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who answered"
    )
    created_at = models.DateTimeField(db_comment="When it was made")
    answered_at = models.DateTimeField(null=True, db_comment="When it was answered")

    class Meta:
        db_table_comment = "Appeals of learners against the mark of one item"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "slot"], condition=models.Q(state="open"), name="one_open_appeal_an_item"
            )
        ]
        indexes = [models.Index(fields=["exam", "id"], condition=models.Q(state="open"), name="appeal_open_idx")]
