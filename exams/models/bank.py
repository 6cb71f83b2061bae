"""Bank, topic, question and its immutable versions."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin, WorkflowMixin

from edu.core.ids import new_public_id
from exams.models.interchange import ImportBatch
from exams.models.question_change import QuestionChange


class Bank(models.Model):
    """A question bank. It belongs to a person or to an organisation."""

    class Visibility(models.TextChoices):
        """Who may practise and build papers from it, beside its owner."""

        PERSONAL = "personal", _("only me")
        SHARED = "shared", _("named colleagues")
        ORGANIZATION = "organization", _("my organisation")
        PUBLIC = "public", _("everybody")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    name = models.CharField(_("name"), max_length=200, db_comment="Name of the bank")
    slug = models.SlugField(
        _("short name"),
        max_length=80,
        unique=True,
        allow_unicode=True,
        db_comment="Name in commands and addresses",
    )
    description = models.TextField(_("description"), blank=True, default="", db_comment="What it covers")
    language = models.CharField(_("language"), max_length=10, default="zh-hans", db_comment="Language of its questions")
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
    visibility = models.CharField(
        _("visible to"),
        max_length=12,
        choices=Visibility,
        default=Visibility.PERSONAL,
        db_comment="Who may use it",
    )
    free_sample_count = models.PositiveIntegerField(
        _("free questions a topic"),
        default=0,
        db_comment="Questions a topic that may be practised without a grant",
    )
    requires_grant = models.BooleanField(
        _("for sale"), default=False, db_comment="Whether practising needs a grant of bank:<public_id>"
    )
    requires_review = models.BooleanField(
        _("questions are reviewed"),
        default=False,
        db_comment="Whether a second person approves every version before it is drawn",
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")

    class Meta:
        db_table_comment = "Question banks"
        ordering = ["name"]
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")

    def __str__(self) -> str:
        return self.name

    @property
    def product_key(self) -> str:
        """Return the key under which access to the bank is granted."""
        return f"bank:{self.public_id}"


class BankShare(models.Model):
    """A named colleague may write in a bank, or read and review it."""

    class Role(models.TextChoices):
        """What the colleague may do."""

        EDIT = "edit", _("may edit")
        REVIEW = "review", _("may review")

    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="shares", db_comment="The bank")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_comment="The colleague"
    )
    role = models.CharField(max_length=8, choices=Role, default=Role.EDIT, db_comment="edit or review")

    class Meta:
        db_table_comment = "Colleagues who may author in a bank"
        constraints = [models.UniqueConstraint(fields=["bank", "user"], name="bank_share_once")]


class Topic(models.Model):
    """A chapter or knowledge point of a bank; topics form a tree."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="topics", db_comment="The bank")
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="children",
        db_comment="The topic above",
    )
    name = models.CharField(_("name"), max_length=120, db_comment="Name among its siblings")
    position = models.PositiveIntegerField(default=0, db_comment="Order among its siblings")
    path = models.CharField(
        max_length=255,
        db_index=True,
        default="",
        db_comment="/id/id/ from the top to this topic; a subtree shares its start",
    )
    question_count = models.PositiveIntegerField(
        default=0, db_comment="Questions directly in it, kept by the use cases and recounted every night"
    )

    class Meta:
        db_table_comment = "Topic trees of banks"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bank", "parent", "name"], name="topic_name_unique"),
            models.UniqueConstraint(
                fields=["bank", "name"], condition=models.Q(parent__isnull=True), name="top_topic_name_unique"
            ),
        ]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions, and which of them may be drawn."""

    def drawable(self) -> "QuestionQuerySet":
        """Return those that papers, practice and quizzes may draw: published, approved where that is asked."""
        return self.filter(status="published", current_version__isnull=False, is_withheld=False)


class VisibleQuestions(models.Manager.from_queryset(QuestionQuerySet)):  # type: ignore[misc] # a class made at run time
    """Questions without those of an import that is under way or being taken back: one row of ImportBatch shows or
    hides all of them at once."""

    def get_queryset(self) -> QuestionQuerySet:
        """Leave out what an import has not shown yet."""
        hidden = ImportBatch.objects.filter(state__in=ImportBatch.HIDING).values("pk")
        rows: QuestionQuerySet = super().get_queryset()
        return rows.exclude(models.Q(batch__isnull=False) & models.Q(batch__in=hidden))


class Question(PreviewableMixin, WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, models.Model):
    """A question as its authors see it: a draft with revisions. Learners only ever meet its versions."""

    class Status(models.TextChoices):
        """Whether papers and practice may draw it."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    class Health(models.TextChoices):
        """What figures and reports say against it, the gravest first."""

        WRONG_KEY = "wrong_key", _("key likely wrong")
        REPORTED = "reported", _("reported")
        TOO_HARD = "too_hard", _("too hard")
        TOO_EASY = "too_easy", _("too easy")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    bank = models.ForeignKey(
        Bank, on_delete=models.CASCADE, related_name="questions", db_index=False, db_comment="The bank"
    )
    topic = models.ForeignKey(
        Topic,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="questions",
        db_comment="Where it belongs",
    )
    ref = models.CharField(
        _("reference"),
        max_length=80,
        blank=True,
        default="",
        db_comment="The author's own id, unique in the bank when set",
    )
    type = models.CharField(_("type"), max_length=30, db_comment="Name of a module in exams.domain.types")
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=Status,
        default=Status.DRAFT,
        db_comment="Draft, published or retired",
    )
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), default=3, db_comment="1 (very easy) to 5 (very hard)"
    )
    tags = models.JSONField(_("tags"), default=list, blank=True, db_comment="List of tags")
    language = models.CharField(_("language"), max_length=10, default="zh-hans", db_comment="Language of the text")
    marks = models.DecimalField(
        _("marks"), max_digits=7, decimal_places=2, default=1, db_comment="Default marks in a paper"
    )
    content = models.JSONField(_("content"), db_comment="What the learner sees, by the type's Content model")
    key = models.JSONField(_("answer key"), db_comment="The answer key, by the type's Key model")
    explanation = models.TextField(_("explanation"), blank=True, default="", db_comment="Why, in rich text")
    source = models.CharField(_("source"), max_length=300, blank=True, default="", db_comment="Law or fact behind it")
    summary = models.CharField(max_length=300, default="", db_comment="First words of the question in plain text")
    search_text = models.TextField(default="", db_comment="Plain text of content, for searching")
    content_hash = models.CharField(
        max_length=64,
        default="",
        db_comment="SHA-256 of type, content and key, for duplicates",
    )
    current_version = models.ForeignKey(
        "QuestionVersion",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Newest published version",
    )
    batch = models.ForeignKey(
        "ImportBatch",
        null=True,
        on_delete=models.SET_NULL,
        related_name="questions",
        db_index=False,
        db_comment="Import it came with",
    )
    batch_position = models.PositiveIntegerField(
        null=True, editable=False, db_comment="Row of the import it came with; null where the row names the question"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Who wrote it",
    )
    practice_decisions = models.JSONField(
        null=True,
        db_comment="Versions that practice marks otherwise than they were published: {version id: {policy, key, "
        "change_set}}; null: none",
    )
    is_withheld = models.BooleanField(
        default=False, db_comment="Waits for a second person's approval: nothing draws it whatever its status"
    )
    health = models.CharField(
        max_length=12, choices=Health, blank=True, default="", db_comment="Gravest finding of its figures; empty: none"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was written")
    updated_at = models.DateTimeField(auto_now=True, db_comment="When it last changed")

    objects = VisibleQuestions()
    everything = models.Manager["Question"]()
    """With those that an import has not shown yet; for imports alone."""

    class Meta:
        db_table_comment = "Questions as authors edit them"
        indexes = [
            models.Index(fields=["bank", "status", "type", "difficulty"], name="question_draw_idx"),
            # Counts by several filters read these alone, without the rows.
            models.Index(fields=["topic", "type", "difficulty", "status", "id"], name="question_topic_facets_idx"),
            models.Index(fields=["bank", "type", "difficulty", "status", "id"], name="question_facets_idx"),
            # Each list of a bank is read from an index in the order it is shown, a page at a time.
            models.Index(fields=["bank", "id"], name="question_bank_idx"),
            models.Index(fields=["bank", "type", "id"], name="question_type_idx"),
            models.Index(fields=["bank", "status", "id"], name="question_status_idx"),
            models.Index(fields=["bank", "difficulty", "id"], name="question_difficulty_idx"),
            models.Index(fields=["bank", "author", "id"], name="question_author_idx"),
            models.Index(fields=["bank", "updated_at", "id"], name="question_changed_idx"),
            models.Index(fields=["bank", "health", "id"], name="question_health_idx"),
            models.Index(fields=["content_hash"], name="question_hash_idx"),
            models.Index(
                fields=["batch", "batch_position"], condition=models.Q(batch__isnull=False), name="question_batch_idx"
            ),
            # What few questions are is listed without walking past the many that are not.
            models.Index(fields=["bank", "id"], condition=models.Q(is_withheld=True), name="question_withheld_idx"),
            models.Index(
                fields=["bank", "status", "id"],
                condition=models.Q(has_unpublished_changes=True),
                name="question_unpublished_idx",
            ),
            models.Index(
                fields=["bank", "id"], condition=models.Q(go_live_at__isnull=False), name="question_scheduled_idx"
            ),
            models.Index(fields=["go_live_at"], condition=models.Q(go_live_at__isnull=False), name="question_live_idx"),
            models.Index(fields=["expire_at"], condition=models.Q(expire_at__isnull=False), name="question_end_idx"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bank", "ref"], condition=~models.Q(ref=""), name="question_ref_unique")
        ]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.summary or str(self.public_id)

    @property
    def is_drawable(self) -> bool:
        """Whether papers and practice may draw it: published, approved where that is asked, with a version."""
        return self.status == self.Status.PUBLISHED and self.current_version_id is not None and not self.is_withheld

    def publish(self, *args: Any, **kwargs: Any) -> None:
        """Publish through Wagtail (workflow, schedule) and freeze the version that learners get, both or neither."""
        from exams.authoring.questions import freeze_question

        with transaction.atomic():
            super().publish(*args, **kwargs)
            self.refresh_from_db()
            freeze_question(question=self, actor=kwargs.get("user"))


class VersionQuerySet(models.QuerySet["QuestionVersion"]):
    """Versions of questions."""

    def shown(self) -> "VersionQuerySet":
        """Leave out those that an import under way has made and not shown yet; nothing but lists can meet them."""
        waiting = QuestionChange.objects.filter(
            current_version=models.OuterRef("pk"), is_former=False, batch__state=ImportBatch.State.APPLYING
        )
        return self.filter(~models.Exists(waiting))


class QuestionVersion(models.Model):
    """A question frozen at publication; it never changes, so it may be cached for ever by its id."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="versions", db_index=False, db_comment="The question"
    )
    number = models.PositiveIntegerField(db_comment="1, 2, 3 … within the question")
    type = models.CharField(max_length=30, db_comment="Name of the question type")
    content = models.JSONField(db_comment="What the learner sees")
    key = models.JSONField(db_comment="The answer key")
    explanation = models.TextField(default="", db_comment="Why, in rich text")
    source = models.CharField(max_length=300, default="", db_comment="Law or fact behind it")
    marks = models.DecimalField(max_digits=7, decimal_places=2, db_comment="Default marks")
    content_hash = models.CharField(max_length=64, db_comment="SHA-256 of type, content and key")
    published_at = models.DateTimeField(db_comment="When it was frozen")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Who published it",
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        db_table_comment = "Published versions of questions; rows never change"
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="version_number_unique")]

    @property
    def practice_decisions(self) -> dict[str, Any] | None:
        """Return what was decided about versions of its question (`Question.practice_decisions`)."""
        decisions: dict[str, Any] | None = self.question.practice_decisions
        return decisions
