"""How much was learned when: figures that the roll-ups ask for, read-only. Part of what other rooms may call."""

from datetime import datetime

from django.db.models import Q

from courses.models import LessonProgress


def active_user_ids(*, from_at: datetime, to_at: datetime) -> set[int]:
    """Return the people who opened, watched or completed a lesson from `from_at` until before `to_at`.

    Only the first opening, the last report and the completion of a lesson are known, so that a day in the middle of
    a long lesson may be missed.
    """
    rows = LessonProgress.objects.filter(
        Q(opened_at__gte=from_at, opened_at__lt=to_at)
        | Q(reported_at__gte=from_at, reported_at__lt=to_at)
        | Q(completed_at__gte=from_at, completed_at__lt=to_at)
    )
    return set(rows.values_list("user_id", flat=True))


def count_completed_lessons(*, from_at: datetime, to_at: datetime) -> int:
    """Return how many lessons were completed from `from_at` until before `to_at`."""
    return LessonProgress.objects.filter(completed_at__gte=from_at, completed_at__lt=to_at).count()
