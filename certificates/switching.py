"""Turning the certificate of a course or exam on and off with one switch, where no look was chosen yet."""

from typing import Any

from django.conf import settings
from django.db import transaction

from certificates.achievements import Achievement
from certificates.models import CertificateRule, CertificateTemplate
from certificates.setup import change_rule, create_rule, save_template

STARTING_TEXTS: dict[str, dict[str, Any]] = {
    "zh": {
        "design": "golden_list",
        "language": "zh-hans",
        "title": "结业证书",
        "lead": "兹证明",
        "body": "完成《{achievement}》的全部学习与考核，成绩合格，特发此证。",
        "seal": "金榜",
    },
    "en": {
        "design": "golden_list",
        "language": "en",
        "title": "Certificate of Achievement",
        "lead": "This is to certify that",
        "body": "has successfully completed {achievement} on {issued_on}.",
        "seal": "",
    },
}


@transaction.atomic
def set_awarded(*, achievement: Achievement, is_awarded: bool, actor: Any | None) -> CertificateRule | None:
    """Let the achievement earn a certificate from now on, or no longer; return its rule, None when it never had one.

    The first time it gets the starting look of its language. Off stops all its rules; on starts the one of the lowest
    score unless one is active already. The caller has checked that `actor` may do so. Audited.
    """
    rules = list(
        CertificateRule.objects.select_related("template")
        .filter(achievement_key=achievement.key)
        .order_by("minimum_percent")
    )
    if not rules:
        if not is_awarded:
            return None
        return create_rule(
            achievement_key=achievement.key,
            achievement_title=achievement.title,
            template=_starting_template(language=achievement.language, actor=actor),
            actor=None,
        )
    active = [rule for rule in rules if rule.is_active]
    to_switch = active if not is_awarded else [] if active else rules[:1]
    for rule in to_switch:
        change_rule(rule=rule, template=rule.template, valid_months=rule.valid_months, is_active=is_awarded, actor=None)
    return rules[0]


def _starting_template(*, language: str, actor: Any | None) -> CertificateTemplate:
    """Return the actor's template with the starting text of the language, made if missing."""
    texts = STARTING_TEXTS["zh" if language.startswith("zh") else "en"]
    found = CertificateTemplate.objects.filter(owner=actor, language=texts["language"], body=texts["body"]).first()
    return found or save_template(
        actor=actor, name=texts["title"], issuer=settings.WAGTAIL_SITE_NAME, signatory="", **texts
    )
