"""Counts for the desks: who was active, what was handed in, what is stuck, what waits to be marked."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from exams.models import Attempt, PracticeAnswer
from exams.queries.attempts import AttemptView, attempt_views

STUCK_AFTER_SECONDS = 900


def active_user_ids(*, from_at: datetime, to_at: datetime) -> set[int]:
    """Return the people who began or handed in an exam, or practised, from `from_at` until before `to_at`."""
    sat = Attempt.objects.filter(
        Q(started_at__gte=from_at, started_at__lt=to_at) | Q(submitted_at__gte=from_at, submitted_at__lt=to_at)
    )
    practised = PracticeAnswer.objects.filter(answered_at__gte=from_at, answered_at__lt=to_at)
    return set(sat.values_list("user_id", flat=True)) | set(practised.values_list("session__user_id", flat=True))


def count_submitted(*, from_at: datetime, to_at: datetime) -> int:
    """Return how many attempts were handed in from `from_at` until before `to_at`."""
    return Attempt.objects.filter(submitted_at__gte=from_at, submitted_at__lt=to_at).count()


def _stuck(now: datetime) -> Any:
    limit = now - timedelta(seconds=STUCK_AFTER_SECONDS)
    return Attempt.objects.filter(
        Q(state=Attempt.State.SUBMITTED, submitted_at__lt=limit) | Q(state=Attempt.State.OPEN, deadline_at__lt=limit)
    )


def count_stuck(*, now: datetime) -> int:
    """Return how many attempts were handed in and not marked, or ran out and were not closed, for too long."""
    return int(_stuck(now).count())


def list_stuck(*, now: datetime, limit: int = 50) -> list[AttemptView]:
    """Return the attempts that count_stuck counts, oldest first."""
    return attempt_views(list(_stuck(now).select_related("exam").order_by("pk")[:limit]))


def count_to_review(*, user: Any) -> tuple[int, int]:
    """Return how many drafts of colleagues wait for the person's review, and how many reports for her answer."""
    from exams.authoring.reports import list_reports
    from exams.authoring.review import list_reviews

    return list_reviews(user).count(), list_reports(user).count()


def count_to_mark(*, user: Any, now: datetime) -> int:
    """Return how many answers wait for the person's marks, over all exams that are hers to mark."""
    from exams.marking.waiting import list_waiting

    return sum(row.waiting for row in list_waiting(user=user, now=now))
