"""Questions of an attempt as a review shows them, drawn once for all who answered the same, were marked the same and
may see the same. Called by exams.delivery only.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from exams.domain.receipts import response_value
from exams.domain.stored_parts import named_parts
from exams.drawings import SLOT, Drawings
from exams.presentation import ReviewPolicy, review_view

LONGEST_RESPONSE = 300
"""Characters of a stored response beyond which nobody else will have the same, and nothing is kept."""

drawings = Drawings(maximum=6_000)
"""One takes about 4 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedVersion:
    """A question version with content and key as JSON text, which are read only when it has to be drawn."""

    type: str
    content_hash: str
    content: str
    key: str
    explanation: str
    source: str
    decision: str = ""
    """How it was marked anew, in the reader's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMark:
    """What an attempt's slot earned: the columns of its result, `parts` as JSON text."""

    state: str = "pending"
    fraction: float | None = None
    mark: Decimal | None = None
    parts: str = "[]"
    comment: str = ""


def reviewed_html(
    *,
    version: ReviewedVersion,
    slot: int,
    marks: Decimal,
    order: Mapping[str, Sequence[str]],
    stored: str,
    mark: StoredMark,
    policy: ReviewPolicy,
    asks_certainty: bool = False,
) -> SafeString:
    """Return the question of a slot as the policy lets it be reviewed."""
    is_kept = version.content_hash and len(stored) <= LONGEST_RESPONSE and not mark.comment
    name = (
        version.content_hash,
        version.explanation,
        version.source,
        version.decision,
        get_language(),
        str(marks),
        json.dumps(order) if order else "",
        stored,
        mark,
        policy,
        asks_certainty,
    )
    return drawings.html(
        name if is_kept else None,
        slot=slot,
        draw=lambda: _drawn(version, marks, order, stored, mark, policy, asks_certainty),
    )


def _drawn(
    version: ReviewedVersion,
    marks: Decimal,
    order: Mapping[str, Sequence[str]],
    stored: str,
    mark: StoredMark,
    policy: ReviewPolicy,
    asks_certainty: bool,
) -> str:
    view = review_view(
        type=version.type,
        content=json.loads(version.content),
        key=json.loads(version.key),
        name=f"q{SLOT}",
        number=SLOT,
        marks=marks,
        order=order,
        response=response_value(stored),
        state=mark.state,
        fraction=mark.fraction,
        mark=mark.mark,
        parts=named_parts(json.loads(mark.parts)),
        comment=mark.comment,
        explanation=version.explanation,
        source=version.source,
        policy=policy,
        asks_certainty=asks_certainty,
        decision=version.decision,
    )
    draw: Callable[[dict[str, Any]], str] = get_template("exams/types/question_review.html").render
    return draw({"question": view, "slot": SLOT, "heading": "h3"})
