"""Beginning practice from what is the learner's own: entries of her book by filter, what is due, favourites, similar
questions, one question.

Nothing is asked that an exam of hers hides, that is retired or withheld, or that is not open to her any more.
"""

import random
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput
from exams.models import PracticeSession, Question, QuestionProgress
from exams.practice.book import BookFilter, asked, list_entries, state_condition
from exams.practice.book_access import find_locked
from exams.practice.book_entry import get_row
from exams.practice.hidden import hidden_questions
from exams.practice.siblings import list_siblings
from exams.practice.starts import MAXIMUM_QUESTIONS, NothingToPractise, begin_session

ORDERS = ("oldest", "most_wrong", "random")
COUNTS = (10, 20, 50)
DUE_AT_ONCE = 20


def practisable(rows: QuerySet[QuestionProgress], *, user: Any, hidden: Collection[int]) -> QuerySet[QuestionProgress]:
    """Return those of a learner's rows that may be asked again now."""
    rows = rows.filter(asked())
    if hidden:
        rows = rows.exclude(question_id__in=hidden)
    locked = find_locked(user=user).questions
    return rows.exclude(question_id__in=locked) if locked else rows


def _begin(
    user: Any, rows: QuerySet[QuestionProgress], *, mode: str, title: str, count: int, **fields: Any
) -> PracticeSession:
    ids = rows.values_list("question_id", flat=True)[: max(1, min(count, MAXIMUM_QUESTIONS))]
    return _begin_with(user, list(ids), mode=mode, title=title, **fields)


def _begin_with(user: Any, question_ids: Sequence[int], *, mode: str, title: str, **fields: Any) -> PracticeSession:
    versions = dict(Question.objects.drawable().filter(pk__in=question_ids).values_list("pk", "current_version_id"))
    return begin_session(
        user_id=user.pk,
        mode=mode,
        title=title,
        picks=[(versions[pk], None) for pk in question_ids if pk in versions],
        feedback="at_once",
        **fields,
    )


def start_wrong_practice(
    *,
    user: Any,
    title: str,
    chosen: BookFilter | None = None,
    count: int = 20,
    order: str = "oldest",
    hidden: Collection[int] | None = None,
) -> PracticeSession:
    """Begin to retry entries of the learner's own book that a filter means: the longest untouched first, the most often
    wrong first, or drawn by chance, at most MAXIMUM_QUESTIONS.

    NothingToPractise when none is left; InvalidInput for an unknown order. `hidden` as in list_entries.
    """
    if order not in ORDERS:
        raise InvalidInput(_("Choose one of the offered orders."), field="order")
    chosen = chosen or BookFilter()
    if hidden is None:
        hidden = hidden_questions(user_id=user.pk, now=now_utc())
    rows = practisable(list_entries(user_id=user.pk, chosen=chosen, hidden=hidden), user=user, hidden=hidden)
    fields = {"mode": PracticeSession.Mode.WRONG, "title": title, "bank_id": chosen.bank_id}
    if order == "random":
        ids = list(rows.order_by().values_list("question_id", flat=True))
        drawn = random.sample(ids, k=min(len(ids), max(1, min(count, MAXIMUM_QUESTIONS))))
        return _begin_with(user, drawn, **fields)
    keys = ("last_wrong_at", "id") if order == "oldest" else ("-wrong_count", "-blank_count", "last_wrong_at", "id")
    return _begin(user, rows.order_by(*keys), count=count, **fields)


def start_due_practice(
    *, user: Any, title: str, bank_id: int | None = None, count: int = DUE_AT_ONCE
) -> PracticeSession:
    """Begin with what of the learner's book is due by now, the longest overdue first; NothingToPractise when nothing
    is."""
    now = now_utc()
    hidden = hidden_questions(user_id=user.pk, now=now)
    rows = QuestionProgress.objects.filter(state_condition("due", now=now), user=user, last_wrong_at__isnull=False)
    if bank_id is not None:
        rows = rows.filter(question__bank_id=bank_id)
    return _begin(
        user,
        practisable(rows, user=user, hidden=hidden).order_by("due_at", "id"),
        mode=PracticeSession.Mode.DUE,
        title=title,
        count=count,
        bank_id=bank_id,
    )


def list_favourites(
    *, user_id: int, bank_id: int | None = None, hidden: Collection[int] | None = None
) -> QuerySet[QuestionProgress]:
    """Return the learner's favourites, newest first, with question, bank and topic; what an exam of hers hides is left
    out."""
    if hidden is None:
        hidden = hidden_questions(user_id=user_id, now=now_utc())
    rows = QuestionProgress.objects.filter(user_id=user_id, favourited_at__isnull=False)
    if hidden:
        rows = rows.exclude(question_id__in=hidden)
    if bank_id is not None:
        rows = rows.filter(question__bank_id=bank_id)
    return (
        rows.select_related("question__bank", "question__topic")
        .defer("question__content", "question__key", "question__explanation", "question__search_text")
        .order_by("-favourited_at", "-id")
    )


def start_favourites(*, user: Any, title: str, bank_id: int | None = None, count: int = 20) -> PracticeSession:
    """Begin to practise the learner's favourites, newest first; NothingToPractise when none is open to her."""
    hidden = hidden_questions(user_id=user.pk, now=now_utc())
    rows = list_favourites(user_id=user.pk, bank_id=bank_id, hidden=hidden)
    return _begin(
        user,
        practisable(rows, user=user, hidden=hidden),
        mode=PracticeSession.Mode.FAVOURITES,
        title=title,
        count=count,
        bank_id=bank_id,
    )


def start_siblings(*, user: Any, question_public_id: object) -> PracticeSession:
    """Begin to practise questions of the same topic as one that the learner has met; NotFound for what she has not,
    NothingToPractise when there are none."""
    row = get_row(user_id=user.pk, question_public_id=question_public_id)
    found = [sibling.question.pk for sibling in list_siblings(user=user, question=row.question)]
    return _begin_with(
        user,
        found,
        mode=PracticeSession.Mode.SIBLINGS,
        title=_("Similar: %(question)s") % {"question": row.question.summary[:120]},
        bank_id=row.question.bank_id,
        topic_id=row.question.topic_id,
    )


def start_questions(*, user: Any, public_ids: Sequence[Any], title: str = "") -> PracticeSession:
    """Begin to retry chosen questions that the learner has met, in the order given; foreign ones are passed over.
    NothingToPractise when none of them is open to her."""
    hidden = hidden_questions(user_id=user.pk, now=now_utc())
    wanted = [str(one) for one in public_ids][:MAXIMUM_QUESTIONS]
    rows = QuestionProgress.objects.filter(user=user, question__public_id__in=wanted)
    found = {
        str(public_id): (pk, summary)
        for public_id, pk, summary in practisable(rows, user=user, hidden=hidden).values_list(
            "question__public_id", "question_id", "question__summary"
        )
    }
    picked = [found[one] for one in dict.fromkeys(wanted) if one in found]
    if not picked:
        raise NothingToPractise(_("There is no question to practise here."))
    return _begin_with(
        user, [pk for pk, _summary in picked], mode=PracticeSession.Mode.WRONG, title=title or picked[0][1][:200]
    )
