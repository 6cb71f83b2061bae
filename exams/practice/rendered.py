"""The HTML of practice pages outside a page: feedback, and questions as they are asked. Called by the API."""

import json

from django.template.loader import get_template
from django.utils.translation import get_language

from exams.practice.room import ItemPage

PLACEHOLDER = "-"
"""Stands in forms for the token against forgery, which only the page has that they are put into."""
MOST_KEPT = 2_000
"""Questions whose HTML a process keeps (some 4 KB each); when they are too many all are forgotten."""
_ANY_SESSION = "00000000-0000-7000-8000-00000000abcd"
_asked: dict[tuple[object, ...], str] = {}


def html_of(page: ItemPage) -> str:
    """Return a question as it may be shown now, in the active language.

    A version never changes, and a question that nobody has answered looks the same to all whose practice asks it at
    the same place in the same order: its HTML is kept, without the session that its addresses name.
    """
    if page.answer is not None:
        return _rendered(page)
    item, session = page.session.items[page.index], str(page.session.public_id)
    order = json.dumps(item.get("order") or {})
    key = (page.version.pk, page.index, item["marks"], order, page.session.asks_certainty, get_language())
    html = _asked.get(key)
    if html is None:
        if len(_asked) >= MOST_KEPT:
            _asked.clear()
        html = _asked[key] = _rendered(page).replace(session, _ANY_SESSION)
    return html.replace(_ANY_SESSION, session)


def _rendered(page: ItemPage) -> str:
    name = "_feedback" if page.shows_feedback else "_ask"
    return str(get_template(f"exams/practice/{name}.html").render({"page": page, "csrf_token": PLACEHOLDER}))
