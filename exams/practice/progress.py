"""How far a learner is: by bank and by chapter, from how she stands with its questions. For the pages of practice."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from exams.models import Bank, Question, QuestionProgress, Topic
from exams.practice.access import PracticeDoor, list_open_questions


@dataclass(frozen=True, kw_only=True)
class BankProgress:
    """A bank of the practice index: questions, how many of them the learner has answered, whether all of it is
    open."""

    bank: Bank
    total: int
    seen: int
    is_open: bool

    @property
    def percent(self) -> int:
        """Return the share answered, 0 to 100."""
        return round(100 * self.seen / self.total) if self.total else 0


@dataclass(kw_only=True)
class ChapterProgress:
    """A chapter with its sub-topics: questions, answered, answered rightly at least once, and how many are open to
    her."""

    topic: Topic
    depth: int
    total: int = 0
    open_total: int = 0
    seen: int = 0
    right: int = 0

    @property
    def percent(self) -> int:
        """Return the share answered, 0 to 100."""
        return round(100 * self.seen / self.total) if self.total else 0

    @property
    def accuracy(self) -> int:
        """Return the share of answered questions that were answered rightly at least once, 0 to 100."""
        return round(100 * self.right / self.seen) if self.seen else 0


def list_bank_progress(*, user_id: int, banks: list[Bank], open_ids: set[int]) -> list[BankProgress]:
    """Return the progress in each bank; two queries whatever their number. Banks without questions are left out."""
    rows = Question.objects.drawable().filter(bank__in=banks)
    totals = dict(rows.values("bank_id").annotate(n=Count("pk")).values_list("bank_id", "n"))
    answered = QuestionProgress.objects.filter(user_id=user_id, answered_count__gt=0).values("question_id")
    seen = dict(rows.filter(pk__in=answered).values("bank_id").annotate(n=Count("pk")).values_list("bank_id", "n"))
    return [
        BankProgress(bank=bank, total=totals[bank.pk], seen=seen.get(bank.pk, 0), is_open=bank.pk in open_ids)
        for bank in banks
        if totals.get(bank.pk)
    ]


def list_chapters(*, user_id: int, bank: Bank, door: PracticeDoor) -> list[ChapterProgress]:
    """Return the chapters in reading order, each counting what lies below it; four queries whatever their number."""
    topics = list(Topic.objects.filter(bank=bank))
    nodes = {topic.pk: ChapterProgress(topic=topic, depth=topic.path.count("/") - 2) for topic in topics}
    published = Question.objects.drawable().filter(bank=bank)
    rights = dict(
        QuestionProgress.objects.filter(
            user_id=user_id, answered_count__gt=0, question_id__in=published.values("pk")
        ).values_list("question_id", "right_count")
    )
    open_ids = None if door.is_open else set(list_open_questions(bank, door).values_list("pk", flat=True))
    paths = {topic.pk: [int(part) for part in topic.path.split("/") if part] for topic in topics}
    for question_id, topic_id in published.values_list("pk", "topic_id"):
        for above in paths.get(topic_id, ()):
            node = nodes[above]
            node.total += 1
            node.open_total += open_ids is None or question_id in open_ids
            if question_id in rights:
                node.seen += 1
                node.right += rights[question_id] > 0
    return [node for node in _in_reading_order(topics, nodes) if node.total]


def _in_reading_order(topics: list[Topic], nodes: dict[int, ChapterProgress]) -> list[ChapterProgress]:
    children: dict[Any, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent_id, []).append(topic)
    ordered: list[ChapterProgress] = []

    def walk(parent_id: int | None) -> None:
        for topic in sorted(children.get(parent_id, ()), key=lambda row: (row.position, row.pk)):
            ordered.append(nodes[topic.pk])
            walk(topic.pk)

    walk(None)
    return ordered
