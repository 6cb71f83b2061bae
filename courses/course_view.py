"""The course page: what a visitor, a learner and the editor's preview see of a course."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext, ngettext

from certificates.queries import has_rule
from courses.covers import cover_url
from courses.domain.prerequisites import next_lesson
from courses.fetch import OutlineChapter, list_outline, marks_of
from courses.models import Course, CoursePage, Enrolment
from courses.panels import list_panels
from courses.permissions import can_edit, visible_courses
from courses.prices import price_label
from courses.wording import foreign_name
from edu.access.queries import AccessAnswer, list_doors, why_not
from exams.queries import list_offered_keys

KIND_ICONS = {"bank": "layers", "paper": "note", "exam": "award", "course": "book"}
"""What can be included in a course, in the order in which it is counted, with its icon."""


def pick_page(pages: list[Any], *, language: str, own: str) -> Any | None:
    """Return the page in the visitor's language, else in the record's own, else any; None when there is none."""
    by_language = {page.locale.language_code: page for page in pages}
    return by_language.get(language) or by_language.get(own) or next(iter(pages), None)


def find_course_page(request: HttpRequest, *, slug: str) -> CoursePage | None:
    """Return the live page of a course in the visitor's language; the editors of a draft get their draft."""
    course = visible_courses(request.user).select_related("category", "cover", "organization").filter(slug=slug).first()
    if course is None:
        return None
    pages = list(CoursePage.objects.filter(course=course).select_related("locale"))
    live = [page for page in pages if page.live]
    page = pick_page(live or pages, language=get_language() or "", own=course.language)
    if page is not None:
        page.course = course
    return page


def serve_course(request: HttpRequest, *, page: CoursePage) -> HttpResponse:
    """Answer the page to those who may see the course, 404 to others."""
    if not page.live and not can_edit(request.user, page.course):
        raise Http404
    if not hasattr(page.course, "_gate_passed") and not visible_courses(request.user).filter(pk=page.course_id):
        raise Http404
    return TemplateResponse(request, page.template, page.get_context(request))


def course_context(request: HttpRequest, *, page: CoursePage) -> dict[str, Any]:
    """Return what templates/courses/course_page.html needs."""
    course = page.course
    user = request.user if getattr(request, "user", None) and request.user.is_authenticated else None
    user_id = user.pk if user else None
    outline = list_outline(course=course, user_id=user_id)
    enrolment = Enrolment.objects.filter(user=user, course=course).first() if user else None
    answer = why_not(user_id=user_id, product_key=course.product_key)
    included = list(course.inclusions.all())
    doors = list_doors(product_keys=[course.product_key, *(row.product_key for row in included)])
    teachers = list(course.instructors.select_related("photo"))
    door = doors.get(course.product_key)
    editing = bool(user and can_edit(user, course))
    openable = answer.allowed or editing
    offered = list_offered_keys(user=user, product_keys=[row.product_key for row in included], has_course=openable)
    keys = [
        row.product_key
        for row in included
        if row.product_key in doors and (row.product_key in offered or row.product_key.startswith("course:"))
    ]
    lessons = [lesson for chapter in outline for lesson in chapter.lessons]
    context: dict[str, Any] = {
        "course": course,
        "title": page.title,
        "taught_in": foreign_name(course.language, is_translated=page.locale.language_code == get_language()),
        "outline": outline,
        "teachers": teachers,
        "enrolment": enrolment,
        "answer": answer,
        "reason": access_reason(answer),
        "door": door,
        "price_text": price_label(door.price_minor, door.currency) if door else "",
        "other_doors": [
            {"title": row.title, "url": row.offer_url or row.url, "price": price_label(row.price_minor, row.currency)}
            for row in answer.doors
            if row.product_key != course.product_key
        ],
        "openable": openable,
        "editing": editing,
        "has_certificate": has_rule(achievement_key=course.product_key),
        "included": [
            {
                "icon": KIND_ICONS.get(key.partition(":")[0], "file"),
                "label": kind_label(key.partition(":")[0]),
                "title": doors[key].title,
                "url": doors[key].url if offered.get(key, True) else "",
            }
            for key in keys
        ],
        "included_counts": [
            {"icon": icon, "text": _count_text(kind, sum(key.startswith(f"{kind}:") for key in keys))}
            for kind, icon in KIND_ICONS.items()
            if any(key.startswith(f"{kind}:") for key in keys)
        ],
        "preview_lesson": next((row for row in lessons if row.free_preview and row.is_live), None),
        "resume": resume_lesson(outline, enrolment) if openable else None,
        "cover_url": cover_url(course),
        "blocks": split_blocks(page),
        "required_count": sum(lesson.required for lesson in lessons),
        "kind_counts": _kind_counts(outline),
        "crumbs": _crumbs(course, page.title),
    }
    context["panels"] = list_panels(request, where="course", course_id=course.pk, enrolled=enrolment is not None)
    context["structured_data"] = structured_data(request, page=page, teachers=teachers, door=door)
    return context


