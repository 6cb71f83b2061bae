"""Revoking a certificate, and taking a revocation back."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from certificates.issue import NotIssued
from certificates.models import Certificate
from certificates.permissions import require_rule_right
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput
from edu.notifications.services import notify


def revoke_certificate(
    *, certificate: Certificate, actor: object | None, reason: str, now: datetime | None = None
) -> None:
    """Revoke a certificate for a reason that its holder and whoever checks it will read; audited.

    InvalidInput without a reason; NotFound when `actor` (None: the system) may not; revoking twice changes nothing.
    """
    require_rule_right(actor=actor, rule=certificate.rule)
    text = " ".join(reason.split())[:300]
    if not text:
        message = "Say why the certificate is revoked."
        raise InvalidInput(message, field="reason")
    with transaction.atomic():
        done = Certificate.objects.filter(
            pk=certificate.pk, revoked_at__isnull=True, superseded_at__isnull=True
        ).update(revoked_at=now or now_utc(), revoke_reason=text)
        certificate.refresh_from_db()
        if not done:
            if certificate.superseded_at is not None:
                message = "This certificate was replaced; revoke the one that took its place."
                raise NotIssued(message)
            return
        _trace(certificate, actor=actor, action="certificate.revoke", reason=text)
        notify(
            user_id=certificate.user_id,
            kind="certificates.revoked",
            context={"title": certificate.title, "serial": certificate.serial or "", "reason": text},
            url=reverse("certificates:mine"),
        )


def reinstate_certificate(*, certificate: Certificate, actor: object | None) -> None:
    """Make a revoked certificate good again, when the revocation was a mistake; audited."""
    require_rule_right(actor=actor, rule=certificate.rule)
    with transaction.atomic():
        done = Certificate.objects.filter(
            pk=certificate.pk, revoked_at__isnull=False, superseded_at__isnull=True
        ).update(revoked_at=None, revoke_reason="")
        reason = certificate.revoke_reason
        certificate.refresh_from_db()
        if done:
            _trace(certificate, actor=actor, action="certificate.reinstate", reason=reason)


def _trace(certificate: Certificate, *, actor: object | None, action: str, reason: str) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="certificate",
        object_id=certificate.public_id,
        object_label=str(certificate),
        changes={"reason": reason},
    )
