"""The view models of questions: content, frozen order, response, and mark and key where the policy lets them out.

Views of delivery, marking, practice and authoring call ask_view and review_view; ask.html and review.html of each
type draw the result. An ask view is made without a key, so a template cannot show what it never got.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
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
    "is_answered",
    "number_text",
    "review_view",
]

Order = Mapping[str, Sequence[str]]
EVERYTHING = ReviewPolicy()
"""The policy of practice: everything may be seen."""


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
) -> QuestionView:
    """Return the question as it is reviewed. What `policy` withholds is not in the view at all.

    `parts` are the stored parts of the mark: {id, fraction, correct, given, parts}. `fraction` None is pending.
    """
    plain, certainty = _split(response)
    seen = Seen(
        response=plain if policy.answers else None,
        key=shown_key(type, content, key, order) if policy.keys else None,
        parts={str(part.get("id")): part for part in parts} if policy.marks else {},
        shows_marks=policy.marks,
    )
    view = build(type, arranged_content(type, content, order), seen, name=name, number=number, marks=number_text(marks))
    verdict = _verdict(state, fraction) if policy.marks else ""
    if policy.for_marker and verdict == "pending":
        verdict = ""  # who marks it knows that it waits
    review = ReviewView(
        verdict=verdict,
        verdict_label=_verdict_label(verdict),
        for_marker=policy.for_marker,
        mark=number_text(mark) if policy.marks else "",
        maximum=number_text(marks),
        comment=comment if policy.marks else "",
        shows_answer=policy.answers,
        shows_key=policy.keys,
        explanation=safe_html(explanation) if policy.explanations else EMPTY,
        source=source if policy.explanations else "",
        fraction=fraction if policy.marks else None,
    )
    if view.questions:
        view = replace(view, questions=_reviewed_parts(view, key, policy, seen))
    is_certain = asks_certainty and policy.answers and is_answered(plain) and takes_certainty(type, content)
    return replace(
        view,
        slot=slot,
        review=review,
        is_answered=is_answered(plain),
        # An answer without one is marked as of low certainty.
        certainty=(certainty or LOW) if is_certain else None,
    )


def certainty_rows(questions: Iterable[QuestionView], /) -> list[dict[str, Any]]:
    """Return how reviewed answers went by the certainty said with them; nothing where none was asked for or marks are
    not shown."""
    rows = by_certainty((one.certainty, one.review.fraction) for one in questions if one.review is not None)
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


def _verdict(state: str, fraction: float | None) -> str:
    if state == "blank":
        return "blank"
    if fraction is None or state == "pending":
        return "pending"
    if fraction >= 1 - 1e-6:
        return "right"
    return "partial" if fraction > 1e-6 else "wrong"


def _verdict_label(verdict: str) -> str:
    return {
        "right": _("Right"),
        "partial": _("Partly right"),
        "wrong": _("Wrong"),
        "blank": _("Not answered"),
        "pending": _("Awaiting marking"),
    }.get(verdict, "")


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
            verdict_label=_verdict_label(verdict),
            for_marker=policy.for_marker,
            mark=number_text(mark) if policy.marks and part else "",
            maximum=question.marks,
            shows_answer=policy.answers,
            shows_key=policy.keys,
            explanation=safe_html(explanations.get(question.part, "")) if policy.explanations else EMPTY,
        )
        done.append(replace(question, review=review))
    return tuple(done)