def resume_lesson(outline: list[OutlineChapter], enrolment: Enrolment | None) -> Any | None:
    """Return the lesson to go on with: where she stopped unless that is done, else the next one that is not."""
    lessons = {lesson.id: lesson for chapter in outline for lesson in chapter.lessons if lesson.is_live}
    last = lessons.get(enrolment.last_lesson_id or 0) if enrolment else None
    if last is not None and not last.done:
        return last
    following = next_lesson(marks_of(outline), after=last.id if last else None)
    return lessons.get(following or 0) or last or next(iter(lessons.values()), None)


def kind_label(kind: str) -> str:
    """Return what an included thing is called; empty for a kind that needs no word."""
    return {
        "bank": gettext("Question bank"),
        "paper": gettext("Paper"),
        "exam": gettext("Exam"),
        "course": gettext("Course"),
    }.get(kind, "")


def _count_text(kind: str, count: int) -> str:
    """Return how many things of a kind are included, in words."""
    texts = {
        "bank": ngettext("%(count)d question bank to practise", "%(count)d question banks to practise", count),
        "paper": ngettext("%(count)d paper to practise", "%(count)d papers to practise", count),
        "exam": ngettext("%(count)d exam", "%(count)d exams", count),
        "course": ngettext("%(count)d further course", "%(count)d further courses", count),
    }
    return texts[kind] % {"count": count}


def access_reason(answer: AccessAnswer) -> str:
    """Return why a door is closed, in a sentence; empty when it is open or was simply never bought."""
    return {
        "revoked": gettext("Your access has been ended."),
        "expired": gettext("Your access has expired."),
        "not_yet": gettext("Your access begins later."),
    }.get(answer.reason, "")


def split_blocks(page: CoursePage) -> dict[str, list[Any]]:
    """Return the page's blocks by what they are, so that the template can place each."""
    parts: dict[str, list[Any]] = {"text": [], "outcomes": [], "audience": [], "faq": []}
    for block in page.body:
        parts["text" if block.block_type == "picture" else block.block_type].append(block)
    return parts


def _kind_counts(outline: list[OutlineChapter]) -> list[dict[str, Any]]:
    """Return how many lessons of each kind there are, in the order they first appear."""
    counts: dict[str, dict[str, Any]] = {}
    for chapter in outline:
        for lesson in chapter.lessons:
            entry = counts.setdefault(lesson.kind, {"label": lesson.kind_label, "icon": lesson.icon, "count": 0})
            entry["count"] += 1
    return list(counts.values())


def _crumbs(course: Course, title: str) -> list[dict[str, str]]:
    from django.urls import reverse

    catalogue = reverse("courses:catalogue")
    items = [{"label": gettext("Courses"), "url": catalogue}]
    if course.category:
        items.append({"label": course.category.name, "url": f"{catalogue}?category={course.category.slug}"})
    return [*items, {"label": title, "url": ""}]


def structured_data(request: HttpRequest, *, page: CoursePage, teachers: list[Any], door: Any) -> str:
    """Return the course as schema.org JSON-LD, safe inside a script element."""
    course = page.course
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": page.title,
        "description": page.summary or page.subtitle or page.title,
        "url": request.build_absolute_uri(course.get_absolute_url()),
        "inLanguage": "zh-Hans" if course.language.startswith("zh") else course.language,
        "isAccessibleForFree": course.is_free,
        "timeRequired": f"PT{course.minutes}M",
        "instructor": [{"@type": "Person", "name": teacher.name} for teacher in teachers],
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Online",
            "courseWorkload": f"PT{course.minutes}M",
        },
    }
    if course.is_free or (door and door.price_minor is not None):
        from decimal import Decimal

        from babel.numbers import get_currency_precision

        currency = door.currency if door else "CNY"
        minor = 0 if course.is_free or door is None else door.price_minor
        data["offers"] = {
            "@type": "Offer",
            "category": "Free" if course.is_free else "Paid",
            "price": str(Decimal(minor or 0).scaleb(-get_currency_precision(currency))),
            "priceCurrency": currency,
        }
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
