"""The permanent records of a course: category, instructor, course, chapter, lesson. Pages present them."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Category(models.Model):
    """A subject of the catalogue, with at most one level of subjects below it."""

    slug = models.SlugField(
        _("address"), max_length=80, unique=True, allow_unicode=True, db_comment="Name in addresses"
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        limit_choices_to={"parent__isnull": True},
        verbose_name=_("part of"),
        db_comment="The subject above; null at the top",
    )
    name_en = models.CharField(_("name in English"), max_length=80, db_comment="Name in English")
    name_zh = models.CharField(_("name in Chinese"), max_length=80, db_comment="Name in Simplified Chinese")
    position = models.PositiveIntegerField(_("place in the list"), default=0, db_comment="Order in the catalogue")

    class Meta:
        db_table_comment = "Subjects of the catalogue"
        ordering = ["position", "id"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the language of the page."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class Instructor(models.Model):
    """The public face of a person who teaches."""

    slug = models.SlugField(
        _("address"), max_length=80, unique=True, allow_unicode=True, db_comment="Name in addresses"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("user account"),
        db_comment="Account of the instructor, who may then edit the courses; null for none",
    )
    name = models.CharField(_("name"), max_length=120, db_comment="Name that learners see")
    title = models.CharField(_("title"), max_length=200, blank=True, default="", db_comment="Profession or rank")
    bio = models.TextField(_("about"), blank=True, default="", db_comment="Life and work, as rich text")
    photo = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("portrait"),
        db_comment="Portrait; null shows the first letter",
    )

    class Meta:
        db_table_comment = "Instructors as learners see them"
        ordering = ["name"]
        verbose_name = _("instructor")
        verbose_name_plural = _("instructors")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the public page of the instructor."""
        return reverse("courses:instructor", args=[self.slug])


class Course(models.Model):  # type: ignore[django-manager-missing] # pages are managed by Wagtail's own
    """A course as a permanent record: enrolments, progress and product keys point here, never at a page."""

    class Status(models.TextChoices):
        """Whether learners can find the course."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        ARCHIVED = "archived", _("withdrawn")

    class Level(models.TextChoices):
        """What the course expects of the learner."""

        BEGINNER = "beginner", _("beginner")
        INTERMEDIATE = "intermediate", _("intermediate")
        ADVANCED = "advanced", _("advanced")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    slug = models.SlugField(
        _("address"), max_length=100, unique=True, allow_unicode=True, db_comment="Name in addresses"
    )
    title = models.CharField(_("title"), max_length=200, db_comment="Title in the language of the course")
    subtitle = models.CharField(_("subtitle"), max_length=200, blank=True, default="", db_comment="Line below it")
    summary = models.TextField(
        _("summary"), blank=True, default="", max_length=500, db_comment="A few plain sentences for lists and search"
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default="zh-hans",
        db_comment="Language of the course",
    )
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="courses",
        verbose_name=_("category"),
        db_comment="Subject; null for none",
    )
    instructors = models.ManyToManyField(
        Instructor, blank=True, related_name="courses", verbose_name=_("instructors"), db_table="courses_course_teacher"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("owner"),
        db_comment="Who made it and may edit it",
    )
    organization = models.ForeignKey(
        "organizations.Organization",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("organisation"),
        db_comment="The organisation whose own it is; null for a public course",
    )
    status = models.CharField(
        _("state"), max_length=10, choices=Status, default=Status.DRAFT, db_comment="draft, published or archived"
    )
    level = models.CharField(
        _("level"), max_length=12, choices=Level, default=Level.BEGINNER, db_comment="What it expects of the learner"
    )
    is_free = models.BooleanField(_("free"), default=False, db_comment="Whether anybody may enrol without paying")
    sequential = models.BooleanField(
        _("lessons in order"), default=False, db_comment="Whether a lesson opens only after the required ones before it"
    )
    cover = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("cover picture"),
        db_comment="Cover; null shows a drawn one",
    )
    lesson_count = models.PositiveIntegerField(default=0, db_comment="Lessons of the outline, kept with it")
    minutes = models.PositiveIntegerField(default=0, db_comment="Sum of the lessons' minutes, kept with the outline")
    learner_count = models.PositiveIntegerField(default=0, db_comment="Enrolments, kept with them")
    published_at = models.DateTimeField(null=True, db_comment="When it was first published")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")

    class Meta:
        db_table_comment = "Courses: the permanent records"
        ordering = ["-id"]
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        indexes = [models.Index(fields=["status", "-published_at"], name="course_catalogue_idx")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the course, the same in every language."""
        return reverse("courses:detail", args=[self.slug])

    @property
    def product_key(self) -> str:
        """Return the key under which access to the course is granted."""
        return f"course:{self.public_id}"

    @property
    def tone(self) -> int:
        """Return which of the five cover colours a course without a picture has."""
        return self.public_id.int % 5 + 1

    @property
    def is_published(self) -> bool:
        """Whether learners can find it."""
        return self.status == self.Status.PUBLISHED


