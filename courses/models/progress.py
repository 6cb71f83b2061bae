"""How far a learner is in a lesson, and what she noted in it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class LessonProgress(models.Model):
    """A learner in a lesson: where she stopped, what she really watched, when it was done."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lesson_progress", db_comment="The learner"
    )
    lesson = models.ForeignKey(
        "courses.Lesson", on_delete=models.CASCADE, related_name="progress", db_comment="The lesson"
    )
    opened_at = models.DateTimeField(db_comment="When she first opened it")
    reported_at = models.DateTimeField(db_comment="When the player last reported; bounds what it may report next")
    position_seconds = models.FloatField(default=0, db_comment="Where the film was left")
    watched_seconds = models.FloatField(default=0, db_comment="Film seconds played, repeats included, as accepted")
    covered = models.JSONField(default=list, db_comment="Played stretches [from, to] in seconds, merged, in order")
    percent = models.PositiveSmallIntegerField(default=0, db_comment="Share of the film played at least once, 0 to 100")
    completed_at = models.DateTimeField(null=True, db_comment="When it was done; null until then")

    class Meta:
        db_table_comment = "Progress of learners in lessons"
        verbose_name = _("lesson progress")
        constraints = [models.UniqueConstraint(fields=["user", "lesson"], name="progress_once")]


class LessonNote(models.Model):
    """A learner's own note in a lesson, at a place of its film when it has one."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lesson_notes", db_comment="Who wrote it"
    )
    lesson = models.ForeignKey(
        "courses.Lesson", on_delete=models.CASCADE, related_name="notes", db_comment="The lesson"
    )
    text = models.TextField(_("note"), max_length=4000, db_comment="What was noted")
    position_seconds = models.PositiveIntegerField(
        null=True, blank=True, db_comment="Second of the film it belongs to; null for none"
    )
    created_at = models.DateTimeField(db_comment="When it was written")
    changed_at = models.DateTimeField(db_comment="When it was last changed")

    class Meta:
        db_table_comment = "Notes of learners in lessons"
        ordering = ["position_seconds", "id"]
        indexes = [models.Index(fields=["user", "lesson"], name="note_lesson_idx")]
