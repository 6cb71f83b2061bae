"""What the front pages show beside their own text. The only place where the website reads the other rooms."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import get_language

from certificates import queries as certificates
from courses import queries as courses
from edu.core.clock import now_utc
from edu.website.forms import EnquiryForm
from edu.website.models.settings import Banner
from exams import queries as exams

CARDS = 12
FIGURES_SECONDS = 600
"""How old the figures of the front page may be: nobody waits for them, and they move slowly."""


def _count_figures() -> dict[str, int]:
    catalogue = courses.catalogue_figures()
    return {
        "courses": catalogue.courses,
        "lessons": catalogue.lessons,
        "questions": exams.count_public_questions(),
        "enrolments": catalogue.enrolments,
        "certificates": certificates.count_issued(),
    }


def front_figures() -> dict[str, int]:
    """Return what the house holds, counted at most every ten minutes: courses, lessons, questions, enrolments, …"""
    kept: dict[str, int] | None = cache.get("website.figures")
    if kept is None:
        kept = _count_figures()
        cache.set("website.figures", kept, FIGURES_SECONDS)
    return kept


def person_of(request: HttpRequest) -> Any | None:
    """Return the signed-in person; None for a visitor, and in a preview without one."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def front_context(request: HttpRequest) -> dict[str, Any]:
    """Return banners, the newest courses (the visitor's language first), subjects, an empty form, figures."""
    user = person_of(request)
    return {
        "banners": list(Banner.objects.showing(now_utc())),
        "course_cards": courses.list_courses(user=user, prefer_language=get_language() or "", limit=CARDS),
        "categories": [row for row in courses.list_categories(user=user) if not row.parent_slug],
        "enquiry_form": EnquiryForm(),
        "figures": front_figures(),
    }


def find_cards(request: HttpRequest, *, query: str, limit: int) -> list[courses.CourseCard]:
    """Return the courses in which every word of the query is found, best first."""
    return courses.search_courses(query=query, user=person_of(request), limit=limit)
