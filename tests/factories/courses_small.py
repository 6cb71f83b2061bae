"""A small published course, for rooms above courses."""

import itertools
from typing import Any

from courses.models import Course, Lesson
from courses.services import add_chapter, add_lesson, create_course, ensure_category, publish_course, publish_lesson
from tests.factories.people import make_user

_numbers = itertools.count(1)


def make_course(*, owner: Any = None, lessons: int = 1, **fields: Any) -> Course:
    """Return a published course with lessons of text."""
    number = next(_numbers)
    ensure_category(slug="finance", name_en="Finance", name_zh="财会")
    values = {"title": f"Course {number}", "language": "en", "slug": f"course-{number}", "category": "finance"} | fields
    course_id = create_course(actor=None, owner_id=(owner or make_user(is_instructor=True)).pk, **values)
    chapter_id = add_chapter(actor=None, course_id=course_id, title="Chapter")
    for place in range(lessons):
        publish_lesson(actor=None, lesson_id=add_lesson(actor=None, chapter_id=chapter_id, title=f"Lesson {place + 1}"))
    publish_course(actor=None, course_id=course_id)
    return Course.objects.get(pk=course_id)


def first_lesson(course: Course) -> Lesson:
    """Return its first lesson."""
    return course.lessons.order_by("pk").first()
