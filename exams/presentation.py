"""The view models of questions: content, frozen order, response, and mark and key where the policy lets them out.

Views of delivery, marking, practice and authoring call ask_view and review_view; ask.html and review.html of each
type draw the result. An ask view is made without a key, so a template cannot show what it never got.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import ValidationError

from exams.domain.certainty import LOW, by_certainty
from exams.domain.errors import InvalidResponse
from exams.domain.grading import takes_certainty
from exams.domain.registry import get_type
from exams.domain.responses import split_certainty
from exams.richtext import safe_html
from exams.view_builders import build
from exams.view_models import (
    CERTAINTY_LABELS,
    EMPTY,
    TYPE_LABELS,
    CriterionView,
    FieldView,
    OptionView,
    QuestionView,
    ReviewPolicy,
    ReviewView,
    Seen,
    SegmentView,
    is_answered,
    number_text,
)

__all__ = [
    "KEYS_ONLY",
    "TYPE_LABELS",
    "CriterionView",
    "FieldView",
    "OptionView",
    "QuestionView",
    "ReviewPolicy",
    "ReviewView",
    "SegmentView",
    "ask_view",
    "certainty_rows",
    "counted_certainty",
    "is_answered",
    "number_text",
    "review_view",
    "verdict_label",
    "verdict_of",
]

Order = Mapping[str, Sequence[str]]
EVERYTHING = ReviewPolicy()
"""The policy of practice: everything may be seen."""
KEYS_ONLY = ReviewPolicy(marks=False, answers=False)
"""The policy of who writes questions: the keys and why, where nobody has answered."""


def ask_view(
    *,
    type: str,
    content: Mapping[str, Any],
    name: str,
    number: str = "",
    marks: Decimal | float | str = 1,
    order: Order | None = None,
    response: Any = None,
    slot: int = 0,
    is_flagged: bool = False,
    asks_certainty: bool = False,
) -> QuestionView:
    """Return the question as it is asked, with the response given so far; no key comes near it.

    `name` is the prefix of its form fields (`q3`), `order` the frozen order of its options: lists of
    ids by group, as exams.domain names the groups (`options`, `right`, `items`, a gap, `q1/options`). With
    `asks_certainty` the learner is asked how certain she is, where the engine marks all of the question.
    """
    plain, certainty = _split(response)
    seen = Seen(response=plain)
    view = build(type, arranged_content(type, content, order), seen, name=name, number=number, marks=number_text(marks))
    asks = asks_certainty and takes_certainty(type, content)
    return replace(
        view,
        slot=slot,
        is_flagged=is_flagged,
        is_answered=is_answered(plain),
        asks_certainty=asks,
        certainty=certainty if asks else None,
    )


def review_view(
    *,
    type: str,
    content: Mapping[str, Any],
    key: Mapping[str, Any],
    name: str,
    number: str = "",
    marks: Decimal | float | str = 1,
    order: Order | None = None,
    response: Any = None,
    state: str = "graded",
    fraction: float | None = None,
    mark: Decimal | float | str | None = None,
    parts: Sequence[Mapping[str, Any]] = (),
    comment: str = "",
    explanation: str = "",
    source: str = "",
    policy: ReviewPolicy = EVERYTHING,
    slot: int = 0,
    asks_certainty: bool = False,
    decision: str = "",
) -> QuestionView:
    """Return the question as it is reviewed. What `policy` withholds is not in the view at all.

    `decision` says how it was marked anew. `parts` are the stored parts of the mark: {id, fraction, correct, given,
    parts}. `fraction` None is pending.
    """
    plain, _certainty = _split(response)
    seen = Seen(
        response=plain if policy.answers else None,
        key=shown_key(type, content, key, order) if policy.keys else None,
        parts={str(part.get("id")): part for part in parts} if policy.marks else {},
        shows_marks=policy.marks,
    )
    view = build(type, arranged_content(type, content, order), seen, name=name, number=number, marks=number_text(marks))
    verdict = verdict_of(state, fraction, policy)
    review = ReviewView(
        verdict=verdict,
        verdict_label=verdict_label(verdict),
        for_marker=policy.for_marker,
        mark=number_text(mark) if policy.marks else "",
        maximum=number_text(marks),
        comment=comment if policy.marks else "",
        shows_answer=policy.answers,
        shows_key=policy.keys,
        explanation=safe_html(explanation) if policy.explanations else EMPTY,
        source=source if policy.explanations else "",
        decision=decision,
    )
    if view.questions:
        view = replace(view, questions=_reviewed_parts(view, key, policy, seen))
    return replace(
        view,
        slot=slot,
        review=review,
        is_answered=is_answered(plain),
        certainty=counted_certainty(type, content, response) if asks_certainty and policy.answers else None,
    )


def counted_certainty(type: str, content: Mapping[str, Any] | str, response: Any, /) -> int | None:
    """Return the certainty that counts with an answer where one is asked for: the one said with it, low where none was;
    None for a blank and for what a person marks. The content may be JSON text, which is read only where need be."""
    plain, certainty = _split(response)
    if not is_answered(plain):
        return None
    if isinstance(content, str):
        content = json.loads(content) if get_type(type).info.holds_questions else {}
    return (certainty or LOW) if takes_certainty(type, content) else None


def certainty_rows(answers: Iterable[tuple[int | None, float | None]], /) -> list[dict[str, Any]]:
    """Return how answers, given as certainty and how much of each was right, went by the certainty said with them;
    nothing where none was asked for."""
    rows = by_certainty(answers)
    return [
        {
            "label": CERTAINTY_LABELS[row.certainty],
            "count": row.count,
            "right_percent": row.right_percent,
            "earned_percent": row.earned_percent,
        }
        for row in rows
    ]


def _split(response: Any) -> tuple[Any, int | None]:
    """Return a stored response and the certainty said with it; one that cannot be read as it is."""
    try:
        return split_certainty(response)
    except InvalidResponse:
        return None, None


def arranged_content(type: str, content: Mapping[str, Any], order: Order | None) -> Mapping[str, Any]:
    """Return what the browser may see of a content, options in the frozen order; a faulty draft comes back as it is."""
    question_type = get_type(type)
    try:
        return question_type.public_content(question_type.parse_content(content), order)
    except ValidationError:
        return content


def shown_key(type: str, content: Mapping[str, Any], key: Mapping[str, Any], order: Order | None) -> Mapping[str, Any]:
    """Return a key as reviews show it to who drew the question by this order; a faulty draft's comes back as it is."""
    question_type = get_type(type)
    try:
        return question_type.review_key(question_type.bind(question_type.parse_content(content), order), key)
    except ValidationError:
        return key


