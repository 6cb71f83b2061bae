"""Banks and authors by the names that a command line gives."""

from typing import Any

from django.utils.translation import gettext as _

from edu.accounts.queries import users_by_identifier
from edu.core.errors import Conflict, NotFound
from exams.models import Bank


def find_bank(name: str) -> Bank | None:
    """Return the bank of a short name, a name, or a public id; Conflict when several have the name."""
    bank = Bank.objects.filter(slug=name).select_related("owner").first()
    if bank is not None:
        return bank
    found = list(Bank.objects.filter(name=name).select_related("owner")[:2])
    if len(found) > 1:
        raise Conflict(_("Several banks have this name. Give the short name of one."))
    return found[0] if found else None


def find_author(email: str) -> Any | None:
    """Return the author of a mail address, None without one; NotFound when nobody has it."""
    if not email:
        return None
    user = users_by_identifier(identifiers={email.lower()}).get(email.lower())
    if user is None:
        raise NotFound(_("Nobody has this mail address."))
    return user
