"""The catalogue, course, lesson and instructor pages."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courses.course_view import find_course_page
from courses.fetch import cards_of
from courses.forms import CatalogueFilter
from courses.learning.room import find_lesson_page
from courses.models import Instructor
from courses.permissions import listed_courses
from courses.queries import filter_courses, put_language_first

PAGE_SIZE = 12


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """List the courses that the visitor may find, filtered, searched and sorted."""
    form = CatalogueFilter(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    query = chosen.pop("q", "")
    rows = filter_courses(user=request.user, query=query, **chosen)
    if not query and not chosen.get("sort"):
        rows = put_language_first(rows, language=get_language() or "")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Courses"),
        "form": form,
        "page_obj": page,
        "cards": cards_of(page.object_list),
        "query": query,
        "narrowed": bool(query or any(chosen.values())),
    }
    return render(request, "courses/catalogue.html", context)


def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a course in the visitor's language, else in its own."""
    page = find_course_page(request, slug=slug)
    if page is None:
        raise Http404
    page.course._gate_passed = True
    return page.serve(request)


def lesson(request: HttpRequest, course_slug: str, lesson_slug: str) -> HttpResponse:
    """Show a lesson in the visitor's language, else in that of its course."""
    page = find_lesson_page(request, course_slug=course_slug, lesson_slug=lesson_slug)
    if page is None:
        raise Http404
    return page.serve(request)


@require_GET
def instructor(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an instructor and the courses that the visitor may find."""
    teacher = get_object_or_404(Instructor.objects.select_related("photo"), slug=slug)
    cards = cards_of(listed_courses(request.user).filter(instructors=teacher).order_by("-published_at"))
    return render(request, "courses/instructor.html", {"title": teacher.name, "teacher": teacher, "cards": cards})
