"""Pages of the wrong-answer book."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.domain.progress import HandAct
from exams.models import Bank, Topic
from exams.practice.book import count_by_bank, list_entries, save_note, set_mastered
from exams.practice.forms import BookFilterForm
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import find_preference, rule_of
from exams.practice.starts import start_wrong_practice
from exams.view_models import TYPE_LABELS


def _filters(request: HttpRequest, data: Any) -> tuple[BookFilterForm, dict[str, Any], list[dict[str, Any]]]:
    """Return the filter form, the arguments for the book's queries, and the counts by bank."""
    hidden = hidden_questions(user_id=request.user.pk, now=now_utc())
    counts = count_by_bank(user_id=request.user.pk, hidden=hidden)
    banks = {str(bank.public_id): bank for bank in Bank.objects.filter(pk__in=[c["question__bank_id"] for c in counts])}
    bank = banks.get(data.get("bank", ""))
    topics = list(Topic.objects.filter(bank=bank, parent__isnull=True)) if bank else []
    form = BookFilterForm(
        data,
        banks=[(key, row.name) for key, row in banks.items()],
        topics=[(str(topic.public_id), topic.name) for topic in topics],
    )
    topic = next((row for row in topics if str(row.public_id) == data.get("topic")), None)
    kind = data.get("type", "")
    chosen = {
        "bank_id": bank.pk if bank else None,
        "topic_path": topic.path if topic else "",
        "type": kind if kind in TYPE_LABELS else "",
        "hidden": hidden,
    }
    return form, chosen, counts


@login_required
@require_GET
def wrong_answers(request: HttpRequest) -> HttpResponse:
    """Show the learner's wrong-answer book by bank, chapter and type; keys stay out of it until she retries."""
    form, chosen, counts = _filters(request, request.GET)
    rows = list_entries(user_id=request.user.pk, mastered=request.GET.get("state") == "mastered", **chosen)
    page_obj = Paginator(rows, 20).get_page(request.GET.get("page"))
    for entry in page_obj.object_list:
        entry.type_label = TYPE_LABELS.get(entry.question.type, entry.question.type)
    return render(
        request,
        "exams/practice/wrong_answers.html",
        {
            "desk": "learner",
            "title": _("Wrong-answer book"),
            "form": form,
            "page_obj": page_obj,
            "open_count": sum(row["open_count"] for row in counts),
            "mastered_count": sum(row["mastered_count"] for row in counts),
            "rule": rule_of(find_preference(user_id=request.user.pk)),
            "is_mastered_list": request.GET.get("state") == "mastered",
        },
    )


@login_required
@require_POST
def start_wrong(request: HttpRequest) -> HttpResponse:
    """Begin to retry what the filter shows."""
    _form, chosen, _counts = _filters(request, request.POST)
    try:
        session = start_wrong_practice(user=request.user, title=_("Wrong answers"), **chosen)
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect("practice:wrong_answers")
    return redirect("practice:session", public_id=session.public_id)


@login_required
@require_POST
def update_entry(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Save the note of an entry (`public_id` of its question), take it out of the book or put it back."""
    user_id = request.user.pk
    try:
        if "note" in request.POST:
            save_note(user_id=user_id, question_public_id=public_id, note=request.POST["note"])
            messages.success(request, _("Your note is saved."))
        elif request.POST.get("do") in {"master", "return"}:
            hand_act = HandAct.MASTERED if request.POST["do"] == "master" else HandAct.RETURNED
            set_mastered(user_id=user_id, question_public_id=public_id, hand_act=hand_act)
    except NotFound as error:
        raise Http404(error.message) from error
    target = request.POST.get("next", "")
    if target.startswith("/practice/") and not target.startswith("//"):
        return redirect(target)
    return redirect("practice:wrong_answers")
