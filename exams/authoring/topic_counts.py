"""How many questions lie in each topic: kept in a column, so that a bank of any size shows its tree at once.

Whoever writes, moves or deletes questions calls `shift_counts` in the same transaction; `recount_topics` mends what
drifted.
"""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Case, Count, F, PositiveIntegerField, Value, When
from django.db.models.functions import Greatest

from exams.models import Question, Topic


def shift_counts(*, taken: Iterable[int | None], given: Iterable[int | None]) -> None:
    """Count questions out of the topics `taken` and into the topics `given`, one id a question; None is no topic."""
    change = Counter(topic_id for topic_id in given if topic_id is not None)
    change.subtract(topic_id for topic_id in taken if topic_id is not None)
    steps: dict[int, list[int]] = {}
    for topic_id, step in change.items():
        if step:
            steps.setdefault(step, []).append(topic_id)
    for step, ids in steps.items():
        count = F("question_count") + step
        rows = Topic.objects.filter(pk__in=ids)
        rows.update(question_count=count if step > 0 else Greatest(count, Value(0)))


def recount_topics(*, bank_id: int | None = None) -> int:
    """Count the questions of all topics of a bank (of all banks without one) anew; return how many were wrong."""
    topics, questions = Topic.objects.all(), Question.objects.filter(topic__isnull=False)
    if bank_id is not None:
        topics, questions = topics.filter(bank_id=bank_id), questions.filter(bank_id=bank_id)
    counts = dict(questions.order_by().values("topic_id").annotate(n=Count("pk")).values_list("topic_id", "n"))
    wrong = [pk for pk, count in topics.values_list("pk", "question_count") if counts.get(pk, 0) != count]
    for start in range(0, len(wrong), 200):
        part = wrong[start : start + 200]
        whens = [When(pk=pk, then=Value(counts.get(pk, 0))) for pk in part]
        count = Case(*whens, default=F("question_count"), output_field=PositiveIntegerField())
        Topic.objects.filter(pk__in=part).update(question_count=count)
    return len(wrong)
