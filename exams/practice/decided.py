"""What was decided about a question that is practised: a version whose key was wrong is marked by the corrected one
from then on. Decisions live with the question, which is read with its version: no statement more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from exams.delivery.decided import Decision, decision_from
from exams.delivery.parsed import parsed_question
from exams.delivery.room import decision_words
from exams.domain.grading import GradingPolicy, Mark, load_question
from exams.domain.regrading import NEEDS_KEY, decided_mark
from exams.models import Question
from exams.practice.versions import Version


def decision_in_practice(stored: Mapping[str, Any] | None, version_id: int, /) -> Decision | None:
    """Return what `Question.practice_decisions` says of a version, None where it is marked as it was asked. Practice is
    out of no marks, so a question that an exam dropped counts as right."""
    decision = decision_from((stored or {}).get(str(version_id)))
    return replace(decision, policy="full_marks") if decision and decision.policy == "drop" else decision


def find_practice_decision(version: Version, /, question: Question | None = None) -> Decision | None:
    """Return what was decided about a version; `question` is its question where the version does not carry it."""
    stored = version.practice_decisions if question is None else question.practice_decisions
    return decision_in_practice(stored, version.pk)


def key_in_practice(version: Version, /, question: Question | None = None) -> Mapping[str, Any]:
    """Return the key by which practice marks a version now."""
    decision = find_practice_decision(version, question)
    return decision.key if decision and decision.key else version.key


def words_in_practice(version: Version, /, question: Question | None = None) -> str:
    """Return what a learner reads beside a question that was marked anew; empty for others."""
    decision = find_practice_decision(version, question)
    return decision_words(decision.policy) if decision else ""


def mark_in_practice(
    version: Version,
    response: Any,
    *,
    decision: Decision | None,
    order: Mapping[str, Sequence[str]] | None = None,
    policy: GradingPolicy,
) -> Mark:
    """Return the mark of a response to a version as the frozen order drew it, by what was decided about it;
    InvalidResponse when it does not fit."""
    asked = parsed_question(version).grade(response, policy=policy, order=order)
    if decision is None:
        return asked
    other = None
    if decision.policy in NEEDS_KEY:
        corrected = load_question(version.type, version.content, decision.key)
        other = corrected.grade(response, policy=policy, order=order)
    return decided_mark(policy=decision.policy, asked=asked, other=other, marks=Decimal(1))[0]
