"""What every page knows: the site's name, the theme, the bell, the desks of the person."""

from typing import Any

from django.http import HttpRequest

THEMES = {"light", "dark"}


def site(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, `theme`, `unread_count` and `desks` for base.html."""
    theme = request.COOKIES.get("theme", "")
    return {
        "site": {"name": "Jinbang", "tagline": ""},
        "theme": theme if theme in THEMES else "auto",
        "unread_count": 0,
        "desks": [],
    }
