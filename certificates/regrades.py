"""What a regrade means for certificates: what is no longer earned is kept and noted, or revoked, as was decided with
the regrade; what such a revocation took is given back when the regrade is undone. The same for an attempt that is
opened again, and passes again."""

from certificates.achievements import find_earned_pass
from certificates.models import Certificate
from certificates.revoke import reinstate_certificate, revoke_certificate
from edu.audit.services import record


def reexamine(*, attempt_id: int, revoke_reason: str, reinstate_reason: str) -> None:
    """Look again at the certificate that the learner of an attempt holds for its exam; idempotent.

    Earned is what her best released pass still reaches. Joins the caller's transaction; revoking and giving back are
    acts of the system, audited.
    """
    key, user_id, percent, is_passed = find_earned_pass(attempt_id=attempt_id)
    certificate = (
        Certificate.objects.filter(user_id=user_id, achievement_key=key, superseded_at__isnull=True)
        .select_related("rule")
        .first()
    )
    if certificate is None:
        return
    least = certificate.rule.minimum_percent
    is_earned = is_passed and (least == 0 or (percent is not None and percent >= least))
    if is_earned:
        if certificate.revoked_at is not None and reinstate_reason and certificate.revoke_reason == reinstate_reason:
            reinstate_certificate(certificate=certificate, actor=None)
        return
    if certificate.revoked_at is not None:
        return
    if revoke_reason:
        revoke_certificate(certificate=certificate, actor=None, reason=revoke_reason)
    elif certificate.issued_at is not None:
        record(
            actor=None,
            action="certificate.keep",
            object_kind="certificate",
            object_id=certificate.public_id,
            object_label=str(certificate),
            changes={"percent": None if percent is None else str(percent), "minimum_percent": least},
        )


def reinstate_earned(*, attempt_id: int, reason: str) -> None:
    """Give a certificate back that was revoked with this reason, if the learner's best released pass earns it now.

    Nothing happens to one that is good, or was revoked for another reason. Joins the caller's transaction.
    """
    key, user_id, percent, is_passed = find_earned_pass(attempt_id=attempt_id)
    certificate = (
        Certificate.objects.filter(
            user_id=user_id,
            achievement_key=key,
            superseded_at__isnull=True,
            revoked_at__isnull=False,
            revoke_reason=reason,
        )
        .select_related("rule")
        .first()
    )
    if certificate is None or not is_passed:
        return
    least = certificate.rule.minimum_percent
    if least == 0 or (percent is not None and percent >= least):
        reinstate_certificate(certificate=certificate, actor=None)
