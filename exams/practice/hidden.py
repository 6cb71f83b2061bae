"""Questions whose keys an exam still hides from a learner who has met them there: practice and her wrong-answer book
leave them out until she may know them.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from edu.core.clock import now_utc
from exams.delivery.reviewing import waiting_exams
from exams.fetch import frozen_slots
from exams.models import Accommodation, Attempt, Bank, ItemResult, Question, QuestionVersion

UNRELEASED_HIDES = timedelta(days=30)
"""How long after its close an exam whose results are never given out hides its questions from practice: who forgets to
release, or means never to, does not take questions of a bank away from its learners for good."""
_SITTING = frozenset({Attempt.State.OPEN, Attempt.State.PAUSED})
_MARKED = frozenset({Attempt.State.GRADED, Attempt.State.NEEDS_MARKING})


def may_hide() -> Q:
    """Return what attempts have in common that may hide their questions, now or at some time."""
    is_out_of_sight = Q(released_at__isnull=True) | Q(exam__review_policy__after_close=True)
    return (is_out_of_sight | Q(exam__review_policy__keys=False)) & ~Q(state=Attempt.State.VOIDED)


def _hiding_attempts(*, user_ids: Collection[int], now: datetime) -> list[Attempt]:
    """Return the learners' attempts whose questions they may not see solved now.

    Those are the ones they are sitting; those whose result is not out, until UNRELEASED_HIDES after the exam has closed
    for everybody; those of an exam whose review waits for its close; and, while others may still sit it, those of an
    exam that never shows its keys.
    """
    rows = list(
        Attempt.objects.filter(may_hide(), user_id__in=list(user_ids))
        .select_related("exam")
        .only(
            "id",
            "user_id",
            "state",
            "released_at",
            "exam__closes_at",
            "exam__grace_seconds",
            "exam__review_policy",
            "exam__id",
        )
    )
    waiting = waiting_exams([row.exam for row in rows], now=now)
    forgotten = _forgotten_exams([row for row in rows if row.released_at is None], now=now)
    return [
        row
        for row in rows
        if (row.released_at is None and (row.state in _SITTING or row.exam_id not in forgotten))
        or row.exam_id in waiting
        or (row.exam.review_policy.get("keys") is False and row.exam.closes_at > now)
    ]


def _forgotten_exams(unreleased: Collection[Attempt], *, now: datetime) -> set[int]:
    """Return the exams of these attempts that closed so long ago that nobody waits for their results any more; one
    statement where there is one."""
    limit = now - UNRELEASED_HIDES
    closed = {row.exam_id for row in unreleased if row.exam.closes_at <= limit}
    if not closed:
        return set()
    later = Accommodation.objects.filter(exam_id__in=closed, closes_at__gt=limit)
    return closed - set(later.values_list("exam_id", flat=True))


def hidden_questions(*, user_id: int, now: datetime) -> frozenset[int]:
    """Return the ids of the questions of those attempts. One statement where no attempt of hers hides anything; up to
    six more where one does.
    """
    return hidden_of_many(user_ids=[user_id], now=now).get(user_id, frozenset())


def hidden_of_many(*, user_ids: Collection[int], now: datetime) -> dict[int, frozenset[int]]:
    """Return hidden_questions of several learners by id, without those to whom nothing is hidden; statements as there,
    whatever their number."""
    owner = {row.pk: row for row in _hiding_attempts(user_ids=user_ids, now=now)}
    marked = [pk for pk, row in owner.items() if row.state in _MARKED]
    unmarked = [pk for pk, row in owner.items() if row.state not in _MARKED]
    met: dict[int, set[int]] = {}
    if marked:
        results = ItemResult.objects.filter(attempt_id__in=marked).values_list("attempt_id", "question_id")
        for attempt_id, question_id in results:
            met.setdefault(owner[attempt_id].user_id, set()).add(question_id)
    if unmarked:
        papers = Attempt.objects.filter(pk__in=unmarked).values_list("pk", "paper")
        versions = {pk: {slot.version_id for slot in frozen_slots(paper)} for pk, paper in papers}
        asked = {version_id for own in versions.values() for version_id in own}
        question_of = dict(QuestionVersion.objects.filter(pk__in=asked).values_list("pk", "question_id"))
        for pk, own in versions.items():
            found = {question_of[version_id] for version_id in own if version_id in question_of}
            met.setdefault(owner[pk].user_id, set()).update(found)
    return {user_id: frozenset(questions) for user_id, questions in met.items() if questions}


def count_hidden(*, user_id: int, bank: Bank) -> int:
    """Return how many questions of the bank practice leaves out for now; one statement where nothing is hidden."""
    hidden = hidden_questions(user_id=user_id, now=now_utc())
    return Question.objects.drawable().filter(bank=bank, pk__in=hidden).count() if hidden else 0
