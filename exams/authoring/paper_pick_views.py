"""The page on which questions are picked from a bank into a section: search, filter, choose many, go on."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.errors import DomainError
from exams.authoring.enemies import enemies_in_paper
from exams.authoring.entries import author_page, say
from exams.authoring.filter_form import QuestionFilterForm
from exams.authoring.listing import QuestionPage, is_uuid, list_topics, page_of_questions
from exams.authoring.paper_rows import add_items, check_marks
from exams.authoring.paper_views import read_marks, row_of
from exams.models import Bank, Paper, PaperItem, PaperSection, Question
from exams.policies_authoring import get_editable_paper, list_usable_banks
from exams.view_models import TYPE_LABELS

KEPT = ("section", "bank", "topic", "q", "type", "difficulty", "tag", "used", "sort", "after", "before")
"""What of the address is kept when the author goes on picking."""


@author_page
def pick(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Pick questions from a bank into a section: search, filter, add many."""
    row = get_editable_paper(request.user, public_id)
    section = row_of(row, "section", request.POST.get("section") or request.GET.get("section") or "")
    banks = list(list_usable_banks(request.user).distinct().order_by("name"))
    if request.method == "POST":
        return _add(request, row, section, banks)
    bank = next((one for one in banks if str(one.public_id) == request.GET.get("bank")), banks[0] if banks else None)
    form = QuestionFilterForm(request.GET, papers=[])
    filters = dict(form.cleaned_data) if form.is_valid() else {}
    sort = filters.pop("sort", "") or "newest"
    filters["status"] = "drawable"
    topics = list_topics(bank=bank) if bank else []
    page = None
    if bank is not None:
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        page = page_of_questions(bank=bank, filters=filters, topics=topics, sort=sort, after=after, before=before)
        _mark(page, row, {node.topic.pk: node.topic.name for node in topics})
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
            "page": page,
            "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name) and name != "section"],
        },
    )


def _mark(page: QuestionPage, paper: Paper, topics: dict[int, str]) -> None:
    """Tell of each question of the page whether it, or an enemy of it, stands in the paper; three queries."""
    present = set(PaperItem.objects.filter(section__paper=paper).values_list("question_id", flat=True))
    hostile = enemies_in_paper(paper=paper, question_ids=[question.pk for question in page.rows])
    for question in page.rows:
        question.is_present = question.pk in present
        question.has_enemy = question.pk in hostile and not question.is_present
        question.type_label = TYPE_LABELS.get(question.type, question.type)
        question.topic_name = topics.get(question.topic_id or 0, "")


def _add(request: HttpRequest, paper: Paper, section: PaperSection, banks: list[Bank]) -> HttpResponse:
    keys = [key for key in request.POST.getlist("question") if is_uuid(key)]
    chosen = Question.objects.filter(bank__in=banks, public_id__in=keys)
    found = {str(question.public_id): question for question in chosen}
    going_on = {name: request.POST[f"kept-{name}"] for name in KEPT if request.POST.get(f"kept-{name}")}
    again = (
        f"{reverse('authoring:paper_pick', args=[paper.public_id])}?{urlencode({'section': section.pk, **going_on})}"
    )
    try:
        each: Decimal | None = None
        if text := request.POST.get("marks", "").strip():
            each = check_marks(read_marks(text))
        added = add_items(section=section, questions=[found[key] for key in keys if key in found], marks=each)
    except DomainError as error:
        say(request, error)
        return redirect(again)
    text = ngettext("%(n)s question added.", "%(n)s questions added.", added) % {"n": added}
    (messages.success if added else messages.warning)(request, text)
    if request.POST.get("do") == "more":
        return redirect(again)
    return redirect(f"{reverse('authoring:paper', args=[paper.public_id])}#section-{section.pk}")
