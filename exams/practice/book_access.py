"""Which questions of her wrong-answer book a learner may still practise: a bank whose grant ended, that was withdrawn,
or whose organisation she left keeps its entries in the book, but they are locked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from edu.access.queries import list_accessible
from edu.organizations.queries import list_organization_ids
from exams.models import Bank, ItemResult, Paper, PracticeAnswer, PracticeSession, QuestionProgress
from exams.policies_authoring import list_practisable_banks
from exams.practice.access import PracticeDoor, bank_door, list_open_questions, open_bank_ids, open_paper_ids
from exams.practice.question_progress import counting_attempts


@dataclass(frozen=True, kw_only=True)
class Locked:
    """What of her own a learner cannot practise now: the ids of her questions, and the banks of these, which are
    closed to her wholly or in part."""

    banks: tuple[Bank, ...] = ()
    questions: frozenset[int] = frozenset()


def can_lock(bank: Bank, /) -> bool:
    """Whether a bank may be closed to somebody who met it: it is for sale, an organisation's, or not for everybody."""
    return bank.requires_grant or bank.organization_id is not None or bank.visibility != Bank.Visibility.PUBLIC


def list_own_banks(*, user_id: int) -> list[Bank]:
    """Return the banks of all questions that the learner has answered or marked. One statement."""
    rows = QuestionProgress.objects.filter(user_id=user_id)
    return list(Bank.objects.filter(pk__in=rows.values("question__bank_id")))


def find_locked(*, user: Any, banks: Iterable[Bank] | None = None) -> Locked:
    """Return what is locked in these banks (None: in all that she met).

    A question stays open by the grant of its bank, as part of the free sample, or because she met it elsewhere: in an
    exam whose keys she has seen, a paper or a lesson that is still open to her. What belongs to an organisation that
    she left is closed in any case. No statement where all banks are for everybody; six to ten where one is closed.
    """
    rows = list_own_banks(user_id=user.pk) if banks is None else list(banks)
    doubtful = [row for row in rows if can_lock(row)]
    if not doubtful:
        return Locked()
    granted = list_accessible(user_id=user.pk, product_keys=[row.product_key for row in doubtful if row.requires_grant])
    left = [row for row in doubtful if row.product_key not in granted or row.organization_id]
    if not left:
        return Locked()
    seen = set(list_practisable_banks(user).filter(pk__in=[row.pk for row in left]).values_list("pk", flat=True))
    bought = {row.pk for row in left if row.product_key in granted}
    wholly = open_bank_ids(user, [row for row in left if row.pk in seen - bought]) | (seen & bought)
    closed = [row for row in left if row.pk not in wholly]
    if not closed:
        return Locked()
    mine = set(list_organization_ids(user_id=user.pk))
    is_left = {row.pk for row in closed if row.organization_id is not None and row.organization_id not in mine}
    met = QuestionProgress.objects.filter(user_id=user.pk, question__bank__in=[row.pk for row in closed])
    bank_of = dict(met.values_list("question_id", "question__bank_id"))
    asked = {pk for pk, bank_id in bank_of.items() if bank_id not in is_left}
    for_sale = {row.pk for row in closed if row.requires_grant}
    still_open = _met_elsewhere(user, asked, {pk for pk in asked if bank_of[pk] in for_sale})
    for row in closed:
        if row.pk in seen and row.free_sample_count and row.pk not in is_left:
            sample = list_open_questions(row, PracticeDoor(is_open=False, sample_count=row.free_sample_count))
            still_open |= set(sample.filter(pk__in=asked).values_list("pk", flat=True))
    questions = frozenset(bank_of) - frozenset(still_open)
    concerned = {bank_of[pk] for pk in questions}
    banks = sorted((row for row in closed if row.pk in concerned), key=lambda row: row.name)
    return Locked(banks=tuple(banks), questions=questions)


def _met_elsewhere(user: Any, question_ids: set[int], for_sale: set[int]) -> set[int]:
    """Return those of the questions that exams, papers, lessons or sets keep open; three to seven statements. A lesson
    or a set opens what is `for_sale` only while the learner holds a grant for it."""
    if not question_ids:
        return set()
    attempts = [attempt.pk for attempt in counting_attempts(user.pk)]
    sat = ItemResult.objects.filter(attempt_id__in=attempts, question_id__in=question_ids)
    found = set(sat.values_list("question_id", flat=True)) if attempts else set()
    practised = (
        PracticeAnswer.objects.filter(user_id=user.pk, question_id__in=question_ids - found)
        .filter(
            Q(session__paper__isnull=False) | ~Q(session__context_key="") | Q(session__mode=PracticeSession.Mode.SET)
        )
        .values_list("question_id", "session__paper_id", "session__context_key")
        .distinct()
    )
    places = list(practised)
    papers = open_paper_ids(user, list(Paper.objects.filter(pk__in={paper for _q, paper, _key in places if paper})))
    lessons = list_accessible(user_id=user.pk, product_keys=sorted({key for _q, _paper, key in places if key}))
    return found | {
        pk for pk, paper, key in places if (paper in papers if paper else key in lessons or pk not in for_sale)
    }


def locked_doors(*, user: Any, banks: Sequence[Bank], limit: int = 3) -> list[tuple[Bank, PracticeDoor]]:
    """Return closed banks with what opens them, at most `limit`; some three statements each."""
    return [(row, bank_door(user, row)) for row in banks[:limit]]
