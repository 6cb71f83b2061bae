"""Marking a response by the key it was asked with, or by what was decided about the question since.

Decisions (regrades that hold) live with the exam, so that whoever is graded later is graded like everybody else, and
no statement more is needed to know them.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from pydantic import ValidationError

from exams.domain.errors import InvalidResponse
from exams.domain.grading import GradedQuestion, GradingPolicy, Mark
from exams.domain.marks import MarkState
from exams.domain.receipts import response_value
from exams.domain.regrading import NEEDS_KEY, Policy, decided_mark
from exams.models import Exam

logger = logging.getLogger(__name__)

Order = Mapping[str, Sequence[str]] | None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What holds for a question version in an exam: the policy, the key where one marks, and the change set that says
    so (database id)."""

    policy: Policy
    key: Mapping[str, Any] | None
    change_set_id: int


def decision_from(stored: Mapping[str, Any] | None) -> Decision | None:
    """Return a stored decision; None where there is none."""
    if not stored:
        return None
    return Decision(
        policy=cast("Policy", stored["policy"]), key=stored.get("key"), change_set_id=int(stored["change_set"])
    )


def find_decision(*, exam: Exam, version_id: int) -> Decision | None:
    """Return what was decided about a version in an exam; None where it is marked as it was asked."""
    return decision_from(exam.decisions.get(str(version_id))) if exam.decisions else None


def grade_slot(
    *,
    question: GradedQuestion | None,
    stored: str,
    policy: GradingPolicy,
    order: Order,
    marks: Decimal,
    decision: Decision | None,
) -> tuple[Mark, Decimal]:
    """Return the mark of a stored response to the question as the frozen order drew it, and the marks it is out of, by
    what was decided about the question. A response that does not fit earns nothing; a question that cannot be graded
    (None), or a decided key that does not fit it, asks for a person.
    """
    asked = _graded(question, stored, policy, order)
    if decision is None:
        return asked, marks
    other = None
    if decision.policy in NEEDS_KEY:
        other = _graded(_with_key(question, decision.key), stored, policy, order)
    return decided_mark(policy=decision.policy, asked=asked, other=other, marks=marks)


def _with_key(question: GradedQuestion | None, key: Mapping[str, Any] | None) -> GradedQuestion | None:
    """Return the question as it was asked under another key; None where the key does not fit its type."""
    if question is None:
        return None
    try:
        return replace(question, key=question.type.parse_key(key))
    except ValidationError:
        logger.exception("a decided key does not fit a question of type %s", question.type.name)
        return None


def _graded(question: GradedQuestion | None, stored: str, policy: GradingPolicy, order: Order) -> Mark:
    if question is None:
        return Mark(None, MarkState.PENDING)
    try:
        return question.grade(response_value(stored), policy=policy, order=order)
    except InvalidResponse:
        logger.warning("a response does not fit its question of type %s", question.type.name)
        return Mark(0.0, MarkState.GRADED)
