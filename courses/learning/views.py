"""My learning, and what the lesson room sends back."""

import math
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.course_view import resume_lesson
from courses.fetch import list_outline
from courses.learning import notes as note_book
from courses.learning.admission import find_seen_lesson
from courses.learning.advance import complete_by_hand, watch_lesson
from courses.learning.agenda import make_agenda
from courses.learning.desk import list_enrolled, list_single_lessons
from courses.learning.enrol import enrol_free
from courses.models import Enrolment, Lesson, LessonNote
from courses.permissions import can_edit, visible_courses
from courses.queries import CourseCard, list_courses
from courses.quizzes import start_quiz
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound

View = Callable[..., HttpResponse]


def learning(view: View) -> View:
    """Let signed-in people in, and answer what a use case does not find for them with 404."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return guarded


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show where the learner goes on, what is due, her exams, her courses and single lessons."""
    enrolled = list_enrolled(user_id=request.user.pk, limit=7)
    going_on = next((row for row in enrolled if row.has_access and not row.is_done), None)
    context = {
        "title": _("My learning"),
        "desk": "learner",
        "going_on": going_on,
        "agenda": make_agenda(user_id=request.user.pk, now=now_utc()),
        "enrolled": [row for row in enrolled if row is not going_on][:6],
        "lessons": list_single_lessons(user_id=request.user.pk),
        "suggested": [] if enrolled else _suggest(request),
        "stats": {
            "open": sum(not row.is_done for row in enrolled),
            "done": sum(row.is_done for row in enrolled),
        },
    }
    return render(request, "courses/learning/home.html", context)


def _suggest(request: HttpRequest) -> list[CourseCard]:
    """Return what others learn, in the learner's language first."""
    return list_courses(user=request.user, sort="popular", prefer_language=get_language() or "", limit=3)


@login_required
@require_GET
def courses(request: HttpRequest) -> HttpResponse:
    """List all courses of the learner with her progress."""
    state = request.GET.get("state", "")
    rows = list_enrolled(user_id=request.user.pk)
    shown = [row for row in rows if not state or row.is_done == (state == "done")]
    page = Paginator(shown, 12).get_page(request.GET.get("page"))
    tabs = [
        {"label": _("All"), "url": "?", "current": not state, "count": len(rows)},
        {
            "label": _("Learning now"),
            "url": "?state=open",
            "current": state == "open",
            "count": sum(not row.is_done for row in rows),
        },
        {
            "label": _("Completed"),
            "url": "?state=done",
            "current": state == "done",
            "count": sum(row.is_done for row in rows),
        },
    ]
    context = {"title": _("My courses"), "desk": "learner", "page_obj": page, "tabs": tabs}
    return render(request, "courses/learning/courses.html", context)


@login_required
@require_GET
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """Go on in a course: to the lesson where the learner stopped, or the next that is not done."""
    row = get_object_or_404(visible_courses(request.user), slug=slug)
    enrolment = Enrolment.objects.filter(user=request.user, course=row).first()
    if enrolment is None and not can_edit(request.user, row):
        return redirect(row)
    lesson = resume_lesson(list_outline(course=row, user_id=request.user.pk), enrolment)
    return redirect(lesson.url if lesson else row.get_absolute_url())


@learning
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Enrol in a free course and go to its first lesson."""
    try:
        enrol_free(user=request.user, slug=slug)
    except NotAllowed as error:
        messages.error(request, _(error.message))
        return redirect("courses:detail", slug=slug)
    return redirect("learning:course", slug=slug)


@require_GET
def lesson(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send whoever holds the lesson's id to its address, if the course is visible to her."""
    try:
        return redirect(find_seen_lesson(request.user, public_id=public_id))
    except NotFound as error:
        raise Http404 from error


