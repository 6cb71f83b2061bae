"""How a learner's practice and exams went over the last weeks, as plots with what they show in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.plots.axes import Datum
from edu.core.plots.bars import BarPlot, bar_plot
from edu.core.plots.lines import LinePlot, Series, line_plot
from exams.models import ItemResult
from exams.practice.days import RIGHT_FROM, PracticeDay, site_today
from exams.practice.question_progress import counting_attempts

WEEKS = 12
DAYS_OF_BARS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """A week from its Monday: marked answers of practice and right ones, all answers and seconds, marked answers of
    exams and right ones."""

    monday: date
    marked: int = 0
    right: int = 0
    answered: int = 0
    seconds: int = 0
    exam_marked: int = 0
    exam_right: int = 0

    @property
    def percent(self) -> float | None:
        """Return the share right in practice in per cent; None without answers."""
        return 100 * self.right / self.marked if self.marked else None

    @property
    def exam_percent(self) -> float | None:
        """Return the share right in exams in per cent; None without one."""
        return 100 * self.exam_right / self.exam_marked if self.exam_marked else None

    @property
    def seconds_each(self) -> float | None:
        """Return the mean seconds a question; None without answers that were timed."""
        return self.seconds / self.answered if self.answered and self.seconds else None


@dataclass(frozen=True, kw_only=True)
class Trends:
    """The plots of the page; `words` says in a sentence how accuracy moved, empty where too little is known."""

    accuracy: LinePlot
    pace: LinePlot
    answered: BarPlot
    words: str
    has_any: bool


def monday_of(on: date, /) -> date:
    """Return the Monday of a day's week."""
    return on - timedelta(days=on.weekday())


def list_weeks(*, user_id: int, days: Sequence[PracticeDay], today: date) -> list[WeekFigures]:
    """Return the last WEEKS weeks, the present one last, from the days of practice and the exams whose results the
    learner may see; two statements, one where she sat none."""
    first = monday_of(today) - timedelta(weeks=WEEKS - 1)
    practised: dict[date, list[PracticeDay]] = {}
    for day in days:
        practised.setdefault(monday_of(day.on), []).append(day)
    sat = _exam_answers(user_id=user_id, first=first)
    weeks = []
    for monday in (first + timedelta(weeks=number) for number in range(WEEKS)):
        own = practised.get(monday, ())
        exam_marked, exam_right = sat.get(monday, (0, 0))
        weeks.append(
            WeekFigures(
                monday=monday,
                marked=sum(day.marked for day in own),
                right=sum(day.right for day in own),
                answered=sum(day.answered for day in own),
                seconds=sum(day.seconds for day in own),
                exam_marked=exam_marked,
                exam_right=exam_right,
            )
        )
    return weeks


def _exam_answers(*, user_id: int, first: date) -> dict[date, tuple[int, int]]:
    when = {
        attempt.pk: monday_of(site_today(attempt.submitted_at or attempt.started_at))
        for attempt in counting_attempts(user_id)
    }
    when = {pk: monday for pk, monday in when.items() if monday >= first}
    found: dict[date, tuple[int, int]] = {}
    if not when:
        return found
    rows = (
        ItemResult.objects.filter(Q(fraction__isnull=False) | Q(state="blank"), attempt_id__in=when, maximum__gt=0)
        .exclude(state="pending")
        .order_by()
        .values("attempt_id")
        .annotate(n=Count("pk"), rights=Count("pk", filter=Q(fraction__gte=RIGHT_FROM)))
    )
    for row in rows:
        marked, right = found.get(when[row["attempt_id"]], (0, 0))
        found[when[row["attempt_id"]]] = (marked + row["n"], right + row["rights"])
    return found


def make_trends(*, weeks: Sequence[WeekFigures], days: Sequence[PracticeDay], today: date) -> Trends:
    """Draw accuracy and pace by week, and the answers of the last DAYS_OF_BARS days."""
    labels = [_short(week.monday) for week in weeks]
    accuracy = [Series(name=_("Practice"), values=[week.percent for week in weeks])]
    if any(week.exam_marked for week in weeks):
        accuracy.append(Series(name=_("Exams"), values=[week.exam_percent for week in weeks]))
    counts = {day.on: day.answered for day in days}
    last = [today - timedelta(days=ago) for ago in reversed(range(DAYS_OF_BARS))]
    return Trends(
        accuracy=line_plot(labels=labels, series=accuracy, format_value=_percent_label),
        pace=line_plot(
            labels=labels,
            series=[Series(name=_("Seconds a question"), values=[week.seconds_each for week in weeks])],
            format_value=lambda value: f"{value:.0f}",
        ),
        answered=bar_plot(
            data=[Datum(label=date_format(day, "D"), value=counts.get(day, 0)) for day in last], format_value=_whole
        ),
        words=_movement(weeks),
        has_any=any(week.marked or week.answered or week.exam_marked for week in weeks),
    )


def _percent_label(value: float) -> str:
    return f"{value:.0f} %"


def _whole(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:g}"


def _short(on: date) -> str:
    return date_format(on, "MONTH_DAY_FORMAT")


def _movement(weeks: Sequence[WeekFigures]) -> str:
    """Say how the accuracy of the last four weeks compares with the four before; nothing below ten answers."""
    shares: list[Any] = []
    for part in (weeks[-8:-4], weeks[-4:]):
        marked = sum(week.marked for week in part)
        if marked < 10:
            return ""
        shares.append(100 * sum(week.right for week in part) / marked)
    difference = round(shares[1] - shares[0])
    now = round(shares[1])
    if difference > 0:
        text = ngettext(
            "In the last four weeks %(now)d %% were right, %(n)d point more than in the four before.",
            "In the last four weeks %(now)d %% were right, %(n)d points more than in the four before.",
            difference,
        )
        return text % {"now": now, "n": difference}
    if difference < 0:
        text = ngettext(
            "In the last four weeks %(now)d %% were right, %(n)d point less than in the four before. "
            "Harder or newer topics do that, too.",
            "In the last four weeks %(now)d %% were right, %(n)d points less than in the four before. "
            "Harder or newer topics do that, too.",
            -difference,
        )
        return text % {"now": now, "n": -difference}
    return _("In the last four weeks %(now)d %% were right, as in the four before.") % {"now": now}
