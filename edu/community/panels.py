"""What the community puts on the pages of courses and lessons."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from courses import queries as courses
from courses.panels import Panel
from edu.community.policies import may_review, may_take_part
from edu.community.queries import (
    announcement_views,
    find_announcements,
    find_review,
    get_rating,
    list_questions,
    list_reviews,
)
from edu.community.talk_views import question_row

QUESTIONS_SHOWN = 5


def news_panel(*, request: HttpRequest, course_id: int, lesson_id: int | None, enrolled: bool) -> Panel | None:
    """Return the latest announcements of the course to its learners; None when there are none."""
    if not enrolled:
        return None
    rows = announcement_views(find_announcements(user=request.user, course_id=course_id)[:3])
    if not rows:
        return None
    return Panel(
        anchor="news", label=_("Announcements"), template="community/panels/news.html", context={"announcements": rows}
    )


def reviews_panel(*, request: HttpRequest, course_id: int, lesson_id: int | None, enrolled: bool) -> Panel | None:
    """Return the mean of the stars and the latest reviews of the course."""
    user = request.user
    slug = courses.get_slug(course_id=course_id)
    may = user.is_authenticated and may_review(user, course_id=course_id)
    context: dict[str, Any] = {
        "rating": get_rating(course_id=course_id),
        "reviews": list_reviews(course_id=course_id),
        "review_url": reverse("community:review", args=[slug]) if may else "",
        "has_own": may and find_review(course_id=course_id, author_id=user.pk) is not None,
    }
    return Panel(anchor="reviews", label=_("Reviews"), template="community/panels/reviews.html", context=context)


def questions_panel(*, request: HttpRequest, course_id: int, lesson_id: int | None, enrolled: bool) -> Panel | None:
    """Return the latest questions on the lesson and the way to ask; None for those who may not take part."""
    lesson = courses.find_lesson(lesson_id=lesson_id) if lesson_id else None
    if lesson is None or not request.user.is_authenticated:
        return None
    if not enrolled and not may_take_part(request.user, course_id=course_id, product_key=lesson.product_key):
        return None
    rows = list_questions(lesson_id=lesson.id)[:QUESTIONS_SHOWN]
    context = {
        "questions": [question_row(row) for row in rows],
        "ask_url": reverse("community:ask", args=[lesson.public_id]),
        "all_url": reverse("community:course", args=[lesson.course_slug]),
    }
    return Panel(
        anchor="questions",
        label=_("Questions and answers"),
        template="community/panels/questions.html",
        context=context,
    )
