"""What a learner may see of an exam's questions again, and since when: the exam's policy, and whether it waits until
the exam has closed for everybody. Every page, file and answer of the API that shows a review asks here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q

from edu.events.publish import publish_all
from edu.events.types import ReviewOpened
from exams.delivery.keys import OUTLIVES_CLOSE
from exams.models import Accommodation, Attempt, Exam
from exams.view_models import ReviewPolicy

AFTER_CLOSE = "after_close"
NOTHING = ReviewPolicy(marks=False, answers=False, keys=False, explanations=False)
TOLD_AT_ONCE = 25
"""Attempts in one event: what is done about them is one transaction, and nobody's save may wait for it."""


def waits_for_close(exam: Exam, /) -> bool:
    """Whether the exam keeps its review until it has closed for everybody, whenever that is."""
    return exam.review_policy.get(AFTER_CLOSE) is True


def waiting_exams(exams: Iterable[Exam], /, *, now: datetime) -> set[int]:
    """Return the ids of those exams whose review waits still; no statement where none may, two at most.

    Closed for everybody means: the window is over, no accommodation lets anybody in later, and nobody is inside with
    time left. A clock that was stopped and forgotten holds the others up for seven days at most.
    """
    keeping = {exam.pk: exam for exam in exams if waits_for_close(exam)}
    waiting = {pk for pk, exam in keeping.items() if now < exam.closes_at}
    closed = set(keeping) - waiting
    if not closed:
        return waiting
    later = Accommodation.objects.filter(exam_id__in=closed, closes_at__gt=now)
    waiting |= set(later.values_list("exam_id", flat=True))
    inside = (
        Attempt.objects.filter(exam_id__in=closed - waiting, state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])
        .order_by()
        .values("exam_id")
        .annotate(
            last=Max("deadline_at", filter=Q(state=Attempt.State.OPEN)),
            paused=Count("id", filter=Q(state=Attempt.State.PAUSED)),
        )
    )
    for row in inside:
        exam = keeping[row["exam_id"]]
        is_sat = row["last"] is not None and now <= row["last"] + timedelta(seconds=exam.grace_seconds)
        if is_sat or (row["paused"] and now < exam.closes_at + OUTLIVES_CLOSE):
            waiting.add(exam.pk)
    return waiting


def learner_policy(*, exam: Exam, now: datetime) -> ReviewPolicy:
    """Return what a learner may see of a released attempt of the exam now; nothing while the review waits."""
    if exam.pk in waiting_exams([exam], now=now):
        return NOTHING
    return ReviewPolicy.from_fields(exam.review_policy)


def learner_policies(exams: Iterable[Exam], /, *, now: datetime) -> dict[int, ReviewPolicy]:
    """Return learner_policy of several exams by id; two statements at most."""
    found = {exam.pk: exam for exam in exams}
    waiting = waiting_exams(found.values(), now=now)
    return {
        pk: NOTHING if pk in waiting else ReviewPolicy.from_fields(exam.review_policy) for pk, exam in found.items()
    }


def review_since(*, exam: Exam, released_at: datetime) -> datetime:
    """Return since when a result that is out can be reviewed, once it can."""
    if not waits_for_close(exam):
        return released_at
    return max(released_at, exam.review_opened_at or exam.closes_at)


def enters_books(exam: Exam, /) -> bool:
    """Whether results of the exam may enter wrong-answer books now: its keys are shown, and wait for nothing."""
    is_open = not waits_for_close(exam) or exam.review_opened_at is not None
    return is_open and bool(exam.review_policy.get("keys", True))


def open_closed_reviews(*, now: datetime) -> int:
    """Let the results of exams that have closed for everybody into the wrong-answer books; return how many exams."""
    exams = list(
        Exam.objects.filter(review_policy__after_close=True, closes_at__lte=now, review_opened_at__isnull=True)
    )
    waiting = waiting_exams(exams, now=now)
    return sum(open_review(exam=exam, now=now) for exam in exams if exam.pk not in waiting)


def open_review(*, exam: Exam, now: datetime) -> bool:
    """Note that the review of an exam waits no longer, and say so; False when that was done. Joins a transaction."""
    with transaction.atomic():
        if not Exam.objects.filter(pk=exam.pk, review_opened_at__isnull=True).update(review_opened_at=now):
            return False
        exam.review_opened_at = now
        ids = list(
            Attempt.objects.filter(exam=exam, state=Attempt.State.GRADED, released_at__isnull=False)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        publish_all(
            ReviewOpened(exam_id=exam.pk, attempt_ids=ids[start : start + TOLD_AT_ONCE])
            for start in range(0, len(ids), TOLD_AT_ONCE)
        )
    return True
