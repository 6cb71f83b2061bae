"""What exams do when something has happened: telling people, forgetting who left. Wired in edu/subscriptions.py."""

from django.utils import timezone

from edu.core.clock import now_utc
from edu.events.types import AccountDeleted, AttemptNeedsMarking, Event, ExamScheduled, ResultReleased
from edu.notifications.services import notify
from edu.organizations.queries import list_memberships
from exams.delivery.signals import forget_signals_of
from exams.marking.gradebook import candidate_ids
from exams.models import Attempt, Exam
from exams.practice.export import forget_practice_files


def tell_candidates(event: Event) -> None:
    """Tell everybody who is expected at a scheduled exam; one for everybody, or one that is over, is not announced."""
    assert isinstance(event, ExamScheduled)
    exam = Exam.objects.filter(pk=event.exam_id, status=Exam.Status.SCHEDULED).first()
    if exam is None or exam.closes_at <= now_utc():
        return
    for user_id in candidate_ids(exam, []):
        notify(
            user_id=user_id,
            kind="exams.scheduled",
            context={
                "title": exam.title,
                "opens_at": timezone.localtime(exam.opens_at).isoformat(),
                "closes_at": timezone.localtime(exam.closes_at).isoformat(),
            },
            url=f"/exams/{exam.public_id}/",
            dedupe_key=f"exams.scheduled:{exam.pk}:{user_id}",
        )


def tell_result(event: Event) -> None:
    """Tell the learner that the result may be seen."""
    assert isinstance(event, ResultReleased)
    attempt = Attempt.objects.select_related("exam").filter(pk=event.attempt_id).first()
    if attempt is None or attempt.released_at is None:  # opened again since: there is no result
        return
    again = f":{attempt.reopened_at.timestamp():.0f}" if attempt.reopened_at else ""
    notify(
        user_id=event.user_id,
        kind="exams.result",
        context={
            "title": attempt.exam.title,
            "score": str(attempt.score),
            "maximum": str(attempt.maximum),
            "passed": bool(attempt.passed),
        },
        url=f"/exams/attempts/{attempt.public_id}/result/",
        dedupe_key=f"exams.result:{attempt.pk}{again}",
    )


def tell_markers(event: Event) -> None:
    """Tell the owner of the exam, once a day and exam, that answers wait."""
    assert isinstance(event, AttemptNeedsMarking)
    exam = Exam.objects.filter(pk=event.exam_id).first()
    if exam is None or exam.owner_id is None:
        return
    if exam.organization_id and exam.organization_id not in {
        row.organization_id for row in list_memberships(user_id=exam.owner_id)
    }:
        return
    today = timezone.localdate().isoformat()
    notify(
        user_id=exam.owner_id,
        kind="exams.to_mark",
        context={"title": exam.title},
        url="/teach/marking/",
        dedupe_key=f"exams.to_mark:{exam.pk}:{today}",
    )


def forget_signals(event: Event) -> None:
    """Remove what was noticed during the attempts of a person whose account was emptied, and files of her practice."""
    assert isinstance(event, AccountDeleted)
    forget_signals_of(user_id=event.user_id)
    forget_practice_files(user_id=event.user_id)