@learning
@require_POST
def progress(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the player's report: `position` and `watched`, in seconds."""
    try:
        position, watched = (float(request.POST.get(name, "nan")) for name in ("position", "watched"))
    except ValueError:
        position = watched = math.nan
    try:
        state = watch_lesson(user=request.user, public_id=public_id, position_seconds=position, watched_seconds=watched)
    except InvalidInput as error:
        return JsonResponse({"code": error.code, "detail": error.message}, status=422)
    enrolment = Enrolment.objects.filter(user=request.user, course__lessons__public_id=public_id).first()
    return JsonResponse(
        {
            "position": state.position_seconds,
            "percent": state.percent,
            "completed": state.completed,
            "course_percent": enrolment.progress_percent if enrolment else 0,
        }
    )


def _back(public_id: uuid.UUID) -> HttpResponse:
    """Go back to a lesson; its own page asks who may see it."""
    return redirect("learning:lesson", public_id=public_id)


@learning
@require_POST
def complete(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Mark a lesson done and go on to the next one, or stay."""
    try:
        complete_by_hand(user=request.user, public_id=public_id)
    except Conflict as error:
        messages.error(request, _(error.message))
        return _back(public_id)
    target = request.POST.get("next", "")
    following = (
        Lesson.objects.filter(course__lessons__public_id=public_id, slug=target).select_related("course").first()
    )
    if following is None or not target:
        messages.success(request, _("The lesson is marked as done."))
        return _back(public_id)
    return redirect(following)


@learning
@require_POST
def quiz(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin or resume the quiz of a lesson in the practice room."""
    try:
        session_id = start_quiz(user=request.user, lesson_public_id=public_id)
    except Conflict as error:
        messages.error(request, _(error.message))
        return _back(public_id)
    return redirect("practice:session", public_id=session_id)


@login_required
@require_GET
def notes(request: HttpRequest) -> HttpResponse:
    """List all notes of the learner, newest first, by lesson."""
    rows = LessonNote.objects.filter(user=request.user).select_related("lesson__course").order_by("-changed_at")
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    return render(request, "courses/learning/notes.html", {"title": _("My notes"), "desk": "learner", "page_obj": page})


def _note_list(request: HttpRequest, lesson_row: Lesson, *, error: str = "", draft: str = "", status: int = 200) -> Any:
    """Answer the list of notes of a lesson to htmx, or go back to the lesson."""
    if not request.htmx:
        if error:
            messages.error(request, error)
        return redirect(f"{lesson_row.get_absolute_url()}#notes")
    rows = LessonNote.objects.filter(user=request.user, lesson=lesson_row)
    context = {"notes": rows, "lesson": lesson_row, "note_error": error, "note_draft": draft}
    return render(request, "courses/notes.html", context, status=status)


@learning
@require_POST
def add_note(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add a note at the place of the film that the form names."""
    position = request.POST.get("position", "")
    text = request.POST.get("text", "")
    try:
        row = note_book.add_note(
            user=request.user,
            lesson_public_id=public_id,
            text=text,
            position_seconds=int(position) if position.isdecimal() and len(position) < 7 else None,
        )
    except InvalidInput as error:
        lesson_row = find_seen_lesson(request.user, public_id=public_id)
        return _note_list(request, lesson_row, error=_(error.message), draft=text)
    return _note_list(request, row.lesson)


@learning
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Edit one's own note: GET shows the form, POST saves."""
    row = note_book.get_note(user_id=request.user.pk, public_id=public_id)
    error = ""
    if request.method == "POST":
        try:
            note_book.change_note(user_id=request.user.pk, public_id=public_id, text=request.POST.get("text", ""))
            return _note_list(request, row.lesson)
        except InvalidInput as fault:
            error = _(fault.message)
            row.text = request.POST.get("text", "")
    template = "courses/note_form.html" if request.htmx else "courses/learning/note.html"
    context = {"note": row, "note_error": error, "title": _("Edit the note"), "desk": "learner"}
    return render(request, template, context)


@learning
@require_POST
def delete_note(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Delete one's own note."""
    row = note_book.delete_note(user_id=request.user.pk, public_id=public_id)
    if request.POST.get("back") == "notes":
        messages.success(request, _("The note is deleted."))
        return redirect(reverse("learning:notes"))
    return _note_list(request, row.lesson)