class CourseInclusion(models.Model):
    """Something beside its lessons that owning the course opens: an exam, a paper, a bank."""

    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="inclusions", db_comment="The course that opens it"
    )
    product_key = models.CharField(max_length=80, db_comment="kind:uuid of what is opened")
    position = models.PositiveIntegerField(default=0, db_comment="Order on the course page")

    class Meta:
        db_table_comment = "Exams, papers and banks that a course includes"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["course", "product_key"], name="course_includes_once")]


class Chapter(models.Model):
    """A part of a course's outline."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="chapters", db_comment="The course")
    title = models.CharField(_("title"), max_length=200, db_comment="Title")
    summary = models.CharField(_("summary"), max_length=300, blank=True, default="", db_comment="What it is about")
    position = models.PositiveIntegerField(default=0, db_comment="Order in the course, from 0")

    class Meta:
        db_table_comment = "Chapters of courses"
        ordering = ["position", "id"]
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):  # type: ignore[django-manager-missing] # pages are managed by Wagtail's own
    """One lesson: what it is made of, and when it counts as done."""

    class Kind(models.TextChoices):
        """What the learner does in it."""

        TEXT = "text", _("reading")
        VIDEO = "video", _("video")
        AUDIO = "audio", _("audio")
        DOCUMENT = "document", _("document")
        QUIZ = "quiz", _("quiz")
        LIVE = "live", _("live session")
        OFFLINE = "offline", _("classroom session")

    class Completion(models.TextChoices):
        """When the lesson counts as done."""

        MANUAL = "manual", _("when the learner says so")
        OPENED = "opened", _("when it is opened")
        WATCHED = "watched", _("when 90 % is watched")
        PASSED = "passed", _("when the quiz is passed")
        FINISHED = "finished", _("when every question of the quiz is answered")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons", db_comment="The course")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="lessons", db_comment="The chapter")
    slug = models.SlugField(
        _("address"), max_length=100, allow_unicode=True, db_comment="Name in addresses, within the course"
    )
    title = models.CharField(_("title"), max_length=200, db_comment="Title in the language of the course")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEXT, db_comment="What it is made of")
    position = models.PositiveIntegerField(default=0, db_comment="Order in the chapter, from 0")
    minutes = models.PositiveIntegerField(_("minutes"), default=5, db_comment="How long it takes a learner")
    free_preview = models.BooleanField(_("free preview"), default=False, db_comment="Whether anybody may open it")
    required = models.BooleanField(
        _("required"), default=True, db_comment="Whether the course is complete only with it"
    )
    completion = models.CharField(
        _("counts as done"), max_length=8, choices=Completion, default=Completion.MANUAL, db_comment="When it is done"
    )
    video = models.ForeignKey(
        "media.Video",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Film; null when none",
    )
    asset = models.ForeignKey(
        "media.Asset",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Document or sound; null when none",
    )
    question_ids = models.JSONField(default=list, db_comment="Ids of the quiz's questions, in order; empty when none")
    practice_set = models.ForeignKey(
        "exams.PracticeSet",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Practice set that the quiz asks instead of question_ids; null when none",
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("pass mark in per cent"), default=60, db_comment="Share of the marks that passes the quiz, 0 to 100"
    )
    starts_at = models.DateTimeField(
        _("starts at"), null=True, blank=True, db_comment="Begin of a live or classroom session; null for others"
    )
    place = models.CharField(
        _("place or address"),
        max_length=300,
        blank=True,
        default="",
        db_comment="Room, or web address of the live session; shown to those who may enter",
    )
    removed_at = models.DateTimeField(
        null=True, db_comment="When its author took it out of the outline; the progress of learners stays"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")

    class Meta:
        db_table_comment = "Lessons: the permanent records"
        ordering = ["position", "id"]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="lesson_slug_in_course")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the lesson, the same in every language."""
        return reverse("courses:lesson", args=[self.course.slug, self.slug])

    @property
    def product_key(self) -> str:
        """Return the key under which access to the lesson is granted."""
        return f"lesson:{self.public_id}"
