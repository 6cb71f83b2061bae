"""The page on which a learner says how she wants to practise: one section a form, each saved by itself."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from edu.core.errors import DomainError, NotFound
from edu.jobs.queries import get_own_job
from exams.models import PracticePreference
from exams.practice.book_forms import RuleForm
from exams.practice.goals import GoalForm, save_goals
from exams.practice.question_progress import find_preference
from exams.practice.rule_settings import preview_intervals, save_rule


@dataclass(frozen=True, kw_only=True)
class Section:
    """One form of the page.

    `name` is what its form posts as `section`; `template` draws the inside of its card (`form`, and what `context`
    gives); `save` takes the request and the cleaned values, says what came of it, and returns where to go on (empty:
    this page).
    """

    name: str
    form: type[forms.Form]
    template: str
    save: Callable[[HttpRequest, dict[str, Any]], str]
    context: Callable[[PracticePreference], dict[str, Any]] = lambda _preference: {}


def _save_rule(request: HttpRequest, values: dict[str, Any]) -> str:
    saved = save_rule(user_id=request.user.pk, **values)
    if saved.job_public_id is not None:
        messages.info(request, _("Saved. Your book is being made anew by the new rule; you can go on meanwhile."))
        return f"{reverse('practice:settings')}?job={saved.job_public_id}"
    if saved.is_changed:
        messages.success(request, _("Saved. Your book stands by the new rule."))
    else:
        messages.info(request, _("Nothing was changed."))
    return ""


def _save_goal(request: HttpRequest, values: dict[str, Any]) -> str:
    is_changed = save_goals(user_id=request.user.pk, **values)
    messages.success(request, _("Saved.") if is_changed else _("Nothing was changed."))
    return ""


def _rule_context(preference: PracticePreference) -> dict[str, Any]:
    return {"previews": preview_intervals(retention=preference.retention)}


SECTIONS = (
    Section(
        name="rule",
        form=RuleForm,
        template="exams/practice/_settings_rule.html",
        save=_save_rule,
        context=_rule_context,
    ),
    Section(name="goal", form=GoalForm, template="exams/practice/_goals.html", save=_save_goal),
)
"""The sections of the page in order; a new one is added here, with a form and a template of its own."""


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Show the sections with what holds, and save the one that is posted; the others stay as they are."""
    preference = find_preference(user_id=request.user.pk)
    posted = None
    if request.method == "POST":
        section = next((one for one in SECTIONS if one.name == request.POST.get("section")), None)
        if section is None:
            raise Http404
        posted = section.form(request.POST, prefix=section.name)
        if posted.is_valid():
            try:
                return redirect(section.save(request, posted.cleaned_data) or reverse("practice:settings"))
            except DomainError as error:
                posted.add_error(None, _(error.message))
    sections = []
    for one in SECTIONS:
        is_posted = posted is not None and one.name == request.POST["section"]
        initial = {name: getattr(preference, name, None) for name in one.form.base_fields}
        form = posted if is_posted else one.form(initial=initial, prefix=one.name)
        sections.append({"name": one.name, "template": one.template, "form": form, **one.context(preference)})
    context = {"desk": "learner", "title": _("Practice settings"), "sections": sections, "job": _own_job(request)}
    return render(request, "exams/practice/settings.html", context, status=422 if posted is not None else 200)


def _own_job(request: HttpRequest) -> Any:
    """Return the job that the address names, if it is the learner's."""
    try:
        return get_own_job(owner_id=request.user.pk, public_id=uuid.UUID(request.GET.get("job", "")))
    except (NotFound, ValueError):
        return None
