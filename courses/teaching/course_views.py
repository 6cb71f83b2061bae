"""One course at the instructor's desk: outline, settings, publishing, copies, roster."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.authoring import courses as course_cases
from courses.authoring import outline as outline_cases
from courses.fetch import list_outline
from courses.models import Chapter, Course, CoursePage, Enrolment, Lesson
from courses.permissions import require_course
from courses.teaching.access import chapter_of, course_address, course_of, id_of, teaching, telling
from courses.teaching.forms import ChapterForm, CopyForm, NewLessonForm, SettingsForm
from courses.teaching.roster import roster_workbook, rows_of
from edu.core.errors import Conflict
from edu.documents.xlsx import CONTENT_TYPE


def frame(course: Course, *, tab: str) -> dict[str, Any]:
    """Return what every page of a course at the desk shows: its title, state and tabs."""
    from django.urls import reverse

    names = [("course", _("Outline")), ("settings", _("Settings")), ("roster", _("Learners"))]
    return {
        "title": course.title,
        "desk": "instructor",
        "course": course,
        "tabs": [
            {"label": label, "url": reverse(f"teaching:{name}", args=[course.public_id]), "current": name == tab}
            for name, label in names
        ],
        "page": CoursePage.objects.filter(course=course, locale__language_code=course.language).first(),
    }


@teaching
def outline(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the outline to be ordered, extended and published."""
    course = course_of(request, public_id)
    context = frame(course, tab="course") | {
        "outline": list_outline(course=course, user_id=None),
        "removed": Lesson.objects.filter(course=course, removed_at__isnull=False).order_by("-removed_at")[:20],
        "lesson_form": NewLessonForm(auto_id=False),
        "kinds": Lesson.Kind.choices,
    }
    return render(request, "courses/teaching/outline.html", context)


@teaching
def settings(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change what is not text, publish, withdraw, copy."""
    course = course_of(request, public_id)
    form = SettingsForm(request.POST or None, instance=course)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        teachers = values.pop("instructors")
        course_cases.change_course(
            actor=request.user,
            course_id=course.pk,
            fields=values,
            instructor_ids=[row.pk for row in teachers],
        )
        messages.success(request, _("The settings are saved."))
        return redirect("teaching:settings", public_id=public_id)
    suggested = _("%(title)s (copy)") % {"title": course.title}
    context = frame(course, tab="settings") | {"form": form, "copy_form": CopyForm(initial={"title": suggested})}
    return render(request, "courses/teaching/settings.html", context)


@teaching
@require_POST
def publish(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the course in the catalogue, with the newest drafts of all its pages."""
    with telling(request, _("The course is in the catalogue.")):
        course_cases.publish_course(actor=request.user, course_id=id_of(Course, public_id))
    return redirect("teaching:course", public_id=public_id)


@teaching
@require_POST
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the course out of the catalogue; learners keep it."""
    with telling(request, _("The course is out of the catalogue. Its learners keep it.")):
        course_cases.withdraw_course(actor=request.user, course_id=id_of(Course, public_id))
    return redirect("teaching:settings", public_id=public_id)


@teaching
@require_POST
def copy(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make a draft copy without learners, owned by the person."""
    with telling(request, _("The copy is a draft; nobody sees it yet.")):
        copy_id = course_cases.copy_course(
            actor=request.user, course_id=id_of(Course, public_id), title=request.POST.get("title", "")
        )
        return redirect("teaching:course", public_id=Course.objects.get(pk=copy_id).public_id)
    return redirect("teaching:settings", public_id=public_id)


@teaching
@require_POST
def order(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the whole order as JSON: [{chapter, lessons: []}], ids as shown in the page."""
    try:
        rows = [
            (uuid.UUID(entry["chapter"]), [uuid.UUID(lesson) for lesson in entry["lessons"]])
            for entry in json.loads(request.body)
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        rows = None
    course_id = id_of(Course, public_id)
    if rows is None:
        require_course(request.user, course_id=course_id)
        return JsonResponse({"code": "invalid_input", "detail": _("The order could not be read.")}, status=422)
    try:
        outline_cases.arrange_outline(actor=request.user, course_id=course_id, order=rows)
    except Conflict as error:
        return JsonResponse({"code": error.code, "detail": _(error.message)}, status=409)
    return JsonResponse({"saved": True})


@teaching
@require_POST
def move(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Move a chapter or lesson one place: `item` is its id, `step` up or down."""
    try:
        item = uuid.UUID(request.POST.get("item", ""))
    except ValueError:
        item = None
    outline_cases.move_in_order(
        actor=request.user,
        course_id=id_of(Course, public_id),
        public_id=item,
        step=-1 if request.POST.get("step") == "up" else 1,
    )
    return redirect("teaching:course", public_id=public_id)


@teaching
@require_POST
def add_chapter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add a chapter at the end."""
    with telling(request):
        outline_cases.add_chapter(
            actor=request.user, course_id=id_of(Course, public_id), title=request.POST.get("title", "")
        )
    return redirect("teaching:course", public_id=public_id)


@teaching
def chapter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Rename a chapter and say what it is about."""
    row = chapter_of(request, public_id)
    form = ChapterForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        outline_cases.rename_chapter(actor=request.user, chapter_id=row.pk, **form.cleaned_data)
        return redirect("teaching:course", public_id=row.course.public_id)
    context = frame(row.course, tab="course") | {"form": form, "chapter": row}
    return render(request, "courses/teaching/chapter.html", context)


@teaching
@require_POST
def delete_chapter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Delete an empty chapter."""
    chapter_id = id_of(Chapter, public_id)
    back = course_address(chapter_or_lesson=Chapter, pk=chapter_id)
    with telling(request):
        outline_cases.delete_chapter(actor=request.user, chapter_id=chapter_id)
    return redirect("teaching:course", public_id=back)


@teaching
def roster(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """List the learners with their progress."""
    course = course_of(request, public_id)
    enrolments = Enrolment.objects.filter(course=course).select_related("user").order_by("-active_at")
    page = Paginator(enrolments, 50).get_page(request.GET.get("page"))
    context = frame(course, tab="roster") | {
        "page_obj": page,
        "rows": rows_of(list(page.object_list), course=course),
        "lesson_count": course.lesson_count,
    }
    return render(request, "courses/teaching/roster.html", context)


@teaching
def roster_file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer the roster as a spreadsheet."""
    course = course_of(request, public_id)
    return HttpResponse(
        roster_workbook(course=course),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="learners-{course.public_id}.xlsx"'},
    )
