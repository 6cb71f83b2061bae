"""How well a learner masters the topics of the banks that are open to her: trees, and the weakest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from exams.domain.mastery import Evidence, Mastery, Tally, mastery_of
from exams.domain.recall import Memory, recall_chance
from exams.models import Bank, Question, QuestionProgress, Topic
from exams.practice.access import list_banks_for, open_bank_ids
from exams.practice.hidden import hidden_questions

MOST_TOPICS = 300
"""Topics of one page; banks beyond it are named without their topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMastery:
    """A topic with all below it: how deep it lies (0 at the top), the bank it is of, and how well it is mastered."""

    topic: Topic
    bank: Bank
    depth: int
    mastery: Mastery

    @property
    def percent(self) -> int | None:
        """Return the estimate in whole per cent."""
        return _percent(self.mastery.estimate)

    @property
    def low_percent(self) -> int | None:
        """Return the lower end of the interval in whole per cent."""
        return _percent(self.mastery.low)

    @property
    def high_percent(self) -> int | None:
        """Return the upper end of the interval in whole per cent."""
        return _percent(self.mastery.high)

    @property
    def band_width(self) -> int:
        """Return the width of the interval in per cent, at least one so that it is seen."""
        return max(1, (self.high_percent or 0) - (self.low_percent or 0))


def _percent(value: float | None) -> int | None:
    return None if value is None else round(100 * value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMastery:
    """A bank in which the learner has answered something: the whole, and its topics in reading order."""

    bank: Bank
    mastery: Mastery
    topics: tuple[TopicMastery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MasteryPage:
    """Banks that she has begun, by name; those open to her that she has not begun; banks with too many topics to be
    shown beside the others."""

    begun: tuple[BankMastery, ...]
    fresh: tuple[Bank, ...]
    folded: tuple[Bank, ...] = ()

    @property
    def weakest(self) -> tuple[TopicMastery, ...]:
        """Return the lowest topics of the trees by estimate, the weakest first; those with too few answers last."""
        rows = [
            row
            for bank in self.begun
            for row, below in zip(bank.topics, (*bank.topics[1:], None), strict=True)
            if below is None or below.depth <= row.depth
        ]
        return tuple(
            sorted(
                rows,
                key=lambda row: (
                    row.mastery.estimate is None,
                    row.mastery.estimate or 0.0,
                    -row.mastery.answered,
                    row.topic.pk,
                ),
            )
        )


def list_mastery(*, user: Any, now: datetime) -> MasteryPage:
    """Return how well the learner masters the topics of banks that are wholly open to her, without questions that an
    exam of hers hides. Statements do not grow with banks, topics or answers.
    """
    banks = list_banks_for(user)
    open_ids = open_bank_ids(user, banks)
    banks = [bank for bank in banks if bank.pk in open_ids]
    hidden = hidden_questions(user_id=user.pk, now=now)
    evidence = _evidence(user_id=user.pk, bank_ids=open_ids, hidden=hidden, now=now)
    begun_ids = {bank_id for bank_id, _topic_id in evidence}
    begun = [bank for bank in banks if bank.pk in begun_ids]
    questions = Question.objects.drawable().filter(bank__in=begun)
    if hidden:
        questions = questions.exclude(pk__in=hidden)
    totals = {
        (row["bank_id"], row["topic_id"]): row["n"]
        for row in questions.order_by().values("bank_id", "topic_id").annotate(n=Count("pk"))
    }
    tallies = {
        place: evidence.get(place, Tally()) + Tally(total=totals.get(place, 0)) for place in {*evidence, *totals}
    }
    topics: dict[int, list[Topic]] = {}
    for topic in Topic.objects.filter(bank__in=begun):
        topics.setdefault(topic.bank_id, []).append(topic)
    shown: list[BankMastery] = []
    folded: list[Bank] = []
    room = MOST_TOPICS
    for bank in begun:
        own = topics.get(bank.pk, [])
        if shown and len(own) > room:
            folded.append(bank)
            continue
        room -= len(own)
        shown.append(_bank_mastery(bank, own, tallies))
    fresh = tuple(bank for bank in banks if bank.pk not in begun_ids)
    return MasteryPage(begun=tuple(shown), fresh=fresh, folded=tuple(folded))


def _evidence(
    *, user_id: int, bank_ids: Collection[int], hidden: Collection[int], now: datetime
) -> dict[tuple[int, int | None], Tally]:
    """Return what the learner's last answers come to, by bank and topic; one statement."""
    rows = QuestionProgress.objects.filter(
        user_id=user_id,
        last_answered_at__isnull=False,
        question__bank__in=list(bank_ids),
        question__status=Question.Status.PUBLISHED,
        question__current_version__isnull=False,
        question__is_withheld=False,
    )
    if hidden:
        rows = rows.exclude(question_id__in=hidden)
    found: dict[tuple[int, int | None], Tally] = {}
    for bank_id, topic_id, fraction, at, stability, difficulty, due_at in rows.values_list(
        "question__bank_id",
        "question__topic_id",
        "last_fraction",
        "last_answered_at",
        "stability",
        "difficulty",
        "due_at",
    ).iterator():
        recall = 1.0
        if at is not None and stability is not None and difficulty is not None and due_at is not None and fraction:
            memory = Memory(stability=stability, difficulty=difficulty, reviewed_at=at, due_at=due_at)
            recall = recall_chance(memory, at=max(now, at))
        value = Evidence(last_fraction=fraction or 0.0, recall=recall).value
        place = (bank_id, topic_id)
        found[place] = found.get(place, Tally()) + Tally(answered=1, value_sum=value)
    return found


def _bank_mastery(bank: Bank, topics: Sequence[Topic], tallies: dict[tuple[int, int | None], Tally]) -> BankMastery:
    """Add up each topic with what lies below it; topics without questions are left out."""
    sums: dict[int, Tally] = {}
    for topic in topics:
        own = tallies.get((bank.pk, topic.pk))
        if own is None:
            continue
        for above in (int(part) for part in topic.path.split("/") if part):
            sums[above] = sums.get(above, Tally()) + own
    whole = sum((tally for (bank_id, _topic), tally in tallies.items() if bank_id == bank.pk), Tally())
    rows = [
        TopicMastery(topic=topic, bank=bank, depth=topic.path.count("/") - 2, mastery=mastery_of(sums[topic.pk]))
        for topic in _in_reading_order(topics)
        if topic.pk in sums
    ]
    return BankMastery(bank=bank, mastery=mastery_of(whole), topics=tuple(rows))


def _in_reading_order(topics: Sequence[Topic]) -> list[Topic]:
    children: dict[int | None, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent_id, []).append(topic)
    ordered: list[Topic] = []
    waiting = sorted(children.get(None, ()), key=lambda row: (row.position, row.pk), reverse=True)
    while waiting:
        topic = waiting.pop()
        ordered.append(topic)
        waiting += sorted(children.get(topic.pk, ()), key=lambda row: (row.position, row.pk), reverse=True)
    return ordered
