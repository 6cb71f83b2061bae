"""Who may write in which bank, build which paper and schedule which exam. Every authoring page and use case asks
here."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from edu.core.errors import NotAllowed, NotFound
from edu.organizations.queries import list_memberships
from exams.models import Bank, BankShare, Exam, Paper, Question


def remember_memberships(user: Any) -> None:
    """Let the rules of one request ask for the person's memberships once; for the user object of a request only."""
    user.remembered_memberships = list_memberships(user_id=user.pk)


def _organization_ids(user: Any, *, role: str | None = None) -> list[int]:
    memberships = getattr(user, "remembered_memberships", None)
    if memberships is None:
        memberships = list_memberships(user_id=user.pk)
    return [row.organization_id for row in memberships if role in (None, row.role)]


def _authored_by(user: Any) -> Q:
    """Rows of the person, and rows of organisations that she trains for, or teaches in as an instructor."""
    role = None if user.is_instructor else "trainer"
    return Q(owner=user, organization__isnull=True) | Q(organization_id__in=_organization_ids(user, role=role))


def can_author(user: Any) -> bool:
    """Whether the person may author at all: instructors, trainers of an organisation, superusers."""
    if not user.is_authenticated:
        return False
    return bool(user.is_superuser or user.is_instructor or _organization_ids(user, role="trainer"))


def require_author(user: Any) -> None:
    """Raise NotAllowed unless the person may author."""
    if not can_author(user):
        raise NotAllowed(_("Only instructors and trainers can open this page."))


def require_organization(user: Any, organization_id: int | None) -> None:
    """Raise NotFound unless the person may author for the organisation (None: for herself)."""
    if organization_id is None or user.is_superuser:
        return
    role = None if user.is_instructor else "trainer"
    if organization_id not in _organization_ids(user, role=role):
        raise NotFound(_("There is no such organisation."))


def _shared_with(user: Any, *roles: str) -> Q:
    """Banks that were shared with the person in one of these roles."""
    mine = BankShare.objects.filter(user=user, role__in=roles).values("bank_id")
    return Q(pk__in=mine)


def list_editable_banks(user: Any) -> QuerySet[Bank]:
    """Return banks in which the person may write: her own, those shared with her to edit, those of her
    organisations."""
    if user.is_superuser:
        return Bank.objects.all()
    if not can_author(user):
        return Bank.objects.none()
    return Bank.objects.filter(_authored_by(user) | _shared_with(user, "edit"))


def list_readable_banks(user: Any) -> QuerySet[Bank]:
    """Return banks whose questions the person may read and review: editable ones, and those shared for review."""
    if user.is_superuser:
        return Bank.objects.all()
    if not can_author(user):
        return Bank.objects.none()
    return Bank.objects.filter(_authored_by(user) | _shared_with(user, "edit", "review"))


def list_usable_banks(user: Any) -> QuerySet[Bank]:
    """Return banks from which the person may build papers: editable ones and public ones that are not for sale."""
    if user.is_superuser:
        return Bank.objects.all()
    if not can_author(user):
        return Bank.objects.none()
    is_open = Q(visibility=Bank.Visibility.PUBLIC, organization__isnull=True, requires_grant=False)
    return Bank.objects.filter(_authored_by(user) | _shared_with(user, "edit") | is_open)


def list_editable_papers(user: Any) -> QuerySet[Paper]:
    """Return papers that the person may change."""
    if user.is_superuser:
        return Paper.objects.all()
    return Paper.objects.filter(_authored_by(user)) if can_author(user) else Paper.objects.none()


def list_editable_exams(user: Any) -> QuerySet[Exam]:
    """Return exams that the person may change."""
    if user.is_superuser:
        return Exam.objects.all()
    return Exam.objects.filter(_authored_by(user)) if can_author(user) else Exam.objects.none()


def get_editable_bank(user: Any, public_id: object) -> Bank:
    """Return the bank, or raise NotFound when it does not exist for this person."""
    bank = list_editable_banks(user).filter(public_id=public_id).first()
    if bank is None:
        raise NotFound(_("There is no such bank."))
    return bank


def get_readable_bank(user: Any, public_id: object) -> Bank:
    """Return a bank that the person may read and review, with `may_edit` set; NotFound otherwise."""
    bank = list_readable_banks(user).filter(public_id=public_id).first()
    if bank is None:
        raise NotFound(_("There is no such bank."))
    bank.may_edit = is_editor(user, bank)
    return bank


def is_editor(user: Any, bank: Bank) -> bool:
    """Whether the person may write in the bank, and not only review; no query for her own."""
    if user.is_superuser or (bank.owner_id == user.pk and bank.organization_id is None):
        return True
    return list_editable_banks(user).filter(pk=bank.pk).exists()


def is_steward(user: Any, bank: Bank) -> bool:
    """Whether the person may share the bank and unlock what others locked: its owner, or who trains for its
    organisation."""
    if user.is_superuser or bank.owner_id == user.pk:
        return True
    return bank.organization_id is not None and bank.organization_id in _organization_ids(user, role="trainer")


def _get_question(public_id: object, banks: QuerySet[Bank]) -> Question:
    question = (
        Question.objects.filter(public_id=public_id, bank__in=banks.values("pk"))
        .select_related("bank", "topic", "current_version", "locked_by")
        .first()
    )
    if question is None:
        raise NotFound(_("There is no such question."))
    return question


def get_readable_question(user: Any, public_id: object) -> Question:
    """Return a question that the person may read and review, with its bank, topic and current version; NotFound
    otherwise."""
    return _get_question(public_id, list_readable_banks(user))


def get_editable_question(user: Any, public_id: object) -> Question:
    """Return the question with its bank, topic and current version, or raise NotFound."""
    return _get_question(public_id, list_editable_banks(user))


def get_editable_paper(user: Any, public_id: object) -> Paper:
    """Return the paper with its current version, or raise NotFound."""
    paper = list_editable_papers(user).filter(public_id=public_id).select_related("current_version").first()
    if paper is None:
        raise NotFound(_("There is no such paper."))
    return paper


def get_editable_exam(user: Any, public_id: object) -> Exam:
    """Return the exam with its paper, or raise NotFound."""
    exam = list_editable_exams(user).filter(public_id=public_id).select_related("paper", "paper_version").first()
    if exam is None:
        raise NotFound(_("There is no such exam."))
    return exam


def list_practisable_banks(user: Any) -> QuerySet[Bank]:
    """Return banks that the person may know of as a learner: public ones, those of her organisations, those she
    writes.

    Whether she may practise all of a bank that is for sale is another question; `edu.access` answers it.
    """
    if user.is_superuser:
        return Bank.objects.all()
    mine = _organization_ids(user)
    is_public = Q(visibility=Bank.Visibility.PUBLIC) & (Q(organization__isnull=True) | Q(organization_id__in=mine))
    is_shared = Q(visibility=Bank.Visibility.ORGANIZATION, organization_id__in=mine)
    return Bank.objects.filter(
        is_public | is_shared | Q(owner=user, organization__isnull=True) | _shared_with(user, "edit")
    )
