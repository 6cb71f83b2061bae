"""Marking a response by the key it was asked with, or by what was decided about the question since.

Decisions (regrades that hold) live with the exam, so that whoever is graded later is graded like everybody else, and
no statement more is needed to know them.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from exams.delivery.parsed import parsed_question, parsed_with_key
from exams.domain.errors import InvalidQuestion, InvalidResponse
from exams.domain.grading import GradingPolicy, Mark
from exams.domain.marks import MarkState
from exams.domain.receipts import response_value
from exams.domain.regrading import NEEDS_KEY, Policy, decided_mark
from exams.models import Exam, QuestionVersion

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


def grade_response(*, version: QuestionVersion, stored: str, policy: GradingPolicy, order: Order = None) -> Mark:
    """Return the mark of a stored response to the question as the frozen order drew it. One that does not fit the
    question earns nothing; a faulty key asks for a person.
    """
    return _graded(version=version, key=None, stored=stored, policy=policy, order=order)


def grade_slot(
    *,
    version: QuestionVersion,
    stored: str,
    policy: GradingPolicy,
    order: Order,
    marks: Decimal,
    decision: Decision | None,
) -> tuple[Mark, Decimal]:
    """Return the mark of a stored response and the marks it is out of, by what was decided about the question."""
    asked = _graded(version=version, key=None, stored=stored, policy=policy, order=order)
    if decision is None:
        return asked, marks
    other = None
    if decision.policy in NEEDS_KEY:
        other = _graded(version=version, key=decision.key, stored=stored, policy=policy, order=order)
    return decided_mark(policy=decision.policy, asked=asked, other=other, marks=marks)


def _graded(
    *, version: QuestionVersion, key: Mapping[str, Any] | None, stored: str, policy: GradingPolicy, order: Order
) -> Mark:
    try:
        question = parsed_question(version) if key is None else parsed_with_key(version, key, name=key_name(key))
    except InvalidQuestion:
        logger.exception("version %s cannot be graded", version.pk)
        return Mark(None, MarkState.PENDING)
    try:
        return question.grade(response_value(stored), policy=policy, order=order)
    except InvalidResponse:
        logger.warning("a response to version %s does not fit it", version.pk)
        return Mark(0.0, MarkState.GRADED)


def key_name(key: Mapping[str, Any]) -> str:
    """Return a short name of a key, the same for the same key."""
    return hashlib.sha256(json.dumps(key, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]
