"""One lesson at the instructor's desk: settings, film, captions, file, questions."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.authoring import outline as outline_cases
from courses.models import Lesson, LessonPage
from courses.question_choice import allowed_ids, list_banks, list_chosen, list_questions
from courses.teaching.access import chapter_of, lesson_of, say_error, teaching
from courses.teaching.course_views import frame
from courses.teaching.forms import CaptionsForm, LessonForm, NewLessonForm
from edu.core.errors import DomainError
from media.queries import get_asset, get_player
from media.services import asset_from_upload, set_captions, transcode_again, video_from_upload


@teaching
@require_POST
def add(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add a lesson to a chapter and open its page."""
    chapter = chapter_of(request, public_id)
    form = NewLessonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A lesson needs a title and a kind."))
        return redirect("teaching:course", public_id=chapter.course.public_id)
    lesson_id = outline_cases.add_lesson(chapter_id=chapter.pk, **form.cleaned_data)
    return redirect("teaching:lesson", public_id=Lesson.objects.get(pk=lesson_id).public_id)


@teaching
def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show and change a lesson: settings, what it is made of, the link to its text."""
    lesson = lesson_of(request, public_id)
    form = LessonForm(request.POST or None, instance=lesson)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        title = values.pop("title")
        try:
            outline_cases.change_lesson(lesson_id=lesson.pk, title=title, fields=values)
        except DomainError as error:
            say_error(request, error)
        else:
            messages.success(request, _("The lesson is saved."))
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
    return context


@teaching
@require_POST
def publish(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Publish the newest draft of the lesson."""
    lesson = lesson_of(request, public_id)
    outline_cases.publish_lesson(lesson_id=lesson.pk)
    messages.success(request, _("The lesson is published."))
    return redirect("teaching:lesson", public_id=public_id)


@teaching
@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the lesson out of the outline; it can be brought back from there."""
    lesson = lesson_of(request, public_id)
    outline_cases.remove_lesson(lesson_id=lesson.pk)
    messages.success(request, _("The lesson is out of the outline. You can bring it back below."))
    return redirect("teaching:course", public_id=lesson.course.public_id)


@teaching
@require_POST
def restore(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Bring a removed lesson back."""
    lesson = lesson_of(request, public_id)
    outline_cases.restore_lesson(lesson_id=lesson.pk)
    return redirect("teaching:course", public_id=lesson.course.public_id)


def _upload_id(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("upload", ""))
    except ValueError:
        messages.error(request, _("Choose a file first. Uploading needs JavaScript."))
        return None


@teaching
@require_POST
def film(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make the lesson's film of a finished upload; it is transcoded in the background."""
    lesson = lesson_of(request, public_id)
    upload_id = _upload_id(request)
    if upload_id is not None:
        try:
            video_id = video_from_upload(
                upload_public_id=upload_id,
                owner_id=request.user.pk,
                title=lesson.title,
                language=lesson.course.language,
            )
            outline_cases.set_lesson_content(lesson_id=lesson.pk, video_id=video_id)
        except DomainError as error:
            say_error(request, error)
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
    lesson = lesson_of(request, public_id)
    if lesson.video_id:
        transcode_again(video_id=lesson.video_id)
    return redirect("teaching:lesson", public_id=public_id)


@teaching
@require_POST
def captions(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set the captions of the film in one language."""
    lesson = lesson_of(request, public_id)
    form = CaptionsForm(request.POST, request.FILES)
    if lesson.video_id and form.is_valid():
        try:
            set_captions(
                video_id=lesson.video_id, language=form.cleaned_data["language"], text=form.cleaned_data["file"]
            )
        except DomainError as error:
            say_error(request, error)
        else:
            messages.success(request, _("The captions are set."))
    else:
        for fault in form.errors.get("file", []):
            messages.error(request, fault)
    return redirect("teaching:lesson", public_id=public_id)


@teaching
@require_POST
def file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make the lesson's document or sound of a finished upload."""
    lesson = lesson_of(request, public_id)
    upload_id = _upload_id(request)
    if upload_id is not None:
        try:
            asset_id = asset_from_upload(
                upload_public_id=upload_id, owner_id=request.user.pk, title=request.POST.get("title", "")
            )
            outline_cases.set_lesson_content(lesson_id=lesson.pk, asset_id=asset_id)
        except DomainError as error:
            say_error(request, error)
    return redirect("teaching:lesson", public_id=public_id)


@teaching
def questions(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose the questions of the quiz from the banks that the person may use."""
    lesson = lesson_of(request, public_id)
    if request.method == "POST":
        wanted = [int(value) for value in request.POST.getlist("question") if value.isdecimal() and len(value) < 19]
        if request.POST.get("action") == "add":
            wanted = [*lesson.question_ids, *wanted]
        ids = allowed_ids(request.user, question_ids=wanted, already=lesson.question_ids)
        outline_cases.set_lesson_content(lesson_id=lesson.pk, question_ids=ids)
        messages.success(request, _("The questions of the quiz are saved."))
        back = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{reverse('teaching:questions', args=[public_id])}{back}")
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
        "chosen": list_chosen(request.user, question_ids=lesson.question_ids),
        "found": [row for row in found if row.id not in set(lesson.question_ids)],
    }
    return render(request, "courses/teaching/questions.html", context)
