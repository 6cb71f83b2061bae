"""Who may set up certificates and look after issued ones; everybody else gets NotFound."""

from typing import Any

from certificates.achievements import Achievement, list_authored_achievements
from certificates.models import CertificateRule, CertificateTemplate
from edu.core.errors import NotFound

MISSING = "There is no such thing here."


def require_rule_right(*, actor: Any | None, rule: CertificateRule) -> None:
    """Pass for the system (None), operators, the author of the rule and authors of what is achieved."""
    if actor is None or actor.is_operator or rule.created_by_id == actor.pk:
        return
    if any(one.key == rule.achievement_key for one in list_authored_achievements(user_id=actor.pk)):
        return
    raise NotFound(MISSING)


def require_template_right(*, actor: Any | None, template: CertificateTemplate) -> None:
    """Pass for the system (None), operators and the template's author."""
    if actor is None or actor.is_operator or template.owner_id == actor.pk:
        return
    raise NotFound(MISSING)


def require_achievement_right(*, actor: Any, achievement_key: str) -> Achievement:
    """Return the achievement if `actor` authors it."""
    for one in list_authored_achievements(user_id=actor.pk):
        if one.key == achievement_key:
            return one
    raise NotFound(MISSING)
