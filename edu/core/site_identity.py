"""Who the site says it is, for mails and text messages: the room that keeps the operator's settings tells it here."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SiteIdentity:
    """The site's name in the language of the moment, and the mail address for questions (may be empty)."""

    name: str
    contact_email: str = ""


_sources: list[Callable[[], SiteIdentity | None]] = []


def set_site_identity(source: Callable[[], SiteIdentity | None]) -> None:
    """Ask `source` from now on; it returns None where nothing is set."""
    _sources[:] = [source]


def get_site_identity(*, default_name: str) -> SiteIdentity:
    """Return what the operator has set, in the active language; the default name where nothing is."""
    found = _sources[0]() if _sources else None
    return found if found is not None and found.name else SiteIdentity(name=default_name)
