"""What certificates do about news of other rooms."""

from dataclasses import replace

from certificates.achievements import Earned, find_reopening, get_earned_exam, resolve_achievement
from certificates.issue import award, complete_waiting
from certificates.regrades import reexamine, reinstate_earned
from edu.core.clock import now_utc
from edu.events.types import (
    AttemptGraded,
    AttemptReopened,
    AttemptsRegraded,
    CourseCompleted,
    RealNameSet,
    ResultReleased,
)


def on_result_released(event: ResultReleased) -> None:
    """Issue the certificate of a passed exam, now that its learner may know."""
    if not event.passed:
        return
    reason = find_reopening(attempt_id=event.attempt_id)
    earned = get_earned_exam(attempt_id=event.attempt_id)
    if reason:  # opened again since: the event may be from before, so what stands now counts
        reinstate_earned(attempt_id=event.attempt_id, reason=reason)
    else:
        earned = replace(earned, released=True)  # the event itself says so
    award(earned=earned)


def on_attempt_graded(event: AttemptGraded) -> None:
    """Issue after a regrade that turned a released result into a pass; otherwise the release is waited for."""
    if event.passed:
        award(earned=get_earned_exam(attempt_id=event.attempt_id))


def on_attempts_regraded(event: AttemptsRegraded) -> None:
    """Look again at the certificates of those whose marks changed; what they earned now is issued by its own event."""
    for attempt_id in event.attempt_ids:
        reexamine(attempt_id=attempt_id, revoke_reason=event.revoke_reason, reinstate_reason=event.reinstate_reason)


def on_attempt_reopened(event: AttemptReopened) -> None:
    """Revoke the certificate that rested on the attempt alone; it is given back when the attempt passes again."""
    reason = find_reopening(attempt_id=event.attempt_id)
    if reason:
        reexamine(attempt_id=event.attempt_id, revoke_reason=reason, reinstate_reason="")


def on_course_completed(event: CourseCompleted) -> None:
    """Issue the certificate of a finished course."""
    achievement = resolve_achievement(kind="course", object_id=event.course_id)
    award(
        earned=Earned(achievement=achievement, user_id=event.user_id, passed=True, released=True, earned_at=now_utc())
    )


def on_real_name_set(event: RealNameSet) -> None:
    """Issue what waited for the name."""
    complete_waiting(user_id=event.user_id)
