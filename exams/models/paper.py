"""Papers, their sections, fixed items and blueprint rules, and the frozen versions that exams use."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Paper(models.Model):
    """What an exam asks: sections of fixed questions and of blueprint rules."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    title = models.CharField(_("title"), max_length=200, db_comment="Title")
    instructions = models.TextField(_("instructions"), blank=True, default="", db_comment="Shown above the questions")
    language = models.CharField(_("language"), max_length=10, default="zh-hans", db_comment="Language of the paper")
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
    is_practice = models.BooleanField(
        _("open for practice"), default=False, db_comment="Whether learners may practise it untimed"
    )
    requires_grant = models.BooleanField(
        _("for sale"), default=False, db_comment="Whether practising needs a grant of paper:<public_id>"
    )
    current_version = models.ForeignKey(
        "PaperVersion",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Newest published version",
    )
    archived_at = models.DateTimeField(null=True, db_comment="When it was put away")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")
    updated_at = models.DateTimeField(auto_now=True, db_comment="When it last changed")

    class Meta:
        db_table_comment = "Papers as authors edit them"
        ordering = ["-id"]
        verbose_name = _("paper")
        verbose_name_plural = _("papers")

    def __str__(self) -> str:
        return self.title

    @property
    def product_key(self) -> str:
        """Return the key under which access to the paper is granted."""
        return f"paper:{self.public_id}"


class PaperSection(models.Model):
    """A part of a paper with a title and instructions of its own."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="sections", db_comment="The paper")
    position = models.PositiveIntegerField(db_comment="Order in the paper")
    title = models.CharField(_("title"), max_length=200, db_comment="Title, such as 一、单项选择题")
    instructions = models.TextField(_("instructions"), blank=True, default="", db_comment="Shown above its questions")

    class Meta:
        db_table_comment = "Sections of papers"
        ordering = ["position", "id"]


class PaperItem(models.Model):
    """A fixed question of a section."""

    section = models.ForeignKey(PaperSection, on_delete=models.CASCADE, related_name="items", db_comment="The section")
    position = models.PositiveIntegerField(db_comment="Order in the section")
    question = models.ForeignKey(
        "exams.Question", on_delete=models.PROTECT, related_name="+", db_comment="The question"
    )
    marks = models.DecimalField(_("marks"), max_digits=7, decimal_places=2, db_comment="Marks in this paper")

    class Meta:
        db_table_comment = "Fixed questions of papers"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["section", "question"], name="item_once_a_section")]


class BlueprintRule(models.Model):
    """Draw `count` questions that meet the rule."""

    section = models.ForeignKey(PaperSection, on_delete=models.CASCADE, related_name="rules", db_comment="The section")
    position = models.PositiveIntegerField(db_comment="Order in the section")
    bank = models.ForeignKey("exams.Bank", on_delete=models.PROTECT, related_name="+", db_comment="Draw from this bank")
    topic = models.ForeignKey(
        "exams.Topic",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Subtree; null = all",
    )
    types = models.JSONField(_("types"), default=list, blank=True, db_comment="Question types; empty = all")
    difficulty_min = models.PositiveSmallIntegerField(_("difficulty from"), default=1, db_comment="1 to 5")
    difficulty_max = models.PositiveSmallIntegerField(_("difficulty to"), default=5, db_comment="1 to 5")
    tags = models.JSONField(_("tags"), default=list, blank=True, db_comment="All of these tags; empty = any")
    maximum_exposure = models.PositiveIntegerField(
        _("at most so often answered in exams"),
        null=True,
        blank=True,
        db_comment="Most marked answers in exams that a question may have; null = any",
    )
    count = models.PositiveIntegerField(_("count"), db_comment="How many questions are drawn")
    marks = models.DecimalField(_("marks"), max_digits=7, decimal_places=2, db_comment="Marks of each")

    class Meta:
        db_table_comment = "Blueprint rules of papers"
        ordering = ["position", "id"]


class PaperVersion(models.Model):
    """A paper frozen at publication: fixed versions and the solved pools of its blueprint."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="versions", db_comment="The paper")
    number = models.PositiveIntegerField(db_comment="1, 2, 3 … within the paper")
    structure = models.JSONField(
        db_comment="sections: title, instructions, items [version_id, marks], pools [count, marks, version ids, groups]"
    )
    question_count = models.PositiveIntegerField(db_comment="Questions an attempt gets")
    total_marks = models.DecimalField(max_digits=9, decimal_places=2, db_comment="Maximum of an attempt")
    published_at = models.DateTimeField(db_comment="When it was frozen")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who published it"
    )

    class Meta:
        db_table_comment = "Published versions of papers; rows never change"
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="paper_version_unique")]
