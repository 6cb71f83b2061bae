"""The Wagtail pages that present courses and lessons, one a language. Their addresses belong to the records."""

from typing import Any, ClassVar
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, Site
from wagtail.search import index

from courses.models.blocks import BodyBlock, CourseBodyBlock
from edu.search.queries import document_text


class RecordAddress(Page):
    """A page whose address comes from its record, not from its place in the tree."""

    is_creatable = False

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> Any:
        """Return what the person may do in the page editor: nothing with courses that she does not teach.

        Drafts, history and previews ask here, where no hook of the editor runs.
        """
        from courses.authoring.editors import may_edit_page

        tester = super().permissions_for_user(user)
        if tester.user.is_active and not may_edit_page(user, self):
            tester.permissions = set()
        return tester

    def record_path(self) -> str:
        """Return the path under which the record is shown."""
        raise NotImplementedError

    def is_shown_at(self, request: HttpRequest) -> bool:
        """Whether the request asks for the record's address; addresses in Chinese are compared as they are read."""
        return request.path == unquote(self.record_path())

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        """Return (site, root address, path of the record), wherever the page stands in the tree."""
        site = Site.find_for_request(request) if isinstance(request, HttpRequest) else None
        if site is None:
            paths = Site.get_site_root_paths()
            return (paths[0].site_id, paths[0].root_url, self.record_path()) if paths else None
        return site.pk, site.root_url, self.record_path()


class CourseIndexPage(Page):
    """Holds the course pages of one language in the page tree; visitors see the catalogue instead."""

    subpage_types: ClassVar = ["courses.CoursePage"]
    max_count_per_parent = 2

    class Meta:
        db_table_comment = "Parents of course pages in the page tree"
        verbose_name = _("course folder")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send visitors to the catalogue."""
        return redirect("courses:catalogue")


class CoursePage(RecordAddress):
    """A course in one language: what its page says beside the outline."""

    course = models.ForeignKey(
        "courses.Course", on_delete=models.PROTECT, related_name="pages", db_comment="The record it presents"
    )
    subtitle = models.CharField(
        _("subtitle"), max_length=200, blank=True, default="", db_comment="Line below the title"
    )
    summary = models.TextField(
        _("summary"), max_length=500, blank=True, default="", db_comment="A few plain sentences for lists and search"
    )
    body = StreamField(
        CourseBodyBlock(),
        blank=True,
        verbose_name=_("reading"),
        db_comment="Description, outcomes, audience, questions and answers",
    )

    parent_page_types: ClassVar = ["courses.CourseIndexPage"]
    subpage_types: ClassVar = ["courses.LessonPage"]
    template = "courses/course_page.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("subtitle"),
        FieldPanel("summary"),
        FieldPanel("body"),
    ]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("search_terms"),
        index.FilterField("course_id"),
    ]

    class Meta:
        db_table_comment = "Course pages, one a course and language"
        verbose_name = _("course page")
        verbose_name_plural = _("course pages")

    def record_path(self) -> str:
        """Return the address of the course."""
        return reverse("courses:detail", args=[self.course.slug])

    def search_terms(self) -> str:
        """Return the words under which the course is found, in bigrams for Chinese."""
        course = self.course
        parts = [self.title, self.subtitle, self.summary]
        if course.category_id:
            parts += [course.category.name_en, course.category.name_zh]
        parts += course.instructors.values_list("name", flat=True)
        parts += course.lessons.values_list("title", flat=True)
        return document_text(*parts)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; what is live in the course's own language is copied to its record, for lists and doors."""
        super().save(*args, **kwargs)
        if _saves_text(kwargs) and self.live and self.locale.language_code == self.course.language:
            for name in ("title", "subtitle", "summary"):
                setattr(self.course, name, getattr(self, name))
            self.course.save(update_fields=["title", "subtitle", "summary"])

    def clean(self) -> None:
        """Refuse a second page of the course in the same language."""
        super().clean()
        _refuse_second(self, CoursePage.objects.filter(course_id=self.course_id))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the course to those who may see it (404 otherwise); another address is sent to the right one."""
        from courses.course_view import serve_course

        if not self.is_shown_at(request):
            return redirect(self.record_path(), permanent=False)
        return serve_course(request, page=self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what the template needs, for visitors and for the editor's preview."""
        from courses.course_view import course_context

        return super().get_context(request, *args, **kwargs) | course_context(request, page=self)


class LessonPage(RecordAddress):
    """A lesson in one language: its text."""

    lesson = models.ForeignKey(
        "courses.Lesson", on_delete=models.PROTECT, related_name="pages", db_comment="The record it presents"
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("reading"), db_comment="Text of the lesson in blocks")

    parent_page_types: ClassVar = ["courses.CoursePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "courses/lesson_page.html"
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("body")]

    class Meta:
        db_table_comment = "Lesson pages, one a lesson and language"
        verbose_name = _("lesson page")
        verbose_name_plural = _("lesson pages")

    def record_path(self) -> str:
        """Return the address of the lesson."""
        return self.lesson.get_absolute_url()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a live title in the course's own language is copied to the record, for the outline."""
        super().save(*args, **kwargs)
        if _saves_text(kwargs) and self.live and self.locale.language_code == self.lesson.course.language:
            self.lesson.title = self.title
            self.lesson.save(update_fields=["title"])

    def clean(self) -> None:
        """Refuse a second page of the lesson in the same language."""
        super().clean()
        _refuse_second(self, LessonPage.objects.filter(lesson_id=self.lesson_id))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the lesson, or what would open it; 404 to those who may not see the course."""
        from courses.learning.room import serve_lesson

        if not self.is_shown_at(request):
            return redirect(self.record_path(), permanent=False)
        return serve_lesson(request, page=self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what the template needs; the editor's preview shows the lesson as a free one."""
        from courses.learning.room import preview_context

        context = super().get_context(request, *args, **kwargs)
        return context | (kwargs.get("room") or preview_context(request, page=self))


def _saves_text(arguments: dict[str, Any]) -> bool:
    """Whether a save writes the title: keeping a draft of a live page saves its state only, and must not show."""
    fields = arguments.get("update_fields")
    return fields is None or "title" in fields


def _refuse_second(page: Page, others: "models.QuerySet[Any]") -> None:
    if others.filter(locale_id=page.locale_id).exclude(pk=page.pk).exists():
        raise ValidationError(_("There is already a page for it in this language."))
