"""What every page knows: the site's name, the theme, the bell, the desks of the person."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from edu.community.queries import list_announcements
from edu.notifications.queries import count_unread
from edu.training.queries import OpenAssignment, list_open_assignments
from edu.website.desks import HOMES, desk_names, navigation
from edu.website.models.settings import SiteSettings, in_language

THEMES = {"light", "dark"}


def site(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html and the desks show; each is read only where it is used."""
    theme = request.COOKIES.get("theme", "")
    return {
        "site": SimpleLazyObject(lambda: _site(request)),
        "theme": theme if theme in THEMES else "auto",
        "unread_count": _unread_counter(request),
        "open_assignments": SimpleLazyObject(lambda: _open_assignments(request)),
        "announcements": SimpleLazyObject(lambda: list_announcements(user=getattr(request, "user", None))),
        "desks": SimpleLazyObject(lambda: _desks(request)),
        "desk_nav_items": SimpleLazyObject(lambda: navigation(desk=_current_desk(request), path=request.path)),
    }


def _site(request: HttpRequest) -> dict[str, Any]:
    row = SiteSettings.for_request(request)
    return {
        "name": in_language(row, "name"),
        "tagline": in_language(row, "tagline"),
        "description": in_language(row, "description"),
        "logo_url": row.logo.get_rendition("max-320x80").url if row.logo_id else "",
        "icp_number": row.icp_number,
        "contact_email": row.contact_email,
        "contact_phone": row.contact_phone,
        "contact_hours": in_language(row, "contact_hours"),
        "terms_url": reverse("terms"),
        "privacy_url": reverse("privacy"),
        "refund_url": reverse("refunds"),
        "help_url": reverse("help"),
    }


def _open_assignments(request: HttpRequest) -> list[OpenAssignment]:
    user = getattr(request, "user", None)
    return list_open_assignments(user_id=user.pk) if user is not None and user.is_authenticated else []


DESK_PREFIXES = (
    ("/teach/", "instructor"),
    ("/certificates/teach/", "instructor"),
    ("/training/", "trainer"),
    ("/operations/", "operator"),
)


def _current_desk(request: HttpRequest) -> str:
    """Return the desk that the address belongs to; a trainer who is no instructor teaches at his own desk."""
    for prefix, desk in DESK_PREFIXES:
        if request.path.startswith(prefix):
            user = request.user
            if desk == "instructor" and user.is_authenticated and not (user.is_instructor or user.is_superuser):
                return "trainer" if "trainer" in desk_names(user) else desk
            return desk
    return "learner"


def _desks(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    current = _current_desk(request)
    return [
        {"label": HOMES[name][0], "url": reverse(HOMES[name][1]), "icon": HOMES[name][2], "current": name == current}
        for name in desk_names(request.user)
    ]


def _unread_counter(request: HttpRequest) -> Callable[[], int]:
    """Return a function that counts unread messages with one query, and with none if the page does not ask."""

    @cache
    def unread_count() -> int:
        user = getattr(request, "user", None)
        return count_unread(user_id=user.pk) if user is not None and user.is_authenticated else 0

    return unread_count
