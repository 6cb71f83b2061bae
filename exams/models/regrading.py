"""Regrading: change sets that are previewed, carried out and undone, and what each did to each attempt."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edu.core.ids import new_public_id


class RegradeSet(models.Model):
    """One decision about a question that was asked: by what it is marked anew, and where."""

    class Policy(models.TextChoices):
        """What is done about the question."""

        NEW_KEY = "new_key", _("recount with the corrected key")
        ACCEPT_BOTH = "accept_both", _("accept the old and the corrected key")
        FULL_MARKS = "full_marks", _("full marks to all")
        DROP = "drop", _("drop the question")
        UNDO = "undo", _("undo an earlier regrade")

    class Scope(models.TextChoices):
        """Where it holds."""

        EXAM = "exam", _("this exam")
        ALL = "all", _("all my exams that asked this version")
        NONE = "none", pgettext_lazy("regrade", "practice only")

    class Certificates(models.TextChoices):
        """What happens to certificates of those who no longer pass."""

        KEEP = "keep", _("keep what was issued, and list it")
        REVOKE = "revoke", _("revoke what is no longer earned")

    class State(models.TextChoices):
        """Where it is on its way."""

        PREVIEWING = "previewing", _("being computed")
        PREVIEWED = "previewed", _("to be confirmed")
        APPLYING = "applying", _("being carried out")
        APPLIED = "applied", _("carried out")
        UNDONE = "undone", _("undone")
        DISCARDED = "discarded", _("discarded")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who decides"
    )
    exam = models.ForeignKey(
        "exams.Exam",
        null=True,
        on_delete=models.CASCADE,
        related_name="regrades",
        db_comment="The exam it was made from; null where it is of practice only",
    )
    with_practice = models.BooleanField(
        default=False, db_comment="Whether answers of practice are judged too: who made it writes in the bank"
    )
    version = models.ForeignKey(
        "exams.QuestionVersion", on_delete=models.PROTECT, related_name="+", db_comment="The version that was asked"
    )
    policy = models.CharField(max_length=12, choices=Policy, db_comment="What is done about the question")
    key_version = models.ForeignKey(
        "exams.QuestionVersion",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="The newer version whose key marks; null where the key was given here, or none is needed",
    )
    key = models.JSONField(null=True, db_comment="The key that marks; null where none is needed")
    undoes = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="undone_by", db_comment="The change set it undoes"
    )
    scope = models.CharField(max_length=4, choices=Scope, default=Scope.EXAM, db_comment="This exam, all, or none")
    exam_ids = models.JSONField(default=list, db_comment="Exams in which it holds, found when it was last computed")
    reason = models.CharField(_("reason"), max_length=200, db_comment="Why; told to learners")
    certificates = models.CharField(
        max_length=6, choices=Certificates, default=Certificates.KEEP, db_comment="keep or revoke where a pass is lost"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEWING, db_comment="Where it is")
    cursor = models.BigIntegerField(default=0, db_comment="Last attempt that was carried out, in order of their ids")
    practice_cursor = models.BigIntegerField(
        default=0, db_comment="Last answer of practice that was carried out, in order of their ids"
    )
    summary = models.JSONField(default=dict, db_comment="What the preview found: counts and distributions")
    report = models.JSONField(default=dict, db_comment="What was done: counts and distributions")
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The job of its present step"
    )
    created_at = models.DateTimeField(db_comment="When it was made")
    previewed_at = models.DateTimeField(null=True, db_comment="When the preview was computed")
    confirmed_at = models.DateTimeField(null=True, db_comment="When it was confirmed, from which on it holds")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who confirmed it"
    )
    done_at = models.DateTimeField(null=True, db_comment="When it was carried out in full")

    class Meta:
        db_table_comment = "Change sets of regrading"
        ordering = ["-id"]
        indexes = [models.Index(fields=["exam", "-id"], name="regrade_exam_idx")]

    @property
    def language(self) -> str:
        """Return the language of what is written for it: that of its exam, or of the bank."""
        return self.exam.language if self.exam is not None else self.version.question.bank.language

    @property
    def place_title(self) -> str:
        """Return where it was made: the title of its exam, or the name of the bank."""
        return self.exam.title if self.exam is not None else self.version.question.bank.name


class RegradeChange(models.Model):
    """What a change set does, or did, to one attempt."""

    class State(models.TextChoices):
        """Whether it was done."""

        PLANNED = "planned", _("foreseen")
        APPLIED = "applied", _("done")
        CONFLICT = "conflict", _("left: changed since by hand")
        GONE = "gone", _("no longer needed")

    change_set = models.ForeignKey(
        RegradeSet, on_delete=models.CASCADE, related_name="changes", db_comment="The change set"
    )
    attempt_id = models.BigIntegerField(db_index=True, db_comment="The attempt")
    exam_id = models.BigIntegerField(db_comment="Its exam")
    user_id = models.BigIntegerField(db_comment="Its learner")
    slot = models.PositiveIntegerField(db_comment="Place of the question in the attempt")
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED, db_comment="Whether it was done")
    direction = models.CharField(max_length=4, default="", db_comment="gain or loss of the per cent; empty for neither")
    crossing = models.CharField(max_length=4, default="", db_comment="up or down over the pass mark; empty for neither")
    is_stale = models.BooleanField(default=False, db_comment="Whether the attempt changed after the preview")
    old_mark = models.DecimalField(max_digits=7, decimal_places=2, null=True, db_comment="Mark of the question before")
    new_mark = models.DecimalField(max_digits=7, decimal_places=2, null=True, db_comment="Mark of the question after")
    old_score = models.DecimalField(max_digits=9, decimal_places=2, null=True, db_comment="Total before; null: pending")
    new_score = models.DecimalField(max_digits=9, decimal_places=2, null=True, db_comment="Total after; null: pending")
    old_maximum = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Marks possible before")
    new_maximum = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Marks possible after")
    old_passed = models.BooleanField(null=True, db_comment="Whether the attempt passed before; null: pending")
    new_passed = models.BooleanField(null=True, db_comment="Whether it passes after; null: pending")
    before = models.JSONField(null=True, db_comment="The result of the question before; null until it is done")
    after = models.JSONField(null=True, db_comment="The result of the question after; null until it is done")

    class Meta:
        db_table_comment = "What change sets of regrading do to attempts"
        constraints = [models.UniqueConstraint(fields=["change_set", "attempt_id"], name="regrade_once_an_attempt")]


class PracticeChange(models.Model):
    """What a change set did to one answer of practice."""

    change_set = models.ForeignKey(
        RegradeSet, on_delete=models.CASCADE, related_name="practice_changes", db_comment="The change set"
    )
    answer_id = models.BigIntegerField(db_comment="The answer of practice")
    user_id = models.BigIntegerField(db_comment="Its learner")
    question_id = models.BigIntegerField(db_comment="Its question")
    before = models.JSONField(db_comment="How it was judged: {state, fraction, is_easy}")
    after = models.JSONField(db_comment="How it is judged since: {state, fraction, is_easy}")
    changed_at = models.DateTimeField(db_comment="When")

    class Meta:
        db_table_comment = "What change sets of regrading did to answers of practice"
        constraints = [models.UniqueConstraint(fields=["change_set", "answer_id"], name="practice_change_once")]
        indexes = [models.Index(fields=["user_id", "question_id"], name="practice_change_own_idx")]
