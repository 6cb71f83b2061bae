"""Issuing certificates: from what somebody earned, once the name is known, and anew with a corrected name."""

import secrets
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.achievements import Earned
from certificates.domain.eligibility import (
    Decision,
    Existing,
    add_months,
    clean_name,
    decide,
    reached_minimum,
)
from certificates.domain.serials import make_serial
from certificates.models import Certificate, CertificateRule, CertificateTemplate, IssueBatch
from certificates.render import queue_rendering
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.events.publish import publish
from edu.events.types import CertificateIssued
from edu.notifications.services import notify

SNAPSHOT_FIELDS = ("design", "title", "lead", "body", "issuer", "signatory", "seal", "language")


class NotIssued(Conflict):
    """The certificate has no serial yet, or is not the current one, so this cannot be done to it."""

    code = "certificate_not_issued"


def award(*, earned: Earned, now: datetime | None = None, batch: IssueBatch | None = None) -> Certificate | None:
    """Issue what was earned, or let it wait for the real name; None when there is nothing to issue.

    Of several rules of the achievement the highest that the score reaches counts. Idempotent: the same achievement
    earned or told of again returns the certificate that is there, save that one which had expired before
    `earned.earned_at` is renewed and one of a lower rule is raised, each by a new one in its place. `batch` is the
    round of issuing that this belongs to. Joins the caller's transaction.
    """
    moment = now or now_utc()
    rule = _rule_for(earned)
    if rule is None:
        return None
    current = (
        Certificate.objects.filter(
            user_id=earned.user_id, achievement_key=earned.achievement.key, superseded_at__isnull=True
        )
        .select_related("rule__template")
        .first()
    )
    name = _name_of(earned.user_id)
    decision = decide(
        passed=earned.passed,
        released=earned.released,
        earned_at=earned.earned_at,
        has_name=bool(name),
        existing=None if current is None else existing_of(current),
        minimum_percent=rule.minimum_percent,
    )
    if decision is Decision.REFUSE:
        return None
    if current is not None and current.issued_at is None and current.revoked_at is None:
        _raise_waiting(current, rule=rule, earned=earned)
    if decision is Decision.KEEP:
        return current
    if decision is Decision.ISSUE and current is not None:
        return _complete(current, name=name, now=moment)
    with transaction.atomic():
        if current is not None:
            Certificate.objects.filter(pk=current.pk, superseded_at__isnull=True).update(superseded_at=moment)
        certificate, created = Certificate.objects.get_or_create(
            user_id=earned.user_id,
            achievement_key=earned.achievement.key,
            superseded_at=None,
            defaults={
                "rule": rule,
                "title": earned.achievement.title[:200],
                "score_text": earned.score_text[:40],
                "hours_text": earned.achievement.hours[:20],
                "earned_at": earned.earned_at,
                "replaces": current,
                "batch": batch,
            },
        )
        if not created:
            return certificate
        if decision is Decision.WAIT_FOR_NAME:
            _tell(certificate, kind="certificates.name_needed", key="name")
            return certificate
        return _complete(certificate, name=name, now=moment)


def existing_of(certificate: Certificate) -> Existing:
    """Return a certificate as the decision about a new one looks at it; needs its rule."""
    return Existing(
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
        revoked_at=certificate.revoked_at,
        minimum_percent=certificate.rule.minimum_percent,
    )


def _rule_for(earned: Earned) -> CertificateRule | None:
    """Return the active rule with the highest score that was reached; None when there is none."""
    rules = {
        rule.minimum_percent: rule
        for rule in CertificateRule.objects.filter(
            achievement_key=earned.achievement.key, is_active=True
        ).select_related("template")
    }
    reached = reached_minimum(percent=earned.percent, minimums=rules)
    return None if reached is None else rules[reached]


def _raise_waiting(certificate: Certificate, *, rule: CertificateRule, earned: Earned) -> None:
    """Let a certificate that still waits for the name be of the higher rule that was reached meanwhile."""
    if rule.minimum_percent <= certificate.rule.minimum_percent:
        return
    certificate.rule, certificate.score_text, certificate.earned_at = rule, earned.score_text[:40], earned.earned_at
    certificate.save(update_fields=["rule", "score_text", "earned_at"])


