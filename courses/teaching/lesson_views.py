"""One lesson at the instructor's desk: settings, film, captions, file, questions."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.authoring import content as content_cases
from courses.authoring import outline as outline_cases
from courses.models import Chapter, Lesson, LessonPage
from courses.permissions import require_lesson
from courses.question_choice import (
    find_practice_set,
    list_banks,
    list_chosen,
    list_practice_sets,
    list_questions,
)
from courses.teaching.access import course_address, id_of, lesson_of, teaching, telling
from courses.teaching.course_views import frame
from courses.teaching.forms import CaptionsForm, LessonForm
from media.queries import get_asset, get_player


@teaching
@require_POST
def add(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add a lesson to a chapter and open its page."""
    chapter_id = id_of(Chapter, public_id)
    with telling(request):
        lesson_id = outline_cases.add_lesson(
            actor=request.user,
            chapter_id=chapter_id,
            title=request.POST.get("title", ""),
            kind=request.POST.get("kind", ""),
        )
        return redirect("teaching:lesson", public_id=Lesson.objects.get(pk=lesson_id).public_id)
    return redirect("teaching:course", public_id=course_address(chapter_or_lesson=Chapter, pk=chapter_id))


@teaching
def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show and change a lesson: settings, what it is made of, the link to its text."""
    lesson = lesson_of(request, public_id)
    form = LessonForm(request.POST or None, instance=lesson)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        title = values.pop("title")
        with telling(request, _("The lesson is saved.")):
            outline_cases.change_lesson(actor=request.user, lesson_id=lesson.pk, title=title, fields=values)
        return redirect("teaching:lesson", public_id=public_id)
    return render(request, "courses/teaching/lesson.html", _context(request, lesson) | {"form": form})


def _context(request: HttpRequest, lesson: Lesson) -> dict[str, Any]:
    """Return what the lesson's page shows beside its form."""
    course = lesson.course
    context = frame(course, tab="course") | {
        "lesson": lesson,
        "text_page": LessonPage.objects.filter(lesson=lesson, locale__language_code=course.language).first(),
        "captions_form": CaptionsForm(initial={"language": course.language}),
        "begin_url": reverse("media:begin"),
    }
    if lesson.video_id:
        context["player"] = get_player(video_id=lesson.video_id, user_id=request.user.pk)
    if lesson.asset_id:
        context["asset"] = get_asset(asset_id=lesson.asset_id, user_id=request.user.pk)
    if lesson.practice_set_id:
        context["practice_set"] = find_practice_set(practice_set_id=lesson.practice_set_id)
    return context


