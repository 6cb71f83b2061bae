"""Lessons that learners of the history worked through."""

import random
from datetime import datetime, timedelta

from courses.learning.enrol import enrol
from courses.models import Enrolment, LessonProgress
from edu.accounts.models import User
from edu.demo.learners import Learner
from edu.demo.shelves import Shelf


def study(person: Learner, shelf: Shelf, *, since: datetime, now: datetime, chance: random.Random) -> datetime:
    """Complete the first part of the lessons, a few an evening; return when the last was worked on."""
    share = min(1.0, person.diligence * chance.uniform(0.6, 1.4))
    moment = since + timedelta(hours=chance.random() * 5)
    rows = []
    for lesson in shelf.lessons[: max(1, round(share * len(shelf.lessons)))]:
        if moment >= now:
            break
        done_at = moment + timedelta(minutes=lesson.minutes * chance.uniform(0.7, 1.8))
        rows.append(
            LessonProgress(
                user=person.user,
                lesson=lesson,
                opened_at=moment,
                reported_at=done_at,
                percent=100,
                watched_seconds=lesson.minutes * 60 * chance.uniform(0.9, 1.3) if lesson.kind == "video" else 0,
                completed_at=done_at,
            )
        )
        moment = done_at + timedelta(hours=chance.choice([0, 0, 1, 20, 26, 48]) * chance.uniform(0.4, 1.3))
    LessonProgress.objects.bulk_create(rows, ignore_conflicts=True)
    enrolment_id = enrol(user_id=person.user.pk, course_id=shelf.course.pk, now=since)
    if rows:
        User.objects.filter(pk=person.user.pk).update(last_login=rows[-1].opened_at)
        Enrolment.objects.filter(pk=enrolment_id).update(
            active_at=rows[-1].completed_at,
            progress_percent=round(100 * len(rows) / shelf.lesson_count),
            last_lesson=rows[-1].lesson,
            completed_at=rows[-1].completed_at if len(rows) == shelf.lesson_count else None,
        )
    return min(moment, now)
