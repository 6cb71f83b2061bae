"""Who learns in which course."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Enrolment(models.Model):
    """A learner in a course. It is never deleted when access ends: the record of what was learnt stays."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments", db_comment="The learner"
    )
    course = models.ForeignKey(
        "courses.Course", on_delete=models.CASCADE, related_name="enrolments", db_comment="The course"
    )
    enrolled_at = models.DateTimeField(db_comment="When it began")
    active_at = models.DateTimeField(db_comment="When the learner last opened a lesson of it")
    last_lesson = models.ForeignKey(
        "courses.Lesson",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Where the learner stopped; null before the first lesson",
    )
    progress_percent = models.PositiveSmallIntegerField(
        default=0, db_comment="Required lessons done, in whole per cent, kept with each completion"
    )
    completed_at = models.DateTimeField(
        null=True, db_comment="When every required lesson was done for the first time; null until then"
    )

    class Meta:
        db_table_comment = "Who learns in which course"
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [models.UniqueConstraint(fields=["user", "course"], name="enrolled_once")]
        indexes = [models.Index(fields=["user", "-active_at"], name="enrolment_recent_idx")]
