"""Days of practice in a row, with a rule that forgives. Pure; days are dates of the site's time zone.

A streak counts the days on which at least one question was answered. A missed day does not end it, as long as no other
day was missed in the six days before: one missed day in any seven is forgiven, and does not count. Today is missed only
when it is over.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FORGIVEN_IN_DAYS = 7
"""One missed day in so many is forgiven."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """How long a learner has kept going: `length` and `best` count days with practice, `forgiven` are the missed days
    within the present streak, `is_today_done` says whether today counts already."""

    length: int = 0
    best: int = 0
    forgiven: tuple[date, ...] = ()
    is_today_done: bool = False

    def is_saved_by_grace(self, *, today: date) -> bool:
        """Whether yesterday was missed and forgiven, so that practice today keeps the streak."""
        return self.length > 0 and today - _DAY in self.forgiven


@dataclass(slots=True)
class _Run:
    """The longest stretch up to a day in which missed days are at least FORGIVEN_IN_DAYS apart."""

    practised: list[date]
    missed: list[date]

    def add(self, day: date, *, is_practised: bool) -> None:
        if is_practised:
            self.practised.append(day)
            return
        if self.missed and (day - self.missed[-1]).days < FORGIVEN_IN_DAYS:
            broken = self.missed[-1]
            self.practised = [one for one in self.practised if one > broken]
            self.missed = []
        self.missed.append(day)


def streak_of(days: Collection[date], /, *, today: date) -> Streak:
    """Return the streak from the days with practice; days after today are not counted."""
    known = {day for day in days if day <= today}
    if not known:
        return Streak()
    run, best, day = _Run(practised=[], missed=[]), 0, min(known)
    while day < today:
        run.add(day, is_practised=day in known)
        best = max(best, len(run.practised))
        day += _DAY
    is_today_done = today in known
    if is_today_done:
        run.add(today, is_practised=True)
        best = max(best, len(run.practised))
    first = run.practised[0] if run.practised else today
    return Streak(
        length=len(run.practised),
        best=best,
        forgiven=tuple(one for one in run.missed if one > first) if run.practised else (),
        is_today_done=is_today_done,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StripDay:
    """A day of the strip: how many questions were answered, how deep it is coloured (0 for none to 4), whether the goal
    was reached, whether it was missed and forgiven, whether it is still to come."""

    on: date
    count: int
    depth: int
    is_goal: bool
    is_forgiven: bool
    is_future: bool


def strip_of(
    counts: Mapping[date, int], /, *, today: date, goal: int, forgiven: Collection[date] = (), weeks: int = 12
) -> tuple[tuple[StripDay, ...], ...]:
    """Return the last weeks from Monday to Sunday, the present one last, each a tuple of seven days.

    A day is coloured by its share of the goal (of 20 questions where there is none): any, half, all, twice.
    """
    measure = goal or 20
    monday = today - timedelta(days=today.weekday()) - timedelta(weeks=weeks - 1)

    def depth_of(count: int) -> int:
        return 0 if count <= 0 else 1 + sum(count >= measure * part for part in (0.5, 1, 2))

    return tuple(
        tuple(
            StripDay(
                on=on,
                count=counts.get(on, 0),
                depth=depth_of(counts.get(on, 0)),
                is_goal=goal > 0 and counts.get(on, 0) >= goal,
                is_forgiven=on in forgiven,
                is_future=on > today,
            )
            for on in (monday + timedelta(weeks=week, days=day) for day in range(7))
        )
        for week in range(weeks)
    )
