"""Pages of practice sets for those who make them: the list with figures, making one of a bank's list, editing."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from edu.core.errors import DomainError, InvalidInput
from edu.core.ids import find_uuid
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.listing import clean_filters, list_topics
from exams.models import Bank, PracticeSet
from exams.models.practice_set import MAXIMUM_OF_SET
from exams.policies_authoring import get_editable_bank
from exams.practice.set_figures import figures_of_sets, list_wrong
from exams.practice.set_questions import (
    add_questions,
    list_fixed_questions,
    move_question,
    order_questions,
    remove_question,
    undo_set_change,
)
from exams.practice.sets import (
    SETTINGS,
    SetSettings,
    archive_set,
    copy_set,
    count_of_set,
    create_set,
    find_set_questions,
    get_editable_set,
    list_editable_sets,
    list_set_questions,
    lost_chapters,
    update_set,
)
from exams.view_models import TYPE_LABELS

PAGE_SIZE = 20
SET_IN_HAND = "practice_set_in_hand"
"""Under which name a browser session keeps the set whose page was last open: questions are offered to it first."""


class SetForm(forms.ModelForm):
    """Settings of a practice set; the kind is chosen once, when it is made."""

    class Meta:
        model = PracticeSet
        fields = SETTINGS
        widgets = {"kind": forms.RadioSelect, "description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, bank: Bank, is_new: bool, is_picked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new or is_picked:
            del self.fields["kind"]
        if bank.organization_id is None:
            self.fields["visibility"].choices = [
                choice for choice in PracticeSet.Visibility.choices if choice[0] != PracticeSet.Visibility.ORGANIZATION
            ]
        else:
            self.fields["visibility"].choices = [
                choice for choice in PracticeSet.Visibility.choices if choice[0] != PracticeSet.Visibility.PUBLIC
            ]
        self.fields["count"].help_text = gettext_lazy("0 for all, at most 200.")
        self.fields["pass_percent"].help_text = gettext_lazy("A lesson that asks the set has its own.")

    def _post_clean(self) -> None:
        """Leave the record alone: the use case changes it."""

    def settings(self, *, kind: str) -> SetSettings:
        """Return what the valid form says; `kind` where the form does not ask for it."""
        values = {name: self.cleaned_data[name] for name in SETTINGS if name in self.cleaned_data}
        return SetSettings(**{"kind": kind, **values})


def _put(form: SetForm, error: InvalidInput | DomainError) -> None:
    field = getattr(error, "field", "")
    form.add_error(field if field in form.fields else None, _(error.message))


def _labelled(questions: list[Any]) -> list[Any]:
    for question in questions:
        question.type_label = TYPE_LABELS.get(question.type, question.type)
    return questions


@author_page
def sets(request: HttpRequest) -> HttpResponse:
    """List the practice sets of the banks that the person writes in, the newest first, with their figures."""
    is_archived = request.GET.get("show") == "archived"
    rows = list_editable_sets(request.user).filter(archived_at__isnull=not is_archived).select_related("bank")
    page_obj = Paginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    figures = figures_of_sets(list(page_obj.object_list))
    lost = lost_chapters(list(page_obj.object_list))
    for row in page_obj.object_list:
        row.figures = figures.get(row.pk)
        row.is_lost = row.pk in lost
    context = {
        "desk": "instructor",
        "title": _("Practice sets"),
        "page_obj": page_obj,
        "tabs": [
            {"label": _("In use"), "url": "?", "current": not is_archived, "count": ""},
            {"label": _("Archived"), "url": "?show=archived", "current": is_archived, "count": ""},
        ],
        "is_archived": is_archived,
    }
    return render(request, "exams/practice/sets.html", context)


@author_page
def new_set(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Make a practice set of a bank: of the filter in the address, or of what is ticked in the bank's list."""
    bank = get_editable_bank(request.user, public_id)
    is_from_list = "scope" in request.POST
    query = request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
    is_all = is_from_list and request.POST.get("scope") == "all"
    picked = [] if is_all else [key for key in request.POST.getlist("question") if find_uuid(key)][:200]
    filters = clean_filters(dict(parse_qsl(query)))
    is_sent = request.method == "POST" and not is_from_list
    initial = {"title": _title_of(bank, filters)}
    form = SetForm(request.POST if is_sent else None, bank=bank, is_new=True, is_picked=bool(picked), initial=initial)
    if is_from_list and not is_all and not picked:
        messages.error(request, _("Tick questions first, or take all that match the filter."))
        return redirect(f"{reverse('authoring:bank', args=[bank.public_id])}?{urlencode(filters)}")
    if is_sent and form.is_valid():
        try:
            row = create_set(
                actor=request.user,
                bank=bank,
                settings=form.settings(kind=PracticeSet.Kind.FIXED),
                filters=filters,
                public_ids=picked,
            )
        except DomainError as error:
            _put(form, error)
        else:
            messages.success(request, _("The practice set is made."))
            return redirect("authoring:practice_set", public_id=row.public_id)
    found = find_set_questions(bank=bank, filters=filters, public_ids=picked)
    context = {
        "desk": "instructor",
        "title": _("New practice set"),
        "bank": bank,
        "form": form,
        "query": urlencode(filters),
        "picked": picked,
        "fixed_sets": list_editable_sets(request.user)
        .filter(bank=bank, kind=PracticeSet.Kind.FIXED, archived_at__isnull=True)
        .only("public_id", "title"),
        "chosen_set": request.session.get(SET_IN_HAND, ""),
        "questions": _labelled(found),
    }
    return render(request, "exams/practice/set_new.html", context, status=422 if form.errors else 200)


