"""Questions whose keys an exam still hides from a learner who has met them there: her wrong-answer book leaves them out
until she may know them.
"""

from datetime import datetime

from exams.delivery.reviewing import waiting_exams
from exams.fetch import frozen_slots
from exams.models import Attempt, Exam, ItemResult, QuestionVersion


def hidden_questions(*, user_id: int, now: datetime) -> frozenset[int]:
    """Return the ids of those questions. One statement where no exam of hers keeps its review until the close; up to
    four more where one does.
    """
    mine = Attempt.objects.filter(user_id=user_id).values("exam_id")
    exams = list(
        Exam.objects.filter(pk__in=mine, review_policy__after_close=True).only(
            "id", "closes_at", "grace_seconds", "review_policy"
        )
    )
    waiting = waiting_exams(exams, now=now)
    if not waiting:
        return frozenset()
    met = set(
        ItemResult.objects.filter(
            attempt_id__in=Attempt.objects.filter(user_id=user_id, exam_id__in=waiting).values("pk")
        ).values_list("question_id", flat=True)
    )
    unmarked = Attempt.objects.filter(user_id=user_id, exam_id__in=waiting).exclude(
        state__in=[Attempt.State.GRADED, Attempt.State.NEEDS_MARKING]
    )
    versions = {slot.version_id for paper in unmarked.values_list("paper", flat=True) for slot in frozen_slots(paper)}
    if versions:
        met |= set(QuestionVersion.objects.filter(pk__in=versions).values_list("question_id", flat=True))
    return frozenset(met)
