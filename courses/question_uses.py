"""Quizzes of lessons as uses of questions, told to the exams room, which keeps such questions from being deleted."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import Lesson
from courses.permissions import taught_courses


def _quizzes() -> QuerySet[Lesson]:
    """Return lessons with a quiz; those taken out of the outline too: they may be restored."""
    return Lesson.objects.exclude(question_ids=[])


def _holding(rows: QuerySet[Lesson], wanted: set[int]) -> Iterator[tuple[int, set[int]]]:
    """Yield the id of each lesson that asks any of the questions, with those it asks."""
    # A JSON list cannot be searched alike on both databases; the lists are short, and one column is read of each.
    for pk, question_ids in rows.order_by().values_list("pk", "question_ids").iterator():
        asked = wanted.intersection(question_ids)
        if asked:
            yield pk, asked


def used_ids(*, question_ids: Sequence[int]) -> set[int]:
    """Return those of the questions that a quiz of any lesson asks; one query."""
    return {pk for _lesson, asked in _holding(_quizzes(), set(question_ids)) for pk in asked}


def list_uses(*, question_id: int, user: Any) -> tuple[list[Any], int]:
    """Return the quizzes that ask a question in courses that the person teaches, and how many others do."""
    from exams.services import QuestionUse

    lessons = [pk for pk, _asked in _holding(_quizzes(), {question_id})]
    mine = (
        Lesson.objects.filter(pk__in=lessons, course__in=taught_courses(user).values("pk"))
        .select_related("course")
        .order_by("course__pk", "position", "pk")
        if lessons
        else []
    )
    found = [
        QuestionUse(
            title=f"{row.course.title} · {row.title}",
            url=reverse("teaching:questions", args=[row.public_id]),
            kind=_("quiz of a lesson"),
        )
        for row in mine
    ]
    return found, len(lessons) - len(found)


def register() -> None:
    """Make quizzes known to the exams room."""
    from exams.services import register_question_uses

    register_question_uses(room="courses", used_ids=used_ids, list_uses=list_uses)
