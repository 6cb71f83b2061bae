"""Pages of changing many questions at once: what would happen, doing it, taking it back."""

import uuid
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from edu.core.errors import DomainError
from edu.core.ids import find_uuid
from edu.jobs.queries import get_own_job
from exams.authoring.bulk import PREVIEWED, get_bulk, plan_bulk, request_bulk, undo_bulk
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.listing import list_questions
from exams.authoring.usage import sets_naming
from exams.models import Bank, BulkAction, BulkChange, Question
from exams.policies_authoring import get_editable_bank

UNDONE = "bulk_undone"
"""Where a session keeps what was chosen for an action that was refused."""
TITLES = {
    "move": gettext_lazy("Move to a topic"),
    "bank": gettext_lazy("Move to another bank"),
    "tag": gettext_lazy("Add a tag"),
    "untag": gettext_lazy("Remove a tag"),
    "difficulty": gettext_lazy("Set the difficulty"),
    "retire": gettext_lazy("Retire"),
    "restore": gettext_lazy("Restore"),
    "publish": gettext_lazy("Publish"),
    "delete": gettext_lazy("Delete"),
}
OUTCOMES = {
    "changed": pgettext_lazy("bulk", "changed"),
    "deleted": pgettext_lazy("bulk", "deleted"),
    "retired": pgettext_lazy("bulk", "retired instead of deleted, since papers, lessons or learners have them"),
    "unchanged": pgettext_lazy("bulk", "left as they are, since nothing would change"),
    "locked": pgettext_lazy("bulk", "left: a colleague has locked them"),
    "ref_taken": pgettext_lazy("bulk", "left: their reference is taken in the other bank"),
    "full": pgettext_lazy("bulk", "left: they have 20 tags already"),
    "retired_already": pgettext_lazy("bulk", "left: they are retired"),
    "not_approved": pgettext_lazy("bulk", "left: a second person has to approve them first"),
    "invalid_question": pgettext_lazy("bulk", "left: they are not complete"),
    "incomplete": pgettext_lazy("bulk", "left: they are not complete"),
}


@author_post
def start(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Plan what the pressed button says for the chosen questions, or for all that match, and show the preview."""
    bank = get_editable_bank(request.user, public_id)
    asked = "&".join(part for part in (request.POST.get("query", ""), request.POST.get("page", "")) if part)
    is_all = request.POST.get("scope") == "all"
    filters = dict(parse_qsl(request.POST.get("query", ""))) if is_all else None
    try:
        action = plan_bulk(
            bank=bank,
            actor=request.user,
            verb=request.POST.get("verb", ""),
            raw=_arguments(request),
            public_ids=[key for key in request.POST.getlist("question") if find_uuid(key)][:1000],
            filters=filters,
        )
    except DomainError as error:
        say(request, error)
        request.session[UNDONE] = {
            "bank_id": str(bank.public_id),
            "questions": [key for key in request.POST.getlist("question") if find_uuid(key)][:1000],
            "is_all": is_all,
            "values": {name: value[:200] for name, value in _arguments(request).items() if value},
        }
        return redirect(f"{reverse('authoring:bank', args=[bank.public_id])}?{asked}")
    return redirect("authoring:bulk", public_id=action.public_id)


def _sets_naming(action: BulkAction) -> list[Any]:
    """Return the practice sets that name questions which an action is about to retire or delete, with how many."""
    if action.verb not in {"retire", "delete"} or action.state != BulkAction.State.PLANNED:
        return []
    chosen = BulkChange.objects.filter(action=action).values("question_id")
    questions = Question.objects.filter(bank_id=action.bank_id)
    if action.filters and not BulkChange.objects.filter(action=action).exists():
        questions = list_questions(bank=action.bank, filters=action.filters)
    else:
        questions = questions.filter(pk__in=chosen)
    return sets_naming(bank_id=action.bank_id, questions=questions)


def take_undone(request: HttpRequest, bank: Bank) -> dict[str, Any]:
    """Return what was chosen and filled in when a bulk action in this bank was refused just now, once: `questions`,
    `is_all`, `values`; empty otherwise."""
    if request.session.get(UNDONE, {}).get("bank_id") != str(bank.public_id):
        return {}
    found: dict[str, Any] = request.session.pop(UNDONE)
    return found


def _arguments(request: HttpRequest) -> dict[str, str | None]:
    values = {name: request.POST.get(name) for name in ("topic", "bank", "tag", "difficulty")}
    for name in ("topic", "bank"):
        if values[name] and find_uuid(values[name]) is None:
            values[name] = None
    return values


@author_page
def bulk(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show what a bulk action would do or did; do it, or take it back."""
    action = get_bulk(request.user, public_id)
    if request.method == "POST":
        return _act(request, action)
    counts = action.report.get("done") or action.report.get("foreseen") or {}
    job = None
    if action.report.get("job") and action.state == BulkAction.State.RUNNING and action.owner_id == request.user.pk:
        job = get_own_job(owner_id=request.user.pk, public_id=uuid.UUID(action.report["job"]))
    context = {
        "desk": "instructor",
        "title": TITLES.get(action.verb, action.verb),
        "action": action,
        "bank": action.bank,
        "sets": _sets_naming(action),
        "rows": [
            (count, OUTCOMES.get(name, name)) for name, count in sorted(counts.items(), key=lambda pair: -pair[1])
        ],
        "is_capped": action.total > PREVIEWED,
        "previewed": PREVIEWED,
        "job": job,
        "is_safe": action.verb != "delete",
    }
    return render(request, "exams/authoring/bulk.html", context)


def _act(request: HttpRequest, action: BulkAction) -> HttpResponse:
    try:
        if request.POST.get("do") == "undo":
            restored, left = undo_bulk(action=action, actor=request.user)
            text = ngettext("%(n)s question is as before.", "%(n)s questions are as before.", restored)
            messages.success(request, text % {"n": restored})
            if left:
                text = ngettext("%(n)s was changed since and stays.", "%(n)s were changed since and stay.", left)
                messages.info(request, text % {"n": left})
        elif request.POST.get("do") == "run":
            request_bulk(action=action, actor=request.user)
    except DomainError as error:
        say(request, error)
    return redirect("authoring:bulk", public_id=action.public_id)
