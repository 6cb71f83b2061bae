"""Use cases of questions that may not stand in the same paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import InvalidInput, NotFound
from exams.models import PaperItem, Question, QuestionEnemies
from exams.policies_authoring import list_editable_banks, list_readable_banks

MOST_AT_ONCE = 30
"""Questions of one family that are kept apart at once: 435 pairs."""


@dataclass(frozen=True, kw_only=True)
class Enemy:
    """A question that may not stand beside another one, and why."""

    pair_id: int
    question: Question
    reason: str


def list_enemies(*, question: Question) -> list[Enemy]:
    """Return the enemies of a question with their banks; one query."""
    pairs = QuestionEnemies.objects.filter(Q(first=question) | Q(second=question)).select_related(
        "first__bank", "second__bank"
    )
    return [
        Enemy(
            pair_id=pair.pk,
            question=pair.second if pair.first_id == question.pk else pair.first,
            reason=pair.reason,
        )
        for pair in pairs.order_by("pk")
    ]


def keep_apart(*, questions: Sequence[Question], actor: Any, reason: str = "") -> int:
    """Say that no two of these questions may stand in one paper; return how many pairs were new.

    The actor may edit the bank of at least one question of every pair and read those of all: NotFound otherwise.
    InvalidInput for fewer than two or more than MOST_AT_ONCE questions. Papers that are published stay as they are.
    """
    rows = list({question.pk: question for question in questions}.values())
    if len(rows) < 2:
        raise InvalidInput(_("Choose at least two questions."))
    if len(rows) > MOST_AT_ONCE:
        raise InvalidInput(_("Choose at most 30 questions at once."))
    banks = {question.bank_id for question in rows}
    editable = set(list_editable_banks(actor).filter(pk__in=banks).values_list("pk", flat=True))
    readable = set(list_readable_banks(actor).filter(pk__in=banks).values_list("pk", flat=True))
    if banks - readable or sum(question.bank_id not in editable for question in rows) > 1:
        raise NotFound(_("There is no such question."))
    with transaction.atomic():
        ids = sorted(question.pk for question in rows)
        known = set(
            QuestionEnemies.objects.filter(first_id__in=ids, second_id__in=ids).values_list("first_id", "second_id")
        )
        fresh = [(a, b) for at, a in enumerate(ids) for b in ids[at + 1 :] if (a, b) not in known]
        QuestionEnemies.objects.bulk_create(
            [QuestionEnemies(first_id=a, second_id=b, reason=reason.strip()[:200], created_by=actor) for a, b in fresh],
            ignore_conflicts=True,
        )
        if fresh:
            record(
                actor=actor,
                action="question.keep_apart",
                object_kind="question",
                object_id=rows[0].public_id,
                object_label=rows[0].summary[:80],
                changes={"questions": [str(row.public_id) for row in rows], "pairs": len(fresh), "reason": reason},
            )
    return len(fresh)


def reconcile(*, pair_id: int, question: Question, actor: Any) -> None:
    """Let a question stand beside an enemy again; NotFound when it has no such enemy. The caller fetched the question
    through the policy."""
    pair = QuestionEnemies.objects.filter(Q(first=question) | Q(second=question), pk=pair_id).first()
    if pair is None:
        raise NotFound(_("There is no such question."))
    with transaction.atomic():
        pair.delete()
        record(
            actor=actor,
            action="question.reconcile",
            object_kind="question",
            object_id=question.public_id,
            object_label=question.summary[:80],
            changes={"questions": [pair.first_id, pair.second_id]},
        )


def enemies_in_paper(*, paper: Any, question_ids: Sequence[int]) -> set[int]:
    """Return those of the questions that have an enemy among the fixed ones of a paper; two queries."""
    present = set(PaperItem.objects.filter(section__paper=paper).values_list("question_id", flat=True))
    pairs = QuestionEnemies.objects.filter(
        Q(first_id__in=question_ids, second_id__in=present) | Q(first_id__in=present, second_id__in=question_ids)
    ).values_list("first_id", "second_id")
    both = [(first, second) for first, second in pairs] + [(second, first) for first, second in pairs]
    return {one for one, other in both if other in present} & set(question_ids)
