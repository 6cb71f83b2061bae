"""Pages of papers: the list, the editor with sections, questions and rules, the picker, the preview."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.errors import DomainError, InvalidInput
from edu.core.ids import find_uuid
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.filter_form import QuestionFilterForm
from exams.authoring.forms import OwnerForm, PaperForm, RuleForm
from exams.authoring.listing import list_topics, page_of_questions
from exams.authoring.papers import (
    add_items,
    add_section,
    archive_paper,
    copy_paper,
    create_paper,
    move_row,
    remove_row,
    save_rule,
    set_item_marks,
    set_marks,
    update_paper,
    update_section,
)
from exams.authoring.publishing import BlueprintInfeasible, check_feasibility, publish_paper
from exams.models import Bank, BlueprintRule, Paper, PaperItem, PaperSection, Question, QuestionVersion, Topic
from exams.policies_authoring import get_editable_paper, list_editable_papers, list_usable_banks
from exams.presentation import ask_view
from exams.view_models import TYPE_LABELS

PAGE_SIZE = 30
PREVIEW_LIMIT = 200


@author_page
def papers(request: HttpRequest) -> HttpResponse:
    """List the author's papers."""
    rows = list_editable_papers(request.user).select_related("current_version", "organization")
    is_archive = request.GET.get("archived") == "1"
    page_obj = Paginator(rows.filter(archived_at__isnull=not is_archive), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"desk": "instructor", "title": _("Papers"), "page_obj": page_obj, "is_archive": is_archive}
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
    form = PaperForm(request.POST or None, instance=Paper.objects.get(pk=row.pk))
    if request.method == "POST" and form.is_valid():
        update_paper(paper=row, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("authoring:paper", public_id=row.public_id)
    checks = check_feasibility(paper=row)
    sections = list(row.sections.prefetch_related("items__question", "rules__bank", "rules__topic"))
    total, count = Decimal(0), 0
    for section in sections:
        section.item_list, section.rule_list = list(section.items.all()), list(section.rules.all())
        section.total = sum((item.marks for item in section.item_list), Decimal(0))
        section.total += sum((rule.marks * rule.count for rule in section.rule_list), Decimal(0))
        section.count = len(section.item_list) + sum(rule.count for rule in section.rule_list)
        total, count = total + section.total, count + section.count
        for item in section.item_list:
            item.type_label = TYPE_LABELS.get(item.question.type, item.question.type)
            item.is_stale = not item.question.is_drawable
        for rule in section.rule_list:
            rule.check = checks.get(rule.pk)
            rule.type_labels = [TYPE_LABELS.get(name, name) for name in rule.types]
    return render(
        request,
        "exams/authoring/paper.html",
        {
            "desk": "instructor",
            "title": row.title,
            "paper": row,
            "form": form,
            "sections": sections,
            "total": total,
            "count": count,
            "is_feasible": all(check.is_met for check in checks.values()),
        },
    )


def _marks(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise InvalidInput(_("The marks must be a number."), field="marks") from error
    if not value.is_finite() or not 0 <= value <= 10_000:
        raise InvalidInput(_("The marks lie between 0 and 10,000."), field="marks")
    return value


def _row_of(paper: Paper, kind: str, key: str) -> Any:
    """Return a section, item or rule of this paper by kind and number in the form; Http404 for anything else."""
    found: PaperSection | PaperItem | BlueprintRule | None = None
    if key.isascii() and key.isdecimal():
        if kind == "section":
            found = PaperSection.objects.filter(paper=paper, pk=key).first()
        elif kind == "item":
            found = PaperItem.objects.filter(section__paper=paper, pk=key).first()
        elif kind == "rule":
            found = BlueprintRule.objects.filter(section__paper=paper, pk=key).first()
    if found is None:
        raise Http404
    return found


@author_post
def act(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Do one thing to the paper: `do` is `verb:kind:number`."""
    row = get_editable_paper(request.user, public_id)
    verb, kind, key = [*request.POST.get("do", "").split(":"), "", ""][:3]
    back = redirect("authoring:paper", public_id=row.public_id)
    try:
        if verb == "publish":
            version = publish_paper(paper=row, actor=request.user)
            messages.success(request, _("Published as version %(number)s.") % {"number": version.number})
        elif verb == "copy":
            copy = copy_paper(paper=row, actor=request.user, title=_("Copy of %(title)s") % {"title": row.title})
            return redirect("authoring:paper", public_id=copy.public_id)
        elif verb in {"archive", "restore"}:
            archive_paper(paper=row, actor=request.user, is_archived=verb == "archive")
            return redirect("authoring:papers")
        elif verb == "add" and kind == "section":
            add_section(
                paper=row, title=request.POST.get("title", ""), instructions=request.POST.get("instructions", "")
            )
        else:
            _change_row(request, row, verb, kind, key)
    except BlueprintInfeasible as error:
        lacking = sum(check.lacking for check in error.shortages)
        text = ngettext(
            "The paper cannot be published: %(n)s question is lacking. See the marked rules.",
            "The paper cannot be published: %(n)s questions are lacking. See the marked rules.",
            lacking,
        )
        messages.error(request, text % {"n": lacking})
    except DomainError as error:
        say(request, error)
    return back


def _change_row(request: HttpRequest, paper: Paper, verb: str, kind: str, key: str) -> None:
    target = _row_of(paper, kind, key)
    if verb in {"up", "down"}:
        move_row(row=target, step=-1 if verb == "up" else 1)
    elif verb == "remove":
        remove_row(row=target)
    elif verb == "marks" and kind == "item":
        set_item_marks(item=target, marks=_marks(request.POST.get(f"marks-{target.pk}", "")))
    elif verb == "marks" and kind == "section":
        set_marks(section=target, marks=_marks(request.POST.get("marks", "")))
    elif verb == "save" and kind == "section":
        update_section(
            section=target, title=request.POST.get("title", ""), instructions=request.POST.get("instructions", "")
        )


def _section_of(paper: Paper, key: str | None) -> PaperSection:
    found: PaperSection = _row_of(paper, "section", key or "")
    return found


@author_page
def pick(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Pick questions from a bank into a section: search, filter, add many."""
    row = get_editable_paper(request.user, public_id)
    section = _section_of(row, request.POST.get("section") or request.GET.get("section"))
    banks = list(list_usable_banks(request.user).order_by("name"))
    if request.method == "POST":
        chosen = Question.objects.filter(
            bank__in=banks, public_id__in=[key for key in request.POST.getlist("question") if find_uuid(key)]
        ).order_by("pk")
        try:
            added = add_items(section=section, questions=list(chosen))
        except DomainError as error:
            say(request, error)
        else:
            text = ngettext("%(n)s question added.", "%(n)s questions added.", added)
            messages.success(request, text % {"n": added})
        return redirect("authoring:paper", public_id=row.public_id)
    bank = next((one for one in banks if str(one.public_id) == request.GET.get("bank")), banks[0] if banks else None)
    form = QuestionFilterForm(request.GET)
    filters = dict(form.cleaned_data) if form.is_valid() else {}
    filters["status"] = "drawable"
    topics = list_topics(bank=bank) if bank else []
    page_obj = None
    if bank is not None:
        page_obj = page_of_questions(
            bank=bank,
            filters=filters,
            topics=topics,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        present = set(PaperItem.objects.filter(section__paper=row).values_list("question_id", flat=True))
        for question in page_obj.rows:
            question.is_present = question.pk in present
            question.type_label = TYPE_LABELS.get(question.type, question.type)
    return render(
        request,
        "exams/authoring/pick.html",
        {
            "desk": "instructor",
            "title": _("Pick questions"),
            "paper": row,
            "section": section,
            "banks": banks,
            "bank": bank,
            "topics": topics,
            "form": form,
            "page_obj": page_obj,
        },
    )


@author_page
def rule(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Add a blueprint rule or change one; choosing the bank first offers its topics."""
    row = get_editable_paper(request.user, public_id)
    banks = list(list_usable_banks(request.user).order_by("name"))
    data = request.POST if request.method == "POST" else request.GET
    existing = _row_of(row, "rule", data["rule"]) if data.get("rule") else None
    section = existing.section if existing else _section_of(row, data.get("section"))
    chosen = data.get("bank") or (str(existing.bank.public_id) if existing else "")
    bank = next((one for one in banks if str(one.public_id) == chosen), banks[0] if banks else None)
    initial = _rule_initial(existing) if existing else {"bank": str(bank.public_id) if bank else ""}
    is_save = request.method == "POST" and request.POST.get("do") != "bank"
    form = RuleForm(
        request.POST if is_save else None,
        banks=banks,
        bank=bank,
        initial=initial | data.dict() if not is_save else initial,
    )
    if is_save and form.is_valid() and bank is not None:
        try:
            _save_rule(request, section, existing, bank, form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            return redirect("authoring:paper", public_id=row.public_id)
    context = {
        "desk": "instructor",
        "title": _("Rule"),
        "paper": row,
        "section": section,
        "form": form,
        "rule": existing,
    }
    return render(request, "exams/authoring/rule.html", context)


def _rule_initial(row: BlueprintRule) -> dict[str, Any]:
    return {
        "bank": str(row.bank.public_id),
        "topic": str(row.topic.public_id) if row.topic else "",
        "types": row.types,
        "difficulty_min": row.difficulty_min,
        "difficulty_max": row.difficulty_max,
        "tags": ", ".join(row.tags),
        "count": row.count,
        "marks": row.marks,
    }


def _save_rule(
    request: HttpRequest, section: PaperSection, existing: BlueprintRule | None, bank: Bank, data: dict[str, Any]
) -> None:
    topic = None
    if data["topic"]:
        topic = next((t for t in Topic.objects.filter(bank=bank) if str(t.public_id) == data["topic"]), None)
    save_rule(
        section=section,
        actor=request.user,
        rule=existing,
        bank=bank,
        topic=topic,
        types=data["types"],
        difficulty_min=data["difficulty_min"],
        difficulty_max=data["difficulty_max"],
        tags=[tag.strip() for tag in data["tags"].replace("，", ",").split(",") if tag.strip()],
        count=data["count"],
        marks=data["marks"],
    )


@author_page
def preview(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the published paper as a learner sees it; of a pool, the first questions stand for those drawn."""
    row = get_editable_paper(request.user, public_id)
    sections: list[dict[str, Any]] = []
    if row.current_version is not None:
        number = 0
        for section in row.current_version.structure["sections"]:
            picks = [(item["version_id"], item["marks"]) for item in section["items"]]
            picks += [
                (version_id, pool["marks"])
                for pool in section["pools"]
                for version_id in pool["version_ids"][: pool["count"]]
            ]
            versions = QuestionVersion.objects.in_bulk([version_id for version_id, _marks_ in picks[:PREVIEW_LIMIT]])
            questions = []
            for version_id, marks in picks[:PREVIEW_LIMIT]:
                number += 1
                one = versions[version_id]
                questions.append(
                    ask_view(
                        type=one.type,
                        content=one.content,
                        name=f"q{number}",
                        number=str(number),
                        marks=marks,
                        slot=number,
                    )
                )
            sections.append({**section, "questions": questions})
    context = {"desk": "instructor", "title": row.title, "paper": row, "sections": sections}
    return render(request, "exams/authoring/paper_preview.html", context)
