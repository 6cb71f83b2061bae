"""How many wrong answers of learners are due, and how many wait to be mastered: those that may be practised now, as the
wrong-answer book counts them. What an exam hides and what is locked counts nowhere.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet

from edu.core.clock import now_utc
from exams.models import Bank, Question, QuestionProgress
from exams.practice.book_access import Locked, can_lock, find_locked
from exams.practice.hidden import hidden_of_many, hidden_questions

_BANK_FIELDS = ("id", "public_id", "name", "requires_grant", "free_sample_count", "visibility", "organization_id")


def due_condition(now: datetime, /) -> Q:
    """Return the condition of entries that are due and may be asked: in the book, published, not withheld."""
    return Q(
        last_wrong_at__isnull=False,
        mastered_at__isnull=True,
        due_at__lte=now,
        question__status=Question.Status.PUBLISHED,
        question__current_version__isnull=False,
        question__is_withheld=False,
    )


def _banks_with_counts(rows: QuerySet[QuestionProgress], *by: str) -> list[tuple[Bank, dict[str, Any]]]:
    """Return the banks of the rows with how many of each there are (`n`), beside the fields named: one statement."""
    names = [f"question__bank__{name}" for name in _BANK_FIELDS]
    found = rows.order_by().values(*by, *names).annotate(n=Count("pk"))
    return [(Bank(**{name: row[f"question__bank__{name}"] for name in _BANK_FIELDS}), row) for row in found]


def _locked_of(user_id: int, banks: Collection[Bank]) -> Locked:
    """Return what is locked in these banks; the account is read only where a bank may be closed to somebody."""
    doubtful = [bank for bank in banks if can_lock(bank)]
    if not doubtful:
        return Locked()
    return find_locked(user=get_user_model()._default_manager.get(pk=user_id), banks=doubtful)


def _count_open(rows: QuerySet[QuestionProgress], *, user_id: int, now: datetime) -> int:
    """Return how many of a learner's rows may be practised as far as exams and banks go; one statement for none."""
    found = _banks_with_counts(rows)
    if not found:
        return 0
    left_out = (
        hidden_questions(user_id=user_id, now=now) | _locked_of(user_id, [bank for bank, _row in found]).questions
    )
    if not left_out:
        return sum(row["n"] for _bank, row in found)
    return rows.exclude(question_id__in=left_out).count()


def count_due(*, user_id: int, now: datetime) -> int:
    """Return how many wrong answers of the learner are due now, as the book counts them: without those that an exam of
    hers hides or that are locked. One statement where none is due, two where all banks are for everybody; up to six
    more where an exam hides any, up to thirteen more where a bank is closed to her.
    """
    return _count_open(QuestionProgress.objects.filter(due_condition(now), user_id=user_id), user_id=user_id, now=now)


def count_open_entries(*, user_id: int) -> int:
    """Return how many wrong answers wait to be mastered and may be practised; statements as for count_due."""
    rows = QuestionProgress.objects.filter(user_id=user_id, last_wrong_at__isnull=False, mastered_at__isnull=True)
    return _count_open(rows, user_id=user_id, now=now_utc())


def count_due_of_many(*, user_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return count_due of several learners; those with none are left out.

    Two statements, up to six more where an exam hides any. A learner with a bank that may be closed to her takes those
    of find_locked, and one for each locked bank of hers.
    """
    rows = QuestionProgress.objects.filter(due_condition(now), user_id__in=list(user_ids)).order_by()
    counts: dict[int, int] = {}
    banks: dict[int, list[Bank]] = {}
    for bank, row in _banks_with_counts(rows, "user_id"):
        counts[row["user_id"]] = counts.get(row["user_id"], 0) + row["n"]
        banks.setdefault(row["user_id"], []).append(bank)
    left_out = {user_id: set(own) for user_id, own in hidden_of_many(user_ids=list(counts), now=now).items()}
    for user_id, own in banks.items():
        if locked := _locked_of(user_id, own).questions:
            left_out.setdefault(user_id, set()).update(locked)
    if left_out:
        questions = {pk for own in left_out.values() for pk in own}
        pairs = rows.filter(user_id__in=list(left_out), question_id__in=questions)
        for user_id, question_id in pairs.values_list("user_id", "question_id"):
            counts[user_id] -= question_id in left_out[user_id]
    return {user_id: n for user_id, n in counts.items() if n}
