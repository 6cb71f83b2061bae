"""What an operator sees of one person, gathered from the rooms that know it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from certificates import queries as certificates
from edu.access.queries import GrantView, list_grants
from edu.accounts.models import User
from edu.audit.queries import list_entries_about
from edu.audit.wording import action_label
from edu.core.clock import now_utc
from edu.operations.people import STAFF_SOURCE
from edu.organizations.queries import list_memberships
from exams import queries as exams
from payments import queries as payments

ATTEMPTS_SHOWN = 20
ENTRIES_SHOWN = 30

SOURCES = {
    "order": _("bought"),
    "seat": _("seat of an organisation"),
    "staff": _("opened by hand"),
    "free": _("free"),
    "gift": _("gift"),
    "membership": _("membership"),
    "assignment": _("assigned training"),
}


@dataclass(frozen=True, kw_only=True)
class GrantRow:
    """Access with its state in words; `can_end` where an operator gave it and it is live."""

    grant: GrantView
    source_label: str
    state_label: str
    state_tone: str
    can_end: bool


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """All that the page of a person shows."""

    memberships: list[Any]
    orders: list[payments.OrderView]
    grants: list[GrantRow]
    attempts: list[exams.AttemptView]
    certificates: list[Any]
    entries: list[Any]


def get_person_facts(*, user: User) -> PersonFacts:
    """Gather a person's memberships, orders, access, attempts, certificates and audit entries."""
    now = now_utc()
    return PersonFacts(
        memberships=list_memberships(user_id=user.pk),
        orders=payments.list_orders_of(user_id=user.pk),
        grants=[_grant_row(grant, now) for grant in list_grants(user_id=user.pk)],
        attempts=exams.attempt_views(list(exams.list_attempts(user_id=user.pk)[:ATTEMPTS_SHOWN])),
        certificates=certificates.list_certificates(user_id=user.pk),
        entries=_entries(user),
    )


def _grant_row(grant: GrantView, now: datetime) -> GrantRow:
    if grant.revoked_at is not None:
        label, tone = _("ended"), "danger"
    elif grant.until_at is not None and grant.until_at <= now:
        label, tone = _("run out"), "warning"
    elif grant.from_at > now:
        label, tone = _("not begun"), "info"
    else:
        label, tone = _("open"), "success"
    return GrantRow(
        grant=grant,
        source_label=str(SOURCES.get(grant.source_kind, grant.source_kind)),
        state_label=str(label),
        state_tone=tone,
        can_end=grant.source_kind == STAFF_SOURCE and tone in {"success", "info"},
    )


def _entries(user: User) -> list[Any]:
    """Return the latest audit entries about or by the person, each with its act in words as `label`."""
    entries = list_entries_about(user_id=user.pk, public_id=str(user.public_id), limit=ENTRIES_SHOWN)
    for entry in entries:
        entry.label = action_label(entry.action)  # type: ignore[attr-defined] # for the template
    return list(entries)
