"""What practice does when something happened elsewhere: released exam results are counted in the wrong-answer book."""

from collections.abc import Sequence

from edu.events.types import MailsSwitchedOff, PracticeRegraded, ResultReleased, ReviewOpened
from exams.delivery.reviewing import enters_books
from exams.models import Attempt, ItemResult
from exams.practice.goals import REMINDER_CATEGORY, stop_reminders
from exams.practice.question_progress import rebuild


def enter_exam_results(event: ResultReleased) -> None:
    """Count what was right, wrong or left blank in a released attempt in the learner's progress; harmless when
    delivered again.

    An exam that keeps its keys to itself counts for nothing: retrying a question would show the key that it hides,
    and an entry that leaves the book would tell what was right. One that keeps them until its close counts then.
    """
    _enter([event.attempt_id])


def enter_reviewed_results(event: ReviewOpened) -> None:
    """Enter the released results of an exam that has closed for everybody, as enter_exam_results does; what was entered
    before the exam began to wait is passed over.
    """
    _enter(event.attempt_ids)


def _enter(attempt_ids: Sequence[int]) -> None:
    attempts = Attempt.objects.filter(
        pk__in=attempt_ids, state=Attempt.State.GRADED, released_at__isnull=False
    ).select_related("exam")
    counting = {row.pk: row.user_id for row in attempts.defer("paper", "responses") if enters_books(row.exam)}
    met: dict[int, set[int]] = {}
    results = ItemResult.objects.filter(attempt_id__in=counting)
    for attempt_id, question_id in results.values_list("attempt_id", "question_id"):
        met.setdefault(counting[attempt_id], set()).add(question_id)
    for user_id in sorted(met):
        rebuild(user_id=user_id, question_ids=met[user_id])


def correct_practice(event: PracticeRegraded) -> None:
    """Make anew how learners stand with a question whose answers of practice are judged otherwise now; harmless when
    delivered again."""
    for user_id in event.user_ids:
        rebuild(user_id=user_id, question_ids=[event.question_id])


def stop_reminders_by_mail(event: MailsSwitchedOff) -> None:
    """Remind a learner no more who has stopped the mails of reminders; harmless when delivered again."""
    if event.category == REMINDER_CATEGORY:
        stop_reminders(user_id=event.user_id)
