"""Going on in a lesson: opening it, watching it, completing it. The only writers of progress.

`complete_by_hand` and `watch_lesson` are the learner's use cases and ask whether the lesson is open to her;
`open_lesson`, `complete_lesson` and `record_watch` are the steps below them, for callers in this room that have asked.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.domain.completion import (
    accepted_seconds,
    add_stretch,
    course_percent,
    covered_percent,
    is_course_complete,
    is_watched,
)
from courses.fetch import fetch_marks
from courses.learning.admission import require_open_lesson
from courses.models import Enrolment, Lesson, LessonProgress
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.events.publish import publish
from edu.events.types import CourseCompleted, LessonCompleted

MAX_SECONDS = 1e6


@dataclass(frozen=True, kw_only=True)
class WatchState:
    """Where a learner is in a film after a report."""

    position_seconds: float
    percent: int
    completed: bool


def open_lesson(*, user_id: int, lesson: Lesson, now: datetime | None = None) -> LessonProgress:
    """Note that a learner opened a lesson and stopped there in the course; complete it if that is its rule."""
    moment = now or now_utc()
    row, _created = LessonProgress.objects.get_or_create(
        user_id=user_id, lesson=lesson, defaults={"opened_at": moment, "reported_at": moment}
    )
    Enrolment.objects.filter(user_id=user_id, course_id=lesson.course_id).update(
        last_lesson_id=lesson.pk, active_at=moment
    )
    if lesson.completion == Lesson.Completion.OPENED and row.completed_at is None:
        complete_lesson(user_id=user_id, lesson_id=lesson.pk, now=moment)
        row.completed_at = moment
    return row


@transaction.atomic
def complete_lesson(*, user_id: int, lesson_id: int, now: datetime | None = None) -> bool:
    """Mark a lesson done; True when it was not before. Publishes LessonCompleted, and CourseCompleted with the last."""
    moment = now or now_utc()
    LessonProgress.objects.get_or_create(
        user_id=user_id, lesson_id=lesson_id, defaults={"opened_at": moment, "reported_at": moment}
    )
    first = LessonProgress.objects.filter(user_id=user_id, lesson_id=lesson_id, completed_at__isnull=True).update(
        completed_at=moment
    )
    if not first:
        return False
    lesson = Lesson.objects.select_related("course").get(pk=lesson_id)
    course = lesson.course
    publish(LessonCompleted(user_id=user_id, course_id=course.pk, lesson_id=lesson_id))
    marks = fetch_marks(course=course, user_id=user_id)
    enrolment = Enrolment.objects.filter(user_id=user_id, course=course)
    enrolment.update(progress_percent=course_percent(marks))
    if is_course_complete(marks) and enrolment.filter(completed_at__isnull=True).update(completed_at=moment):
        publish(CourseCompleted(user_id=user_id, course_id=course.pk))
    return True


@transaction.atomic
def complete_by_hand(*, user: Any, public_id: uuid.UUID) -> bool:
    """Mark a lesson done at the learner's word; True when it was not before.

    NotFound when the lesson is not open to her; Conflict where watching or passing decides.
    """
    lesson = require_open_lesson(user, public_id=public_id)
    if lesson.completion in {Lesson.Completion.WATCHED, Lesson.Completion.PASSED, Lesson.Completion.FINISHED}:
        raise Conflict(_("This lesson is done when you have watched it or passed its quiz."))
    return complete_lesson(user_id=user.pk, lesson_id=lesson.pk)


@transaction.atomic
def watch_lesson(*, user: Any, public_id: uuid.UUID, position_seconds: float, watched_seconds: float) -> WatchState:
    """Take the report of a learner's player, see `record_watch`.

    NotFound when the lesson is not open to her, InvalidInput for numbers out of range (0 to a million seconds).
    """
    lesson = require_open_lesson(user, public_id=public_id)
    if not (0 <= position_seconds < MAX_SECONDS and 0 <= watched_seconds < MAX_SECONDS):
        message = "position and watched are seconds, from 0 to a million."
        raise InvalidInput(message)
    return record_watch(
        user_id=user.pk, lesson_id=lesson.pk, position_seconds=position_seconds, watched_seconds=watched_seconds
    )


@transaction.atomic
def record_watch(
    *,
    user_id: int,
    lesson_id: int,
    position_seconds: float,
    watched_seconds: float,
    now: datetime | None = None,
) -> WatchState:
    """Take the player's report: where it is, and how many film seconds played since the last one.

    No more is believed than fits into the clock since the last report at the highest speed; seconds played twice
    count once. Completes a lesson whose rule is watching. A report that raced another is not counted.
    """
    moment = now or now_utc()
    lesson = Lesson.objects.select_related("video").get(pk=lesson_id)
    row, _created = LessonProgress.objects.get_or_create(
        user_id=user_id, lesson_id=lesson_id, defaults={"opened_at": moment, "reported_at": moment}
    )
    duration = (lesson.video.duration_seconds if lesson.video else None) or 0.0
    position = max(0.0, min(position_seconds, duration))
    accepted = accepted_seconds(reported=watched_seconds, elapsed=(moment - row.reported_at).total_seconds())
    covered = add_stretch(covered=row.covered, start=position - accepted, end=position, duration=duration)
    percent = covered_percent(covered=covered, duration=duration)
    counted = LessonProgress.objects.filter(pk=row.pk, reported_at=row.reported_at).update(
        reported_at=moment,
        position_seconds=position,
        watched_seconds=row.watched_seconds + accepted,
        covered=covered,
        percent=max(percent, row.percent),
    )
    if not counted:
        row.refresh_from_db()
        return WatchState(
            position_seconds=row.position_seconds, percent=row.percent, completed=row.completed_at is not None
        )
    completed = row.completed_at is not None
    if not completed and lesson.completion == Lesson.Completion.WATCHED and is_watched(percent=percent):
        completed = complete_lesson(user_id=user_id, lesson_id=lesson_id, now=moment)
    return WatchState(position_seconds=position, percent=max(percent, row.percent), completed=completed)
