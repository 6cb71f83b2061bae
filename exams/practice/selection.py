"""What a learner may practise and how she narrows it: rows of questions by type, difficulty, tag and her own record,
read in the wished order without fetching more than is asked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput
from exams.authoring.term_index import among, find_question_ids
from exams.models import Bank, Question, QuestionProgress, Topic
from exams.practice.access import list_banks_for, open_bank_ids

MAXIMUM_QUESTIONS = 200
"""Questions of one session; a larger chapter is practised in several."""
MAXIMUM_TAGS = 5
COUNTED = 1000
"""How far fitting questions are counted for a page that begins a practice."""

ORDERS = ("in_order", "random", "unseen_first", "wrong_first")
ONLY = ("", "unseen", "wrong")

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """Which of the open questions: any of the types, difficulties (1 to 5) and tags; `only` what the learner has not
    seen, or what waits in her wrong-answer book. Empty means all."""

    types: Sequence[str] = ()
    difficulties: Sequence[int] = ()
    tags: Sequence[str] = ()
    only: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenBanks:
    """Banks that a learner knows, and which of them are open to her wholly."""

    banks: tuple[Bank, ...]
    open_ids: frozenset[int]

    @property
    def locked(self) -> list[Bank]:
        """Return those of which she has a sample at most."""
        return [bank for bank in self.banks if bank.pk not in self.open_ids]


def find_open_banks(user: Any) -> OpenBanks:
    """Return the banks of the learner's practice with what is open; statements do not grow with them."""
    banks = list_banks_for(user)
    return OpenBanks(banks=tuple(banks), open_ids=frozenset(open_bank_ids(user, banks)))


def questions_of(banks: OpenBanks, /) -> QuerySet[Question]:
    """Return the published questions of the banks that may be practised: all of open ones, samples of locked ones."""
    rows = Question.objects.drawable()
    whole = [bank.pk for bank in banks.banks if bank.pk in banks.open_ids]
    samples = {bank.pk: bank.free_sample_count for bank in banks.locked if bank.free_sample_count}
    if not samples:
        return rows.filter(bank__in=whole)
    allowed = Case(*(When(bank_id=pk, then=Value(count)) for pk, count in samples.items()), output_field=IntegerField())
    numbered = (
        rows.filter(bank__in=samples)
        .annotate(place=Window(RowNumber(), partition_by=[F("topic_id")], order_by=F("pk").asc()), allowed=allowed)
        .filter(place__lte=F("allowed"))
    )
    return rows.filter(bank__in=whole) | rows.filter(pk__in=numbered.values("pk"))


def narrow(
    rows: QuerySet[Question],
    narrowing: Narrowing,
    /,
    *,
    user_id: int,
    hidden: Collection[int] = (),
    bank_ids: Sequence[int] = (),
) -> QuerySet[Question]:
    """Return those of `rows` that fit, without `hidden` ones. `bank_ids` name the banks in which tags are looked up;
    InvalidInput for an unknown `only` or more than MAXIMUM_TAGS tags."""
    if narrowing.only not in ONLY:
        raise InvalidInput(_("Choose one of the offered values."), field="only")
    if len(narrowing.tags) > MAXIMUM_TAGS:
        raise InvalidInput(_("Name at most %(n)d tags.") % {"n": MAXIMUM_TAGS}, field="tags")
    if narrowing.types:
        rows = rows.filter(type__in=list(narrowing.types))
    if narrowing.difficulties:
        rows = rows.filter(difficulty__in=list(narrowing.difficulties))
    if narrowing.tags:
        tagged = {pk for bank_id in bank_ids for tag in narrowing.tags for pk in _tagged(bank_id, tag)}
        rows = rows.filter(pk__in=among(sorted(tagged)))
    if narrowing.only == "unseen":
        rows = rows.filter(~Exists(_seen(user_id)))
    elif narrowing.only == "wrong":
        rows = rows.filter(Exists(_wrong(user_id)))
    return rows.exclude(pk__in=list(hidden)) if hidden else rows


def _tagged(bank_id: int, tag: str) -> list[int]:
    return find_question_ids(bank_id=bank_id, tag=tag)


def _seen(user_id: int) -> QuerySet[QuestionProgress]:
    return QuestionProgress.objects.filter(user_id=user_id, question_id=OuterRef("pk"), last_answered_at__isnull=False)


def _wrong(user_id: int) -> QuerySet[QuestionProgress]:
    return QuestionProgress.objects.filter(
        user_id=user_id, question_id=OuterRef("pk"), last_wrong_at__isnull=False, mastered_at__isnull=True
    )


def pick(rows: QuerySet[Question], /, *, user_id: int, order: str, count: int) -> list[Pair]:
    """Return (question, version) of at most `count` rows in the wished order, one of ORDERS; two statements at most.

    What was seen follows the unseen, the longest ago first; what is right follows the wrong. InvalidInput for another
    order.
    """
    if order not in ORDERS:
        raise InvalidInput(_("Choose one of the offered orders."), field="order")
    count = max(1, min(count, MAXIMUM_QUESTIONS))
    plain = ("topic__path", "pk")
    if order == "random":
        return _pairs(rows.order_by("?"), count)
    if order == "in_order":
        return _pairs(rows.order_by(*plain), count)
    record = _seen(user_id) if order == "unseen_first" else _wrong(user_id)
    if order == "wrong_first":
        first, then = rows.filter(Exists(record)).order_by(*plain), rows.filter(~Exists(record)).order_by(*plain)
    else:
        seen_at = record.values("last_answered_at")[:1]
        first = rows.filter(~Exists(record)).order_by(*plain)
        then = rows.filter(Exists(record)).annotate(seen_at=seen_at).order_by("seen_at", "pk")
    found = _pairs(first, count)
    return found + _pairs(then, count - len(found)) if len(found) < count else found


def _pairs(rows: QuerySet[Question], count: int) -> list[Pair]:
    return list(rows.values_list("pk", "current_version_id")[:count])


def within(rows: QuerySet[Question], topics: Sequence[Topic], /) -> QuerySet[Question]:
    """Return those of `rows` that lie in the topics or below them; all where none is named."""
    if not topics:
        return rows
    below: set[int] = set()
    for topic in topics:
        under = Topic.objects.filter(bank_id=topic.bank_id, path__startswith=topic.path)
        below |= set(under.values_list("pk", flat=True))
    return rows.filter(topic_id__in=below)


def count_fitting(rows: QuerySet[Question], /) -> int:
    """Return how many questions fit, COUNTED + 1 at most."""
    return rows.order_by().values("pk")[: COUNTED + 1].count()
