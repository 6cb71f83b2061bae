"""The first page of the operator's desk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from edu.analytics import queries as analytics
from edu.operations.overview import PERIODS, list_plots, list_tiles, list_waiting, yesterday_of
from edu.operations.permissions import operator_required


@operator_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show yesterday's figures, the plots of 30 or 90 days, and what waits for a person."""
    days = 90 if request.GET.get("days") == "90" else 30
    yesterday = yesterday_of(timezone.localdate())
    figures = analytics.get_figures(until_on=yesterday, days=days)
    waiting = list_waiting()
    context = {
        "title": _("Operations"),
        "desk": "operator",
        "yesterday": yesterday,
        "tiles": list_tiles(figures=figures),
        "plots": list_plots(figures=figures),
        "currency": analytics.CURRENCY,
        "waiting": [row for row in waiting if row.count],
        "period_items": [
            {
                "label": _("%(days)d days") % {"days": number},
                "url": f"?days={number}",
                "current": number == days,
            }
            for number in PERIODS
        ],
    }
    return render(request, "operations/desk.html", context)
