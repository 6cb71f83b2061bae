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
from edu.website.models.settings import in_language
from edu.website.queries import site_settings

THEMES = {"light", "dark"}
DESK_PATHS = (
    ("/teach/", "instructor"),
    ("/certificates/teach/", "instructor"),
    ("/training/", "trainer"),
    ("/operations/", "operator"),
)


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
        "desk_nav_items": SimpleLazyObject(
            lambda: navigation(desk=_current_desk(request), path=request.path, user=request.user)
        ),
    }


def _site(request: HttpRequest) -> dict[str, Any]:
    row = site_settings(request)
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


def _current_desk(request: HttpRequest) -> str:
    """Return the desk that the address belongs to."""
    desk = next((desk for prefix, desk in DESK_PATHS if request.path.startswith(prefix)), "learner")
    if desk == "instructor" and request.user.is_authenticated and not request.user.is_instructor:
        # A trainer writes her organisation's courses and papers on the same pages; her navigation stays around them.
        return "trainer" if "trainer" in _desk_names(request) else desk
    return desk


def _desk_names(request: HttpRequest) -> list[str]:
    """Return the desks of the signed-in person, asked for once a request."""
    if not hasattr(request, "_desk_names"):
        request._desk_names = desk_names(request.user)  # type: ignore[attr-defined] # kept for the request
    return request._desk_names  # type: ignore[attr-defined, no-any-return] # set above


def _desks(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    current = _current_desk(request)
    return [
        {"label": HOMES[name][0], "url": reverse(HOMES[name][1]), "icon": HOMES[name][2], "current": name == current}
        for name in _desk_names(request)
    ]


def _unread_counter(request: HttpRequest) -> Callable[[], int]:
    """Return a function that counts unread messages with one query, and with none if the page does not ask."""

    @cache
    def unread_count() -> int:
        user = getattr(request, "user", None)
        return count_unread(user_id=user.pk) if user is not None and user.is_authenticated else 0

    return unread_count
