"""Questions whose keys an exam still hides from a learner who has met them there: her wrong-answer book leaves them out
until she may know them.
"""

from datetime import datetime

from django.db.models import Q

from exams.delivery.reviewing import waiting_exams
from exams.fetch import frozen_slots
from exams.models import Attempt, ItemResult, QuestionVersion

RUNNING = (Attempt.State.OPEN, Attempt.State.PAUSED)


def hidden_questions(*, user_id: int, now: datetime) -> frozenset[int]:
    """Return the ids of those questions: of exams that keep their review until the close, and of every attempt that she
    is in the middle of. One statement where there is neither; up to four more where there is.
    """
    keeping = Attempt.objects.filter(
        Q(exam__review_policy__after_close=True) | Q(state__in=RUNNING), user_id=user_id
    ).select_related("exam")
    attempts = list(
        keeping.only("id", "state", "exam__closes_at", "exam__grace_seconds", "exam__review_policy").order_by("id")
    )
    waiting = waiting_exams({attempt.exam_id: attempt.exam for attempt in attempts}.values(), now=now)
    running = [attempt.pk for attempt in attempts if attempt.state in RUNNING]
    if not waiting and not running:
        return frozenset()
    mine = [attempt.pk for attempt in attempts if attempt.exam_id in waiting]
    met = set(ItemResult.objects.filter(attempt_id__in=mine).values_list("question_id", flat=True)) if mine else set()
    unmarked = Attempt.objects.filter(pk__in={*mine, *running}).exclude(
        state__in=[Attempt.State.GRADED, Attempt.State.NEEDS_MARKING]
    )
    papers = [paper for paper in unmarked.values_list("paper", flat=True) if paper]
    versions = {slot.version_id for paper in papers for slot in frozen_slots(paper)}
    if versions:
        met |= set(QuestionVersion.objects.filter(pk__in=versions).values_list("question_id", flat=True))
    return frozenset(met)
