"""Pages of banks: the list, one bank with its topics and questions, its settings, its topic tree."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring.banks import (
    create_bank,
    create_topic,
    delete_topic,
    move_topic,
    rename_topic,
    update_bank,
)
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.forms import BankForm, QuestionFilterForm
from exams.authoring.listing import list_questions, list_topics
from exams.models import Bank, ImportBatch, Question, Topic
from exams.policies_authoring import get_editable_bank, list_editable_banks
from exams.view_models import TYPE_LABELS

PAGE_SIZE = 30


@author_page
def banks(request: HttpRequest) -> HttpResponse:
    """List the banks that the author may write in."""
    ids = list_editable_banks(request.user).values("pk")
    rows = (
        Bank.objects.filter(pk__in=ids)
        .select_related("organization")
        .annotate(
            published=Count("questions", filter=Q(questions__status=Question.Status.PUBLISHED)),
            drafts=Count("questions", filter=Q(questions__status=Question.Status.DRAFT)),
        )
        .order_by("name")
    )
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "exams/authoring/banks.html",
        {"desk": "instructor", "title": _("Question banks"), "page_obj": page_obj},
    )


@author_page
def new_bank(request: HttpRequest) -> HttpResponse:
    """Make a bank."""
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bank = create_bank(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            return redirect("authoring:bank", public_id=bank.public_id)
    return render(
        request, "exams/authoring/bank_form.html", {"desk": "instructor", "title": _("New bank"), "form": form}
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
    context = {"desk": "instructor", "title": _("Settings of the bank"), "form": form, "bank": bank}
    return render(request, "exams/authoring/bank_form.html", context)


@author_page
def bank(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show a bank: topic tree at the side, questions with filters; eight queries whatever its size."""
    row = get_editable_bank(request.user, public_id)
    form = QuestionFilterForm(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    topics = list_topics(bank=row)
    topic = next((node.topic for node in topics if node.topic.public_id == filters.get("topic")), None)
    questions = list_questions(bank=row, topic=topic, filters=filters)
    page_obj = Paginator(questions, PAGE_SIZE).get_page(request.GET.get("page"))
    for question in page_obj.object_list:
        question.type_label = TYPE_LABELS.get(question.type, question.type)
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
            "page_obj": page_obj,
            "is_filtered": any(filters.get(name) for name in ("q", "type", "difficulty", "status", "tag", "topic")),
            "types": TYPE_LABELS.items(),
            "batches": ImportBatch.objects.filter(bank=row).exclude(state="failed").order_by("-id")[:3],
        },
    )


@author_post
def topics(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Add, rename, move or delete a topic of a bank."""
    row = get_editable_bank(request.user, public_id)
    back = redirect("authoring:bank", public_id=row.public_id)
    verb, _colon, key = request.POST.get("do", "").partition(":")
    try:
        if verb == "add":
            parent = Topic.objects.filter(bank=row, public_id=key).first() if key else None
            above = [topic.name for topic in _path_of(parent)]
            create_topic(bank=row, path=[*above, request.POST.get("name", "")])
            return back
        topic = Topic.objects.filter(bank=row, public_id=key).first()
        if topic is None:
            raise Http404
        if verb == "rename":
            rename_topic(topic=topic, name=request.POST.get("name", ""))
        elif verb in {"up", "down"}:
            move_topic(topic=topic, step=-1 if verb == "up" else 1)
        elif verb == "delete":
            delete_topic(topic=topic)
    except DomainError as error:
        say(request, error)
    return back


def _path_of(topic: Topic | None) -> list[Topic]:
    if topic is None:
        return []
    ids = [int(part) for part in topic.path.split("/") if part]
    by_id = Topic.objects.in_bulk(ids)
    return [by_id[pk] for pk in ids]
