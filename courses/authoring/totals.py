"""Figures kept beside a course: they follow every change of the outline."""

from collections import Counter

from django.db.models import Sum
from django.db.models.functions import Coalesce

from courses.authoring.pages import reindex_course
from courses.fetch import outline_lessons
from courses.models import Course, Enrolment, LessonPage, LessonProgress


def refresh_outline(*, course: Course) -> None:
    """Count lessons and minutes again, bring learners' per cent up to date, and index the course. Five queries or so.

    A learner who completed the course keeps that, even when lessons are added later.
    """
    lessons = outline_lessons(course=course)
    minutes = lessons.aggregate(total=Coalesce(Sum("minutes"), 0))["total"]
    course.lesson_count, course.minutes = lessons.count(), minutes
    Course.objects.filter(pk=course.pk).update(lesson_count=course.lesson_count, minutes=minutes)
    live = set(LessonPage.objects.filter(lesson__course=course, live=True).values_list("lesson_id", flat=True))
    rows = [(pk, required) for pk, required in lessons.values_list("pk", "required") if pk in live]
    counting = {pk for pk, required in rows if required} or {pk for pk, _required in rows}
    if counting:
        done = Counter(
            LessonProgress.objects.filter(lesson_id__in=counting, completed_at__isnull=False).values_list(
                "user_id", flat=True
            )
        )
        enrolments = list(Enrolment.objects.filter(course=course))
        for enrolment in enrolments:
            enrolment.progress_percent = 100 * done[enrolment.user_id] // len(counting)
        Enrolment.objects.bulk_update(enrolments, ["progress_percent"], batch_size=500)
    reindex_course(course=course)
