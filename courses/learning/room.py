"""The lesson room: what is in it for whom; courses.learning.admission says who may enter."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext

from courses.course_view import access_reason, pick_page
from courses.domain.prerequisites import blocking_lesson
from courses.fetch import ICONS, OutlineChapter, OutlineLesson, list_outline, marks_of
from courses.learning.admission import Entry, check_entry
from courses.learning.advance import open_lesson
from courses.learning.enrol import enrol
from courses.models import Enrolment, Lesson, LessonNote, LessonPage, LessonProgress
from courses.panels import list_panels
from courses.permissions import can_edit
from courses.prices import price_label
from courses.quizzes import count_questions, count_result, find_result, has_quiz
from edu.access.queries import has_access
from edu.core.errors import NotFound
from media.queries import get_asset, get_player


def find_lesson_page(request: HttpRequest, *, course_slug: str, lesson_slug: str) -> LessonPage | None:
    """Return the live page of a lesson in the visitor's language; editors get the draft. None hides it."""
    lesson = (
        Lesson.objects.select_related("course", "chapter", "video", "asset")
        .filter(course__slug=course_slug, slug=lesson_slug, removed_at__isnull=True)
        .first()
    )
    if lesson is None:
        return None
    pages = list(LessonPage.objects.filter(lesson=lesson).select_related("locale"))
    live = [page for page in pages if page.live]
    page = pick_page(live or pages, language=get_language() or "", own=lesson.course.language)
    if page is not None:
        page.lesson = lesson
    return page


def serve_lesson(request: HttpRequest, *, page: LessonPage) -> HttpResponse:
    """Show the lesson to those who may use it, else what would open it (403)."""
    lesson = page.lesson
    user = request.user
    try:
        entry = check_entry(user, lesson=lesson)
    except NotFound as error:
        raise Http404 from error
    if not page.live and not (entry.editing or can_edit(user, lesson.course)):
        raise Http404
    user_id = user.pk if user.is_authenticated else None
    outline = list_outline(course=lesson.course, user_id=user_id)
    enrolment = Enrolment.objects.filter(user_id=user_id, course=lesson.course).first() if user_id else None
    blocked_by = None
    if entry.by_grant:
        blocked_by = blocking_lesson(marks_of(outline), lesson_id=lesson.pk, sequential=lesson.course.sequential)
    room = _room(request, page=page, outline=outline, enrolment=enrolment, entry=entry)
    if not entry.allowed or blocked_by is not None:
        room["blocked_by"] = next((row for row in _lessons(outline) if row.id == blocked_by), None)
        return TemplateResponse(request, "courses/lesson_locked.html", _locked(room, entry), status=403)
    if user_id is not None:
        if enrolment is None and entry.by_grant and has_access(user_id=user_id, product_key=lesson.course.product_key):
            enrol(user_id=user_id, course_id=lesson.course_id)
        progress = open_lesson(user_id=user_id, lesson=lesson)
        room |= _signed_in(user_id=user_id, lesson=lesson, progress=progress)
    room |= _content(user_id=user_id, lesson=lesson, free=entry.free)
    room["panels"] = list_panels(
        request, where="lesson", course_id=lesson.course_id, lesson_id=lesson.pk, enrolled=enrolment is not None
    )
    return TemplateResponse(request, page.template, page.get_context(request, room=room))


def _lessons(outline: list[OutlineChapter]) -> list[OutlineLesson]:
    return [lesson for chapter in outline for lesson in chapter.lessons]


def _room(
    request: HttpRequest, *, page: LessonPage, outline: list[OutlineChapter], enrolment: Enrolment | None, entry: Entry
) -> dict[str, Any]:
    """Return the frame of the room: outline, what comes before and after."""
    lesson = page.lesson
    live = [row for row in _lessons(outline) if row.is_live or row.id == lesson.pk]
    place = next((number for number, row in enumerate(live) if row.id == lesson.pk), 0)
    return {
        "title": page.title,
        "lesson": lesson,
        "course": lesson.course,
        "outline": outline,
        "current_id": lesson.pk,
        "current_chapter_id": lesson.chapter_id,
        "previous": live[place - 1] if place > 0 else None,
        "following": live[place + 1] if place + 1 < len(live) else None,
        "place": place + 1,
        "place_count": len(live),
        "enrolment": enrolment,
        "entry": entry,
        "done_count": sum(row.done for row in live),
        "progress_percent": enrolment.progress_percent if enrolment else 0,
        "icon": ICONS[lesson.kind],
        "is_done": any(row.id == lesson.pk and row.done for row in live),
        "by_hand": lesson.completion in {Lesson.Completion.MANUAL, Lesson.Completion.OPENED},
    }


def _locked(room: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """Add why the lesson is closed and what opens it, cheapest first."""
    answer = entry.answer
    return room | {
        "reason": access_reason(answer) if answer else "",
        "doors": [
            {
                "title": door.title,
                "url": door.offer_url or door.url,
                "price": price_label(door.price_minor, door.currency),
                "kind": door.product_key.partition(":")[0],
            }
            for door in (answer.doors if answer else ())
        ],
    }


def _signed_in(*, user_id: int, lesson: Lesson, progress: LessonProgress) -> dict[str, Any]:
    """Return what belongs to the learner alone: position, notes, whether it is done, the result of the quiz."""
    done = progress.completed_at is not None
    found: dict[str, Any] = {
        "progress": progress,
        "position": progress.position_seconds,
        "is_done": done,
        "notes": list(LessonNote.objects.filter(user_id=user_id, lesson=lesson)),
    }
    if has_quiz(lesson):
        if not done and count_result(user_id=user_id, lesson=lesson):
            found["is_done"] = True
        found["quiz"] = find_result(user_id=user_id, lesson=lesson)
    return found


def _content(*, user_id: int | None, lesson: Lesson, free: bool) -> dict[str, Any]:
    """Return the film and the file of the lesson, with addresses for this viewer."""
    content: dict[str, Any] = {"question_count": count_questions(lesson)}
    if lesson.video_id:
        content["player"] = get_player(video_id=lesson.video_id, user_id=user_id, free=free)
    if lesson.asset_id:
        content["asset"] = get_asset(asset_id=lesson.asset_id, user_id=user_id, free=free)
    return content


def preview_context(request: HttpRequest, *, page: LessonPage) -> dict[str, Any]:
    """Return the room as the editor's preview shows it: everything, nothing recorded."""
    outline = list_outline(course=page.lesson.course, user_id=None)
    entry = Entry(allowed=True, editing=True)
    room = _room(request, page=page, outline=outline, enrolment=None, entry=entry)
    user_id = request.user.pk if getattr(request, "user", None) else None
    return room | _content(user_id=user_id, lesson=page.lesson, free=False) | {"preview_note": gettext("Preview")}
