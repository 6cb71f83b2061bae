"""Reading how far people are from the learning rooms, and keeping it beside their assignment."""

from collections.abc import Sequence
from datetime import datetime

from edu.core.clock import now_utc
from edu.training.domain.states import combine
from edu.training.learning import list_certificate_serials, list_progress, progress_of
from edu.training.models import Assignment, AssignmentTarget

BATCH = 500


def refresh_targets(*, targets: Sequence[AssignmentTarget], now: datetime | None = None) -> None:
    """Read progress anew and store it. The number of queries grows with the assignments, not with the people."""
    if not targets:
        return
    moment = now or now_utc()
    assignments = Assignment.objects.in_bulk({target.assignment_id for target in targets})
    users = sorted({target.user_id for target in targets})
    keys = sorted({key for assignment in assignments.values() for key in assignment.product_keys})
    found = list_progress(user_ids=users, product_keys=keys, now=moment)
    serials = list_certificate_serials(user_ids=users, product_keys=keys)
    for target in targets:
        own = {key: progress_of(found, target.user_id, key) for key in assignments[target.assignment_id].product_keys}
        standing = combine(list(own.values()))
        target.outcome = standing.outcome
        target.progress_percent = standing.percent
        target.finished_at = standing.finished_at
        target.refreshed_at = moment
        target.results = {
            key: {
                "state": one.state,
                "percent": one.percent,
                "score_percent": one.score_percent,
                "finished_at": one.finished_at.isoformat() if one.finished_at else None,
                "certificate": serials.get((target.user_id, key), ""),
            }
            for key, one in own.items()
        }
    AssignmentTarget.objects.bulk_update(
        targets,
        ["outcome", "progress_percent", "finished_at", "refreshed_at", "results"],
        batch_size=100,
    )


def refresh_person(*, user_id: int, now: datetime | None = None) -> int:
    """Read one person's progress anew in all assignments that run; return in how many."""
    targets = list(
        AssignmentTarget.objects.filter(
            user_id=user_id,
            ended_at__isnull=True,
            assignment__closed_at__isnull=True,
            assignment__deleted_at__isnull=True,
        )
    )
    refresh_targets(targets=targets, now=now)
    return len(targets)


def refresh_assignment(*, assignment: Assignment, now: datetime | None = None) -> None:
    """Read everybody's progress in one assignment anew, some hundreds at a time."""
    ids = list(
        AssignmentTarget.objects.filter(assignment=assignment, ended_at__isnull=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(ids), BATCH):
        rows = list(AssignmentTarget.objects.filter(pk__in=ids[start : start + BATCH]))
        refresh_targets(targets=rows, now=now)
