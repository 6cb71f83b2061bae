"""Exams: a paper offered to an audience in a window, and accommodations for single learners."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Exam(models.Model):
    """A paper offered to an audience in a window."""

    class Status(models.TextChoices):
        """Whether learners see it."""

        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        ARCHIVED = "archived", _("archived")

    class Audience(models.TextChoices):
        """Who may sit it."""

        EVERYBODY = "everybody", _("everybody who is signed in")
        GRANTED = "granted", _("those with access (bought, assigned, given)")
        ORGANIZATION = "organization", _("members of the organisation")

    class Release(models.TextChoices):
        """When learners see results."""

        AT_ONCE = "at_once", _("as soon as it is marked")
        AT_CLOSE = "at_close", _("when the exam closes")
        MANUAL = "manual", _("when an instructor releases them")

    class Layout(models.TextChoices):
        """How the room shows the questions."""

        ONE_PAGE = "one_page", _("all on one page")
        ONE_QUESTION = "one_question", _("one at a time")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    title = models.CharField(_("title"), max_length=200, db_comment="Title")
    description = models.TextField(_("description"), blank=True, default="", db_comment="What it is for; rich text")
    rules = models.TextField(
        _("rules for candidates"), blank=True, default="", db_comment="Read before the start; rich text"
    )
    paper = models.ForeignKey("exams.Paper", on_delete=models.PROTECT, related_name="exams", db_comment="The paper")
    paper_version = models.ForeignKey(
        "exams.PaperVersion",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Frozen when scheduled",
    )
    language = models.CharField(_("language"), max_length=10, default="zh-hans", db_comment="Language of the exam")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Author",
    )
    organization = models.ForeignKey(
        "organizations.Organization",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_comment="The organisation it belongs to; null when it is a person's",
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, db_comment="Draft, scheduled, archived"
    )
    audience = models.CharField(
        _("audience"), max_length=12, choices=Audience, default=Audience.GRANTED, db_comment="Who may sit it"
    )
    opens_at = models.DateTimeField(_("opens"), db_comment="First moment of a start")
    closes_at = models.DateTimeField(_("closes"), db_comment="Every attempt ends by then")
    duration_seconds = models.PositiveIntegerField(_("duration (seconds)"), db_comment="Time of an attempt")
    grace_seconds = models.PositiveIntegerField(
        _("grace (seconds)"), default=15, db_comment="Saves are still taken so long after the deadline"
    )
    attempts_allowed = models.PositiveIntegerField(
        _("attempts allowed"), default=1, db_comment="Attempts a learner has"
    )
    pass_percent = models.DecimalField(
        _("pass mark (per cent)"),
        max_digits=5,
        decimal_places=2,
        default=60,
        db_comment="Per cent needed to pass",
    )
    shuffle_questions = models.BooleanField(
        _("shuffle questions"), default=False, db_comment="Within each section, for each attempt"
    )
    shuffle_options = models.BooleanField(_("shuffle options"), default=True, db_comment="For each attempt")
    layout = models.CharField(
        _("layout"),
        max_length=14,
        choices=Layout,
        default=Layout.ONE_PAGE,
        db_comment="One page or one question",
    )
    forward_only = models.BooleanField(
        _("forward only"), default=False, db_comment="Whether going back is not possible"
    )
    release = models.CharField(
        _("results"),
        max_length=10,
        choices=Release,
        default=Release.AT_ONCE,
        db_comment="When results are shown",
    )
    released_at = models.DateTimeField(null=True, db_comment="When an instructor released the results")
    review_policy = models.JSONField(
        default=dict,
        db_comment="What review shows after release: marks, answers, keys, explanations; after_close: not before the "
        "close (booleans)",
    )
    review_opened_at = models.DateTimeField(
        null=True, db_comment="When a review that waits for the close was opened; null while it waits, or never does"
    )
    grading_policy = models.JSONField(default=dict, db_comment="Fields of exams.domain.grading.GradingPolicy")
    decisions = models.JSONField(
        default=dict, db_comment="Regrades that hold here: version id -> policy, key, change set; see exams.regrading"
    )
    access_code = models.CharField(
        _("access code"), max_length=40, blank=True, default="", db_comment="Asked at the start"
    )
    address_ranges = models.JSONField(
        _("address ranges"),
        default=list,
        blank=True,
        db_comment="CIDR ranges a start must come from; empty = any",
    )
    integrity = models.JSONField(
        _("honesty in the room"), default=dict, blank=True, db_comment="Fields of exams.domain.integrity.Integrity"
    )
    marking_is_anonymous = models.BooleanField(
        _("markers see numbers, not names"), default=True, db_comment="Whether names are hidden while marking"
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("days for appeals"), default=7, db_comment="Days after release in which learners may appeal; 0 = never"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")
    updated_at = models.DateTimeField(auto_now=True, db_comment="When it last changed")

    class Meta:
        db_table_comment = "Exams: a paper offered to an audience in a window"
        ordering = ["-opens_at", "-id"]
        verbose_name = _("exam")
        verbose_name_plural = _("exams")

    def __str__(self) -> str:
        return self.title

    @property
    def product_key(self) -> str:
        """Return the key under which access to the exam is granted."""
        return f"exam:{self.public_id}"


class Accommodation(models.Model):
    """What one learner gets beyond the exam's rules."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="accommodations", db_comment="The exam")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="The learner"
    )
    extra_percent = models.PositiveSmallIntegerField(
        _("extra time (per cent)"), default=0, db_comment="Of the duration"
    )
    extra_seconds = models.PositiveIntegerField(_("extra time (seconds)"), default=0, db_comment="Beside the per cent")
    extra_attempts = models.PositiveSmallIntegerField(_("extra attempts"), default=0, db_comment="Beside those allowed")
    opens_at = models.DateTimeField(null=True, blank=True, db_comment="Another opening; null = the exam's")
    closes_at = models.DateTimeField(null=True, blank=True, db_comment="Another close; null = the exam's")
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_comment="Why it was given")

    class Meta:
        db_table_comment = "Accommodations of single learners"
        constraints = [models.UniqueConstraint(fields=["exam", "user"], name="one_accommodation_a_learner")]
