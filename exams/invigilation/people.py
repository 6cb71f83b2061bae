"""Who invigilates an exam beside those who manage it. Callers have fetched the exam through `get_managed_exam`."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.accounts.queries import users_by_identifier
from edu.audit.services import record
from edu.core.errors import InvalidInput, NotFound
from edu.notifications.services import notify
from edu.organizations.queries import is_current_member
from exams.models import Exam, ExamInvigilator

MAXIMUM_INVIGILATORS = 50


def add_invigilator(*, exam: Exam, identifier: str, actor: Any, now: datetime) -> ExamInvigilator:
    """Name a person (by mail, phone in international form, or account name) who may watch this exam and act in it.

    Harmless when repeated. InvalidInput when nobody is found; of an organisation's exam, only its own people are. The
    answer is the same for a stranger and for nobody, so that addresses cannot be tried out.
    """
    wanted = identifier.strip()
    found = users_by_identifier(identifiers={wanted, wanted.lower()})
    person = found.get(wanted) or found.get(wanted.lower())
    is_known = person is not None and person.is_active and person.deleted_at is None
    if person is None or not is_known or not _may_be_named(exam, person.pk):
        raise InvalidInput(_("Nobody was found by that. Check the mail address or phone number."), field="identifier")
    if exam.invigilators.count() >= MAXIMUM_INVIGILATORS:
        raise InvalidInput(_("An exam has at most %(n)d invigilators.") % {"n": MAXIMUM_INVIGILATORS})
    with transaction.atomic():
        row, is_new = ExamInvigilator.objects.get_or_create(
            exam=exam, user=person, defaults={"added_by_id": actor.pk, "added_at": now}
        )
        if is_new:
            _record(exam, "exam.add_invigilator", actor, person)
            notify(
                user_id=person.pk,
                kind="exams.invigilator",
                context={"title": exam.title, "opens_at": exam.opens_at.isoformat()},
                url=f"/teach/exams/{exam.public_id}/room/",
                dedupe_key=f"exams.invigilator:{row.pk}",
            )
    return row


def _may_be_named(exam: Exam, user_id: int) -> bool:
    return exam.organization_id is None or is_current_member(user_id=user_id, organization_id=exam.organization_id)


def remove_invigilator(*, exam: Exam, invigilator_id: int, actor: Any) -> None:
    """Take an invigilator off an exam; NotFound when she is none."""
    row = ExamInvigilator.objects.filter(exam=exam, pk=invigilator_id).select_related("user").first()
    if row is None:
        raise NotFound(_("There is no such invigilator."))
    with transaction.atomic():
        row.delete()
        _record(exam, "exam.remove_invigilator", actor, row.user)


def _record(exam: Exam, action: str, actor: Any, person: Any) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="exam",
        object_id=exam.public_id,
        object_label=exam.title,
        changes={"person": str(person), "user_id": person.pk},
        organization_id=exam.organization_id,
    )
