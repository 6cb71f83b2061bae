"""Answers that were given under an idempotency key."""

from django.db import models


class IdempotencyKey(models.Model):
    """A write that was asked for under a key, and what was answered."""

    scope = models.CharField(max_length=80, db_comment="Use case and person, such as place_order:12")
    key = models.CharField(max_length=100, db_comment="The key that the caller chose")
    body_hash = models.CharField(max_length=64, db_comment="SHA-256 of what was asked, hex")
    response = models.JSONField(default=dict, db_comment="What was answered: ids and plain values")
    created_at = models.DateTimeField(db_index=True, db_comment="When it was first asked")

    class Meta:
        db_table_comment = "Answers given under idempotency keys"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]
