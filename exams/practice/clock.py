"""The clock that a learner may set for a paper: it finishes her practice with what is answered by then."""

from datetime import datetime, timedelta

from edu.core.clock import now_utc
from exams.models import PracticeSession
from exams.practice.answers import finish_session

LATE_SECONDS = 15
"""How long after its end answers on their way still count."""
AT_ONCE = 500


def end_by_clock(session: PracticeSession, /, *, now: datetime | None = None) -> bool:
    """Finish a session whose clock has run out; True when that was so just now."""
    if session.ends_at is None or session.finished_at is not None:
        return False
    if (now or now_utc()) <= session.ends_at + timedelta(seconds=LATE_SECONDS):
        return False
    return finish_session(session=session)


def end_all_by_clock(*, now: datetime) -> int:
    """Finish sessions whose clocks ran out while nobody looked, 500 at most; return how many."""
    before = now - timedelta(seconds=LATE_SECONDS)
    over = PracticeSession.objects.filter(ends_at__lt=before, finished_at__isnull=True).order_by("ends_at")[:AT_ONCE]
    return sum(end_by_clock(session, now=now) for session in over)