def _title_of(bank: Bank, filters: dict[str, Any]) -> str:
    """Return the title that is offered first: the chapter's name where the filter names one, else the bank's."""
    if "topic" in filters:
        nodes = list_topics(bank=bank)
        name = next((node.topic.name for node in nodes if str(node.topic.public_id) == filters["topic"]), "")
        return name or bank.name
    return bank.name


@author_page
def practice_set(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show and change a practice set: settings, questions, figures, what goes wrong most, its address for learners."""
    row = get_editable_set(request.user, public_id)
    is_sent = request.method == "POST"
    request.session[SET_IN_HAND] = str(row.public_id)
    shown = get_editable_set(request.user, public_id) if is_sent else row
    form = SetForm(request.POST if is_sent else None, instance=shown, bank=row.bank, is_new=False)
    if is_sent and form.is_valid():
        try:
            update_set(practice_set=row, actor=request.user, settings=form.settings(kind=row.kind))
        except DomainError as error:
            _put(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("authoring:practice_set", public_id=row.public_id)
    is_fixed = row.kind == PracticeSet.Kind.FIXED
    context = {
        "desk": "instructor",
        "title": row.title,
        "set": row,
        "form": form,
        "questions": _labelled(list_fixed_questions(row) if is_fixed else list_set_questions(row)),
        "is_lost": bool(lost_chapters([row])),
        "total": count_of_set(row),
        "figures": figures_of_sets([row]).get(row.pk),
        "wrong": list_wrong(row),
        "query": urlencode(row.filters),
        "link": request.build_absolute_uri(reverse("practice:set", args=[row.public_id])),
    }
    return render(request, "exams/practice/set_edit.html", context, status=422 if form.errors else 200)


@author_post
def act(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Copy a practice set, archive it or bring it back."""
    row = get_editable_set(request.user, public_id)
    verb = request.POST.get("do", "")
    try:
        if verb == "copy":
            copied = copy_set(practice_set=row, actor=request.user)
            messages.success(request, _("This is the copy. Only you and those who write in the bank see it."))
            return redirect("authoring:practice_set", public_id=copied.public_id)
        if verb in {"archive", "restore"}:
            archive_set(practice_set=row, actor=request.user, is_archived=verb == "archive")
            messages.success(request, _("Archived.") if verb == "archive" else _("Brought back."))
        else:
            return _change_list(request, row, verb)
    except DomainError as error:
        say(request, error)
    return redirect("authoring:practice_set", public_id=row.public_id)


def _change_list(request: HttpRequest, row: PracticeSet, verb: str) -> HttpResponse:
    """Move a question of a fixed set by one place (up:<id>, down:<id>), take it out (remove:<id>), or undo."""
    what, _colon, key = verb.partition(":")
    back = f"{reverse('authoring:practice_set', args=[row.public_id])}#questions-title"
    if what in {"up", "down"}:
        move_question(practice_set=row, actor=request.user, public_id=key, step=-1 if what == "up" else 1)
    elif what == "remove":
        remove_question(practice_set=row, actor=request.user, public_id=key)
        messages.success(request, _("Taken out of the set. You can undo it below."))
    elif what == "undo":
        undo_set_change(practice_set=row, actor=request.user)
        messages.success(request, _("Undone."))
    return redirect(back)


@author_post
def order(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Put a fixed set in the order that was dragged: JSON, a list of one {lessons: [public ids]}."""
    row = get_editable_set(request.user, public_id)
    try:
        (only,) = json.loads(request.body)
        keys = [str(key) for key in only["lessons"]]
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"detail": _("The set was changed elsewhere. Load the page again.")}, status=422)
    try:
        order_questions(practice_set=row, actor=request.user, public_ids=keys)
    except DomainError as error:
        return JsonResponse({"detail": _(error.message)}, status=409)
    return JsonResponse({})


@author_post
def add(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Put questions that were ticked in the bank's list, or that match its filter, into a set that is there."""
    bank = get_editable_bank(request.user, public_id)
    row = get_editable_set(request.user, find_uuid(request.POST.get("set", "")))
    if row.bank_id != bank.pk:
        raise Http404
    keys = [key for key in request.POST.getlist("question") if find_uuid(key)][:MAXIMUM_OF_SET]
    if not keys:
        filters = clean_filters(dict(parse_qsl(request.POST.get("query", ""))))
        keys = [str(question.public_id) for question in find_set_questions(bank=bank, filters=filters)]
    try:
        count = add_questions(practice_set=row, actor=request.user, public_ids=keys)
    except DomainError as error:
        say(request, error)
    else:
        words = ngettext("%(n)d question was added.", "%(n)d questions were added.", count) % {"n": count}
        messages.success(request, words if count else _("They are all in the set already."))
    return redirect("authoring:practice_set", public_id=row.public_id)
