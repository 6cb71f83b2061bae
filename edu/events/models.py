"""The outbox: events written in the transaction of the change they tell of, and their deliveries."""

from django.db import models


class OutboxEvent(models.Model):
    """One event that happened; it stays here until every handler has taken it."""

    event_id = models.UUIDField(unique=True, db_comment="Id of the event, the same at every delivery")
    name = models.CharField(max_length=80, db_comment="Class name of the event in edu.events.types")
    payload = models.JSONField(db_comment="Fields of the event")
    request_id = models.CharField(max_length=64, default="", db_comment="Request or task that caused it")
    published_at = models.DateTimeField(db_comment="When it was written")
    next_attempt_at = models.DateTimeField(db_comment="When it is delivered (again); moved on while a worker holds it")
    attempts = models.PositiveIntegerField(default=0, db_comment="Delivery rounds so far")
    delivered_at = models.DateTimeField(null=True, db_comment="When the last handler had taken it; null until then")

    class Meta:
        db_table_comment = "Events to deliver at least once to every handler"
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(delivered_at__isnull=True),
                name="outbox_due_idx",
            )
        ]


class EventDelivery(models.Model):
    """One handler has taken one event; written in the handler's own transaction."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, db_comment="The event")
    handler = models.CharField(max_length=200, db_comment="Dotted path of the handler")
    delivered_at = models.DateTimeField(null=True, db_comment="When the handler succeeded; null when it failed")
    attempts = models.PositiveIntegerField(default=0, db_comment="How often the handler failed")
    error = models.TextField(default="", db_comment="Last failure, shortened")

    class Meta:
        db_table_comment = "Which handler has taken which event"
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="event_handler_unique")]
