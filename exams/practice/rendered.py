"""The HTML of practice pages outside a page: feedback, and questions as they are asked. Called by the API."""

import json
from collections.abc import Callable
from typing import TypeVar

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from exams.practice.decided import find_practice_decision
from exams.practice.room import ItemPage

PLACEHOLDER = "-"
"""Stands in forms for the token against forgery, which only the page has that they are put into."""
MOST_KEPT = 2_000
"""Pieces of HTML of each kind that a process keeps (some 4 KB each); when they are too many all are forgotten."""
LONGEST_KEPT = 100
"""Characters of a response whose review is kept: choices and words are given alike by many, essays are not."""
Text = TypeVar("Text", bound=str)
_ANY_SESSION = "00000000-0000-7000-8000-00000000abcd"
_asked: dict[tuple[object, ...], str] = {}
_reviewed: dict[tuple[object, ...], SafeString] = {}


def html_of(page: ItemPage) -> str:
    """Return a question as it may be shown now, in the active language.

    A version never changes. A question that nobody has answered looks the same to all whose practice asks it at the
    same place in the same order, and so does the review of the same short answer to it: their HTML is kept, without
    the session that addresses name. What is the learner's own is made each time.
    """
    if page.is_hidden:
        return _rendered("_ask", page)
    if page.answer is None:
        session = str(page.session.public_id)
        html = _kept(_asked, _place(page), lambda: _rendered("_ask", page).replace(session, _ANY_SESSION))
        return html.replace(_ANY_SESSION, session)
    if not page.shows_feedback:
        return _rendered("_ask", page)
    answer, review = page.answer, None
    if len(answer.response) <= LONGEST_KEPT:
        key = (*_place(page), answer.response, answer.state, answer.fraction)
        review = _kept(_reviewed, key, lambda: _review(page))
    return _rendered("_feedback", page, review=review)


def forget() -> None:
    """Forget all HTML that is kept."""
    _asked.clear()
    _reviewed.clear()


def _place(page: ItemPage) -> tuple[object, ...]:
    item, version = page.session.items[page.index], page.version
    decision = find_practice_decision(version)
    order = json.dumps(item.get("order") or {})
    return (
        version.pk,
        version.published_at,
        decision.change_set_id if decision else 0,
        page.index,
        item["marks"],
        order,
        page.session.asks_certainty,
        get_language(),
    )


def _kept(known: dict[tuple[object, ...], Text], key: tuple[object, ...], make: Callable[[], Text]) -> Text:
    html = known.get(key)
    if html is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        html = known[key] = make()
    return html


def _rendered(name: str, page: ItemPage, *, review: SafeString | None = None) -> SafeString:
    context = {"page": page, "csrf_token": PLACEHOLDER, "review": review}
    return SafeString(get_template(f"exams/practice/{name}.html").render(context))


def _review(page: ItemPage) -> SafeString:
    context = {"question": page.question, "heading": "h2"}
    return SafeString(get_template("exams/types/question_review.html").render(context))
