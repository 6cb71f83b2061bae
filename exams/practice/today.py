"""What a learner may do today in one button: go on, repeat what is due, practise the day's selection, or rest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from edu.core.clock import now_utc
from exams.domain.streaks import Streak, streak_of
from exams.models import PracticeSession
from exams.practice.days import day_began, list_days, site_today
from exams.practice.due import count_due
from exams.practice.question_progress import find_preference

START_DUE, START_DAILY = "practice:start_due", "practice:daily"
"""Names of the addresses to which the button posts."""
STILL_WARM = timedelta(hours=24)
"""A practice left so lately is gone on with before anything else."""


class Act(StrEnum):
    """What the button does."""

    CONTINUE = "continue"
    DUE = "due"
    DAILY = "daily"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A practice that waits: its address is named by `public_id`."""

    public_id: str
    title: str
    answered: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Where a learner stands today.

    `answered` of `goal` questions (0: no goal); `due` wrong answers to repeat now; `session` to go on with, for
    CONTINUE; `is_daily_done` says whether the day's practice is finished; `has_begun` whether she ever practised in the
    last year or has entries due.
    """

    act: Act
    answered: int
    goal: int
    due: int
    streak: Streak
    session: OpenSession | None = None
    is_daily_done: bool = False
    has_begun: bool = False
    is_saved_by_grace: bool = False

    @property
    def is_goal_reached(self) -> bool:
        """Whether the goal of the day, if she has one, is reached."""
        return 0 < self.goal <= self.answered

    @property
    def percent(self) -> int:
        """Return how much of the goal is done, 0 to 100; without a goal whether anything was done."""
        return min(100, 100 * self.answered // self.goal) if self.goal else 100 * (self.answered > 0)

    @property
    def ring(self) -> str:
        """Return the dashes of a ring of circumference 100: what is done, and the rest."""
        return f"{self.percent} {100 - self.percent}"


def today(user_id: int, /, *, now: datetime | None = None) -> Today:
    """Return what the learner may do today. Four statements; where something is due one more, and those of count_due
    where an exam of hers hides questions or a bank is closed to her."""
    now = now or now_utc()
    day = site_today(now)
    goal = find_preference(user_id=user_id).daily_goal
    days = list_days(user_id=user_id, today=day)
    answered = next((one.answered for one in reversed(days) if one.on == day), 0)
    due = count_due(user_id=user_id, now=now)
    sessions = PracticeSession.objects.filter(user_id=user_id).filter(
        Q(finished_at__isnull=True) | Q(mode=PracticeSession.Mode.DAILY, started_at__gte=day_began(day))
    )
    rows = list(
        sessions.order_by("-active_at").only(
            "public_id", "title", "mode", "states", "answered_count", "active_at", "finished_at"
        )[:5]
    )
    is_daily_done = any(row.finished_at for row in rows)
    waiting = next((row for row in rows if row.finished_at is None), None)
    is_goal_reached = 0 < goal <= answered
    if waiting is not None and waiting.active_at >= now - STILL_WARM:
        act = Act.CONTINUE
    elif due:
        act = Act.DUE
    elif not is_daily_done and not is_goal_reached:
        act = Act.DAILY
    else:
        act = Act.REST
    streak = streak_of({one.on for one in days}, today=day)
    return Today(
        act=act,
        answered=answered,
        goal=goal,
        due=due,
        streak=streak,
        session=_open(waiting) if act is Act.CONTINUE and waiting else None,
        is_daily_done=is_daily_done,
        has_begun=bool(days or due or rows),
        is_saved_by_grace=not streak.is_today_done and streak.is_saved_by_grace(today=day),
    )


def _open(row: PracticeSession) -> OpenSession:
    return OpenSession(
        public_id=str(row.public_id), title=row.title, answered=row.answered_count, total=len(row.states)
    )
