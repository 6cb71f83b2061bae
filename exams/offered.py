"""Which banks, papers and exams a course may show as its own: those that a learner can open from its page."""

import uuid
from collections.abc import Sequence
from typing import Any

from edu.organizations.queries import list_organization_ids
from exams.delivery.access import visible_exams
from exams.models import Bank, Exam, Paper
from exams.policies_authoring import list_practisable_banks


def list_offered_keys(*, user: Any, product_keys: Sequence[str], has_course: bool = False) -> dict[str, bool]:
    """Return which of these banks, papers and exams can be shown, each with whether its page opens to the person.

    Papers that only exams use, unpublished or archived ones and other organisations' things are left out. A hidden
    bank is shown to everybody and opens to those who own the course (`has_course`). `user` is None for visitors.
    Statements do not grow with the number of keys; a kind that does not occur costs none.
    """
    ids = _ids_by_kind(product_keys)
    mine = list_organization_ids(user_id=user.pk) if user is not None and any(ids.values()) else set()
    found: dict[str, bool] = {}
    if ids["paper"]:
        papers = Paper.objects.filter(
            public_id__in=ids["paper"], is_practice=True, archived_at__isnull=True, current_version__isnull=False
        )
        found |= {paper.product_key: True for paper in papers if paper.organization_id in {None, *mine}}
    if ids["exam"]:
        exams = visible_exams(organization_ids=mine).filter(public_id__in=ids["exam"], status=Exam.Status.SCHEDULED)
        found |= {exam.product_key: True for exam in exams.only("public_id")}
    if ids["bank"]:
        banks = Bank.objects.filter(public_id__in=ids["bank"])
        rows = [bank for bank in banks if bank.organization_id in {None, *mine}]
        seen: set[int] = set()
        if user is not None and not has_course:
            own = list_practisable_banks(user).filter(pk__in=[bank.pk for bank in rows])
            seen = set(own.values_list("pk", flat=True))
        for bank in rows:
            is_public = bank.visibility == Bank.Visibility.PUBLIC and bank.organization_id is None
            found[bank.product_key] = has_course or is_public or bank.pk in seen
    return found


def _ids_by_kind(product_keys: Sequence[str]) -> dict[str, list[uuid.UUID]]:
    """Return the public ids of banks, papers and exams among the keys; a key that names none is left out."""
    ids: dict[str, list[uuid.UUID]] = {"bank": [], "paper": [], "exam": []}
    for key in product_keys:
        kind, _, public_id = key.partition(":")
        try:
            if kind in ids:
                ids[kind].append(uuid.UUID(public_id))
        except ValueError:
            continue
    return ids
