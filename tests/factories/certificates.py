"""Makers of certificate records."""

import itertools
import uuid

from certificates.achievements import Achievement
from certificates.services import create_rule, create_template, issue_certificate
from edu.accounts.models import User

_numbers = itertools.count(1)


def make_user(**fields):
    fields.setdefault("email", f"person{next(_numbers)}@example.com")
    fields.setdefault("real_name", "王小燕")
    return User.objects.create_user(**fields)


def make_achievement(**fields):
    values = {"key": f"exam:{uuid.uuid4()}", "title": "初级会计实务入门", "language": "zh-hans"}
    return Achievement(**(values | fields))


def make_template(*, actor=None, **fields):
    values = {
        "name": "标准",
        "title": "结业证书",
        "lead": "兹证明",
        "body": "于 {issued_on} 通过《{achievement}》考试，成绩 {score}，特发此证。",
        "issuer": "金榜在线学堂",
        "signatory": "沈若岚",
        "seal": "金榜",
        "language": "zh-hans",
    }
    return create_template(actor=actor, **(values | fields))


def make_rule(*, achievement=None, template=None, actor=None, valid_months=None, minimum_percent=0):
    achievement = achievement or make_achievement()
    rule = create_rule(
        achievement_key=achievement.key,
        achievement_title=achievement.title,
        template=template or make_template(),
        valid_months=valid_months,
        minimum_percent=minimum_percent,
        actor=None,
    )
    if actor is not None:
        rule.created_by = actor
        rule.save()
    return rule


def make_certificate(*, user=None, achievement=None, rule=None, **fields):
    achievement = achievement or make_achievement()
    if rule is None:
        make_rule(achievement=achievement)
    else:
        achievement = make_achievement(key=rule.achievement_key)
    return issue_certificate(user_id=(user or make_user()).pk, achievement=achievement, score_text="92 / 100", **fields)
