"""Which desks a person has, and the navigation of each, from every room's desks.py."""

import functools
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from edu.core.desks import DeskEntry

HOMES: dict[str, tuple[object, str, str]] = {
    "learner": (_("My learning"), "learning:home", "book-open"),
    "instructor": (_("Teaching"), "teaching:desk", "edit"),
    "trainer": (_("Staff training"), "training:desk", "building"),
    "operator": (_("Operations"), "operations:desk", "chart"),
}


@functools.cache
def list_entries() -> tuple[DeskEntry, ...]:
    """Return every room's entries, in order."""
    entries: list[DeskEntry] = []
    for config in apps.get_app_configs():
        if config.name != "edu.website" and module_has_submodule(config.module, "desks"):
            entries += import_module(f"{config.name}.desks").ENTRIES
    return tuple(sorted(entries, key=lambda entry: (entry.desk, entry.order)))


def desk_names(user: Any) -> list[str]:
    """Return the desks of a signed-in person; one query for the trainer's unless the request has asked already."""
    from edu.organizations.queries import list_memberships

    names = ["learner"]
    if user.is_instructor or user.is_superuser:
        names.append("instructor")
    memberships = getattr(user, "remembered_memberships", None)
    if memberships is None:
        memberships = list_memberships(user_id=user.pk)
    if any(row.role == "trainer" for row in memberships):
        names.append("trainer")
    if user.is_operator or user.is_superuser:
        names.append("operator")
    return names


def navigation(*, desk: str, path: str, user: Any = None) -> list[dict[str, Any]]:
    """Return the links of one desk for components/desk_nav.html; `path` marks the current one.

    What waits behind an entry is counted for `user` where that entry or the home of the desk is open, so that no other
    page pays for it.
    """
    home = desk in HOMES and path == _home(desk)
    counters: list[tuple[dict[str, Any], Any]] = []
    items: list[dict[str, Any]] = []
    current, length = None, 0
    for entry in list_entries():
        if entry.desk != desk:
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        items.append({"label": entry.label, "url": url, "icon": entry.icon, "current": False})
        if entry.count is not None:
            counters.append((items[-1], entry.count))
        for prefix in (url, *entry.also):
            if fnmatchcase(path, f"{prefix}*") and len(prefix) > length:
                current, length = items[-1], len(prefix)
    if current is not None:
        current["current"] = True
    for item, count in counters:
        if user is not None and user.is_authenticated and (home or item["current"]):
            item["count"] = count(user)
    return items


def _home(desk: str) -> str:
    try:
        return reverse(HOMES[desk][1])
    except NoReverseMatch:
        return ""
