"""Practice sets that instructors make, what a learner last chose in practice, and her download of all of it."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edu.core.ids import new_public_id

MAXIMUM_OF_SET = 200
"""Questions of a set; as many as one session holds."""


class PracticeSet(models.Model):
    """Questions of a bank that an instructor puts together for practice: a list, or a filter read at each start.

    It belongs to its bank: who may write there may change it, and its organisation is the bank's.
    """

    class Kind(models.TextChoices):
        """How its questions are told."""

        FIXED = "fixed", _("these questions, as they are now")
        LIVING = "living", _("whatever fits the filter when somebody begins")

    class Visibility(models.TextChoices):
        """Who finds it among practice; a lesson may ask it in any case."""

        PERSONAL = "personal", _("nobody: only lessons ask it")
        ORGANIZATION = "organization", _("my organisation")
        PUBLIC = "public", _("everybody")

    class Order(models.TextChoices):
        """In which order a session asks."""

        IN_ORDER = "in_order", _("in order")
        RANDOM = "random", _("at random")
        UNSEEN_FIRST = "unseen_first", _("unseen first")
        WRONG_FIRST = "wrong_first", _("wrong first")

    class Feedback(models.TextChoices):
        """When right answers and explanations are shown."""

        AT_ONCE = "at_once", _("after each question")
        AT_END = "at_end", _("at the end")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    bank = models.ForeignKey(
        "exams.Bank", on_delete=models.CASCADE, related_name="practice_sets", db_comment="The bank of its questions"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who made it"
    )
    title = models.CharField(pgettext_lazy("heading", "Title"), max_length=200, db_comment="What learners call it")
    description = models.TextField(
        _("description"), max_length=2000, blank=True, default="", db_comment="What it is for, in plain text"
    )
    kind = models.CharField(
        _("questions"), max_length=6, choices=Kind, default=Kind.FIXED, db_comment="fixed list or living filter"
    )
    question_ids = models.JSONField(default=list, db_comment="Ids of the questions of a fixed set, in order")
    former_question_ids = models.JSONField(
        null=True, db_comment="The list before its last change, which can be taken back; null: nothing to take back"
    )
    filters = models.JSONField(default=dict, db_comment="Filter of a living set, as the bank's list names them")
    count = models.PositiveSmallIntegerField(
        _("questions a session"),
        default=0,
        validators=[MaxValueValidator(MAXIMUM_OF_SET)],
        db_comment="Questions of one session, 0 for all (at most 200)",
    )
    order = models.CharField(
        pgettext_lazy("sequence", "order"), max_length=12, choices=Order, default=Order.IN_ORDER, db_comment="Sequence"
    )
    feedback = models.CharField(
        _("feedback"), max_length=8, choices=Feedback, default=Feedback.AT_ONCE, db_comment="at_once or at_end"
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("passed from, in per cent"),
        default=60,
        validators=[MaxValueValidator(100)],
        db_comment="Share of right answers that passes, 0 to 100; a lesson has its own",
    )
    visibility = models.CharField(
        _("visible to"), max_length=12, choices=Visibility, default=Visibility.PERSONAL, db_comment="Who finds it"
    )
    archived_at = models.DateTimeField(null=True, db_comment="When it was put away; null while learners may find it")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")
    changed_at = models.DateTimeField(auto_now=True, db_comment="When it last changed")

    class Meta:
        db_table_comment = "Practice sets made by instructors"
        ordering = ["-id"]
        verbose_name = _("practice set")
        verbose_name_plural = _("practice sets")

    def __str__(self) -> str:
        return self.title


class PracticeChoice(models.Model):
    """What a learner last chose at a place where practice begins, so that she need not choose it again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="The learner"
    )
    place = models.CharField(max_length=60, db_comment="bank:<public id>, or random")
    values = models.JSONField(default=dict, db_comment="The fields of the form as they were sent")
    chosen_at = models.DateTimeField(db_comment="When")

    class Meta:
        db_table_comment = "Last choices of learners in practice"
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="practice_choice_once")]


class PracticeExport(models.Model):
    """A learner's download of everything she practised: asked for, written by a job, fetched by her alone."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="Whose practice it is"
    )
    language = models.CharField(max_length=10, default="zh-hans", db_comment="Language of headings in the file")
    storage_name = models.CharField(max_length=400, default="", db_comment="Where the file lies; empty: nowhere (yet)")
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The work that writes it"
    )
    created_at = models.DateTimeField(db_comment="When it was asked for")
    finished_at = models.DateTimeField(null=True, db_comment="When the file was written; null before")

    class Meta:
        db_table_comment = "Downloads of all practice of a learner"
        ordering = ["-id"]
