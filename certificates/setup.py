"""Setting up certificates: templates, and the rules that tie them to exams and courses."""

import re
from typing import Any

from django.db import IntegrityError, transaction

from certificates.domain.eligibility import PLACEHOLDERS, unknown_placeholders
from certificates.issue import SNAPSHOT_FIELDS
from certificates.models import CertificateRule, CertificateTemplate
from certificates.permissions import require_achievement_right, require_rule_right, require_template_right
from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput
from edu.jobs.models import Job
from edu.jobs.services import enqueue

_KEY = re.compile(r"(exam|course):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class RuleExists(Conflict):
    """The exam or course has a certificate from that score on already."""

    code = "certificate_rule_exists"


def save_template(
    *, actor: Any | None, template: CertificateTemplate | None = None, **fields: Any
) -> CertificateTemplate:
    """Create a template, or change one; `fields` are name and SNAPSHOT_FIELDS, and organization_id.

    InvalidInput for an unknown placeholder or design. Issued certificates keep their look until they are drawn anew.
    """
    for name in ("body", "title"):
        if unknown := unknown_placeholders(fields.get(name, "")):
            known = ", ".join(f"{{{placeholder}}}" for placeholder in PLACEHOLDERS)
            message = f"{{{unknown[0]}}} is no placeholder. There are {known}."
            raise InvalidInput(message, field=name)
    if fields.get("design", "golden_list") not in CertificateTemplate.Design.values:
        message = "There is no such design."
        raise InvalidInput(message, field="design")
    if template is not None:
        require_template_right(actor=actor, template=template)
    row = template or CertificateTemplate(owner=actor)
    before = {name: getattr(row, name) for name in SNAPSHOT_FIELDS}
    with transaction.atomic():
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        record(
            actor=actor,
            action="certificate_template.change" if template else "certificate_template.create",
            object_kind="certificate_template",
            object_id=row.public_id,
            object_label=row.name,
            changes={
                name: [before[name] if template else None, getattr(row, name)]
                for name in SNAPSHOT_FIELDS
                if template is None or before[name] != getattr(row, name)
            },
        )
    return row


def create_rule(
    *,
    achievement_key: str,
    achievement_title: str,
    template: CertificateTemplate,
    valid_months: int | None = None,
    minimum_percent: int = 0,
    actor: Any | None,
) -> CertificateRule:
    """Let whoever achieves `achievement_key` (exam:<uuid>, course:<uuid>) get a certificate of this look.

    `minimum_percent` (0 to 100) is the score from which on; 0: passing or completing is enough. A course has no score.
    Of several rules the highest that is reached counts. `actor` None is the system, which may set up any. InvalidInput
    for a key of another form or such a score; RuleExists when there is one from this score on; NotFound when the person
    authors neither the thing nor the template. Audited.
    """
    if not _KEY.fullmatch(achievement_key):
        message = "A certificate is for an exam or a course."
        raise InvalidInput(message, field="achievement_key")
    if not 0 <= minimum_percent <= 100:
        message = "A score in per cent lies between 0 and 100."
        raise InvalidInput(message, field="minimum_percent")
    if minimum_percent and achievement_key.startswith("course:"):
        message = "Completing a course gives no score. Leave this at 0, or choose an exam."
        raise InvalidInput(message, field="minimum_percent")
    if actor is not None:
        require_template_right(actor=actor, template=template)
        if not actor.is_operator:
            achievement_title = require_achievement_right(actor=actor, achievement_key=achievement_key).title
    try:
        with transaction.atomic():
            rule = CertificateRule.objects.create(
                achievement_key=achievement_key,
                achievement_title=achievement_title[:200],
                template=template,
                valid_months=valid_months or None,
                minimum_percent=minimum_percent,
                created_by=actor,
            )
            _trace(
                rule,
                actor=actor,
                action="certificate_rule.create",
                changes={"template": template.name, "minimum_percent": minimum_percent},
            )
    except IntegrityError as error:
        message = "This exam or course has a certificate from this score on already. Change that one."
        raise RuleExists(message, field="minimum_percent" if minimum_percent else "achievement_key") from error
    return rule


def change_rule(
    *,
    rule: CertificateRule,
    template: CertificateTemplate,
    valid_months: int | None,
    is_active: bool,
    actor: Any | None,
) -> None:
    """Change look, validity or whether new ones are issued; certificates already issued stay as they are. Audited."""
    require_rule_right(actor=actor, rule=rule)
    if template.pk != rule.template_id:
        require_template_right(actor=actor, template=template)
    changes: dict[str, list[Any]] = {
        "template": [rule.template.name, template.name],
        "valid_months": [rule.valid_months, valid_months or None],
        "is_active": [rule.is_active, is_active],
    }
    with transaction.atomic():
        rule.template, rule.valid_months, rule.is_active = template, valid_months or None, is_active
        rule.save(update_fields=["template", "valid_months", "is_active"])
        _trace(
            rule,
            actor=actor,
            action="certificate_rule.change",
            changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
        )


def redraw_rule(*, rule: CertificateRule, actor: Any | None) -> Job:
    """Ask for all current certificates of the rule to be drawn anew in the template's present look. Audited."""
    require_rule_right(actor=actor, rule=rule)
    with transaction.atomic():
        _trace(rule, actor=actor, action="certificate_rule.redraw", changes={})
        return enqueue(
            kind="certificates.render_rule",
            arguments={"rule_id": rule.pk},
            owner_id=actor.pk if actor else None,
            title=rule.achievement_title,
        )


def _trace(rule: CertificateRule, *, actor: Any | None, action: str, changes: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="certificate_rule",
        object_id=rule.public_id,
        object_label=rule.achievement_title,
        changes=changes,
    )
