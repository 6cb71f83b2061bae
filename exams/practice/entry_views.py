"""Pages of single questions of the learner's own: an entry of her book with its history, and her favourites."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.delivery.reviewing import NOTHING
from exams.domain.progress import HandAct
from exams.models import Bank, PracticeAnswer, QuestionProgress, QuestionVersion
from exams.practice.access import bank_door
from exams.practice.book_access import find_locked
from exams.practice.book_entry import get_row, save_note, set_favourite, set_mastered, set_mistake
from exams.practice.book_forms import MISTAKES, RetryForm
from exams.practice.book_history import list_given
from exams.practice.book_request import uuid_text
from exams.practice.book_starts import list_favourites, start_favourites, start_questions, start_siblings
from exams.practice.book_views import PAGE_SIZE, remember_undo, safe_next, take_undo
from exams.practice.book_words import due_words, memory_words, place_words, rule_words
from exams.practice.decided import key_in_practice, words_in_practice
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import find_preference, rule_of
from exams.practice.siblings import list_siblings
from exams.practice.starts import frozen_order
from exams.presentation import KEYS_ONLY, QuestionView, review_view
from exams.reporting import take_report
from exams.view_models import TYPE_LABELS


def _or_404(find: Any, **fields: Any) -> Any:
    try:
        return find(**fields)
    except NotFound as error:
        raise Http404(error.message) from error


def _version_of(row: QuestionProgress) -> QuestionVersion | None:
    """Return the version that is asked today, the one last met where none is."""
    if row.question.current_version is not None:
        return row.question.current_version
    return QuestionVersion.objects.filter(pk=row.version_id).first()


def _order_of(row: QuestionProgress, version: QuestionVersion) -> dict[str, list[str]]:
    """Return the order in which she last met this version in practice, so that what was drawn stays; else a new one."""
    last = (
        PracticeAnswer.objects.filter(user_id=row.user_id, question_id=row.question_id, version_id=version.pk)
        .select_related("session")
        .order_by("-answered_at")
        .first()
    )
    if last is not None and last.index < len(last.session.items):
        return last.session.items[last.index].get("order") or {}
    return frozen_order(version, seed=row.pk, index=0)


def _question_view(row: QuestionProgress, version: QuestionVersion, *, shows_key: bool) -> QuestionView:
    """Return the question to read, with key and explanation where the learner opens them."""
    return review_view(
        type=version.type,
        content=version.content,
        key=key_in_practice(version, row.question),
        decision=words_in_practice(version, row.question) if shows_key else "",
        name="q1",
        marks=version.marks,
        order=_order_of(row, version),
        explanation=version.explanation,
        source=version.source,
        policy=KEYS_ONLY if shows_key else NOTHING,
        slot=1,
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show how the learner stands with a question that she has answered; a post changes what is hers of it."""
    if request.method == "POST":
        return _update(request, public_id)
    user = request.user
    row = _or_404(get_row, user_id=user.pk, question_public_id=public_id)
    now = now_utc()
    locked = find_locked(user=user, banks=[row.question.bank])
    is_locked = row.question_id in locked.questions
    version = _version_of(row)
    shows_key = "answer" in request.GET and not is_locked
    rule = rule_of(find_preference(user_id=user.pk))
    return render(
        request,
        "exams/practice/entry.html",
        {
            "desk": "learner",
            "title": _("Question in my book") if row.last_wrong_at else _("My question"),
            "row": row,
            "type_label": TYPE_LABELS.get(row.question.type, row.question.type),
            "question": _question_view(row, version, shows_key=shows_key) if version and not is_locked else None,
            "shows_key": shows_key,
            "is_locked": is_locked,
            "door": bank_door(user, row.question.bank) if is_locked else None,
            "can_retry": row.question.is_drawable and not is_locked,
            "given": list_given(user_id=user.pk, question_ids=[row.question_id]).get(row.question_id, ()),
            "memory": memory_words(row, now=now),
            "place_words": place_words(row, rule=rule),
            "rule_words": rule_words(rule),
            "siblings": list_siblings(user=user, question=row.question),
            "mistakes": MISTAKES,
            "next_url": reverse("practice:entry", args=[public_id]),
            "undo_count": take_undo(request),
        },
    )


