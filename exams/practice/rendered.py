"""The HTML of practice pages outside a page: feedback, and questions as they are asked. Called by the API.

A version never changes. A question that nobody has answered looks the same to all whose practice asks it in the same
order, and so do the review of the same short answer to it and what stands below a review for all who stand alike with
their questions. Their HTML is kept in this process; numbers, sessions and questions in addresses are written in
afterwards.
"""

import copy
import json
import uuid
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from edu.core.clock import now_utc
from exams.drawings import SLOT, Drawings
from exams.fetch import kept_name
from exams.models import Question, QuestionProgress
from exams.practice.book_words import due_words_in_book
from exams.practice.decided import find_practice_decision
from exams.practice.room import ItemPage

PLACEHOLDER = "-"
"""Stands in forms for the token against forgery, which only the page has that they are put into."""
LONGEST_KEPT = 100
"""Characters of a response whose review is kept: choices and words are given alike by many, essays are not."""
_SESSION, _QUESTION = uuid.uuid4(), uuid.uuid4()
_REVIEW = f"review{uuid.uuid4().hex}"
"""These stand for a session, a question and its review in what is kept; nobody can write them into a question."""
_asked = Drawings(maximum=2_000)
_reviewed = Drawings(maximum=2_000)
_feedback = Drawings(maximum=1_000)
"""One takes some 4 kB."""


def html_of(page: ItemPage) -> str:
    """Return a question as it may be shown now, in the active language."""
    if page.is_hidden or (page.answer is not None and not page.shows_feedback):
        return _drawn("_ask", page)
    if page.answer is None:
        html = _asked.html(_place(page), slot=page.number, draw=lambda: _drawn("_ask", _Anybodys(page)))
        return html.replace(str(_SESSION), str(page.session.public_id))
    return _with_feedback(page)


def forget() -> None:
    """Forget all HTML that is kept."""
    for drawings in (_asked, _reviewed, _feedback):
        drawings.kept.clear()


def _place(page: ItemPage) -> tuple[object, ...] | None:
    """Return what a question as it is asked hangs on; None where nothing may be kept."""
    item, version = page.item, page.version
    name, order = kept_name(version.pk, version.content_hash), item.get("order")
    if not name:
        return None
    order, decision = json.dumps(order) if order else "", find_practice_decision(version)
    decided = decision.change_set_id if decision else 0
    return name, item["marks"], order, page.session.asks_certainty, get_language(), decided


def _with_feedback(page: ItemPage) -> str:
    """Return the review of an answer with what is the learner's own below it."""
    answer, place = page.answer, _place(page)
    assert answer is not None
    name = None
    if place is not None and len(answer.response) <= LONGEST_KEPT:
        said = (page.version.explanation, page.version.source)
        name = (*place, *said, answer.response, answer.state, answer.fraction)
    review = _reviewed.html(name, slot=page.number, draw=lambda: _review(page))
    below: str = _feedback.html(
        _standing(page), slot=page.number, draw=lambda: _drawn("_feedback", _Anybodys(page), review=_REVIEW)
    )
    below = below.replace(str(_SESSION), str(page.session.public_id))
    below = below.replace(str(_QUESTION), str(page.version.question_public_id))
    return below.replace(_REVIEW, review)


def _standing(page: ItemPage) -> tuple[object, ...] | None:
    """Return what hangs below a review: how the learner stands with the question; None where it has her note."""
    row, history = page.progress, page.history
    fixed = (page.is_pending, history.tries, history.right, history.others_percent, get_language())
    if row is None:
        return fixed
    if row.note:
        return None
    is_wrong, is_mastered = row.last_wrong_at is not None, row.mastered_at is not None
    return *fixed, is_wrong, is_mastered, due_words_in_book(row, now=now_utc()), bool(row.favourited_at), row.mistake


class _Anybodys:
    """A page of a practice as templates see it, with what stands for its number, its session and its question."""

    def __init__(self, page: ItemPage) -> None:
        self.page = page
        self.number = SLOT
        self.session = {"public_id": _SESSION}
        self.question = None if page.answer is not None else page.question_at(SLOT)
        self.progress: QuestionProgress | None = None
        if page.progress is not None:
            self.progress = copy.copy(page.progress)
            self.progress.question = Question(pk=page.progress.question_id, public_id=_QUESTION)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)


def _drawn(name: str, page: "ItemPage | _Anybodys", *, review: str = "") -> SafeString:
    context = {"page": page, "csrf_token": PLACEHOLDER, "review": review}
    return SafeString(get_template(f"exams/practice/{name}.html").render(context))


def _review(page: ItemPage) -> SafeString:
    context = {"question": page.question_at(SLOT), "slot": SLOT, "heading": "h2"}
    return SafeString(get_template("exams/types/question_review.html").render(context))
