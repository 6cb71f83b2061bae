"""Use cases of snapshots: finding one, asking for it to be computed, keeping those in use fresh."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edu.jobs.services import enqueue
from exams.domain.statistics import MINIMUM_N
from exams.figures.population import Reader
from exams.models import Attempt, Exam, ExamFigures

RECENT = timedelta(hours=1)
AT_ONCE = 50
"""Exams that one periodic run sees to."""


def find_snapshot(*, reader: Reader, counts_all: bool) -> ExamFigures | None:
    """Return the snapshot that the person reads, with its job; None where it was never asked for."""
    return (
        ExamFigures.objects.filter(exam=reader.exam, organization_id=reader.organization_id, counts_all=counts_all)
        .select_related("job")
        .first()
    )


def has_news(snapshot: ExamFigures) -> bool:
    """Whether attempts of the exam were marked after the newest that the snapshot knows."""
    newest = Attempt.objects.filter(exam_id=snapshot.exam_id, state=Attempt.State.GRADED).aggregate(
        newest=Max("graded_at")
    )["newest"]
    return newest is not None and snapshot.computed_at is not None and newest > snapshot.computed_at


def is_running(snapshot: ExamFigures | None) -> bool:
    """Whether the snapshot is being computed, or waits for it."""
    return bool(snapshot and snapshot.job and not snapshot.job.is_finished)


def request_snapshot(*, reader: Reader, counts_all: bool, actor: Any) -> ExamFigures:
    """Have the snapshot computed by a job; one that is on its way already is not asked for twice."""
    with transaction.atomic():
        snapshot, _created = ExamFigures.objects.select_for_update().get_or_create(
            exam=reader.exam, organization_id=reader.organization_id, counts_all=counts_all
        )
        if not is_running(snapshot):
            _enqueue(snapshot, owner_id=actor.pk)
    return snapshot


def _enqueue(snapshot: ExamFigures, *, owner_id: int | None) -> None:
    snapshot.job = enqueue(
        kind="exams.figures",
        arguments={"snapshot_id": snapshot.pk},
        owner_id=owner_id,
        title=_("Statistics: %(exam)s") % {"exam": snapshot.exam.title},
    )
    snapshot.save(update_fields=["job"])


def refresh_snapshots(*, now: datetime) -> int:
    """Ask for the snapshots of exams that were marked within the last hour and have enough attempts for figures;
    return how many. Periodic and idempotent: one that is newer than the last mark is left."""
    recent = (
        Attempt.objects.filter(graded_at__gte=now - RECENT, state=Attempt.State.GRADED)
        .order_by()
        .values("exam_id")
        .annotate(newest=Max("graded_at"))
    )
    asked = 0
    for row in list(recent[:AT_ONCE]):
        exam = Exam.objects.get(pk=row["exam_id"])
        has_enough = Attempt.objects.filter(exam=exam, state=Attempt.State.GRADED)[MINIMUM_N - 1 : MINIMUM_N].exists()
        known = list(ExamFigures.objects.filter(exam=exam).select_related("job", "exam"))
        if not known and has_enough:
            known = [ExamFigures.objects.get_or_create(exam=exam, organization_id=0, counts_all=False)[0]]
        for snapshot in known:
            is_old = snapshot.computed_at is None or snapshot.computed_at < row["newest"]
            if is_old and not is_running(snapshot):
                with transaction.atomic():
                    _enqueue(snapshot, owner_id=None)
                asked += 1
    return asked
