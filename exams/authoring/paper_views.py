"""Pages of papers: the list and the editor with sections, questions, marks and order."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, DomainError, InvalidInput
from edu.organizations.queries import list_memberships
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.forms import OwnerForm, PaperForm
from exams.authoring.paper_editor import PaperDraft, paper_tabs, read_draft
from exams.authoring.paper_list import PaperFilterForm, count_exams, list_papers
from exams.authoring.paper_rows import (
    add_section,
    check_marks,
    move_row,
    place_rows,
    remove_row,
    restore_removed,
    save_marks,
    set_marks,
    spread_marks,
    update_section,
)
from exams.authoring.papers import archive_paper, copy_paper, create_paper, update_paper
from exams.authoring.pictures import rich_words_at
from exams.authoring.publishing import BlueprintInfeasible, publish_paper, update_question_versions
from exams.authoring.rich_text import clean_rich_text
from exams.models import BlueprintRule, Paper, PaperItem, PaperRemoval, PaperSection
from exams.policies_authoring import get_editable_paper, list_editable_papers

PAGE_SIZE = 30
ITEM_MARKS = "marks-"


@author_page
def papers(request: HttpRequest) -> HttpResponse:
    """List the author's papers."""
    mine = [(row.organization_id, row.organization_name) for row in list_memberships(user_id=request.user.pk)]
    form = PaperFilterForm(request.GET, organizations=mine)
    filters = form.cleaned_data if form.is_valid() else {}
    rows = list_papers(papers=list_editable_papers(request.user), filters=filters, user_id=request.user.pk)
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    count_exams(papers=page_obj.object_list)
    context = {
        "desk": "instructor",
        "title": _("Papers"),
        "page_obj": page_obj,
        "form": form,
        "is_filtered": any(filters.values()),
    }
    return render(request, "exams/authoring/papers.html", context)


@author_page
def new_paper(request: HttpRequest) -> HttpResponse:
    """Make an empty paper."""
    form, owner = PaperForm(request.POST or None), OwnerForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and owner.is_valid():
        organization_id = owner.cleaned_data["organization"]
        paper = create_paper(actor=request.user, organization_id=organization_id, **form.cleaned_data)
        add_section(paper=paper, title=_("Part one"))
        return redirect("authoring:paper", public_id=paper.public_id)
    context = {"desk": "instructor", "title": _("New paper"), "form": form, "owner": owner}
    return render(request, "exams/authoring/paper_form.html", context)


