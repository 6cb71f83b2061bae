"""Job rows: every long task, with its owner, progress, lease and result."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Job(models.Model):
    """One long task. The row is the truth; a message in a queue is only a hint to look at it."""

    class State(models.TextChoices):
        """Where the job is on its way."""

        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    kind = models.CharField(max_length=80, db_comment="Name under which the function is registered")
    unique_key = models.CharField(
        max_length=200,
        null=True,
        unique=True,
        db_comment="At most one job ever has this key; null for any number",
    )
    title = models.CharField(max_length=200, default="", db_comment="What a person reads about it")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Who asked for it and may see it; null for the system",
    )
    arguments = models.JSONField(default=dict, db_comment="Keyword arguments of the function: ids and plain values")
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED, db_comment="Where it is on its way")
    progress_percent = models.PositiveSmallIntegerField(default=0, db_comment="0 to 100")
    progress_text = models.CharField(max_length=200, default="", db_comment="What it is doing, for a person")
    attempts = models.PositiveSmallIntegerField(default=0, db_comment="How often it was started")
    max_attempts = models.PositiveSmallIntegerField(default=3, db_comment="Starts before it counts as failed")
    lease_token = models.UUIDField(null=True, db_comment="Names the one run that may write")
    lease_until_at = models.DateTimeField(null=True, db_comment="After this moment a sweeper may start it again")
    heartbeat_at = models.DateTimeField(null=True, db_comment="Last sign of life of the run")
    not_before_at = models.DateTimeField(db_comment="It is not started before this moment")
    result = models.JSONField(default=dict, db_comment="What the function returned")
    error = models.TextField(default="", db_comment="Why it failed, for a person first")
    request_id = models.CharField(max_length=64, default="", db_comment="Request that asked for it")
    created_at = models.DateTimeField(db_comment="When it was asked for")
    started_at = models.DateTimeField(null=True, db_comment="When the last run began")
    finished_at = models.DateTimeField(null=True, db_comment="When it reached its final state")

    class Meta:
        db_table_comment = "Long tasks with owner, progress, lease, heartbeat and result"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["not_before_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_open_idx",
            ),
            models.Index(fields=["owner", "-id"], name="job_owner_idx"),
        ]

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}
