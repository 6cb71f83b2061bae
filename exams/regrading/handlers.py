"""What follows from a regrade: learners are told once, and the wrong-answer book is corrected."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.text import Truncator

from edu.events.types import AttemptsRegraded, Event, PracticeVerdictsChanged
from edu.notifications.services import notify
from exams.delivery.reviewing import enters_books
from exams.models import Attempt, PracticeChange, RegradeChange, RegradeSet
from exams.practice.question_progress import rebuild


def tell_learners(event: Event) -> None:
    """Tell those whose mark changed, once a change set, where their result is released."""
    assert isinstance(event, AttemptsRegraded)
    change_set = RegradeSet.objects.filter(pk=event.change_set_id).first()
    if change_set is None:
        return
    for attempt, change in _changes(event):
        if (change.old_score, change.old_maximum) == (change.new_score, change.new_maximum):
            continue
        notify(
            user_id=attempt.user_id,
            kind="exams.regraded",
            context={
                "title": attempt.exam.title,
                "reason": change_set.reason,
                "is_undo": change_set.undoes_id is not None,
                "old": _text(change.old_score),
                "new": _text(change.new_score),
                "old_maximum": _text(change.old_maximum),
                "maximum": _text(change.new_maximum),
                "crossing": change.crossing,
            },
            url=f"/exams/attempts/{attempt.public_id}/result/",
            dedupe_key=f"exams.regraded:{change_set.pk}:{attempt.pk}",
        )


def correct_books(event: Event) -> None:
    """Correct the wrong-answer books of those whose answer counts otherwise now; harmless when delivered again.

    As with released results, an exam that keeps its keys to itself says nothing in the book.
    """
    assert isinstance(event, AttemptsRegraded)
    change_set = RegradeSet.objects.select_related("version").filter(pk=event.change_set_id).first()
    if change_set is None:
        return
    question_id = change_set.version.question_id
    users = {attempt.user_id for attempt, _change in _changes(event) if enters_books(attempt.exam)}
    for user_id in sorted(users):
        rebuild(user_id=user_id, question_ids=[question_id])


def tell_practised(event: Event) -> None:
    """Tell learners whose answers of practice count otherwise now, once a change set."""
    assert isinstance(event, PracticeVerdictsChanged)
    change_set = RegradeSet.objects.select_related("version__question").filter(pk=event.change_set_id).first()
    if change_set is None:
        return
    question = change_set.version.question
    rows = PracticeChange.objects.filter(change_set=change_set, user_id__in=event.user_ids)
    by_user: dict[int, list[PracticeChange]] = {}
    for row in rows:
        by_user.setdefault(row.user_id, []).append(row)
    for user_id, changes in sorted(by_user.items()):
        better, worse = _counts(changes)
        notify(
            user_id=user_id,
            kind="exams.practice_regraded",
            context={
                "question": Truncator(question.summary).chars(60),
                "reason": change_set.reason,
                "is_undo": change_set.undoes_id is not None,
                "better": better,
                "worse": worse,
            },
            url=reverse("practice:entry", args=[question.public_id]),
            dedupe_key=f"exams.practice_regraded:{change_set.pk}:{user_id}",
        )


def _counts(changes: Iterable[PracticeChange]) -> tuple[int, int]:
    """Return how many answers earn more now, and how many less."""
    pairs = [(row.before["fraction"] or 0, row.after["fraction"] or 0) for row in changes]
    return sum(after > before for before, after in pairs), sum(after < before for before, after in pairs)


def _changes(event: AttemptsRegraded) -> list[tuple[Attempt, RegradeChange]]:
    """Return the released attempts of the event with what was done to them: two statements."""
    changes = RegradeChange.objects.filter(
        change_set_id=event.change_set_id, attempt_id__in=event.attempt_ids, state=RegradeChange.State.APPLIED
    )
    by_attempt = {change.attempt_id: change for change in changes}
    attempts = Attempt.objects.filter(pk__in=by_attempt, released_at__isnull=False).select_related("exam")
    attempts = attempts.defer("paper", "responses")
    return [(attempt, by_attempt[attempt.pk]) for attempt in attempts]


def _text(value: object) -> str:
    return "" if value is None else str(value)
