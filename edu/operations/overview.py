"""What the operator sees first: yesterday against the week before, plots, and what waits for a person."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from edu.analytics import queries as analytics
from edu.core.clock import now_utc
from edu.core.plots.lines import LinePlot, Series, Sparkline, line_plot, sparkline
from edu.events import queries as events
from edu.jobs import queries as jobs
from edu.website import queries as website
from exams import queries as exams
from payments import queries as payments

PERIODS = (30, 90)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure of yesterday with its trend against the mean of the 7 days before it."""

    label: str
    value: int
    is_money: bool
    icon: str
    url: str
    trend: str
    trend_label: str
    trend_tone: str
    sparkline: Sparkline


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something that waits for a person."""

    label: str
    count: int
    url: str
    icon: str


def compare(values: tuple[int, ...]) -> int | None:
    """Return the last value against the mean of the 7 before it, in per cent; None where there is no such mean."""
    before = values[-8:-1]
    mean = sum(before) / len(before) if before else 0
    return round(100 * (values[-1] - mean) / mean) if mean else None


def list_tiles(*, figures: analytics.Figures) -> list[Tile]:
    """Return yesterday's orders, income, active learners and new accounts; `figures` end yesterday."""
    wanted = [
        (_("Orders paid"), "orders", False, "receipt", reverse("operations:orders")),
        (_("Income"), "income_minor", True, "wallet", reverse("operations:orders")),
        (_("Active learners"), "active_learners", False, "users", reverse("operations:people")),
        (_("New accounts"), "new_accounts", False, "user", reverse("operations:people")),
    ]
    return [
        _tile(label=label, values=figures.of(metric), is_money=is_money, icon=icon, url=url)
        for label, metric, is_money, icon, url in wanted
    ]


def _tile(*, label: str, values: tuple[int, ...], is_money: bool, icon: str, url: str) -> Tile:
    change = compare(values)
    if change is None:
        trend, tone, text = "", "", _("Nothing to compare with yet")
    else:
        trend = "up" if change > 0 else "down" if change < 0 else ""
        tone = "good" if change > 0 else "bad" if change < 0 else ""
        text = _("%(change)s %% against the 7 days before") % {"change": f"{change:+d}"}
    return Tile(
        label=label,
        value=values[-1] if values else 0,
        is_money=is_money,
        icon=icon,
        url=url,
        trend=trend,
        trend_label=text,
        trend_tone=tone,
        sparkline=sparkline(values=[float(value) for value in values[-14:]]),
    )


def list_waiting() -> list[Waiting]:
    """Return what needs a person, with how much of it; six statements, whatever there is."""
    now = now_utc()
    return [
        Waiting(
            label=_("Orders to check"),
            count=payments.count_needing_attention(),
            url=f"{reverse('operations:orders')}?flagged=on",
            icon="receipt",
        ),
        Waiting(
            label=_("New enquiries"),
            count=website.count_new_enquiries(),
            url=f"{reverse('operations:enquiries')}?state=new",
            icon="mail",
        ),
        Waiting(
            label=_("Failed jobs"),
            count=jobs.count_failed(),
            url=f"{reverse('operations:system')}#jobs",
            icon="x-circle",
        ),
        Waiting(
            label=_("Parked events"),
            count=events.count_parked(),
            url=f"{reverse('operations:system')}#events",
            icon="alert",
        ),
        Waiting(
            label=_("Attempts that are stuck"),
            count=exams.count_stuck(now=now),
            url=f"{reverse('operations:system')}#attempts",
            icon="clock",
        ),
    ]


def list_plots(*, figures: analytics.Figures) -> list[dict[str, Any]]:
    """Return the plots of the period: income, orders, active learners, lessons and attempts."""
    labels = [_short(day) for day in figures.days]

    def line(*names: tuple[str, str], scale: int = 1) -> LinePlot:
        return line_plot(
            labels=labels,
            series=[
                Series(name=name, values=[value / scale for value in figures.of(metric)]) for name, metric in names
            ],
        )

    return [
        {
            "title": _("Income and refunds (%(currency)s)") % {"currency": analytics.CURRENCY},
            "plot": line((_("Income"), "income_minor"), (_("Refunds"), "refunds_minor"), scale=100),
        },
        {
            "title": _("Active learners"),
            "plot": line((_("Active learners"), "active_learners"), (_("New accounts"), "new_accounts")),
        },
        {"title": _("Orders paid"), "plot": line((_("Orders paid"), "orders"), (_("Buyers"), "buyers"))},
        {
            "title": _("Learning"),
            "plot": line((_("Lessons completed"), "lessons"), (_("Exams handed in"), "attempts")),
        },
    ]


def _short(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


def yesterday_of(today: date) -> date:
    """Return the last whole day."""
    return today - timedelta(days=1)