@author_page
def paper(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the paper editor; a post saves what the paper says of itself."""
    row = get_editable_paper(request.user, public_id)
    if request.method == "GET" and "totals" in request.GET:
        return _totals(request, read_draft(paper=row))
    form = PaperForm(request.POST or None, instance=Paper.objects.get(pk=row.pk))
    if request.method == "POST" and form.is_valid():
        update_paper(paper=row, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("authoring:paper", public_id=row.public_id)
    return _editor(request, row, form=form)


def _editor(
    request: HttpRequest,
    row: Paper,
    *,
    form: PaperForm | None = None,
    typed: dict[int, str] | None = None,
    errors: dict[int, str] | None = None,
) -> HttpResponse:
    """Show the editor; `typed` and `errors` are marks that could not be saved, by the id of their row."""
    draft = read_draft(paper=row)
    for section in draft.sections:
        for item in section.items:
            pk = item.item.pk
            item.typed = (typed or {}).get(pk)
            item.error = (errors or {}).get(pk, "")
    undo = request.GET.get("undo", "")
    context = {
        "desk": "instructor",
        "title": row.title,
        "paper": row,
        "draft": draft,
        "form": form or PaperForm(instance=row),
        "tabs": paper_tabs(row, current="editor"),
        "undo": next((one for one in draft.removals if str(one.pk) == undo), None),
        "rich_words": rich_words_at(reverse("authoring:paper_illustration", args=[row.public_id])),
    }
    return render(request, "exams/authoring/paper.html", context, status=422 if errors else 200)


def _totals(request: HttpRequest, draft: PaperDraft, *, errors: dict[int, str] | None = None) -> HttpResponse:
    """Answer a change without a reload: counts, marks, state and problems, put in their places by htmx."""
    pks = [row.item.pk for section in draft.sections for row in section.items]
    context = {
        "draft": draft,
        "paper": draft.paper,
        "is_fragment": True,
        "errors": [(pk, (errors or {}).get(pk, "")) for pk in pks] if errors is not None else [],
    }
    return render(request, "exams/authoring/_paper_totals.html", context)


def read_marks(text: str) -> Decimal:
    """Return marks as typed, with a decimal comma or full-width figures too; InvalidInput for what is no number."""
    try:
        return Decimal(text.strip().replace("，", ".").replace(",", ".").replace("。", "."))
    except InvalidOperation as error:
        raise InvalidInput(_("The marks must be a number."), field="marks") from error


def _save_typed_marks(request: HttpRequest, row: Paper) -> tuple[dict[int, str], dict[int, str]]:
    """Save the marks that stand in the form; return by row what was typed and wrong, and why."""
    good: dict[int, Decimal] = {}
    typed: dict[int, str] = {}
    errors: dict[int, str] = {}
    for name, text in request.POST.items():
        key = name.removeprefix(ITEM_MARKS)
        if not name.startswith(ITEM_MARKS) or not key.isascii() or not key.isdecimal() or len(key) > 18:
            continue
        try:
            good[int(key)] = check_marks(read_marks(str(text)))
        except InvalidInput as error:
            typed[int(key)], errors[int(key)] = str(text), _(error.message)
    save_marks(paper=row, items=good)
    return typed, errors


def _save_typed_sections(request: HttpRequest, row: Paper) -> None:
    """Save titles and instructions of sections that stand in the form and differ; InvalidInput for an empty title."""
    for section in row.sections.all():
        title = request.POST.get(f"title-{section.pk}")
        text = request.POST.get(f"instructions-{section.pk}", section.instructions)
        if title is not None and (title.strip(), clean_rich_text(text)) != (section.title, section.instructions):
            update_section(section=section, title=title, instructions=text)


def row_of(paper: Paper, kind: str, key: str) -> Any:
    """Return a section, item, rule or removal of this paper by kind and number in the form; Http404 for anything
    else."""
    found: PaperSection | PaperItem | BlueprintRule | PaperRemoval | None = None
    if key.isascii() and key.isdecimal() and len(key) < 19:
        if kind == "section":
            found = PaperSection.objects.filter(paper=paper, pk=key).first()
        elif kind == "item":
            found = PaperItem.objects.filter(section__paper=paper, pk=key).select_related("section", "question").first()
        elif kind == "rule":
            rules = BlueprintRule.objects.filter(section__paper=paper, pk=key)
            found = rules.select_related("section", "bank", "topic").first()
        elif kind == "removal":
            found = PaperRemoval.objects.filter(paper=paper, pk=key).select_related("paper").first()
    if found is None:
        raise Http404
    return found


@author_post
def act(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Do one thing to the paper: `do` is `verb:kind:number`. Marks and texts that stand in the form are saved too."""
    row = get_editable_paper(request.user, public_id)
    verb, kind, key = [*request.POST.get("do", "").split(":"), "", ""][:3]
    typed, errors = _save_typed_marks(request, row)
    if verb == "marks" and request.headers.get("HX-Request"):
        return _totals(request, read_draft(paper=row), errors=errors)
    if errors:
        messages.error(request, _("Some marks could not be saved. They are marked below."))
        return _editor(request, row, typed=typed, errors=errors)
    whole = _PAPER_ACTS.get(verb) if not kind else None
    try:
        _save_typed_sections(request, row)
        if whole is not None:
            return whole(request, row)
        if verb == "add" and kind == "section":
            added = add_section(
                paper=row, title=request.POST.get("title", ""), instructions=request.POST.get("instructions", "")
            )
            return _back(row, f"section-{added.pk}")
        if kind:
            return _change_row(request, row, verb, kind, key)
    except BlueprintInfeasible as error:
        messages.error(request, _("The paper cannot be published:") + " " + " ".join(error.problems))
    except DomainError as error:
        say(request, error)
    return _back(row)


def _back(row: Paper, anchor: str = "", *, undo: PaperRemoval | None = None) -> HttpResponse:
    address = reverse("authoring:paper", args=[row.public_id])
    return redirect(f"{address}{f'?undo={undo.pk}' if undo else ''}{f'#{anchor}' if anchor else ''}")


def _publish(request: HttpRequest, row: Paper) -> HttpResponse:
    version = publish_paper(paper=row, actor=request.user)
    messages.success(request, _("Published as version %(number)s.") % {"number": version.number})
    return _back(row)


def _update_versions(request: HttpRequest, row: Paper) -> HttpResponse:
    version = update_question_versions(paper=row, actor=request.user)
    messages.success(request, _("Published as version %(number)s.") % {"number": version.number})
    return _back(row)


def _copy(request: HttpRequest, row: Paper) -> HttpResponse:
    title = _("Copy of %(title)s") % {"title": row.title}
    copy = copy_paper(paper=row, actor=request.user, title=title)
    return _back(copy)


def _archive(request: HttpRequest, row: Paper) -> HttpResponse:
    archive_paper(paper=row, actor=request.user, is_archived=True)
    messages.success(request, _("Archived. You find it in the list with the status “archived”."))
    return redirect("authoring:papers")


def _restore(request: HttpRequest, row: Paper) -> HttpResponse:
    archive_paper(paper=row, actor=request.user, is_archived=False)
    messages.success(request, _("The paper is back in the list."))
    return _back(row)


_PAPER_ACTS: dict[str, Callable[[HttpRequest, Paper], HttpResponse]] = {
    "publish": _publish,
    "update": _update_versions,
    "copy": _copy,
    "archive": _archive,
    "restore": _restore,
}


def _change_row(request: HttpRequest, paper: Paper, verb: str, kind: str, key: str) -> HttpResponse:
    target = row_of(paper, kind, key)
    anchor = f"{kind}-{target.pk}"
    if verb == "undo" and kind == "removal":
        restore_removed(removal=target)
        messages.success(request, _("Put back."))
        return _back(paper)
    if kind == "removal":
        raise Http404
    if verb in {"up", "down"}:
        move_row(row=target, step=-1 if verb == "up" else 1)
    elif verb == "remove":
        return _back(paper, "removed", undo=remove_row(row=target, actor=request.user))
    elif kind == "section" and verb == "marks":
        set_marks(section=target, marks=read_marks(request.POST.get(f"each-{target.pk}", "")))
    elif kind == "section" and verb == "spread":
        spread_marks(section=target, total=read_marks(request.POST.get(f"total-{target.pk}", "")))
    elif kind == "section" and verb == "save":
        messages.success(request, _("Saved."))
    return _back(paper, anchor)


@author_post
def order(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take the whole order as JSON: [{chapter, lessons: []}], sections and their fixed questions as in the page."""
    row = get_editable_paper(request.user, public_id)
    try:
        wanted = [
            (int(entry["chapter"]), [int(item) for item in entry["lessons"]]) for entry in json.loads(request.body)
        ]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"code": "invalid_input", "detail": _("The order could not be read.")}, status=422)
    try:
        place_rows(paper=row, order=wanted)
    except Conflict as error:
        return JsonResponse({"code": error.code, "detail": _(error.message)}, status=409)
    return JsonResponse({"saved": True})
