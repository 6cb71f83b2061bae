"""Practice sessions, their answers, and the wrong-answer book."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.clock import now_utc
from edu.core.ids import new_public_id


class PracticeSession(models.Model):
    """A learner practises a selection of questions, without a clock unless she wanted one."""

    class Mode(models.TextChoices):
        """How the questions were chosen."""

        CHAPTER = "chapter", _("chapter practice")
        PAPER = "paper", _("paper practice")
        RANDOM = "random", _("random practice")
        WRONG = "wrong", _("wrong answers")
        LESSON = "lesson", _("lesson quiz")
        DAILY = "daily", _("daily practice")
        DUE = "due", _("due today")
        FAVOURITES = "favourites", _("favourites")
        SIBLINGS = "siblings", _("similar questions")
        SET = "set", _("practice set")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="practice_sessions",
        db_comment="The learner",
    )
    mode = models.CharField(max_length=10, choices=Mode, db_comment="How the questions were chosen")
    title = models.CharField(max_length=200, db_comment="Chapter, paper or filter, for the record")
    bank = models.ForeignKey(
        "exams.Bank", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The bank"
    )
    topic = models.ForeignKey(
        "exams.Topic", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Chapter"
    )
    paper = models.ForeignKey("exams.Paper", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Paper")
    practice_set = models.ForeignKey(
        "exams.PracticeSet", null=True, on_delete=models.SET_NULL, related_name="sessions", db_comment="Practice set"
    )
    context_key = models.CharField(
        max_length=80,
        default="",
        db_index=True,
        db_comment="Product key of the lesson it belongs to, or daily:<day>; empty for none",
    )
    reason = models.JSONField(
        default=dict, db_comment="Why these questions: of daily practice {due, weak, unseen, other, topics}; else empty"
    )
    ends_at = models.DateTimeField(
        null=True, db_comment="When the clock she asked for finishes it; null without a clock"
    )
    items = models.JSONField(db_comment="List of {version_id, question_id, marks, order: option order}")
    feedback = models.CharField(max_length=8, default="at_once", db_comment="at_once or at_end")
    asks_certainty = models.BooleanField(
        default=False, db_comment="Whether the learner says how certain she is, and earns by that"
    )
    states = models.TextField(
        default="",
        db_comment="One letter a question: - open, r right, p partly, w wrong, b blank, ? waits for self-assessment",
    )
    position = models.PositiveIntegerField(default=0, db_comment="Where the learner stopped, from 0")
    answered_count = models.PositiveIntegerField(default=0, db_comment="Questions answered")
    right_count = models.PositiveIntegerField(default=0, db_comment="Questions answered fully right")
    started_at = models.DateTimeField(db_comment="When it began")
    active_at = models.DateTimeField(db_comment="When it was last worked on")
    finished_at = models.DateTimeField(null=True, db_comment="When it was finished; null while it can be resumed")

    class Meta:
        db_table_comment = "Practice sessions"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-active_at"], name="practice_user_idx"),
            models.Index(fields=["user", "-started_at"], name="practice_records_idx"),
            models.Index(
                fields=["ends_at"],
                name="practice_clock_idx",
                condition=models.Q(ends_at__isnull=False, finished_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "context_key"],
                condition=models.Q(mode="daily"),
                name="practice_daily_once",
            )
        ]

    left_out_count = 0
    """Questions that were left out when it was begun just now, since an exam of the learner hides them; not stored."""

    @property
    def limit_seconds(self) -> int:
        """Return how long the clock runs, 0 without one."""
        return round((self.ends_at - self.started_at).total_seconds()) if self.ends_at else 0

    @property
    def spent_seconds(self) -> int:
        """Return how much of the clock's time has gone by, at most all of it."""
        return max(0, min(self.limit_seconds, round((now_utc() - self.started_at).total_seconds())))


class PracticeAnswer(models.Model):
    """One answered question of a practice session."""

    session = models.ForeignKey(
        PracticeSession, on_delete=models.CASCADE, related_name="answers", db_comment="The session"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="practice_answers",
        db_comment="The learner, as the session has it",
    )
    index = models.PositiveIntegerField(db_comment="Place in the session, from 0")
    question_id = models.BigIntegerField(db_comment="The question")
    version_id = models.BigIntegerField(db_comment="The version that was asked")
    response = models.TextField(default="", db_comment="Canonical JSON of the response; empty for a blank")
    state = models.CharField(max_length=8, db_comment="graded, pending (self-assessed) or blank")
    fraction = models.FloatField(null=True, db_comment="Part of the marks earned; null while pending")
    is_easy = models.BooleanField(default=False, db_comment="Whether it was right, quick and certain")
    seconds = models.PositiveIntegerField(default=0, db_comment="Time spent, as the page measured it")
    answered_at = models.DateTimeField(db_comment="When")

    class Meta:
        db_table_comment = "Answers in practice sessions"
        constraints = [models.UniqueConstraint(fields=["session", "index"], name="practice_answer_once")]
        indexes = [
            models.Index(fields=["user", "question_id"], name="practice_own_answers_idx"),
            models.Index(fields=["user", "answered_at"], name="practice_days_idx"),
            models.Index(fields=["question_id", "answered_at"], name="practice_question_days_idx"),
        ]
