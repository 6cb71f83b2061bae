"""Pages of banks: the list, one bank with its questions and filters, its settings."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring import listing
from exams.authoring.banks import create_bank, update_bank
from exams.authoring.bulk_views import take_undone
from exams.authoring.entries import author_page
from exams.authoring.filter_form import BulkForm, QuestionFilterForm
from exams.authoring.forms import BankForm, OwnerForm
from exams.authoring.listing import count_by_status, list_choices, list_topics, page_of_questions
from exams.models import Bank, ImportBatch
from exams.policies_authoring import (
    get_editable_bank,
    get_readable_bank,
    is_steward,
    list_editable_banks,
    list_editable_papers,
    list_readable_banks,
)
from exams.view_models import TYPE_LABELS

PAGE_SIZE = 30


@author_page
def banks(request: HttpRequest) -> HttpResponse:
    """List the banks that the author may write in or review."""
    ids = list_readable_banks(request.user).values("pk")
    rows = Bank.objects.filter(pk__in=ids).select_related("organization").order_by("name", "pk")
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = count_by_status(bank_ids=[row.pk for row in page_obj.object_list])
    for row in page_obj.object_list:
        row.published = _counted(counts.get((row.pk, "published"), 0))
        row.drafts = _counted(counts.get((row.pk, "draft"), 0))
    return render(
        request,
        "exams/authoring/banks.html",
        {"desk": "instructor", "title": _("Question banks"), "page_obj": page_obj},
    )


def _counted(count: int) -> int | str:
    """Return a count as the list says it: in words where there are more than are counted."""
    return count if count <= listing.COUNT_LIMIT else _("more than 10,000")


@author_page
def new_bank(request: HttpRequest) -> HttpResponse:
    """Make a bank."""
    form, owner = BankForm(request.POST or None), OwnerForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and owner.is_valid():
        try:
            organization_id = owner.cleaned_data["organization"]
            bank = create_bank(actor=request.user, organization_id=organization_id, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            return redirect("authoring:bank", public_id=bank.public_id)
    return render(
        request,
        "exams/authoring/bank_form.html",
        {"desk": "instructor", "title": _("New bank"), "form": form, "owner": owner},
    )


@author_page
def edit_bank(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Change what a bank says of itself and who may use it."""
    bank = get_editable_bank(request.user, public_id)
    form = BankForm(request.POST or None, instance=Bank.objects.get(pk=bank.pk))
    if request.method == "POST" and form.is_valid():
        try:
            update_bank(bank=bank, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, _(error.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("authoring:bank", public_id=bank.public_id)
    context = {
        "desk": "instructor",
        "title": _("Settings of the bank"),
        "form": form,
        "bank": bank,
        "may_share": is_steward(request.user, bank),
    }
    return render(request, "exams/authoring/bank_form.html", context)


@author_page
def bank(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show a bank: topic tree at the side, questions with filters, figures and use; the same number of queries whatever
    its size."""
    row = get_readable_bank(request.user, public_id)
    topics = list_topics(bank=row)
    choices = list_choices(
        bank=row,
        papers=list_editable_papers(request.user).filter(archived_at__isnull=True),
        banks=list_editable_banks(request.user) if row.may_edit else Bank.objects.none(),
    )
    form = QuestionFilterForm(request.GET, authors=choices.authors, papers=choices.papers)
    filters = {name: request.GET.get(name, "") for name in form.fields} if not form.is_valid() else form.cleaned_data
    page = page_of_questions(
        bank=row,
        filters=filters,
        topics=topics,
        sort=filters.get("sort") or "newest",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    topic = next((node.topic for node in topics if str(node.topic.public_id) == filters.get("topic")), None)
    undone = take_undone(request, row)
    for question in page.rows:
        question.is_chosen = str(question.public_id) in undone.get("questions", ())
        question.type_label = TYPE_LABELS.get(question.type, question.type)
    is_filtered = any(value for name, value in filters.items() if name not in {"sort"})
    kept = {name: value for name, value in filters.items() if value}
    return render(
        request,
        "exams/authoring/bank.html",
        {
            "desk": "instructor",
            "title": row.name,
            "bank": row,
            "form": form,
            "topics": topics,
            "topic": topic,
            "page": page,
            "is_filtered": is_filtered,
            "bulk": BulkForm(topics=topics, banks=choices.banks, initial=undone.get("values")),
            "undone": undone,
            "query": urlencode(kept),
            "page_query": urlencode({name: request.GET[name] for name in ("after", "before") if name in request.GET}),
            "imports": [
                (key, name, dict(ImportBatch.State.choices).get(state, state)) for key, name, state in choices.imports
            ]
            if row.may_edit
            else (),
        },
    )
