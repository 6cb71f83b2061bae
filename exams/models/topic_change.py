"""Changes of topic trees, with what is needed to take them back."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from edu.core.ids import new_public_id


class TopicChange(models.Model):
    """A topic of a bank was merged into another, deleted, moved, put in another order or renamed."""

    class Kind(models.TextChoices):
        """What was done with the topic."""

        MERGE = "merge", pgettext_lazy("topic", "Merged")
        DELETE = "delete", pgettext_lazy("topic", "Deleted")
        MOVE = "move", pgettext_lazy("topic", "Moved")
        ORDER = "order", pgettext_lazy("topic", "Order changed")
        RENAME = "rename", pgettext_lazy("topic", "Renamed")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    kind = models.CharField(
        max_length=10,
        choices=Kind.choices,
        default=Kind.MERGE,
        db_comment="What was done: merge, delete, move, order, rename",
    )
    bank = models.ForeignKey("exams.Bank", on_delete=models.CASCADE, related_name="+", db_comment="The bank")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who did it"
    )
    source_name = models.CharField(max_length=120, db_comment="Name of the topic before")
    target_name = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_comment="Name of the topic that took it in or stands above it since, or its new name; empty for none",
    )
    target_id = models.BigIntegerField(
        null=True,
        db_index=True,
        db_comment="The topic that took it in or stands above it since (no constraint: it may go away later)",
    )
    topics = models.JSONField(
        default=list,
        db_comment="The topics as they stood, the top first: id, public_id, name, parent, position, siblings before",
    )
    moved = models.JSONField(
        default=list, db_comment="Topics below that moved: as topics, with the parent after the merge (now)"
    )
    question_count = models.PositiveIntegerField(default=0, db_comment="Questions that went along")
    created_at = models.DateTimeField(db_comment="When it was done")
    undone_at = models.DateTimeField(null=True, db_comment="When it was taken back; null while it stands")

    class Meta:
        db_table_comment = "Changes of topic trees"
        ordering = ["-id"]
        indexes = [models.Index(fields=["bank", "-id"], name="topic_change_bank_idx")]


class TopicChangePart(models.Model):
    """Some of the rows that a merge or deletion let point at another topic, or at none."""

    change = models.ForeignKey(TopicChange, on_delete=models.CASCADE, related_name="parts", db_comment="The change")
    kind = models.CharField(max_length=20, db_comment="What they are: question, rule, session, result, change, set")
    former_id = models.BigIntegerField(db_comment="The topic they pointed at before")
    present_id = models.BigIntegerField(null=True, db_comment="The topic they point at since; null for none")
    row_ids = models.JSONField(db_comment="Ids of the rows, of results [attempt, slot]; a thousand at most")

    class Meta:
        db_table_comment = "Rows that merges and deletions of topics took along"
