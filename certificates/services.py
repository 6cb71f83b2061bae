"""Public writes of the certificate room."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from certificates.achievements import Achievement, Earned, register_achievement
from certificates.backlog import issue_to_earlier, undo_round
from certificates.issue import award, complete_waiting, reissue
from certificates.models import Certificate, CertificateTemplate
from certificates.revoke import reinstate_certificate, revoke_certificate
from certificates.setup import change_rule, create_rule, redraw_rule, save_template
from certificates.switching import set_awarded
from edu.core.clock import now_utc
from edu.core.errors import NotFound

__all__ = [
    "Achievement",
    "Earned",
    "change_rule",
    "complete_waiting",
    "create_rule",
    "create_template",
    "issue_certificate",
    "issue_to_earlier",
    "redraw_rule",
    "register_achievement",
    "reinstate_certificate",
    "reissue_certificate",
    "revoke_certificate",
    "set_awarded",
    "undo_round",
]


def create_template(
    *,
    actor: Any | None,
    name: str,
    title: str,
    body: str,
    issuer: str,
    language: str,
    design: str = "golden_list",
    lead: str = "",
    signatory: str = "",
    seal: str = "",
    organization_id: int | None = None,
) -> CertificateTemplate:
    """Create a template; `body` may hold {name} {achievement} {score} {issued_on} {hours}. InvalidInput as it fails."""
    return save_template(
        actor=actor,
        name=name,
        design=design,
        title=title,
        lead=lead,
        body=body,
        issuer=issuer,
        signatory=signatory,
        seal=seal,
        language=language,
        organization_id=organization_id,
    )


def issue_certificate(
    *,
    user_id: int,
    achievement: Achievement,
    score_text: str = "",
    percent: Decimal | None = None,
    earned_at: datetime | None = None,
    now: datetime | None = None,
) -> Certificate | None:
    """Issue the certificate of an achievement that the caller vouches for, by the highest rule that `percent` reaches.

    Returns the one that is there when it was issued before, one that waits when the person has no real name, and None
    when the achievement has no active rule. Joins the caller's transaction.
    """
    return award(
        earned=Earned(
            achievement=achievement,
            user_id=user_id,
            passed=True,
            released=True,
            earned_at=earned_at or now or now_utc(),
            score_text=score_text,
            percent=percent,
        ),
        now=now,
    )


def reissue_certificate(*, serial: str, holder_name: str, actor: Any | None, reason: str) -> Certificate:
    """Replace a certificate by one with a corrected name and a new serial; NotFound for an unknown serial."""
    from certificates.permissions import require_rule_right

    row = Certificate.objects.select_related("rule").filter(serial=serial).first()
    if row is None:
        message = "There is no such certificate."
        raise NotFound(message)
    require_rule_right(actor=actor, rule=row.rule)
    return reissue(certificate=row, holder_name=holder_name, actor=actor, reason=reason)
