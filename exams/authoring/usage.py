"""Where questions are used: papers, exams, practice, other rooms; and whether they may be deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from exams.models import (
    BlueprintRule,
    Exam,
    ItemResult,
    Paper,
    PaperItem,
    PaperVersion,
    PracticeAnswer,
    PracticeSet,
    Question,
    QuestionProgress,
    QuestionVersion,
    Topic,
)
from exams.uses import ids_used_elsewhere


def pooled_version_ids(*, bank_ids: Iterable[int]) -> set[int]:
    """Return the versions that published papers hold, fixed or in the pools of rules that draw from these banks."""
    papers = BlueprintRule.objects.filter(bank_id__in=set(bank_ids)).values("section__paper_id")
    versions: set[int] = set()
    for structure in PaperVersion.objects.filter(paper__in=papers).values_list("structure", flat=True).iterator():
        for section in structure["sections"]:
            versions |= {item["version_id"] for item in section["items"]}
            for pool in section["pools"]:
                versions.update(pool["version_ids"])
    return versions


def used_question_ids(*, questions: Sequence[Question]) -> set[int]:
    """Return those of the questions that a paper holds, a practice set names, another room asks or a learner has met;
    seven queries, and those of the other rooms."""
    ids = [question.pk for question in questions]
    used: set[int] = set()
    for model in (PaperItem, PracticeAnswer, ItemResult, QuestionProgress):
        used |= set(model.objects.filter(question_id__in=ids).values_list("question_id", flat=True))
    used |= ids_used_elsewhere(question_ids=ids)
    named = {pk for row in _fixed_sets({question.bank_id for question in questions}) for pk in row.question_ids}
    used |= named & set(ids)
    pooled = pooled_version_ids(bank_ids={question.bank_id for question in questions})
    own = QuestionVersion.objects.filter(question_id__in=ids).values_list("question_id", "pk")
    return used | {question_id for question_id, version_id in own if version_id in pooled}


def _fixed_sets(bank_ids: Iterable[int]) -> list[PracticeSet]:
    rows = PracticeSet.objects.filter(bank_id__in=set(bank_ids), kind=PracticeSet.Kind.FIXED, archived_at__isnull=True)
    return list(rows.only("id", "public_id", "title", "bank_id", "question_ids").order_by("title"))


def sets_naming(*, bank_id: int, questions: QuerySet[Question]) -> list[tuple[PracticeSet, int]]:
    """Return the practice sets of a bank that name any of the questions, with how many of them; two queries."""
    rows = _fixed_sets([bank_id])
    named = {pk for row in rows for pk in row.question_ids}
    if not named:
        return []
    meant = set(questions.filter(pk__in=named).values_list("pk", flat=True))
    counts = [(row, len(meant & set(row.question_ids))) for row in rows]
    return [(row, n) for row, n in counts if n]


@dataclass(frozen=True, kw_only=True)
class PaperUse:
    """A paper that holds a question (`is_fixed`), or one of whose rules may draw it, with its exams."""

    paper: Paper
    is_fixed: bool
    exams: tuple[Exam, ...]


def _may_draw(rule: BlueprintRule, question: Question) -> bool:
    if rule.topic is not None:
        topic: Topic | None = question.topic
        if topic is None or not topic.path.startswith(rule.topic.path):
            return False
    return (
        (not rule.types or question.type in rule.types)
        and rule.difficulty_min <= question.difficulty <= rule.difficulty_max
        and set(rule.tags) <= set(question.tags)
    )


def list_uses(*, question: Question, papers: Any, exams: Any) -> tuple[list[PaperUse], int]:
    """Return the papers among `papers` that hold or may draw the question with their exams among `exams`, and how many
    papers of others do; four queries."""
    fixed = set(PaperItem.objects.filter(question=question).values_list("section__paper_id", flat=True))
    rules = BlueprintRule.objects.filter(bank_id=question.bank_id).select_related("topic", "section")
    drawing = {rule.section.paper_id for rule in rules if _may_draw(rule, question)}
    mine = {row.pk: row for row in papers.filter(Q(pk__in=fixed | drawing)).order_by("-pk")}
    by_paper: dict[int, list[Exam]] = {}
    for exam in exams.filter(paper_id__in=mine).order_by("-opens_at"):
        by_paper.setdefault(exam.paper_id, []).append(exam)
    uses = [PaperUse(paper=row, is_fixed=pk in fixed, exams=tuple(by_paper.get(pk, ()))) for pk, row in mine.items()]
    return uses, len((fixed | drawing) - set(mine))
