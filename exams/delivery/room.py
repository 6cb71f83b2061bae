"""What the room, the result and the review of an attempt show: attempt, versions and results into view models."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from exams.asked import asked_html
from exams.delivery.decided import Decision, find_decision
from exams.delivery.finish_overdue import finish_if_overdue
from exams.domain.receipts import response_value
from exams.domain.stored_parts import named_parts
from exams.fetch import (
    FrozenSlot,
    find_own_attempt,
    frozen_slots,
    get_asked_versions,
    get_reviewed_versions,
    policy_of,
    seconds_of,
    stored_marks,
)
from exams.models import Attempt, ItemResult, QuestionVersion
from exams.presentation import (
    QuestionView,
    ReviewPolicy,
    counted_certainty,
    is_answered,
    review_view,
    verdict_label,
    verdict_of,
)
from exams.reviewed import ReviewedVersion, StoredMark, reviewed_html
from exams.richtext import safe_html


@dataclass(frozen=True, kw_only=True)
class SectionView:
    """A section of a paper with its questions, asked or reviewed."""

    title: str
    instructions: str
    questions: tuple[Any, ...]
    marks: Decimal


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """A question of the room: drawn, with what the palette shows of it."""

    slot: int
    html: SafeString
    is_answered: bool
    is_flagged: bool


@dataclass(frozen=True, kw_only=True)
class ReviewedQuestion:
    """A question of a review: drawn, with its verdict (empty where marks are hidden), the certainty that counted with
    the answer, how much of it was right, and how long it was in view (None where that was not recorded)."""

    slot: int
    html: SafeString
    verdict: str
    is_answered: bool
    certainty: int | None = None
    fraction: float | None = None
    seconds: int | None = None

    @property
    def verdict_label(self) -> str:
        """Return the verdict in the reader's language."""
        return verdict_label(self.verdict)


@dataclass(frozen=True, kw_only=True)
class PaperView:
    """The questions of an attempt by section, and how many are answered."""

    sections: tuple[SectionView, ...]
    question_count: int
    answered_count: int

    @property
    def questions(self) -> list[Any]:
        """Return all questions in order."""
        return [question for section in self.sections for question in section.questions]


def get_own_attempt(*, user_id: int, public_id: Any, now: datetime) -> Attempt:
    """Return the learner's attempt with its exam; an overdue one is closed and graded first. NotFound for others'."""
    attempt = find_own_attempt(user_id=user_id, public_id=public_id)
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    finish_if_overdue(attempt=attempt, now=now)
    return attempt


def _sections(attempt: Attempt, slots: Sequence[FrozenSlot], questions: Sequence[Any]) -> tuple[SectionView, ...]:
    by_slot = {question.slot: question for question in questions}
    return tuple(
        SectionView(
            title=section.get("title", ""),
            instructions=safe_html(section.get("instructions", "")),
            questions=tuple(by_slot[slot.slot] for slot in slots if slot.section == place),
            marks=sum((slot.marks for slot in slots if slot.section == place), Decimal(0)),
        )
        for place, section in enumerate(attempt.paper["sections"])
    )


def open_slots(attempt: Attempt, /) -> list[FrozenSlot]:
    """Return the slots that may be seen and answered now: all, or the one that is open in a forward-only attempt."""
    slots = frozen_slots(attempt.paper)
    return [slot for slot in slots if attempt.position in (0, slot.slot)]


def asked_paper(attempt: Attempt) -> PaperView:
    """Return the open questions of an attempt as they are asked, with the answers saved so far: one statement, no
    keys. The counts are those of the whole paper.
    """
    slots = open_slots(attempt)
    total = len(frozen_slots(attempt.paper))
    versions = get_asked_versions(slot.version_id for slot in slots)
    flags = set(attempt.flags)
    asks_certainty = policy_of(attempt.exam.grading_policy).asks_certainty
    questions = []
    for slot in slots:
        stored = attempt.responses.get(str(slot.slot), "")
        html = asked_html(
            version=versions[slot.version_id],
            slot=slot.slot,
            marks=slot.marks,
            order=slot.order,
            stored=stored,
            is_flagged=slot.slot in flags,
            has_flag=not attempt.position,
            asks_certainty=asks_certainty,
        )
        answered = is_answered(response_value(stored))
        questions.append(AskedQuestion(slot=slot.slot, html=html, is_answered=answered, is_flagged=slot.slot in flags))
    return PaperView(
        sections=tuple(section for section in _sections(attempt, slots, questions) if section.questions),
        question_count=total,
        answered_count=total - len(unanswered_slots(attempt)),
    )