def _update(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Save the note of a question, take its entry out of the book or put it back."""
    fields = {"user_id": request.user.pk, "question_public_id": public_id}
    if "note" in request.POST:
        _or_404(save_note, **fields, note=request.POST["note"])
        messages.success(request, _("Your note is saved."))
    elif request.POST.get("do") in {"master", "return"}:
        hand_act = HandAct.MASTERED if request.POST["do"] == "master" else HandAct.RETURNED
        remember_undo(request, [_or_404(set_mastered, **fields, hand_act=hand_act)])
    return redirect(safe_next(request, reverse("practice:wrong_answers")))


@login_required
@require_POST
def mark(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Make a question a favourite or say what kind the mistake was; htmx gets the marks anew, others go back."""
    fields = {"user_id": request.user.pk, "question_public_id": public_id}
    row = None
    try:
        if "favourite" in request.POST:
            row = _or_404(set_favourite, **fields, is_favourite=request.POST["favourite"] == "1")
        elif "mistake" in request.POST:
            row = _or_404(set_mistake, **fields, mistake=request.POST["mistake"])
        else:
            _or_404(get_row, **fields)
    except DomainError as error:
        messages.error(request, _(error.message))
    back = safe_next(request, reverse("practice:entry", args=[public_id]))
    if row is None or not getattr(request, "htmx", False):
        return redirect(back)
    number = request.POST.get("number", "")
    context = {
        "row": row,
        "number": number if number.isascii() and number.isdecimal() and len(number) < 6 else "1",
        "next_url": back,
        "mistakes": MISTAKES,
    }
    return render(request, "exams/practice/_own_marks.html", context)


@login_required
@require_POST
def start_entry(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Begin to retry one question, or to practise similar ones."""
    row = _or_404(get_row, user_id=request.user.pk, question_public_id=public_id)
    try:
        if request.POST.get("what") == "siblings":
            session = start_siblings(user=request.user, question_public_id=public_id)
        else:
            session = start_questions(user=request.user, public_ids=[row.question.public_id])
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect("practice:entry", public_id=public_id)
    return redirect("practice:session", public_id=session.public_id)


@login_required
@require_POST
def report_entry(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take the learner's word that something is wrong with a question that she has answered."""
    row = _or_404(get_row, user_id=request.user.pk, question_public_id=public_id)
    version = _version_of(row) if row.answered_count else None
    if version is None:
        raise Http404
    back = reverse("practice:entry", args=[public_id])
    take_report(request, version=version, url=back)
    return redirect(back)


# -- favourites -----------------------------------------------------------------------------------
def _favourite_bank(request: HttpRequest, key: str) -> Bank | None:
    wanted = uuid_text(key)
    mine = QuestionProgress.objects.filter(user_id=request.user.pk, favourited_at__isnull=False)
    rows = Bank.objects.filter(pk__in=mine.values("question__bank_id"))
    return rows.filter(public_id=wanted).first() if wanted else None


@login_required
@never_cache
@require_GET
def favourites(request: HttpRequest) -> HttpResponse:
    """List the learner's favourites, all or of one bank, newest first."""
    user, now = request.user, now_utc()
    hidden = hidden_questions(user_id=user.pk, now=now)
    bank = _favourite_bank(request, request.GET.get("bank", ""))
    counts = list(
        list_favourites(user_id=user.pk, hidden=hidden)
        .order_by("question__bank__name")
        .values("question__bank__public_id", "question__bank__name")
        .annotate(n=Count("id"))
    )
    rows = list_favourites(user_id=user.pk, bank_id=bank.pk if bank else None, hidden=hidden)
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    entries = list(page_obj.object_list)
    locked = find_locked(user=user, banks={row.question.bank_id: row.question.bank for row in entries}.values())
    for row in entries:
        row.type_label = TYPE_LABELS.get(row.question.type, row.question.type)
        row.is_locked = row.question_id in locked.questions
        row.is_gone = not row.question.is_drawable
        row.due_label = due_words(row, now=now) if row.last_wrong_at and not row.mastered_at else ""
    page_obj.object_list = entries
    total = sum(row["n"] for row in counts)
    chips = [{"label": _("All"), "url": reverse("practice:favourites"), "count": total, "current": bank is None}]
    chips += [
        {
            "label": row["question__bank__name"],
            "url": f"?bank={row['question__bank__public_id']}",
            "count": row["n"],
            "current": bank is not None and row["question__bank__public_id"] == bank.public_id,
        }
        for row in counts
    ]
    context = {
        "desk": "learner",
        "title": _("Favourites"),
        "page_obj": page_obj,
        "chips": chips,
        "bank": bank,
        "total": total,
        "retry_form": RetryForm(auto_id="retry_%s"),
    }
    return render(request, "exams/practice/favourites.html", context)


@login_required
@require_POST
def start_favourite_practice(request: HttpRequest) -> HttpResponse:
    """Begin to practise the favourites that the list shows."""
    bank = _favourite_bank(request, request.POST.get("bank", ""))
    form = RetryForm(request.POST)
    count = form.cleaned_data["count"] if form.is_valid() else 20
    try:
        session = start_favourites(
            user=request.user,
            title=f"{_('Favourites')} · {bank.name}" if bank else _("Favourites"),
            bank_id=bank.pk if bank else None,
            count=count,
        )
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect("practice:favourites")
    return redirect("practice:session", public_id=session.public_id)
