"""Computing the preview of a change set: what would happen to whom. Nothing but the change set is written."""

from collections.abc import Callable

from django.db import transaction

from edu.core.clock import now_utc
from exams.domain.regrading import Tally
from exams.models import Exam, RegradeChange, RegradeSet
from exams.regrading.change_sets import scope_exam_ids
from exams.regrading.practice import preview_practice
from exams.regrading.recount import Recount, batches, concerned_attempts, decisions_after
from exams.rewards import list_holders

Say = Callable[[int, str], None]


def compute_preview(*, change_set_id: int, say: Say) -> dict[str, object]:
    """Compute the preview from the beginning, in batches; a run that was broken off is simply done again."""
    change_set = RegradeSet.objects.select_related("exam", "version", "undoes", "owner").get(pk=change_set_id)
    if change_set.state != RegradeSet.State.PREVIEWING:
        return {}
    change_set.exam_ids, others = scope_exam_ids(change_set, user=change_set.owner)
    while old := list(change_set.changes.values_list("pk", flat=True)[:2_000]):
        RegradeChange.objects.filter(pk__in=old).delete()
    recount = Recount(change_set, decisions=decisions_after(change_set))
    concerned = concerned_attempts(
        version_id=change_set.version_id,
        question_id=change_set.version.question_id,
        exam_ids=change_set.exam_ids,
    )
    tally, done = Tally(), 0
    for ids in batches(concerned):
        outcomes = recount.compute(ids)
        for one in outcomes:
            tally.add(
                old=one.old,
                new=one.new,
                is_changed=one.is_changed,
                is_by_hand=one.is_by_hand,
                is_conflict=one.is_conflict,
            )
        RegradeChange.objects.bulk_create(
            [one.as_change(change_set) for one in outcomes if one.is_changed or one.is_conflict]
        )
        done += len(ids)
        say(round(95 * done / len(concerned)), str(done))
    summary = {
        **tally.as_json(),
        "others": others,
        "certificates": _count_certificates(change_set),
        "practice": preview_practice(change_set),
    }
    RegradeSet.objects.filter(pk=change_set.pk, state=RegradeSet.State.PREVIEWING).update(
        state=RegradeSet.State.PREVIEWED,
        summary=summary,
        exam_ids=change_set.exam_ids,
        previewed_at=now_utc(),
    )
    return {"changed": tally.counts["changed"]}


def _count_certificates(change_set: RegradeSet) -> int:
    """Return how many who would no longer pass hold a certificate of the exam."""
    found = 0
    for exam in Exam.objects.filter(pk__in=change_set.exam_ids).only("public_id"):
        down = change_set.changes.filter(exam_id=exam.pk, crossing="down")
        for users in batches(list(down.values_list("user_id", flat=True)), 500):
            with transaction.atomic():
                found += len(list_holders(product_key=exam.product_key, user_ids=users))
    return found
