"""What every page knows: the site's name, the theme, the bell, the desks of the person."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest

from edu.notifications.queries import count_unread

THEMES = {"light", "dark"}


def site(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, `theme`, `unread_count` and `desks` for base.html."""
    theme = request.COOKIES.get("theme", "")
    return {
        "site": {"name": "Jinbang", "tagline": ""},
        "theme": theme if theme in THEMES else "auto",
        "unread_count": _unread_counter(request),
        "desks": [],
    }


def _unread_counter(request: HttpRequest) -> Callable[[], int]:
    """Return a function that counts unread messages with one query, and with none if the page does not ask."""

    @cache
    def unread_count() -> int:
        user = getattr(request, "user", None)
        return count_unread(user_id=user.pk) if user is not None and user.is_authenticated else 0

    return unread_count
