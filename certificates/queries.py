"""Reads of the certificate room for other rooms and for its own pages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from certificates.models import Certificate, CertificateRule
from edu.core.clock import now_utc


@dataclass(frozen=True, kw_only=True)
class CertificateView:
    """A certificate as its holder and other rooms see it; `state` as in certificates.domain.eligibility.State."""

    public_id: uuid.UUID
    serial: str | None
    state: str
    title: str
    score_text: str
    holder_name: str
    achievement_key: str
    earned_at: datetime
    issued_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    revoke_reason: str
    is_current: bool


def list_certificates(*, user_id: int, now: datetime | None = None) -> list[CertificateView]:
    """Return the person's certificates that were not replaced, newest first; one query."""
    moment = now or now_utc()
    rows = Certificate.objects.filter(user_id=user_id, superseded_at__isnull=True)
    return [view_of(row, now=moment) for row in rows]


def view_of(row: Certificate, *, now: datetime) -> CertificateView:
    """Return a row as others see it."""
    return CertificateView(
        public_id=row.public_id,
        serial=row.serial,
        state=row.state_at(now).value,
        title=row.title,
        score_text=row.score_text,
        holder_name=row.holder_name,
        achievement_key=row.achievement_key,
        earned_at=row.earned_at,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoke_reason=row.revoke_reason,
        is_current=row.superseded_at is None,
    )


def count_issued(
    *, achievement_key: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> int:
    """Return how many certificates were issued and not replaced, of one achievement and in [since, until) if given."""
    rows = Certificate.objects.filter(issued_at__isnull=False, superseded_at__isnull=True)
    if achievement_key is not None:
        rows = rows.filter(achievement_key=achievement_key)
    if since is not None:
        rows = rows.filter(issued_at__gte=since)
    if until is not None:
        rows = rows.filter(issued_at__lt=until)
    return rows.count()


@dataclass(frozen=True, kw_only=True)
class AwardedCertificate:
    """A certificate that an achievement earns now; `minimum_percent` 0 means that passing or completing is enough."""

    achievement_key: str
    title: str
    minimum_percent: int


def list_awarded(*, achievement_keys: Sequence[str]) -> list[AwardedCertificate]:
    """Return every certificate that these achievements earn now, lowest score first: what their pages may promise.

    One query.
    """
    rows = CertificateRule.objects.filter(achievement_key__in=achievement_keys, is_active=True)
    return [
        AwardedCertificate(achievement_key=key, title=title, minimum_percent=minimum)
        for key, title, minimum in rows.order_by("achievement_key", "minimum_percent").values_list(
            "achievement_key", "template__title", "minimum_percent"
        )
    ]


def has_rule(*, achievement_key: str) -> bool:
    """Whether achieving this earns a certificate now."""
    return CertificateRule.objects.filter(achievement_key=achievement_key, is_active=True).exists()


def list_certified_keys(*, achievement_keys: Sequence[str]) -> set[str]:
    """Return those of the keys that earn a certificate now; one query."""
    return {awarded.achievement_key for awarded in list_awarded(achievement_keys=achievement_keys)}
