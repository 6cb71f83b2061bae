"""Reads for those who put questions of a bank into the quiz of a lesson; re-exported by exams.queries."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from exams.models import PracticeSet, Question
from exams.policies_authoring import list_usable_banks
from exams.practice.sets import count_of_set, get_editable_set, hand_marked_types, list_editable_sets
from exams.view_models import TYPE_LABELS


@dataclass(frozen=True, kw_only=True)
class QuizBank:
    """A bank that the person may take questions from."""

    public_id: uuid.UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class QuizQuestion:
    """A published question in a list to choose from: `stem` is its first words in plain text."""

    id: int
    stem: str
    type_label: str
    topic: str


def list_quiz_banks(*, user: Any) -> list[QuizBank]:
    """Return the banks whose questions the person may put into a quiz, by name."""
    rows = list_usable_banks(user).order_by("name").values_list("public_id", "name")
    return [QuizBank(public_id=public_id, name=name) for public_id, name in rows]


def list_quiz_questions(
    *,
    user: Any,
    bank_public_id: uuid.UUID | None = None,
    question_ids: Sequence[int] | None = None,
    query: str = "",
    limit: int = 100,
) -> list[QuizQuestion]:
    """Return published questions of the person's usable banks that mark themselves; at most `limit` without ids.

    Narrowed to one bank, to `question_ids`, and to those in which every word of `query` occurs. NotFound for a bank
    that she may not use.
    """
    banks = list_usable_banks(user)
    if bank_public_id is not None:
        banks = banks.filter(public_id=bank_public_id)
        if not banks.exists():
            raise NotFound(_("There is no such bank."))
    rows = Question.objects.drawable().filter(bank__in=banks.values("pk")).exclude(type__in=hand_marked_types())
    if question_ids is not None:
        rows, limit = rows.filter(pk__in=question_ids), len(question_ids)
    for word in query.split()[:8]:
        rows = rows.filter(search_text__icontains=word)
    found = rows.order_by("topic__path", "pk").values_list("pk", "summary", "type", "topic__name")[:limit]
    return [
        QuizQuestion(id=pk, stem=summary, type_label=str(TYPE_LABELS.get(kind, kind)), topic=topic or "")
        for pk, summary, kind, topic in found
    ]


@dataclass(frozen=True, kw_only=True)
class PracticeSetView:
    """A practice set as those who build lessons see it; `question_count` is what a session of it has now."""

    public_id: uuid.UUID
    title: str
    bank_name: str
    question_count: int = 0
    is_archived: bool = False


def list_practice_sets(*, user: Any) -> list[PracticeSetView]:
    """Return the sets that the person may let a lesson ask, the newest 200, without their counts."""
    rows = list_editable_sets(user).filter(archived_at__isnull=True).order_by("-pk")
    found = rows.values_list("public_id", "title", "bank__name")[:200]
    return [PracticeSetView(public_id=public_id, title=title, bank_name=name) for public_id, title, name in found]


def find_practice_set(*, practice_set_id: int) -> PracticeSetView | None:
    """Return a set with how many questions it asks now, None when it is gone."""
    row = PracticeSet.objects.select_related("bank").filter(pk=practice_set_id).first()
    if row is None:
        return None
    return PracticeSetView(
        public_id=row.public_id,
        title=row.title,
        bank_name=row.bank.name,
        question_count=count_of_set(row, in_lesson=True),
        is_archived=row.archived_at is not None,
    )


def get_practice_set_id(*, user: Any, public_id: uuid.UUID) -> int:
    """Return the id of a set that the person may let a lesson ask; NotFound for others'."""
    return get_editable_set(user, public_id).pk