def reviewed_paper(attempt: Attempt, *, policy: ReviewPolicy) -> PaperView:
    """Return the attempt's questions as they may be reviewed: two statements."""
    slots = frozen_slots(attempt.paper)
    versions = get_reviewed_versions(slot.version_id for slot in slots)
    marks = stored_marks(attempt_id=attempt.pk)
    asks_certainty = policy_of(attempt.exam.grading_policy).asks_certainty
    seconds = seconds_of(attempt, now=attempt.deadline_at)
    questions = []
    for slot in slots:
        stored = attempt.responses.get(str(slot.slot), "")
        mark = marks.get(slot.slot, StoredMark())
        decision = find_decision(exam=attempt.exam, version_id=slot.version_id)
        version = versions[slot.version_id]
        html = reviewed_html(
            version=_decided(version, decision, policy) if decision else version,
            slot=slot.slot,
            marks=Decimal(0) if decision and decision.policy == "drop" else slot.marks,
            order=slot.order,
            stored=stored,
            mark=mark,
            policy=policy,
            asks_certainty=asks_certainty,
        )
        verdict = verdict_of(mark.state, mark.fraction, policy)
        response = response_value(stored)
        version = versions[slot.version_id]
        is_certain = asks_certainty and policy.marks and policy.answers
        certainty = counted_certainty(version.type, version.content, response) if is_certain else None
        questions.append(
            ReviewedQuestion(
                slot=slot.slot,
                html=html,
                verdict=verdict,
                is_answered=is_answered(response),
                certainty=certainty,
                fraction=mark.fraction,
                seconds=seconds[slot.slot - 1] if seconds else None,
            )
        )
    return PaperView(
        sections=_sections(attempt, slots, questions),
        question_count=len(slots),
        answered_count=sum(question.is_answered for question in questions),
    )


def reviewed_slot(
    *, attempt: Attempt, slot: FrozenSlot, version: QuestionVersion, result: ItemResult | None, policy: ReviewPolicy
) -> QuestionView:
    """Return one question of an attempt as it may be reviewed, by the key that holds now."""
    decision = find_decision(exam=attempt.exam, version_id=version.pk)
    return review_view(
        type=version.type,
        content=version.content,
        key=decision.key if decision and decision.key else version.key,
        name=f"q{slot.slot}",
        number=str(slot.slot),
        marks=result.maximum if decision and result else slot.marks,
        order=slot.order,
        response=response_value(attempt.responses.get(str(slot.slot), "")),
        state=result.state if result else "pending",
        fraction=result.fraction if result else None,
        mark=result.mark if result else None,
        parts=named_parts(result.parts) if result else (),
        comment=result.comment if result else "",
        explanation=version.explanation,
        source=version.source,
        policy=policy,
        slot=slot.slot,
        asks_certainty=policy_of(attempt.exam.grading_policy).asks_certainty,
        decision=decision_words(decision.policy) if decision and policy.marks else "",
    )


def _decided(version: ReviewedVersion, decision: Decision, policy: ReviewPolicy) -> ReviewedVersion:
    """Return a version with the key that holds now; what is drawn of it is kept under a name of its own."""
    return replace(
        version,
        key=json.dumps(decision.key) if decision.key else version.key,
        content_hash=version.content_hash and f"{version.content_hash}:{decision.change_set_id}",
        decision=decision_words(decision.policy) if policy.marks else "",
    )


def decision_words(policy: str) -> str:
    """Return what a learner reads beside a question that was marked anew."""
    return {
        "new_key": _("This question was marked anew with a corrected key."),
        "accept_both": _("Beside the answer shown, the one that first counted as right counts too."),
        "full_marks": _("Everybody has full marks for this question."),
        "drop": _("This question does not count."),
    }.get(policy, "")


def unanswered_slots(attempt: Attempt) -> list[int]:
    """Return the slots without an answer, in order; no statement."""
    return [
        slot.slot
        for slot in frozen_slots(attempt.paper)
        if not is_answered(response_value(attempt.responses.get(str(slot.slot), "")))
    ]
