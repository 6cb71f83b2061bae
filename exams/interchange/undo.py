"""Taking an import back: its questions vanish at once with the batch's state, and those it updated are as they were;
then the new ones go for good, a few at a time."""

from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import override

from edu.audit.services import record
from edu.core.clock import now_utc
from exams.authoring.topic_counts import recount_topics
from exams.interchange.applying import restore
from exams.interchange.pacing import Pace
from exams.interchange.parts import in_parts
from exams.interchange.unused_pictures import named_by, request_removal
from exams.interchange.updates import forget_updates
from exams.models import BlueprintRule, ImportBatch, ImportRow, PaperItem, PracticeAnswer, Question
from exams.uses import ids_used_elsewhere

DELETED, RESTORED = 100, 25
"""Questions that the first transaction takes back, new ones and updated ones."""


def _nobody(_percent: int, _text: str) -> None:
    """Tell nobody how far it is."""


def undo_now(*, batch: ImportBatch, actor: Any, say: Callable[[int, str], None] = _nobody) -> int:
    """Take back a batch whose state says so; started again it goes on. Returns how many questions were taken back.

    New questions that nobody used yet are deleted, those that papers, quizzes or learners met are retired, and
    questions that were updated get their former published version back. One that somebody changed after the import is
    left as it is; the report counts it.
    """
    if batch.state != ImportBatch.State.UNDOING:
        return 0
    counts = {name: batch.report.get(name, 0) for name in ("retired", "deleted", "restored", "left")}
    # Published papers may hold these versions in their pools, so none of them may vanish.
    is_drawn = BlueprintRule.objects.filter(bank_id=batch.bank_id).exists()
    total = max(1, batch.report.get("created", 0) + batch.report.get("updated", 0))
    with override("en"):
        _restore_all(batch, counts)
        ids = list(
            Question.everything.filter(batch=batch)
            .exclude(status=Question.Status.RETIRED)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        pace, waiting = Pace(DELETED, least=5), iter(ids)
        while part := list(islice(waiting, pace.size)):
            _remove(batch, part, counts, pace, is_drawn=is_drawn)
            say(round(95 * sum(counts.values()) / total), str(sum(counts.values())))
    forget_updates(batch)
    with transaction.atomic():
        request_removal(public_ids=named_by(batch), owner_id=batch.owner_id)
        batch.state = ImportBatch.State.UNDONE
        batch.undone_at = now_utc()
        batch.report = {**batch.report, **counts}
        batch.save(update_fields=["state", "undone_at", "report"])
        record(
            actor=actor,
            action="import.undo",
            object_kind="bank",
            object_id=batch.bank.public_id,
            object_label=batch.bank.name,
            changes={"file": batch.file_name, **{name: counts[name] for name in ("deleted", "retired", "restored")}},
            organization_id=batch.bank.organization_id,
        )
    recount_topics(bank_id=batch.bank_id)
    return counts["deleted"] + counts["retired"] + counts["restored"]


def _restore_all(batch: ImportBatch, counts: dict[str, int]) -> None:
    """Give questions that older imports updated, row by row, their former state back, the last update first."""
    rows = ImportRow.objects.filter(batch=batch, former__isnull=False).order_by("-position")
    pace = Pace(RESTORED, least=1)
    while part := list(rows[: pace.size]):
        formers = [row.former for row in part if row.former is not None]
        questions = _questions([former["question"] for former in formers])
        with pace.transaction():
            for former in formers:
                counts["restored" if restore(former, questions.get(former["question"])) else "left"] += 1
            ImportRow.objects.filter(pk__in=[row.pk for row in part]).update(former=None)
            ImportBatch.objects.filter(pk=batch.pk).update(report={**batch.report, **counts})
    for replaced in in_parts(reversed(batch.replaced), RESTORED):
        questions = _questions([former["question"] for former in replaced])
        with pace.transaction():
            for former in replaced:
                counts["restored" if restore(former, questions.get(former["question"])) else "left"] += 1
    if batch.replaced:
        ImportBatch.objects.filter(pk=batch.pk).update(replaced=[])
        batch.replaced = []


def _questions(ids: list[int]) -> dict[int, Question]:
    return Question.everything.select_related("current_version").in_bulk(ids)


def _remove(batch: ImportBatch, ids: list[int], counts: dict[str, int], pace: Pace, *, is_drawn: bool) -> None:
    """Delete the questions of these ids that nobody used, retire the others."""
    with pace.transaction():
        mine = Question.everything.filter(pk__in=ids)
        used = (
            set(ids)
            if is_drawn
            else set(PaperItem.objects.filter(question_id__in=ids).values_list("question_id", flat=True))
        )
        if not is_drawn:
            used |= set(PracticeAnswer.objects.filter(question_id__in=ids).values_list("question_id", flat=True))
            used |= ids_used_elsewhere(question_ids=ids)
        mine.filter(pk__in=used).update(status=Question.Status.RETIRED, live=False)
        free = mine.exclude(pk__in=used)
        free.update(current_version=None)
        free.delete()
        counts["retired"] += len(used)
        counts["deleted"] += len(set(ids) - used)
        ImportBatch.objects.filter(pk=batch.pk).update(report={**batch.report, **counts})
