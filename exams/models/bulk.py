"""Changes of many questions at once: previewed, carried out, undone."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class BulkAction(models.Model):
    """One change of many questions of a bank."""

    class State(models.TextChoices):
        """Where it is on its way."""

        PLANNED = "planned", _("to be confirmed")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        UNDONE = "undone", _("undone")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    bank = models.ForeignKey("exams.Bank", on_delete=models.CASCADE, related_name="+", db_comment="The bank")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who does it"
    )
    verb = models.CharField(max_length=20, db_comment="move, tag, untag, difficulty, retire, restore, publish, delete")
    arguments = models.JSONField(default=dict, db_comment="Values of the verb: topic, bank, tag, difficulty")
    filters = models.JSONField(default=dict, db_comment="The filter of the list when all that match are meant")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED, db_comment="Where it is on its way")
    total = models.PositiveIntegerField(default=0, db_comment="Questions it is about")
    report = models.JSONField(default=dict, db_comment="Counts by outcome: changed, retired, deleted, left and why")
    created_at = models.DateTimeField(db_comment="When it was planned")
    done_at = models.DateTimeField(null=True, db_comment="When it was carried out")
    undone_at = models.DateTimeField(null=True, db_comment="When it was undone")

    class Meta:
        db_table_comment = "Changes of many questions at once"
        ordering = ["-id"]


class BulkChange(models.Model):
    """One question of a bulk action, and how it was before."""

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="changes", db_comment="The action")
    question_id = models.BigIntegerField(db_comment="The question (no constraint: it may be deleted)")
    before = models.JSONField(null=True, db_comment="Former values, or the whole question; null until it is changed")
    outcome = models.CharField(max_length=20, default="", db_comment="changed, retired, deleted or why it was left")

    class Meta:
        db_table_comment = "Questions of bulk actions as they were before"
        constraints = [models.UniqueConstraint(fields=["action", "question_id"], name="bulk_question_once")]
