"""The certificates of the demo: one design a language, and the rules that award it."""

from typing import Any

from certificates import services as certificates
from certificates.models import CertificateTemplate

TEXTS: dict[str, dict[str, str]] = {
    "zh-hans": {
        "name": "金榜结业证书",
        "title": "结业证书",
        "lead": "兹证明",
        "body": "通过《{achievement}》的考核，成绩合格（{score}），特发此证。",
        "issuer": "金榜在线教育",
        "signatory": "教务主任 金小榜",
    },
    "en": {
        "name": "Jinbang certificate",
        "title": "Certificate",
        "lead": "This is to certify that",
        "body": "has passed {achievement} with a score of {score}.",
        "issuer": "Jinbang Online Education",
        "signatory": "Jin Xiaobang, Director of Studies",
    },
}


def offer_certificate(*, achievement_key: str, achievement_title: str, language: str, actor: Any) -> None:
    """Award a certificate for an exam or a course; the template of the language is made once an author."""
    texts = TEXTS[language if language in TEXTS else "en"]
    template = CertificateTemplate.objects.filter(name=texts["name"], owner=actor).first()
    if template is None:
        template = certificates.create_template(actor=actor, language=language, **texts)
    certificates.create_rule(
        achievement_key=achievement_key, achievement_title=achievement_title, template=template, actor=actor
    )
