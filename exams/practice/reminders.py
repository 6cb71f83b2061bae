"""Reminding learners who asked for it, at their hour, on days on which they have not practised yet."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from edu.notifications.services import notify
from exams.domain.streaks import streak_of
from exams.models import PracticeAnswer, PracticePreference
from exams.practice.days import day_began, days_of_many, site_today
from exams.practice.due import count_due_of_many

AT_ONCE = 200
"""Learners looked at together."""


def remind_learners(*, now: datetime) -> int:
    """Remind everybody whose hour has come; return how many were told.

    A learner is told once a day, whatever number of workers run this: `reminded_on` is set where it was not yet today,
    in the transaction that writes the message. Who practised today, whose account is closed, or who has nothing to do
    is passed over. Deciding takes the same statements for any number up to AT_ONCE; telling one takes its own.
    """
    today = site_today(now)
    hour = timezone.localtime(now, timezone.get_default_timezone()).hour
    practised = PracticeAnswer.objects.filter(user_id=OuterRef("user_id"), answered_at__gte=day_began(today))
    waiting = (
        PracticePreference.objects.filter(
            Q(reminded_on__isnull=True) | Q(reminded_on__lt=today),
            reminds=True,
            reminder_hour__lte=hour,
            user__is_active=True,
            user__deleted_at__isnull=True,
        )
        .exclude(Exists(practised))
        .order_by("user_id")
    )
    told, last = 0, 0
    while True:
        rows = list(waiting.filter(user_id__gt=last)[:AT_ONCE])
        if not rows:
            return told
        last = rows[-1].user_id
        told += _remind(rows, now=now)


def _remind(rows: Collection[PracticePreference], *, now: datetime) -> int:
    today = site_today(now)
    user_ids = [row.user_id for row in rows]
    due = count_due_of_many(user_ids=user_ids, now=now)
    days = days_of_many(user_ids=user_ids, today=today)
    told = 0
    for row in rows:
        known = days.get(row.user_id, set())
        if not known and not due.get(row.user_id):
            continue  # she never practised: there is nothing that could be gone on with
        with transaction.atomic():
            is_first = (
                PracticePreference.objects.filter(pk=row.pk, reminds=True)
                .filter(Q(reminded_on__isnull=True) | Q(reminded_on__lt=today))
                .update(reminded_on=today)
            )
            if is_first:
                told += bool(
                    notify(
                        user_id=row.user_id,
                        kind="exams.practice_reminder",
                        context={
                            "due": due.get(row.user_id, 0),
                            "streak": streak_of(known, today=today).length,
                            "goal": row.daily_goal,
                            "hour": row.reminder_hour,
                        },
                        url="/practice/",
                        dedupe_key=f"exams.practice_reminder:{row.user_id}:{today.isoformat()}",
                    )
                )
    return told
