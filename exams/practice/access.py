"""Which banks, chapters and papers a learner may practise, and what would open the rest."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from edu.access.queries import AccessAnswer, has_access, list_accessible, why_not
from edu.core.errors import NotFound
from edu.core.money import money_label
from edu.organizations.queries import list_organization_ids
from exams.models import Bank, Paper, Question
from exams.policies_authoring import list_editable_banks, list_editable_papers, list_practisable_banks


@dataclass(frozen=True, kw_only=True)
class PracticeDoor:
    """How far a bank or paper is open to a learner: all of it, or a free sample; `answer` explains a locked one."""

    is_open: bool
    sample_count: int = 0
    answer: AccessAnswer | None = None

    @property
    def offers(self) -> list[dict[str, str]]:
        """Return what would open it, cheapest first: title, address, and price in the reader's language."""
        language = get_language() or "en"
        return [
            {
                "title": door.title,
                "url": door.offer_url or door.url,
                "price_label": money_label(door.price_minor or 0, door.currency, language=language),
            }
            for door in (self.answer.doors if self.answer else ())
        ]


def get_practisable_bank(user: Any, public_id: object) -> Bank:
    """Return a bank that the learner sees or that a grant opens; NotFound for all others."""
    bank = Bank.objects.filter(public_id=public_id).first()
    if bank is None:
        raise NotFound(_("There is no such bank."))
    if list_practisable_banks(user).filter(pk=bank.pk).exists():
        return bank
    members_only = bank.organization_id is not None
    is_outsider = members_only and bank.organization_id not in list_organization_ids(user_id=user.pk)
    if is_outsider or not has_access(user_id=user.pk, product_key=bank.product_key):
        raise NotFound(_("There is no such bank."))
    return bank


def list_banks_for(user: Any) -> list[Bank]:
    """Return the banks of the practice index: those the learner sees, and those that grants open to her."""
    seen = list(list_practisable_banks(user).order_by("name"))
    known = {bank.pk for bank in seen}
    hidden = Bank.objects.exclude(pk__in=known).filter(organization__isnull=True)
    by_key = {bank.product_key: bank for bank in hidden}
    granted = list_accessible(user_id=user.pk, product_keys=list(by_key))
    return sorted([*seen, *(by_key[key] for key in granted)], key=lambda bank: bank.name)


def open_bank_ids(user: Any, banks: list[Bank]) -> set[int]:
    """Return ids of those banks of which the learner may practise everything. Queries do not grow with the banks."""
    locked = {bank.product_key: bank.pk for bank in banks if bank.requires_grant}
    if not locked:
        return {bank.pk for bank in banks}
    granted = list_accessible(user_id=user.pk, product_keys=list(locked))
    left = [pk for key, pk in locked.items() if key not in granted]
    own = set(list_editable_banks(user).filter(pk__in=left).values_list("pk", flat=True)) if left else set()
    return {bank.pk for bank in banks if not bank.requires_grant or bank.product_key in granted or bank.pk in own}


def open_paper_ids(user: Any, papers: list[Paper]) -> set[int]:
    """Return ids of those papers that the learner may practise now, by a grant of the paper, of what opens it, or as
    its author. Queries do not grow with the papers.
    """
    locked = {paper.product_key: paper.pk for paper in papers if paper.requires_grant}
    if not locked:
        return {paper.pk for paper in papers}
    granted = list_accessible(user_id=user.pk, product_keys=list(locked))
    own = set(list_editable_papers(user).filter(pk__in=locked.values()).values_list("pk", flat=True))
    return {paper.pk for paper in papers if not paper.requires_grant or paper.product_key in granted or paper.pk in own}


def bank_door(user: Any, bank: Bank) -> PracticeDoor:
    """Say how far the bank is open to the learner, and if not wholly, what opens it."""
    if bank.pk in open_bank_ids(user, [bank]):
        return PracticeDoor(is_open=True)
    answer = why_not(user_id=user.pk, product_key=bank.product_key)
    return PracticeDoor(is_open=False, sample_count=bank.free_sample_count, answer=answer)


def list_open_questions(bank: Bank, door: PracticeDoor) -> QuerySet[Question]:
    """Return published questions that may be practised: all, or the first `sample_count` of each topic."""
    rows = Question.objects.drawable().filter(bank=bank)
    if door.is_open:
        return rows
    if not door.sample_count:
        return rows.none()
    numbered = rows.annotate(place=Window(RowNumber(), partition_by=[F("topic_id")], order_by=F("pk").asc())).filter(
        place__lte=door.sample_count
    )
    return Question.objects.filter(pk__in=numbered.values("pk"))


def get_practisable_paper(user: Any, public_id: object) -> Paper:
    """Return a published paper that is open for practice, of the public or of the learner's organisation;
    else NotFound."""
    paper = Paper.objects.filter(public_id=public_id).select_related("current_version").first()
    if paper is None or paper.current_version is None:
        raise NotFound(_("There is no such paper."))
    if list_editable_papers(user).filter(pk=paper.pk).exists():
        return paper
    is_open = paper.is_practice and paper.archived_at is None
    if not is_open or (
        paper.organization_id is not None and paper.organization_id not in list_organization_ids(user_id=user.pk)
    ):
        raise NotFound(_("There is no such paper."))
    return paper


def paper_door(user: Any, paper: Paper) -> PracticeDoor:
    """Say whether the learner may practise the paper, and if not, what opens it."""
    if not paper.requires_grant or list_editable_papers(user).filter(pk=paper.pk).exists():
        return PracticeDoor(is_open=True)
    answer = why_not(user_id=user.pk, product_key=paper.product_key)
    return PracticeDoor(is_open=answer.allowed, answer=answer)


def list_papers_for(user: Any) -> list[Paper]:
    """Return published papers open for practice that the learner may know of."""
    rows = Paper.objects.filter(is_practice=True, archived_at__isnull=True, current_version__isnull=False)
    mine = list_organization_ids(user_id=user.pk)
    return [
        paper
        for paper in rows.select_related("current_version").order_by("-id")[:200]
        if paper.organization_id is None or paper.organization_id in mine
    ]
