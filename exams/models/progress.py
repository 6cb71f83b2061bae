"""How a learner stands with each question she met (the wrong-answer book among it), and how she wants to practise."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from exams.domain.progress import MasteryKind
from exams.domain.recall import DEFAULT_RETENTION, RETENTIONS


class QuestionProgress(models.Model):
    """One learner and one question: what her answers come to, and what she notes about it.

    All but note, mistake and favourite follows from raw answers (exams.domain.progress). The wrong-answer book are the
    rows with `last_wrong_at`; those without `mastered_at` wait in it.
    """

    class HandAct(models.TextChoices):
        """What the learner last said by hand of an entry."""

        NONE = "", _("nothing")
        MASTERED = "mastered", _("taken out")
        RETURNED = "returned", _("put back")

    class Mistake(models.TextChoices):
        """What the learner says of her mistake."""

        NONE = "", _("not said")
        CARELESS = "careless", _("careless")
        UNSURE = "unsure", _("unsure")
        UNKNOWN = "unknown", _("did not know")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="question_progress",
        db_comment="The learner",
    )
    question = models.ForeignKey(
        "exams.Question", on_delete=models.CASCADE, related_name="+", db_comment="The question"
    )
    version_id = models.BigIntegerField(default=0, db_comment="The version last answered; 0 before the first answer")
    answered_count = models.PositiveIntegerField(default=0, db_comment="Marked answers, blanks among them")
    right_count = models.PositiveIntegerField(default=0, db_comment="How often it was right")
    wrong_count = models.PositiveIntegerField(default=0, db_comment="How often it was wrong")
    blank_count = models.PositiveIntegerField(default=0, db_comment="How often it was left blank")
    right_streak = models.PositiveIntegerField(default=0, db_comment="How often right in a row, up to now")
    last_fraction = models.FloatField(null=True, db_comment="Part of the marks of the last answer, 0 to 1")
    last_answered_at = models.DateTimeField(null=True, db_comment="When it was last answered; null: never")
    source_kind = models.CharField(
        max_length=10, default="", db_comment="practice or exam: where it was last wrong; empty: never"
    )
    source_id = models.BigIntegerField(default=0, db_comment="Session or attempt where it was last wrong; 0: never")
    first_wrong_at = models.DateTimeField(null=True, db_comment="When it was first wrong or left blank; null: never")
    last_wrong_at = models.DateTimeField(
        null=True, db_comment="When it was last wrong or left blank; null: never, it is not in the book"
    )
    right_at = models.DateTimeField(null=True, db_comment="When it was last right, in practice or an exam; null: never")
    mastered_at = models.DateTimeField(null=True, db_comment="When it left the book by mastery; null while it is in")
    hand_act = models.CharField(
        max_length=8, choices=HandAct, default=HandAct.NONE, blank=True, db_comment="mastered or returned by hand"
    )
    hand_at = models.DateTimeField(null=True, db_comment="When that was said")
    stability = models.FloatField(null=True, db_comment="FSRS stability in days; null before the first answer")
    difficulty = models.FloatField(null=True, db_comment="FSRS difficulty, 1 to 10; null before the first answer")
    due_at = models.DateTimeField(null=True, db_comment="When FSRS asks it again; null before the first answer")
    note = models.TextField(_("note"), blank=True, default="", db_comment="The learner's private note")
    mistake = models.CharField(
        max_length=8, choices=Mistake, default=Mistake.NONE, blank=True, db_comment="What she says of her mistake"
    )
    favourited_at = models.DateTimeField(null=True, db_comment="When she made it a favourite; null: it is none")

    class Meta:
        db_table_comment = "How learners stand with questions: one row a learner and question met"
        constraints = [models.UniqueConstraint(fields=["user", "question"], name="question_progress_once")]
        indexes = [
            models.Index(
                fields=["user", "mastered_at", "-last_wrong_at"],
                name="wrong_answer_book_idx",
                condition=models.Q(last_wrong_at__isnull=False),
            ),
            models.Index(
                fields=["user", "due_at"],
                name="wrong_answer_due_idx",
                condition=models.Q(last_wrong_at__isnull=False, mastered_at__isnull=True),
            ),
            models.Index(
                fields=["user", "-favourited_at"],
                name="favourites_idx",
                condition=models.Q(favourited_at__isnull=False),
            ),
        ]


class PracticePreference(models.Model):
    """How a learner wants to practise: by what a question leaves her book, her goal of a day, her reminder."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="practice_preference",
        db_comment="The learner",
    )
    mastery_kind = models.CharField(
        max_length=8,
        choices=[
            (MasteryKind.STREAK.value, _("right several times in a row")),
            (MasteryKind.RECALL.value, _("remembered for long")),
        ],
        default=MasteryKind.STREAK.value,
        db_comment="streak or recall: by what a question leaves the wrong-answer book",
    )
    mastery_streak = models.PositiveSmallIntegerField(
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        db_comment="Right answers in a row that master a question, 1 to 5",
    )
    mastery_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
        db_comment="FSRS stability in days that masters a question, 7 to 365",
    )
    retention = models.PositiveSmallIntegerField(
        default=DEFAULT_RETENTION,
        validators=[MinValueValidator(RETENTIONS.start), MaxValueValidator(RETENTIONS.stop - 1)],
        db_comment="Per cent of due questions she wants to know, 80 to 97",
    )
    daily_goal = models.PositiveSmallIntegerField(
        default=20, validators=[MaxValueValidator(500)], db_comment="Questions a day she means to answer; 0 for none"
    )
    reminds = models.BooleanField(default=False, db_comment="Whether she is reminded on days without practice")
    reminder_hour = models.PositiveSmallIntegerField(
        default=19, validators=[MaxValueValidator(23)], db_comment="Hour of the site's time of the reminder, 0 to 23"
    )
    reminded_on = models.DateField(null=True, db_comment="The day of the last reminder; null: none yet")

    class Meta:
        db_table_comment = "How learners want to practise"
