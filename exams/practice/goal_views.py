"""Pages of what a learner sees of her practice: mastery, streak and trends; and of her goal and reminder."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from exams.domain.mastery import Level
from exams.domain.streaks import StripDay, streak_of, strip_of
from exams.practice.days import list_days, site_today
from exams.practice.goals import GoalForm, save_goals
from exams.practice.mastery import list_mastery
from exams.practice.question_progress import find_preference
from exams.practice.today import START_DAILY, START_DUE, Act, Today, today
from exams.practice.trends import WEEKS, list_weeks, make_trends

_CELEBRATED = "practice_goal_celebrated_on"


def today_card(request: HttpRequest) -> dict[str, Any]:
    """Return the context of exams/practice/_today.html: `today`, `act_url` (posted to, opened for a practice to go on
    with, empty where there is nothing to press), `celebrates` (once a day, when the goal is first seen reached)."""
    row = today(request.user.pk or 0)
    on = site_today(now_utc()).isoformat()
    celebrates = row.is_goal_reached and request.session.get(_CELEBRATED) != on
    if celebrates:
        request.session[_CELEBRATED] = on
    return {"today": row, "act_url": _act_url(row), "celebrates": celebrates}


def _act_url(row: Today) -> str:
    if row.act is Act.CONTINUE and row.session is not None:
        return reverse("practice:session", args=[row.session.public_id])
    names = {Act.DUE: START_DUE, Act.DAILY: START_DAILY}
    return reverse(names[row.act]) if row.act in names else ""


def level_words() -> dict[str, tuple[str, str]]:
    """Return the word and the tone of each level of mastery."""
    return {
        Level.NEW: (pgettext("mastery", "new"), ""),
        Level.TOO_FEW: (pgettext("mastery", "not enough answers yet"), ""),
        Level.WEAK: (pgettext("mastery", "weak"), "warning"),
        Level.LEARNING: (pgettext("mastery", "learning"), "info"),
        Level.GOOD: (pgettext("mastery", "going well"), "gold"),
        Level.SECURE: (pgettext("mastery", "secure"), "success"),
    }


def _dressed(row: Any) -> dict[str, Any]:
    word, tone = level_words()[row.mastery.level]
    return {"row": row, "word": word, "tone": tone}


@login_required
@never_cache
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """Show streak, trends and mastery by topic: as trees, or the weakest first. Statements are the same for any number
    of topics and answers."""
    now = now_utc()
    on = site_today(now)
    user_id = request.user.pk or 0
    goal = find_preference(user_id=user_id).daily_goal
    days = list_days(user_id=user_id, today=on)
    streak = streak_of({day.on for day in days}, today=on)
    page = list_mastery(user=request.user, now=now)
    by_weakest = request.GET.get("sort") == "weakest"
    strip = strip_of({day.on: day.answered for day in days}, today=on, goal=goal, forgiven=streak.forgiven, weeks=WEEKS)
    context = {
        "desk": "learner",
        "title": _("My progress"),
        "streak": streak,
        "goal": goal,
        "answered": sum(day.answered for day in days if day.on == on),
        "strip": strip_columns(strip),
        "strip_rows": strip_rows(strip),
        "trends": make_trends(weeks=list_weeks(user_id=user_id, days=days, today=on), days=days, today=on),
        "by_weakest": by_weakest,
        "tabs": [
            {"label": _("By chapter"), "url": "?#mastery-title", "current": not by_weakest},
            {"label": _("Weakest first"), "url": "?sort=weakest#mastery-title", "current": by_weakest},
        ],
        "banks": [
            {"row": one, "whole": _dressed(one), "topics": [_dressed(topic) for topic in one.topics]}
            for one in page.begun
        ],
        "weakest": [_dressed(row) for row in page.weakest] if by_weakest else [],
        "fresh": page.fresh,
        "folded": page.folded,
    }
    return render(request, "exams/practice/progress.html", context)


CELL, GAP = 14, 3
"""Edge of a day of the strip and the room between two, in units of the drawing."""


def strip_columns(strip: tuple[tuple[StripDay, ...], ...]) -> dict[str, Any]:
    """Return the strip as it is drawn: squares with their words, a column a week, and the size of the drawing."""
    cells = [
        {
            "x": week * (CELL + GAP),
            "y": weekday * (CELL + GAP),
            "depth": day.depth,
            "is_goal": day.is_goal,
            "is_forgiven": day.is_forgiven,
            "label": day_words(day),
        }
        for week, days in enumerate(strip)
        for weekday, day in enumerate(days)
        if not day.is_future
    ]
    return {"cells": cells, "width": len(strip) * (CELL + GAP) - GAP, "height": 7 * (CELL + GAP) - GAP, "size": CELL}


def day_words(day: StripDay) -> str:
    """Return what a day of the strip says: its date, the questions answered, goal or forgiven."""
    words = [date_format(day.on, "MONTH_DAY_FORMAT") + ":"]
    words.append(ngettext("%(n)d question", "%(n)d questions", day.count) % {"n": day.count})
    if day.is_goal:
        words.append("· " + _("goal reached"))
    if day.is_forgiven:
        words.append("· " + _("day off, forgiven"))
    return " ".join(words)


def strip_rows(strip: tuple[tuple[StripDay, ...], ...]) -> list[dict[str, Any]]:
    """Return the strip as a table says it: a row a week, the newest first, with what each day held."""

    def said(day: StripDay) -> str:
        if day.is_future:
            return ""
        marks = ("★" if day.is_goal else "") + ("○" if day.is_forgiven else "")
        return f"{day.count}{marks}"

    return [
        {"week": date_format(week[0].on, "MONTH_DAY_FORMAT"), "cells": [said(day) for day in week]}
        for week in reversed(strip)
    ]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def goals(request: HttpRequest) -> HttpResponse:
    """Show and save the goal of the day and the reminder."""
    user_id = request.user.pk or 0
    form = GoalForm(request.POST) if request.method == "POST" else GoalForm(initial=initial_goals(user_id))
    if request.method == "POST" and form.is_valid():
        try:
            is_changed = save_goals(user_id=user_id, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            messages.success(request, _("Saved.") if is_changed else _("Nothing was changed."))
            return redirect("practice:goals")
    context = {"desk": "learner", "title": _("Goal and reminder"), "form": form}
    return render(request, "exams/practice/goals.html", context, status=422 if form.errors else 200)


def initial_goals(user_id: int) -> dict[str, Any]:
    """Return what holds for the learner, as the form takes it."""
    row = find_preference(user_id=user_id)
    return {name: getattr(row, name) for name in GoalForm.base_fields}
