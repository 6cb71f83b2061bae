"""The list of a fixed practice set, as its author changes it: adding, removing, an order by hand, and taking the last
change back.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.models import PracticeSet, Question
from exams.models.practice_set import MAXIMUM_OF_SET
from exams.practice.sets import audit_set, find_set_questions


def list_fixed_questions(practice_set: PracticeSet, /) -> list[Question]:
    """Return the questions of a fixed set in its order, with topics, those too that nobody is asked now (retired,
    unpublished). One statement."""
    ids = practice_set.question_ids
    rows = Question.objects.filter(pk__in=ids, bank_id=practice_set.bank_id).select_related("topic")
    found = {row.pk: row for row in rows.defer("content", "key", "explanation", "search_text")}
    return [found[pk] for pk in ids if pk in found]


def add_questions(*, practice_set: PracticeSet, actor: Any, public_ids: Sequence[str]) -> int:
    """Put published questions of the bank at the end of a fixed set; return how many were not in it before.

    InvalidInput for a living set, when none fits, or when there would be more than MAXIMUM_OF_SET.
    """
    found = find_set_questions(bank=practice_set.bank, public_ids=public_ids) if public_ids else []
    if not found:
        raise InvalidInput(_("No published question fits. Publish questions first, or change the filter."))

    def added(ids: list[int]) -> list[int]:
        more = [row.pk for row in found if row.pk not in set(ids)]
        if len(ids) + len(more) > MAXIMUM_OF_SET:
            raise InvalidInput(
                _("A practice set has at most %(n)d questions; there is room for %(left)d more.")
                % {"n": MAXIMUM_OF_SET, "left": max(0, MAXIMUM_OF_SET - len(ids))}
            )
        return [*ids, *more]

    before = len(practice_set.question_ids)
    _change(practice_set, actor, "add", added)
    return len(practice_set.question_ids) - before


def remove_question(*, practice_set: PracticeSet, actor: Any, public_id: str) -> None:
    """Take a question out of a fixed set; NotFound for one that is not in it, InvalidInput for the last one."""
    pk = _find(practice_set, public_id)

    def removed(ids: list[int]) -> list[int]:
        left = [one for one in ids if one != pk]
        if not left:
            raise InvalidInput(_("Keep at least one question, or archive the set."))
        return left

    _change(practice_set, actor, "remove", removed)


def move_question(*, practice_set: PracticeSet, actor: Any, public_id: str, step: int) -> None:
    """Let a question of a fixed set change places with its neighbour before (`step` -1) or behind it (1); at the ends
    nothing happens. NotFound for one that is not in it."""
    pk = _find(practice_set, public_id)

    def moved(ids: list[int]) -> list[int]:
        if pk not in ids:
            raise NotFound(_("There is no such question."))
        at = ids.index(pk)
        to = max(0, min(len(ids) - 1, at + step))
        ids[at], ids[to] = ids[to], ids[at]
        return ids

    _change(practice_set, actor, "order", moved)


def order_questions(*, practice_set: PracticeSet, actor: Any, public_ids: Sequence[str]) -> None:
    """Put a fixed set in the order given; Conflict when it names others than the set has, which somebody else has
    changed meanwhile."""
    places = {str(row.public_id): row.pk for row in list_fixed_questions(practice_set)}
    wanted = [places.get(key) for key in dict.fromkeys(public_ids)]

    def ordered(ids: list[int]) -> list[int]:
        if set(wanted) != set(ids):
            raise Conflict(_("The set was changed elsewhere. Load the page again."))
        return [pk for pk in wanted if pk is not None]

    _change(practice_set, actor, "order", ordered)


def undo_set_change(*, practice_set: PracticeSet, actor: Any) -> None:
    """Take the last change of the list of a fixed set back; done again it is done again. Conflict where there is
    nothing to take back."""
    with transaction.atomic():
        row = PracticeSet.objects.select_for_update().get(pk=practice_set.pk)
        if row.former_question_ids is None:
            raise Conflict(_("There is nothing to undo any more."))
        row.question_ids, row.former_question_ids = row.former_question_ids, row.question_ids
        _save(practice_set, row, actor, "undo")


def _find(practice_set: PracticeSet, public_id: str) -> int:
    for row in list_fixed_questions(practice_set):
        if str(row.public_id) == public_id:
            return row.pk
    raise NotFound(_("There is no such question."))


def _change(practice_set: PracticeSet, actor: Any, verb: str, change: Callable[[list[int]], list[int]]) -> None:
    """Change the list as it stands now, and remember how it stood; deleted questions leave it on the way."""
    if practice_set.kind != PracticeSet.Kind.FIXED:
        raise InvalidInput(_("A living set has no list of its own; change its filter."))
    with transaction.atomic():
        row = PracticeSet.objects.select_for_update().select_related("bank").get(pk=practice_set.pk)
        there = [question.pk for question in list_fixed_questions(row)]
        changed = change(list(there))
        if changed == there:
            return
        row.question_ids, row.former_question_ids = changed, there
        _save(practice_set, row, actor, verb)


def _save(practice_set: PracticeSet, row: PracticeSet, actor: Any, verb: str) -> None:
    row.save(update_fields=["question_ids", "former_question_ids", "changed_at"])
    practice_set.question_ids, practice_set.former_question_ids = row.question_ids, row.former_question_ids
    audit_set(actor, f"questions_{verb}", practice_set)
