"""Similar questions: others of the same topic that are open to a learner, what she has not seen or got wrong first."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Subquery, Value, When

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.models import Question, QuestionProgress
from exams.practice.access import bank_door, get_practisable_bank, list_open_questions
from exams.practice.hidden import hidden_questions

NEW, IN_BOOK, KNOWN = 0, 1, 2
MOST_SIBLINGS = 5


@dataclass(frozen=True, kw_only=True)
class Sibling:
    """A similar question: never answered (NEW), waiting in the book (IN_BOOK), or answered otherwise (KNOWN)."""

    question: Question
    standing: int


def list_siblings(*, user: Any, question: Question, limit: int = MOST_SIBLINGS) -> list[Sibling]:
    """Return up to `limit` other questions of the topic that the learner may practise and that no exam of hers hides:
    unseen ones, then those in her book, then the rest. Nothing without a topic, or where the
    bank is not for her to practise. Some five statements, whatever the size of the topic.
    """
    if question.topic_id is None:
        return []
    try:
        bank = get_practisable_bank(user, question.bank.public_id)
    except NotFound:
        return []
    mine = QuestionProgress.objects.filter(user_id=user.pk, question_id=OuterRef("pk"), answered_count__gt=0)
    standing = mine.annotate(
        standing=Case(
            When(last_wrong_at__isnull=False, mastered_at__isnull=True, then=Value(IN_BOOK)),
            default=Value(KNOWN),
            output_field=IntegerField(),
        )
    ).values("standing")[:1]
    rows = (
        list_open_questions(bank, bank_door(user, bank))
        .filter(topic_id=question.topic_id)
        .exclude(pk__in={question.pk, *hidden_questions(user_id=user.pk, now=now_utc())})
        .annotate(standing=Subquery(standing))
        .defer("content", "key", "explanation", "search_text")
    )
    ordered = rows.annotate(
        place=Case(When(standing__isnull=True, then=Value(NEW)), default="standing", output_field=IntegerField())
    ).order_by("place", "pk")
    return [Sibling(question=row, standing=row.place) for row in ordered[:limit]]
