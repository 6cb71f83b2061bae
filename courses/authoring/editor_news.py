"""What follows when the page editor, or its schedule, publishes or takes back a page: figures and doors of the course.

Wagtail tells this by signals alone; our own use cases publish through courses.authoring.pages and see to it themselves.
"""

from typing import Any

from django.db import transaction
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from courses.authoring.courses import open_doors
from courses.authoring.pages import is_published_by_us
from courses.authoring.totals import refresh_outline
from courses.models import Course, CoursePage, LessonPage


def connect() -> None:
    """Listen to Wagtail."""
    for signal in (page_published, page_unpublished):
        for model in (CoursePage, LessonPage):
            signal.connect(on_page_changed, sender=model, dispatch_uid=f"courses-{model.__name__}")


@transaction.atomic
def on_page_changed(sender: type[Page], instance: Any, **_kwargs: Any) -> None:
    """Count the course's lessons and its learners' progress anew, and show its doors under their new titles."""
    if is_published_by_us():
        return
    course_id = instance.course_id if sender is CoursePage else instance.lesson.course_id
    course = Course.objects.get(pk=course_id)
    refresh_outline(course=course)
    if course.published_at is not None:
        open_doors(course=course)
