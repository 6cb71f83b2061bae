"""Merges of topics, with what is needed to take them back."""

from django.conf import settings
from django.db import models

from edu.core.ids import new_public_id


class TopicMerge(models.Model):
    """A topic was poured into another of its bank."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    bank = models.ForeignKey("exams.Bank", on_delete=models.CASCADE, related_name="+", db_comment="The bank")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who merged"
    )
    source_name = models.CharField(max_length=120, db_comment="Name of the topic that went away")
    target_name = models.CharField(max_length=120, db_comment="Name of the topic that took it in")
    target_id = models.BigIntegerField(
        db_index=True, db_comment="The topic that took it in (no constraint: it may go away later)"
    )
    topics = models.JSONField(
        default=list, db_comment="Topics that went away, the top first: id, public_id, name, parent, position"
    )
    moved = models.JSONField(
        default=list, db_comment="Topics below that moved: id, former parent and position, parent after the merge"
    )
    question_count = models.PositiveIntegerField(default=0, db_comment="Questions that went along")
    created_at = models.DateTimeField(db_comment="When it was done")
    undone_at = models.DateTimeField(null=True, db_comment="When it was taken back; null while it stands")

    class Meta:
        db_table_comment = "Merges of topics"
        ordering = ["-id"]
        indexes = [models.Index(fields=["bank", "-id"], name="topic_merge_bank_idx")]


class TopicMergePart(models.Model):
    """Some of the rows that a merge let point at another topic."""

    merge = models.ForeignKey(TopicMerge, on_delete=models.CASCADE, related_name="parts", db_comment="The merge")
    kind = models.CharField(max_length=20, db_comment="What they are: question, rule, session, result")
    former_id = models.BigIntegerField(db_comment="The topic they pointed at before")
    present_id = models.BigIntegerField(db_comment="The topic they point at since")
    row_ids = models.JSONField(db_comment="Ids of the rows, a thousand at most")

    class Meta:
        db_table_comment = "Rows that merges of topics took along"
