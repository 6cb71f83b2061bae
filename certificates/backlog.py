"""People who met a rule before it was made: counting them, issuing to them in a round, and undoing a round."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from certificates.achievements import Earned, list_earned
from certificates.domain.eligibility import Decision, Existing, decide, reached_minimum
from certificates.issue import award, existing_of
from certificates.models import Certificate, CertificateRule, IssueBatch
from certificates.permissions import require_rule_right
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.jobs.models import Job
from edu.jobs.services import enqueue
from edu.notifications.services import notify

UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)


class NothingOwed(Conflict):
    """Nobody who meets the rule lacks its certificate."""

    code = "certificate_nothing_owed"


class RoundUnderWay(Conflict):
    """A round of this rule is being issued or undone."""

    code = "certificate_round_under_way"


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What undoing a round did: certificates taken back, and earlier ones that took their place again."""

    revoked: int
    restored: int


def list_owed(*, rule: CertificateRule) -> list[Earned]:
    """Return what was earned by people who meet an active rule as their highest and were issued nothing for it.

    Whoever holds a certificate of this rule or a higher one, had hers revoked, or waits for her name, is left out. As
    many statements for ten people as for ten thousand.
    """
    if not rule.is_active:
        return []
    minimums = list(
        CertificateRule.objects.filter(achievement_key=rule.achievement_key, is_active=True).values_list(
            "minimum_percent", flat=True
        )
    )
    reached = [
        earned
        for earned in list_earned(achievement_key=rule.achievement_key)
        if reached_minimum(percent=earned.percent, minimums=minimums) == rule.minimum_percent
    ]
    if not reached:
        return []
    held = {
        row.user_id: existing_of(row)
        for row in Certificate.objects.filter(
            achievement_key=rule.achievement_key, superseded_at__isnull=True
        ).select_related("rule")
    }
    return [
        earned
        for earned in reached
        if decide(
            passed=earned.passed,
            released=earned.released,
            earned_at=earned.earned_at,
            has_name=_is_free(held.get(earned.user_id)),
            existing=held.get(earned.user_id),
            minimum_percent=rule.minimum_percent,
        )
        not in {Decision.REFUSE, Decision.KEEP}
    ]


def _is_free(existing: Existing | None) -> bool:
    """Whether issuing may go on: what waits for a name is completed with the name, not by a round."""
    return existing is None or existing.issued_at is not None


def count_owed(*, rule: CertificateRule) -> int:
    """Return how many people list_owed finds."""
    return len(list_owed(rule=rule))


def issue_to_earlier(*, rule: CertificateRule, actor: Any | None) -> IssueBatch:
    """Start a round: a job that issues to everybody who met the rule before it was made. Audited.

    NotFound when `actor` (None: the system) may not; NothingOwed when there is nobody; RoundUnderWay while another
    round of the rule runs.
    """
    require_rule_right(actor=actor, rule=rule)
    _require_rest(rule)
    count = count_owed(rule=rule)
    if not count:
        message = "Nobody who meets this rule is without its certificate."
        raise NothingOwed(message)
    with transaction.atomic():
        batch = IssueBatch.objects.create(rule=rule, made_by=actor)
        _start(batch, kind="certificates.issue_round", actor=actor)
        _trace(batch, actor=actor, action="certificate_round.issue", changes={"count": count})
    return batch


def run_round(*, batch: IssueBatch, on_progress: Any, now: datetime | None = None) -> int:
    """Issue to everybody whom the rule owes; return how many got one or wait for their name. Running twice is harmless.

    `on_progress(done, total)` is told now and then.
    """
    owed = list_owed(rule=batch.rule)
    for done, earned in enumerate(owed, start=1):
        with transaction.atomic():
            award(earned=earned, now=now, batch=batch)
        if done % 10 == 0:
            on_progress(done, len(owed))
    return Certificate.objects.filter(batch=batch, replaced_by__isnull=True).count()