@teaching
@require_POST
def publish(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Publish the newest draft of the lesson."""
    with telling(request, _("The lesson is published.")):
        outline_cases.publish_lesson(actor=request.user, lesson_id=id_of(Lesson, public_id))
    return redirect("teaching:lesson", public_id=public_id)


@teaching
@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the lesson out of the outline; it can be brought back from there."""
    lesson_id = id_of(Lesson, public_id)
    with telling(request, _("The lesson is out of the outline. You can bring it back below.")):
        outline_cases.remove_lesson(actor=request.user, lesson_id=lesson_id)
    return redirect("teaching:course", public_id=course_address(chapter_or_lesson=Lesson, pk=lesson_id))


@teaching
@require_POST
def restore(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Bring a removed lesson back."""
    lesson_id = id_of(Lesson, public_id)
    with telling(request):
        outline_cases.restore_lesson(actor=request.user, lesson_id=lesson_id)
    return redirect("teaching:course", public_id=course_address(chapter_or_lesson=Lesson, pk=lesson_id))


def _upload_id(request: HttpRequest) -> uuid.UUID | None:
    """Return the finished upload that the form names; None when it names none."""
    try:
        return uuid.UUID(request.POST.get("upload", ""))
    except ValueError:
        return None


@teaching
@require_POST
def film(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make the lesson's film of a finished upload; it is transcoded in the background."""
    lesson_id = id_of(Lesson, public_id)
    with telling(request):
        content_cases.set_film(actor=request.user, lesson_id=lesson_id, upload_public_id=_upload_id(request))
    return redirect("teaching:lesson", public_id=public_id)


@teaching
def film_state(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer how far the transcoding is, and the film when it is ready; the page asks again every few seconds."""
    lesson = lesson_of(request, public_id)
    player = get_player(video_id=lesson.video_id, user_id=request.user.pk) if lesson.video_id else None
    context = {
        "lesson": lesson,
        "player": player,
        "captions_form": CaptionsForm(initial={"language": lesson.course.language}),
    }
    return render(request, "courses/teaching/film_state.html", context)


@teaching
@require_POST
def film_again(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Transcode a film that failed once more."""
    with telling(request):
        content_cases.make_film_again(actor=request.user, lesson_id=id_of(Lesson, public_id))
    return redirect("teaching:lesson", public_id=public_id)


@teaching
@require_POST
def captions(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set the captions of the film in one language."""
    lesson_id = id_of(Lesson, public_id)
    form = CaptionsForm(request.POST, request.FILES)
    if not form.is_valid():
        require_lesson(request.user, lesson_id=lesson_id)
        for fault in form.errors.get("file", []):
            messages.error(request, fault)
        return redirect("teaching:lesson", public_id=public_id)
    with telling(request, _("The captions are set.")):
        content_cases.set_film_captions(
            actor=request.user,
            lesson_id=lesson_id,
            language=form.cleaned_data["language"],
            text=form.cleaned_data["file"],
        )
    return redirect("teaching:lesson", public_id=public_id)


@teaching
@require_POST
def file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make the lesson's document or sound of a finished upload."""
    lesson_id = id_of(Lesson, public_id)
    with telling(request):
        content_cases.set_file(
            actor=request.user,
            lesson_id=lesson_id,
            upload_public_id=_upload_id(request),
            title=request.POST.get("title", ""),
        )
    return redirect("teaching:lesson", public_id=public_id)


def _choose_set(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let the quiz ask the practice set that the form names, or its own questions where it names none."""
    try:
        chosen = uuid.UUID(request.POST["practice_set"]) if request.POST.get("practice_set") else None
    except ValueError as error:
        raise Http404 from error
    with telling(request, _("The quiz asks the practice set.") if chosen else _("The quiz asks its own questions.")):
        content_cases.choose_practice_set(actor=request.user, lesson_id=id_of(Lesson, public_id), set_public_id=chosen)
    return redirect("teaching:questions", public_id=public_id)


@teaching
def questions(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose the questions of the quiz from the banks that the person may use."""
    if request.method == "POST":
        if request.POST.get("action") == "set":
            return _choose_set(request, public_id)
        wanted = [int(value) for value in request.POST.getlist("question") if value.isdecimal() and len(value) < 19]
        with telling(request, _("The questions of the quiz are saved.")):
            content_cases.choose_questions(
                actor=request.user,
                lesson_id=id_of(Lesson, public_id),
                question_ids=wanted,
                add=request.POST.get("action") == "add",
            )
        back = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{reverse('teaching:questions', args=[public_id])}{back}")
    lesson = lesson_of(request, public_id)
    query = request.GET.get("q", "")[:100]
    try:
        bank_id: uuid.UUID | None = uuid.UUID(request.GET.get("bank", ""))
    except ValueError:
        bank_id = None
    found = list_questions(request.user, bank_public_id=bank_id, query=query) if bank_id else []
    context = frame(lesson.course, tab="course") | {
        "lesson": lesson,
        "banks": list_banks(request.user),
        "bank_id": bank_id,
        "query": query,
        "practice_sets": list_practice_sets(request.user),
        "practice_set": find_practice_set(practice_set_id=lesson.practice_set_id),
        "chosen": list_chosen(request.user, question_ids=lesson.question_ids),
        "found": [row for row in found if row.id not in set(lesson.question_ids)],
    }
    return render(request, "courses/teaching/questions.html", context)
