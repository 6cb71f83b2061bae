"""The living guide to the design: every component in every state, with sample values.

Routed in embedded mode only.
"""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from edu.core.plots.axes import Datum
from edu.core.plots.bars import bar_plot, histogram
from edu.core.plots.donuts import donut
from edu.core.plots.lines import Series, line_plot, sparkline


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Real name"), help_text=_("As it shall stand on the certificate."))
    email = forms.EmailField(label=_("E-mail"))
    born_on = forms.DateField(label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    level = forms.ChoiceField(label=_("Level"), choices=[("1", _("Beginner")), ("2", _("Advanced"))])
    goal = forms.ChoiceField(
        label=_("Goal"),
        widget=forms.RadioSelect,
        choices=[
            ("exam", _("Pass an exam")),
            ("work", _("Do my work better")),
            ("joy", _("Out of interest")),
        ],
    )
    days = forms.MultipleChoiceField(
        label=_("Reminders"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("mail", _("By mail")), ("sms", _("By SMS"))],
    )
    about = forms.CharField(label=_("About you"), required=False, widget=forms.Textarea)
    photo = forms.FileField(label=_("Photo"), required=False, help_text=_("JPEG or PNG, at most 5 MB."))
    terms = forms.BooleanField(label=_("I have read the terms of service."))


class SampleFilter(forms.Form):
    """A filter over a list."""

    q = forms.CharField(label=_("Name or staff number"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), ("late", _("Late")), ("done", _("Done"))]
    )


def styleguide_context() -> dict[str, Any]:
    """Sample values for templates/edu/styleguide.html; reads nothing."""
    scores = [38, 52, 55, 58, 61, 63, 64, 66, 68, 71, 72, 73, 74, 75, 77, 78, 79, 81, 82, 83, 85, 88, 91, 94]
    weekdays = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    income = [1180.0, 940.0, 1630.0, 1410.0, 2075.0, 2890.0, 2440.0]
    days = [str(name) for name in weekdays]
    return {
        "title": _("Style guide"),
        "form": SampleForm(),
        "wrong_form": SampleForm({"name": "", "email": "someone", "level": "1"}),
        "filter_form": SampleFilter(),
        "house_figures": {"courses": 24, "lessons": 312, "questions": 4860, "enrolments": 9140, "certificates": 2075},
        "page_obj": Paginator(range(200), 10).get_page(6),
        "bars": bar_plot(
            data=[
                Datum(label=day, value=value, value_label=f"¥{value:,.0f}")
                for day, value in zip(days, income, strict=True)
            ]
        ),
        "histogram": histogram(values=scores, low=0, high=100, bins=10, mark=60, mark_label=str(_("Pass mark 60"))),
        "lines": line_plot(
            labels=days,
            series=[
                Series(name=str(_("Active learners")), values=[31, 28, 36, None, 44, 52, 47]),
                Series(name=str(_("Plan")), values=[30, 32, 34, 36, 38, 40, 42]),
            ],
        ),
        "ring": donut(
            parts=[
                Datum(label=str(_("Passed")), value=46),
                Datum(label=str(_("Failed")), value=9),
                Datum(label=str(_("Not started")), value=13),
            ]
        ),
        "spark": sparkline(values=income),
        "breadcrumb_items": [
            {"label": _("Courses"), "url": "/courses/"},
            {"label": _("Finance"), "url": "/courses/"},
            {"label": _("Style guide")},
        ],
        "tab_items": [
            {"label": _("Overview"), "url": "#overview", "current": True},
            {"label": _("Outline"), "url": "#outline", "count": 24},
            {"label": _("Questions and answers"), "url": "#qa", "count": 8},
            {"label": _("Reviews"), "url": "#reviews"},
        ],
        "step_items": [
            {"label": _("Order placed"), "state": "done"},
            {"label": _("Payment"), "state": "current"},
            {"label": _("Begin learning"), "state": ""},
        ],
        "timeline_items": [
            {"title": _("Order placed"), "time_label": "09:12", "state": "done"},
            {"title": _("Paid"), "time_label": "09:13", "state": "done", "text": _("Sandbox provider")},
            {"title": _("Course opened"), "time_label": "09:13", "state": ""},
        ],
        "table_headers": [
            {"label": _("Name"), "sort_url": "?sort=name", "sorted": "ascending"},
            {"label": _("Department")},
            {"label": _("State")},
            {"label": _("Score"), "number": True},
        ],
        "table_rows": [
            _row("王小燕", "财务部", _("Passed"), "success", "92"),
            _row("李明", "仓储部", _("Late"), "danger", "–"),
        ],
        "letters": "ABCD",
        "numbers": range(1, 21),
    }


def _row(name: str, department: str, state: Any, tone: str, score: str) -> dict[str, Any]:
    return {
        "state": "late" if tone == "danger" else "",
        "cells": [
            {"text": name, "label": _("Name"), "url": "#"},
            {"text": department, "label": _("Department")},
            {"text": state, "label": _("State"), "badge_tone": tone},
            {"text": score, "label": _("Score"), "number": True},
        ],
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    """The guide as a page; holds no data of anyone, so it needs no sign-in."""
    return render(request, "edu/styleguide.html", styleguide_context())
