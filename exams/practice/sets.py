"""Practice sets: which of them a learner finds, what an instructor may do with them, and what they ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.organizations.queries import list_organization_ids
from exams.authoring.listing import clean_filters, is_uuid, list_questions
from exams.domain.registry import question_types
from exams.models import Bank, PracticeSet, Question, Topic
from exams.models.practice_set import MAXIMUM_OF_SET
from exams.policies_authoring import list_editable_banks
from exams.practice.access import PracticeDoor, list_open_questions

SETTINGS = ("title", "description", "kind", "count", "order", "feedback", "pass_percent", "visibility")


@dataclass(frozen=True, kw_only=True)
class SetSettings:
    """What an author says of a set; the fields mean what they mean in PracticeSet."""

    title: str
    description: str = ""
    kind: str = PracticeSet.Kind.FIXED
    count: int = 0
    order: str = PracticeSet.Order.IN_ORDER
    feedback: str = PracticeSet.Feedback.AT_ONCE
    pass_percent: int = 60
    visibility: str = PracticeSet.Visibility.PERSONAL


# -- who ----------------------------------------------------------------------------------------------
def list_editable_sets(user: Any) -> QuerySet[PracticeSet]:
    """Return the sets that the person may change: those of banks in which she may write."""
    return PracticeSet.objects.filter(bank__in=list_editable_banks(user).values("pk"))


def get_editable_set(user: Any, public_id: object) -> PracticeSet:
    """Return a set with its bank; NotFound when it does not exist for this person."""
    row = list_editable_sets(user).filter(public_id=public_id).select_related("bank__organization").first()
    if row is None:
        raise NotFound(_("There is no such practice set."))
    return row


def list_sets_for(user: Any) -> QuerySet[PracticeSet]:
    """Return the sets that a learner finds: those for everybody, and those of her organisations, with their banks."""
    mine = list_organization_ids(user_id=user.pk)
    is_public = Q(visibility=PracticeSet.Visibility.PUBLIC, bank__organization__isnull=True)
    is_ours = Q(
        visibility__in=[PracticeSet.Visibility.PUBLIC, PracticeSet.Visibility.ORGANIZATION],
        bank__organization_id__in=mine,
    )
    return PracticeSet.objects.filter(is_public | is_ours, archived_at__isnull=True).select_related("bank")


def get_practisable_set(user: Any, public_id: object) -> PracticeSet:
    """Return a set that the learner finds, or that she may change and tries out; NotFound for all others."""
    row = list_sets_for(user).filter(public_id=public_id).first()
    row = row or list_editable_sets(user).filter(public_id=public_id).select_related("bank").first()
    if row is None:
        raise NotFound(_("There is no such practice set."))
    return row


# -- what it asks -------------------------------------------------------------------------------------
def questions_of_set(practice_set: PracticeSet, door: PracticeDoor | None = None, /) -> QuerySet[Question]:
    """Return the published questions that a set asks now, in no order; through `door` of its bank where one is given:
    a bank for sale gives its free sample only.
    """
    bank = practice_set.bank
    rows = Question.objects.drawable().filter(bank=bank)
    if door is not None and not door.is_open:
        rows = list_open_questions(bank, door)
    if practice_set.kind == PracticeSet.Kind.FIXED:
        return rows.filter(pk__in=practice_set.question_ids)
    fitting = list_questions(bank=bank, filters=practice_set.filters)
    return rows.filter(pk__in=fitting.values("pk"))


def order_of_set(practice_set: PracticeSet, pairs: Sequence[tuple[int, int]], /) -> list[tuple[int, int]]:
    """Return (question, version) pairs of a fixed set in the order of its list."""
    place = {pk: at for at, pk in enumerate(practice_set.question_ids)}
    return sorted(pairs, key=lambda pair: place.get(pair[0], len(place)))


def hand_marked_types() -> list[str]:
    """Return the types that the engine cannot mark by itself; a lesson counts none of them."""
    return [name for name, type_ in question_types().items() if not type_.info.is_auto_graded]


def count_of_set(practice_set: PracticeSet, /, *, in_lesson: bool = False) -> int:
    """Return how many questions a session of the set has now; in a lesson without those that nobody marks."""
    most = practice_set.count or MAXIMUM_OF_SET
    rows = questions_of_set(practice_set)
    if in_lesson:
        rows = rows.exclude(type__in=hand_marked_types())
    return rows.order_by().values("pk")[:most].count()


def find_set_questions(
    *, bank: Bank, filters: dict[str, Any] | None = None, public_ids: Sequence[str] = ()
) -> list[Question]:
    """Return published questions for a new set, by public ids or by a filter of the bank's list, MAXIMUM_OF_SET at
    most, in the order of their chapters."""
    rows = Question.objects.drawable().filter(bank=bank)
    if public_ids:
        rows = rows.filter(public_id__in=list(public_ids))
    else:
        rows = rows.filter(pk__in=list_questions(bank=bank, filters=filters or {}).values("pk"))
    return list(
        rows.select_related("topic")
        .only("id", "public_id", "summary", "type", "difficulty", "topic__name")
        .order_by("topic__path", "pk")[:MAXIMUM_OF_SET]
    )


def lost_chapters(sets: Sequence[PracticeSet], /) -> set[int]:
    """Return the ids of those living sets that name a chapter which was deleted, so that nothing fits them. One
    statement, none where no set names one."""
    living = {row.pk: str(row.filters.get("topic", "")) for row in sets if row.kind == PracticeSet.Kind.LIVING}
    named = {pk: key for pk, key in living.items() if key not in {"", "none"}}
    keys = {key for key in named.values() if is_uuid(key)}
    there = {str(key) for key in Topic.objects.filter(public_id__in=keys).values_list("public_id", flat=True)}
    return {pk for pk, key in named.items() if key not in there}


def list_set_questions(practice_set: PracticeSet, /) -> list[Question]:
    """Return what a set asks now, with topics, for its author: a fixed set in its order, a living one by chapter."""
    rows = questions_of_set(practice_set).select_related("topic").order_by("topic__path", "pk")[:MAXIMUM_OF_SET]
    found = list(rows.only("id", "public_id", "summary", "type", "difficulty", "topic__name"))
    if practice_set.kind == PracticeSet.Kind.FIXED:
        place = {pk: at for at, pk in enumerate(practice_set.question_ids)}
        found.sort(key=lambda row: place[row.pk])
    return found


# -- making -------------------------------------------------------------------------------------------
def _checked(settings: SetSettings, bank: Bank) -> dict[str, Any]:
    if not settings.title.strip():
        raise InvalidInput(_("Give the practice set a title."), field="title")
    if not 0 <= settings.count <= MAXIMUM_OF_SET:
        raise InvalidInput(_("A session has at most %(n)d questions.") % {"n": MAXIMUM_OF_SET}, field="count")
    if not 0 <= settings.pass_percent <= 100:
        raise InvalidInput(_("At most 100 per cent."), field="pass_percent")
    offered = {
        "kind": PracticeSet.Kind,
        "order": PracticeSet.Order,
        "feedback": PracticeSet.Feedback,
        "visibility": PracticeSet.Visibility,
    }
    for name, choices in offered.items():
        if getattr(settings, name) not in choices.values:
            raise InvalidInput(_("Choose one of the offered values."), field=name)
    if settings.visibility == PracticeSet.Visibility.ORGANIZATION and bank.organization_id is None:
        raise InvalidInput(_("This bank belongs to no organisation."), field="visibility")
    values = {name: getattr(settings, name) for name in SETTINGS}
    return {**values, "title": settings.title.strip()[:200], "description": settings.description.strip()[:2000]}


def create_set(
    *,
    actor: Any,
    bank: Bank,
    settings: SetSettings,
    filters: dict[str, Any] | None = None,
    public_ids: Sequence[str] = (),
) -> PracticeSet:
    """Make a set of a bank: of the questions with these public ids, else of those that fit the filter now (fixed) or
    at each start (living). The caller fetched `bank` through the policy.

    InvalidInput for settings that do not fit, an empty list, or a living set of hand-picked questions.
    """
    values = _checked(settings, bank)
    is_living = settings.kind == PracticeSet.Kind.LIVING
    if is_living and public_ids:
        raise InvalidInput(_("Questions chosen one by one make a fixed set."), field="kind")
    found = [] if is_living else find_set_questions(bank=bank, filters=filters, public_ids=public_ids)
    if not is_living and not found:
        raise InvalidInput(_("No published question fits. Publish questions first, or change the filter."))
    with transaction.atomic():
        row = PracticeSet.objects.create(
            bank=bank,
            owner=actor,
            question_ids=[question.pk for question in found],
            filters=clean_filters(filters or {}) if is_living else {},
            **values,
        )
        audit_set(actor, "create", row)
    return row


def update_set(*, practice_set: PracticeSet, actor: Any, settings: SetSettings) -> None:
    """Change the settings of a set; its kind stays as it was made. InvalidInput as for `create_set`."""
    values = _checked(settings, practice_set.bank) | {"kind": practice_set.kind}
    with transaction.atomic():
        for name, value in values.items():
            setattr(practice_set, name, value)
        practice_set.save(update_fields=[*values, "changed_at"])
        audit_set(actor, "change", practice_set)


def copy_set(*, practice_set: PracticeSet, actor: Any) -> PracticeSet:
    """Return a copy that nobody but its authors finds yet."""
    with transaction.atomic():
        row = PracticeSet.objects.create(
            bank=practice_set.bank,
            owner=actor,
            question_ids=practice_set.question_ids,
            filters=practice_set.filters,
            **{
                **{name: getattr(practice_set, name) for name in SETTINGS},
                "title": (_("%(title)s (copy)") % {"title": practice_set.title})[:200],
                "visibility": PracticeSet.Visibility.PERSONAL,
            },
        )
        audit_set(actor, "create", row)
    return row


def archive_set(*, practice_set: PracticeSet, actor: Any, is_archived: bool = True) -> None:
    """Put a set away, or take it back: learners no longer find it, lessons that ask it go on."""
    with transaction.atomic():
        practice_set.archived_at = now_utc() if is_archived else None
        practice_set.save(update_fields=["archived_at", "changed_at"])
        audit_set(actor, "archive" if is_archived else "restore", practice_set)


def audit_set(actor: Any, verb: str, row: PracticeSet) -> None:
    """Write down what somebody did with a set; the caller holds the transaction."""
    record(
        actor=actor,
        action=f"practice_set.{verb}",
        object_kind="practice_set",
        object_id=row.public_id,
        object_label=row.title,
        organization_id=row.bank.organization_id,
    )
