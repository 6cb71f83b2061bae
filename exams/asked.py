"""Questions of an exam as HTML, drawn once for all who are asked the same and answered the same so far.

A version never changes, so what is drawn of it is kept in this process under its hash, the language, the frozen order
and the response. The number of the slot is written in afterwards. Called by exams.delivery only.
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
from exams.drawings import SLOT, Drawings
from exams.presentation import ask_view

LONGEST_RESPONSE = 300
"""Characters of a stored response beyond which nobody else will have the same, and nothing is kept."""

drawings = Drawings(maximum=6_000)
"""One takes about 3 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedVersion:
    """A question version with its content as JSON text, which is read only when it has to be drawn."""

    type: str
    content_hash: str
    content: str


def asked_html(
    *,
    version: AskedVersion,
    slot: int,
    marks: Decimal,
    order: Mapping[str, Sequence[str]],
    stored: str,
    is_flagged: bool,
    has_flag: bool,
    asks_certainty: bool = False,
) -> SafeString:
    """Return the question of a slot as the room shows it, with the stored response in it; no key comes near it."""
    key = (
        version.content_hash,
        get_language(),
        str(marks),
        json.dumps(order) if order else "",
        stored,
        is_flagged,
        has_flag,
        asks_certainty,
    )
    is_kept = version.content_hash and len(stored) <= LONGEST_RESPONSE
    return drawings.html(
        key if is_kept else None,
        slot=slot,
        draw=lambda: _drawn(version, marks, order, stored, is_flagged, has_flag, asks_certainty),
    )


def _drawn(
    version: AskedVersion,
    marks: Decimal,
    order: Mapping[str, Sequence[str]],
    stored: str,
    is_flagged: bool,
    has_flag: bool,
    asks_certainty: bool,
) -> str:
    view = ask_view(
        type=version.type,
        content=json.loads(version.content),
        name=f"q{SLOT}",
        number=SLOT,
        marks=marks,
        order=order,
        response=response_value(stored),
        is_flagged=is_flagged,
        asks_certainty=asks_certainty,
    )
    context = {"question": view, "slot": SLOT, "tools": True, "unflagged": not has_flag, "heading": "h3"}
    draw: Callable[[dict[str, Any]], str] = get_template("exams/types/question_ask.html").render
    return draw(context)
