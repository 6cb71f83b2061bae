"""May this learner meet this exam, and if not, why: one place for pages, API and use cases."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, UUIDField
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from edu.access.queries import AccessAnswer, list_accessible, why_not
from edu.core.errors import NotAllowed, NotFound
from edu.organizations.queries import list_organization_ids
from edu.schema.kept_queries import Given, KeptQuery
from exams.models import Exam


class WrongAccessCode(NotAllowed):
    """This access code is not right. The invigilator knows it."""

    code = "wrong_access_code"


class WrongAddress(NotAllowed):
    """This exam can only be started from certain places, and yours is not one of them."""

    code = "wrong_address"


class NoAccess(NotAllowed):
    """You do not have access to this exam yet."""

    code = "no_access"


@dataclass(frozen=True, kw_only=True)
class ExamAccess:
    """Whether the learner may sit the exam; `answer` explains the door of an exam that is bought or assigned."""

    allowed: bool
    answer: AccessAnswer | None = None


def visible_exams(*, organization_ids: set[int]) -> QuerySet[Exam]:
    """Return the exams that a person of these organisations may know of: published, and not another organisation's."""
    return Exam.objects.filter(
        Q(organization__isnull=True) | Q(organization_id__in=organization_ids),
        status__in=[Exam.Status.SCHEDULED, Exam.Status.ARCHIVED],
    )


_PUBLISHED: KeptQuery[Exam] = KeptQuery(
    lambda: Exam.objects.select_related("paper_version").filter(
        status__in=[Exam.Status.SCHEDULED, Exam.Status.ARCHIVED], public_id=Given("public_id", UUIDField())
    )[:1]
)


def get_visible_exam(*, user_id: int, public_id: Any) -> Exam:
    """Return an exam the person may know of, as `visible_exams` has them; NotFound otherwise. One statement, and one
    more for an organisation's exam.
    """
    exam = _PUBLISHED.first(public_id=public_id)
    if exam is not None and exam.organization_id is not None:
        exam = exam if exam.organization_id in list_organization_ids(user_id=user_id) else None
    if exam is None:
        raise NotFound(_("There is no such exam."))
    return exam


def exam_access(*, user_id: int, exam: Exam, now: datetime, explain: bool = False) -> ExamAccess:
    """Return whether the person belongs to the exam's audience; with `explain`, what would open the door.

    An organisation's exam is met by its members only, which `get_visible_exam` has seen to.
    """
    if exam.audience != Exam.Audience.GRANTED:
        return ExamAccess(allowed=True)
    if explain:
        answer = why_not(user_id=user_id, product_key=exam.product_key, now=now)
        return ExamAccess(allowed=answer.allowed, answer=answer)
    keys = list_accessible(user_id=user_id, product_keys=[exam.product_key], now=now)
    return ExamAccess(allowed=exam.product_key in keys)


def check_start(*, exam: Exam, access_code: str, address: str) -> None:
    """Check access code and address; raises WrongAccessCode or WrongAddress."""
    if exam.address_ranges and not is_address_allowed(address=address, ranges=exam.address_ranges):
        raise WrongAddress
    if exam.access_code and not constant_time_compare(access_code.strip(), exam.access_code):
        raise WrongAccessCode(field="access_code")


def is_address_allowed(*, address: str, ranges: list[str]) -> bool:
    """Whether an address lies in one of the CIDR ranges; an unreadable address does not."""
    try:
        own = ipaddress.ip_address(address)
    except ValueError:
        return False
    for text in ranges:
        try:
            if own in ipaddress.ip_network(text, strict=False):
                return True
        except ValueError:
            continue
    return False