def undo_round(*, batch: IssueBatch, actor: Any | None, reason: str, now: datetime | None = None) -> None:
    """Start taking back everything that a round issued, for a reason that holders will read. Audited.

    NotFound when `actor` may not; InvalidInput without a reason; RoundUnderWay while a round of the rule runs. Undoing
    twice changes nothing.
    """
    require_rule_right(actor=actor, rule=batch.rule)
    text = " ".join(reason.split())[:300]
    if not text:
        message = "Say why the certificates are taken back."
        raise InvalidInput(message, field="reason")
    _require_rest(batch.rule)
    with transaction.atomic():
        claimed = IssueBatch.objects.filter(pk=batch.pk, undone_at__isnull=True).update(
            undone_at=now or now_utc(), undo_reason=text
        )
        batch.refresh_from_db()
        if claimed:
            _start(batch, kind="certificates.undo_round", actor=actor)
            _trace(batch, actor=actor, action="certificate_round.undo", changes={"reason": text})


def run_undoing(*, batch: IssueBatch, actor: Any | None, on_progress: Any, now: datetime | None = None) -> Undone:
    """Revoke what the round issued and put back what it replaced. Running twice is harmless.

    The people stay free to be issued one again: undoing a round says nothing about them. Certificates that were revoked
    one by one since keep their own reason.
    """
    moment = now or now_utc()
    rows = list(
        Certificate.objects.filter(batch=batch, superseded_at__isnull=True, revoked_at__isnull=True).order_by("pk")
    )
    restored = 0
    for done, certificate in enumerate(rows, start=1):
        with transaction.atomic():
            restored += _take_back(certificate, batch=batch, actor=actor, now=moment)
        if done % 10 == 0:
            on_progress(done, len(rows))
    return Undone(revoked=len(rows), restored=restored)


def _take_back(certificate: Certificate, *, batch: IssueBatch, actor: Any | None, now: datetime) -> bool:
    """Revoke one certificate of a round; True when an earlier one took its place again."""
    replacing, earlier = certificate, certificate.replaces
    while earlier is not None and earlier.batch_id == batch.pk:  # its name was corrected since
        replacing, earlier = earlier, earlier.replaces
    claimed = Certificate.objects.filter(pk=certificate.pk, revoked_at__isnull=True, superseded_at__isnull=True).update(
        revoked_at=now, revoke_reason=batch.undo_reason, superseded_at=now
    )
    if not claimed:
        return False
    if earlier is not None:
        Certificate.objects.filter(pk=replacing.pk).update(replaces=None)
        Certificate.objects.filter(pk=earlier.pk).update(superseded_at=None)
    record(
        actor=actor,
        action="certificate.revoke",
        object_kind="certificate",
        object_id=certificate.public_id,
        object_label=str(certificate),
        changes={"reason": batch.undo_reason},
    )
    if certificate.issued_at is not None:
        notify(
            user_id=certificate.user_id,
            kind="certificates.revoked",
            context={"title": certificate.title, "serial": certificate.serial or "", "reason": batch.undo_reason},
            url=reverse("certificates:mine"),
        )
    return earlier is not None


def _require_rest(rule: CertificateRule) -> None:
    if IssueBatch.objects.filter(rule=rule, job__state__in=UNFINISHED).exists():
        message = "Certificates of this rule are being issued or taken back. Wait until that is done."
        raise RoundUnderWay(message)


def _start(batch: IssueBatch, *, kind: str, actor: Any | None) -> None:
    batch.job = enqueue(
        kind=kind,
        arguments={"batch_id": batch.pk},
        owner_id=actor.pk if actor else None,
        title=batch.rule.achievement_title,
        unique_key=f"{kind}:{batch.pk}",
    )
    batch.save(update_fields=["job"])


def _trace(batch: IssueBatch, *, actor: Any | None, action: str, changes: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="certificate_rule",
        object_id=batch.rule.public_id,
        object_label=batch.rule.achievement_title,
        changes=changes,
    )
