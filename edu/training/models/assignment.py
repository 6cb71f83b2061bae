"""Assignments: what an organisation asks of whom until when, and how far each person is."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Assignment(models.Model):
    """Courses and exams that people have to finish by a deadline."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_comment="Who asks"
    )
    title = models.CharField(_("title"), max_length=200, db_comment="Name that everybody reads")
    message = models.TextField(_("message"), blank=True, default="", db_comment="Word of the trainer; plain text")
    products = models.JSONField(db_comment="List of {key, title}: courses and exams, all to be finished")
    everybody = models.BooleanField(
        _("everybody"), default=False, db_comment="Whether it is for the whole organisation"
    )
    departments = models.ManyToManyField("organizations.Department", related_name="+", blank=True)
    includes_newcomers = models.BooleanField(
        _("also for people who join later"),
        default=True,
        db_comment="Whether people who join the departments (or the organisation) later get it too",
    )
    starts_on = models.DateField(_("starts on"), db_comment="First day")
    due_at = models.DateTimeField(_("due"), db_comment="When it has to be finished")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Trainer"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")
    closed_at = models.DateTimeField(null=True, db_comment="When a trainer closed it; null while it runs")
    deleted_at = models.DateTimeField(null=True, db_comment="When a trainer deleted it; null while it is kept")

    class Meta:
        db_table_comment = "Assignments: who has to finish what until when"
        ordering = ["-due_at", "-pk"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [
            models.Index(fields=["organization", "-due_at"], name="assignment_organization_idx"),
            models.Index(
                fields=["due_at"],
                condition=models.Q(closed_at__isnull=True, deleted_at__isnull=True),
                name="assignment_running_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def product_keys(self) -> list[str]:
        """Return the keys of what has to be finished."""
        return [product["key"] for product in self.products]


class AssignmentTarget(models.Model):
    """One person of an assignment, and how far she is, as the learning rooms told last."""

    class Outcome(models.TextChoices):
        """How far the person is; whether she is late follows from the deadline."""

        NOT_STARTED = "not_started", _("not started")
        IN_PROGRESS = "in_progress", _("in progress")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, related_name="targets", db_comment="The assignment"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Who has to finish it"
    )
    membership = models.ForeignKey(
        "organizations.Membership", on_delete=models.CASCADE, related_name="+", db_comment="As whose member"
    )
    outcome = models.CharField(
        max_length=12, choices=Outcome, default=Outcome.NOT_STARTED, db_comment="How far the person is"
    )
    progress_percent = models.PositiveSmallIntegerField(default=0, db_comment="Mean over the products, 0 to 100")
    results = models.JSONField(
        default=dict, db_comment="product key -> state, percent, score_percent, finished_at, certificate"
    )
    finished_at = models.DateTimeField(null=True, db_comment="When the last product was finished; null until then")
    refreshed_at = models.DateTimeField(null=True, db_comment="When progress was last read")
    opened_at = models.DateTimeField(null=True, db_comment="When its grants were written; null until then")
    waits_for_seat = models.BooleanField(default=False, db_comment="Whether a product is closed for want of a seat")
    noticed = models.CharField(
        max_length=4, default="", db_comment="Last automatic notice: 3 or 1 (days before), late, or none"
    )
    reminded_at = models.DateTimeField(null=True, db_comment="When a trainer last reminded the person")
    ended_at = models.DateTimeField(null=True, db_comment="When the person left or was taken off; null while it runs")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was assigned")

    class Meta:
        db_table_comment = "People of assignments and how far they are"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["assignment", "user"], name="assigned_once")]
        indexes = [
            models.Index(fields=["assignment", "outcome"], name="target_outcome_idx"),
            models.Index(fields=["user"], condition=models.Q(ended_at__isnull=True), name="target_user_idx"),
        ]