def complete_waiting(*, user_id: int, now: datetime | None = None) -> int:
    """Issue everything that waited for the person's real name; return how many were issued now."""
    name = _name_of(user_id)
    if not name:
        return 0
    waiting = Certificate.objects.filter(
        user_id=user_id, issued_at__isnull=True, revoked_at__isnull=True, superseded_at__isnull=True
    ).select_related("rule__template")
    done = 0
    for certificate in waiting:
        with transaction.atomic():
            done += _complete(certificate, name=name, now=now or now_utc()).issued_at is not None
    return done


def reissue(
    *, certificate: Certificate, holder_name: str, actor: object | None, reason: str, now: datetime | None = None
) -> Certificate:
    """Replace an issued certificate by one with a corrected name and a new serial; the old serial shows as replaced.

    The score, the dates and the look stay. InvalidInput for a name without letters; NotIssued for one that waits, is
    revoked or was replaced already. Audited.
    """
    moment = now or now_utc()
    name = clean_name(holder_name)
    if not name:
        message = "Type the name as it shall stand on the certificate."
        raise InvalidInput(message, field="holder_name")
    with transaction.atomic():
        claimed = Certificate.objects.filter(
            pk=certificate.pk, issued_at__isnull=False, revoked_at__isnull=True, superseded_at__isnull=True
        ).update(superseded_at=moment)
        if not claimed:
            message = "Only a current certificate can be issued anew."
            raise NotIssued(message)
        fresh = Certificate.objects.create(
            user_id=certificate.user_id,
            rule_id=certificate.rule_id,
            batch_id=certificate.batch_id,
            achievement_key=certificate.achievement_key,
            title=certificate.title,
            score_text=certificate.score_text,
            hours_text=certificate.hours_text,
            earned_at=certificate.earned_at,
            replaces=certificate,
            holder_name=name,
            serial=new_serial(year=timezone.localtime(moment).year),
            issued_at=moment,
            expires_at=certificate.expires_at,
            snapshot=certificate.snapshot,
        )
        queue_rendering(certificate=fresh)
        record(
            actor=actor,
            action="certificate.reissue",
            object_kind="certificate",
            object_id=fresh.public_id,
            object_label=str(fresh),
            changes={
                "holder_name": [certificate.holder_name, name],
                "serial": [certificate.serial, fresh.serial],
                "reason": reason[:300],
            },
        )
        publish(CertificateIssued(certificate_id=fresh.pk, user_id=fresh.user_id))
        _tell(fresh, kind="certificates.issued", key="issued")
    return fresh


def take_snapshot(template: CertificateTemplate) -> dict[str, str]:
    """Return the look and the texts of a template as a certificate keeps them."""
    return {name: getattr(template, name) for name in SNAPSHOT_FIELDS}


def new_serial(*, year: int) -> str:
    """Return a serial that no certificate has yet."""
    while True:
        serial = make_serial(year=year, pick=secrets.choice)
        if not Certificate.objects.filter(serial=serial).exists():
            return serial


def _complete(certificate: Certificate, *, name: str, now: datetime) -> Certificate:
    """Give a waiting certificate its name, serial and look, by a conditional update, and tell its holder."""
    rule = certificate.rule
    try:
        with transaction.atomic():
            done = Certificate.objects.filter(pk=certificate.pk, issued_at__isnull=True).update(
                holder_name=name,
                serial=new_serial(year=timezone.localtime(now).year),
                issued_at=now,
                expires_at=add_months(now, rule.valid_months) if rule.valid_months else None,
                snapshot=take_snapshot(rule.template),
            )
    except IntegrityError:  # somebody drew the same serial between the look and the write: once in 1e14
        return _complete(certificate, name=name, now=now)
    certificate.refresh_from_db()
    if done:
        queue_rendering(certificate=certificate)
        publish(CertificateIssued(certificate_id=certificate.pk, user_id=certificate.user_id))
        _tell(certificate, kind="certificates.issued", key="issued")
    return certificate


def _name_of(user_id: int) -> str:
    """Return the person's real name as it may be printed; empty when there is none."""
    real_name = get_user_model().objects.filter(pk=user_id).values_list("real_name", flat=True).first()
    return clean_name(real_name or "")


def _tell(certificate: Certificate, *, kind: str, key: str) -> None:
    notify(
        user_id=certificate.user_id,
        kind=kind,
        context={"title": certificate.title, "serial": certificate.serial or ""},
        url=reverse("certificates:mine"),
        dedupe_key=f"certificate:{certificate.pk}:{key}",
    )