def verdict_of(state: str, fraction: float | None, policy: ReviewPolicy, /) -> str:
    """Return right, partial, wrong, blank or pending, as far as the policy lets it out; otherwise empty."""
    verdict = _verdict(state, fraction) if policy.marks else ""
    return "" if policy.for_marker and verdict == "pending" else verdict  # who marks it knows that it waits


def _verdict(state: str, fraction: float | None) -> str:
    if state == "blank":
        return "blank"
    if fraction is None or state == "pending":
        return "pending"
    if fraction >= 1 - 1e-6:
        return "right"
    return "partial" if fraction > 1e-6 else "wrong"


_VERDICT_LABELS = {
    "right": gettext_noop("Right"),
    "partial": gettext_noop("Partly right"),
    "wrong": gettext_noop("Wrong"),
    "blank": gettext_noop("Not answered"),
    "pending": gettext_noop("Awaiting marking"),
}


def verdict_label(verdict: str, /) -> str:
    """Return a verdict in the reader's language; empty for none."""
    return _(_VERDICT_LABELS[verdict]) if verdict in _VERDICT_LABELS else ""


def _reviewed_parts(
    view: QuestionView, key: Mapping[str, Any], policy: ReviewPolicy, seen: Seen
) -> tuple[QuestionView, ...]:
    """Give every sub-question of a material its own review."""
    explanations = key.get("explanations") or {}
    done = []
    for question in view.questions:
        part = seen.parts.get(question.part, {})
        fraction = part.get("fraction")
        is_blank = policy.answers and not question.is_answered
        verdict = ("blank" if is_blank else _verdict("graded", fraction)) if part else ""
        if policy.for_marker and verdict == "pending":
            verdict = ""
        mark = None if fraction is None else Decimal(str(fraction)) * Decimal(question.marks or "0")
        review = ReviewView(
            verdict=verdict,
            verdict_label=verdict_label(verdict),
            for_marker=policy.for_marker,
            mark=number_text(mark) if policy.marks and part else "",
            maximum=question.marks,
            shows_answer=policy.answers,
            shows_key=policy.keys,
            explanation=safe_html(explanations.get(question.part, "")) if policy.explanations else EMPTY,
        )
        done.append(replace(question, review=review))
    return tuple(done)
