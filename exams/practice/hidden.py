"""Questions whose keys an exam still hides from a learner who has met them there: practice and her wrong-answer book
leave them out until she may know them.
"""

from datetime import datetime

from django.db.models import Q

from edu.core.clock import now_utc
from exams.delivery.reviewing import waiting_exams
from exams.fetch import frozen_slots
from exams.models import Attempt, Bank, ItemResult, Question, QuestionVersion

_MARKED = frozenset({Attempt.State.GRADED, Attempt.State.NEEDS_MARKING})


def may_hide() -> Q:
    """Return what attempts have in common that may hide their questions, now or at some time."""
    is_out_of_sight = Q(released_at__isnull=True) | Q(exam__review_policy__after_close=True)
    return (is_out_of_sight | Q(exam__review_policy__keys=False)) & ~Q(state=Attempt.State.VOIDED)


def _hiding_attempts(*, user_id: int, now: datetime) -> list[Attempt]:
    """Return the learner's attempts whose questions she may not see solved now.

    Those are the ones she is sitting or whose result is not out; those of an exam whose review waits for its close;
    and, while others may still sit it, those of an exam that never shows its keys.
    """
    is_out_of_sight = Q(released_at__isnull=True) | Q(exam__review_policy__after_close=True)
    never_shown = Q(exam__review_policy__keys=False, exam__closes_at__gt=now)
    rows = list(
        Attempt.objects.filter(is_out_of_sight | never_shown, user_id=user_id)
        .exclude(state=Attempt.State.VOIDED)
        .select_related("exam")
        .only("id", "state", "released_at", "exam__closes_at", "exam__grace_seconds", "exam__review_policy", "exam__id")
    )
    waiting = waiting_exams([row.exam for row in rows], now=now)
    return [
        row
        for row in rows
        if row.released_at is None
        or row.exam_id in waiting
        or (row.exam.review_policy.get("keys") is False and row.exam.closes_at > now)
    ]


def hidden_questions(*, user_id: int, now: datetime) -> frozenset[int]:
    """Return the ids of the questions of those attempts. One statement where no attempt of hers hides anything; up to
    five more where one does.
    """
    attempts = _hiding_attempts(user_id=user_id, now=now)
    if not attempts:
        return frozenset()
    marked = [row.pk for row in attempts if row.state in _MARKED]
    unmarked = [row.pk for row in attempts if row.state not in _MARKED]
    met: set[int] = set()
    if marked:
        met |= set(ItemResult.objects.filter(attempt_id__in=marked).values_list("question_id", flat=True))
    if unmarked:
        papers = Attempt.objects.filter(pk__in=unmarked).values_list("paper", flat=True)
        versions = {slot.version_id for paper in papers for slot in frozen_slots(paper)}
        met |= set(QuestionVersion.objects.filter(pk__in=versions).values_list("question_id", flat=True))
    return frozenset(met)


def count_hidden(*, user_id: int, bank: Bank) -> int:
    """Return how many questions of the bank practice leaves out for now; one statement where nothing is hidden."""
    hidden = hidden_questions(user_id=user_id, now=now_utc())
    return Question.objects.drawable().filter(bank=bank, pk__in=hidden).count() if hidden else 0
