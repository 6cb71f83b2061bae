"""Pages of the wrong-answer book: its list, what is done with several entries, starting to practise, exports."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from edu.documents.xlsx import CONTENT_TYPE as XLSX_TYPE
from exams.domain.progress import HandAct
from exams.models import QuestionProgress
from exams.practice.book import LOCKED, STATES, list_entries
from exams.practice.book_access import locked_doors
from exams.practice.book_entry import Before, mark_mistakes, set_all_mastered, undo_acts
from exams.practice.book_export import MOST_EXPORTED, book_pdf, book_xlsx
from exams.practice.book_forms import MISTAKES, RetryForm
from exams.practice.book_request import BookRequest, read_book, uuid_text
from exams.practice.book_starts import start_due_practice, start_questions, start_wrong_practice
from exams.practice.book_words import STATE_LABELS, due_words, rule_words
from exams.view_models import TYPE_LABELS

PAGE_SIZE = 20
UNDO = "practice_undo"
"""Under which name a session keeps what the last act by hand can be undone to."""


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Return where a form of practice leads back to: an address below /practice/, else `fallback`."""
    target = request.POST.get("next", "")
    return target if target.startswith("/practice/") and "//" not in target and "\\" not in target else fallback


def remember_undo(request: HttpRequest, before: list[Before]) -> None:
    """Offer on the next page of the book to undo an act by hand."""
    request.session[UNDO] = {"before": [one.as_json() for one in before], "is_shown": False}


def take_undo(request: HttpRequest) -> int:
    """Return how many entries the offer on this page would bring back; the page after it offers nothing."""
    offered = request.session.get(UNDO)
    if not offered:
        return 0
    if offered["is_shown"]:
        del request.session[UNDO]
        return 0
    request.session[UNDO] = {**offered, "is_shown": True}
    return len(offered["before"])


@login_required
@never_cache
@require_GET
def wrong_answers(request: HttpRequest) -> HttpResponse:
    """Show the learner's wrong-answer book by tab, filter and group; keys stay out of it."""
    book = read_book(user=request.user, data=request.GET.dict())
    rows = _rows(book, request)
    paginator = Paginator(rows, PAGE_SIZE)
    paginator.count = book.counts.states[book.chosen.state]
    page_obj = paginator.get_page(request.GET.get("page"))
    entries = list(page_obj.object_list)
    describe_entries(entries, book)
    page_obj.object_list = entries
    return render(
        request,
        "exams/practice/wrong_answers.html",
        {
            "desk": "learner",
            "title": _("Wrong-answer book"),
            "book": book,
            "counts": book.counts,
            "state": book.chosen.state,
            "tabs": _tabs(book),
            "retry_form": RetryForm(auto_id="retry_%s"),
            "page_obj": page_obj,
            "rule_words": rule_words(book.counts.rule),
            "doors": locked_doors(user=request.user, banks=book.locked.banks) if book.counts.states[LOCKED] else (),
            "mistakes": MISTAKES,
            "undo_count": take_undo(request),
        },
    )


def _rows(book: BookRequest, request: HttpRequest) -> QuerySet[QuestionProgress]:
    """Return the entries that the filter of a request means, without content and key."""
    return list_entries(
        user_id=request.user.pk or 0,
        chosen=book.chosen,
        group=book.group,
        hidden=book.hidden,
        locked=book.locked.questions,
    )


def _tabs(book: BookRequest) -> list[dict[str, Any]]:
    kept = "".join(f"&{pair}" for pair in book.query.split("&") if not pair.startswith("state="))
    return [
        {
            "label": STATE_LABELS[state],
            "url": f"?state={state}{kept}",
            "current": state == book.chosen.state,
            "count": book.counts.states[state],
        }
        for state in (*STATES, LOCKED)
        if state != LOCKED or book.counts.states[LOCKED] or book.chosen.state == LOCKED
    ]


def describe_entries(entries: list[QuestionProgress], book: BookRequest) -> None:
    """Give the entries of a page the words that it shows, and a heading to the first of each group."""
    now = now_utc()
    last = None
    for entry in entries:
        entry.type_label = TYPE_LABELS.get(entry.question.type, entry.question.type)
        entry.due_label = due_words(entry, now=now) if entry.mastered_at is None else ""
        entry.is_locked = entry.question_id in book.locked.questions
        entry.is_gone = not entry.question.is_drawable
        heading = _heading(entry, book.group)
        entry.heading = heading if heading != last else ""
        last = heading


def _heading(entry: Any, group: str) -> str:
    question = entry.question
    if group == "topic":
        return f"{question.bank.name} · {question.topic.name}" if question.topic else question.bank.name
    if group == "type":
        return str(entry.type_label)
    if group == "source":
        return entry.exam_title or _("Practice")
    return date_format(timezone.localtime(entry.last_wrong_at), "DATE_FORMAT")


def _book_address(book: BookRequest) -> str:
    return f"{reverse('practice:wrong_answers')}?{book.query}"


@login_required
@require_POST
def start_wrong(request: HttpRequest) -> HttpResponse:
    """Begin to retry what the filter shows, as many and in the order chosen."""
    book = read_book(user=request.user, data=request.POST.dict())
    form = RetryForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the offered values."))
        return redirect(_book_address(book))
    try:
        session = start_wrong_practice(
            user=request.user,
            title=_("Wrong answers: %(filter)s") % {"filter": book.words},
            chosen=book.chosen,
            count=form.cleaned_data["count"],
            order=form.cleaned_data["order"] or "oldest",
            hidden=book.hidden,
        )
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect(_book_address(book))
    return redirect("practice:session", public_id=session.public_id)


@login_required
@require_POST
def start_due(request: HttpRequest) -> HttpResponse:
    """Begin with what is due, the longest overdue first."""
    try:
        session = start_due_practice(user=request.user, title=_("Due today"))
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect(f"{reverse('practice:wrong_answers')}?state=due")
    return redirect("practice:session", public_id=session.public_id)


@login_required
@require_POST
def change_several(request: HttpRequest) -> HttpResponse:
    """Do one thing with the chosen entries: mark the mistake, take out, put back, practise."""
    chosen = [key for key in map(uuid_text, request.POST.getlist("chosen")) if key]
    back = safe_next(request, reverse("practice:wrong_answers"))
    if not chosen:
        messages.error(request, _("Choose entries first."))
        return redirect(back)
    what, user = request.POST.get("do", ""), request.user
    try:
        if what == "practise":
            session = start_questions(user=user, public_ids=chosen, title=_("Wrong answers: chosen by hand"))
            return redirect("practice:session", public_id=session.public_id)
        if what in {"master", "return"}:
            hand_act = HandAct.MASTERED if what == "master" else HandAct.RETURNED
            remember_undo(request, set_all_mastered(user_id=user.pk, public_ids=chosen, hand_act=hand_act))
        elif what.startswith("mistake-"):
            count = mark_mistakes(user_id=user.pk, public_ids=chosen, mistake=what.removeprefix("mistake-"))
            words = ngettext("%(n)d entry is marked.", "%(n)d entries are marked.", count)
            messages.success(request, words % {"n": count})
    except DomainError as error:
        messages.error(request, _(error.message))
    return redirect(back)


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Undo the last act by hand, as the page offered it."""
    offered = request.session.pop(UNDO, {}).get("before", [])
    before = [Before(question_public_id=key, hand_act=hand_act, hand_at=hand_at) for key, hand_act, hand_at in offered]
    if undo_acts(user_id=request.user.pk, before=before):
        messages.success(request, _("Undone."))
    else:
        messages.info(request, _("There is nothing to undo any more."))
    return redirect(safe_next(request, reverse("practice:wrong_answers")))


@login_required
@never_cache
@require_GET
def export(request: HttpRequest, format: str) -> HttpResponse:
    """Return what the filter shows as PDF (questions first, answers after) or XLSX."""
    book = read_book(user=request.user, data=request.GET.dict())
    rows = _rows(book, request)
    total = 0 if book.chosen.state == LOCKED else rows.count()
    if not total:
        messages.info(request, _("There is nothing to print with this filter."))
        return redirect(_book_address(book))
    words = book.words
    if total > MOST_EXPORTED:
        words += " · " + _("the first %(n)d of %(total)d") % {"n": MOST_EXPORTED, "total": total}
    day = timezone.localdate()
    name = f"{_('Wrong-answer book')} {day:%Y-%m-%d}"
    if format == "pdf":
        language = get_language() or "en"
        data = book_pdf(user=request.user, rows=rows, words=words, on=day, language=language)
        response = HttpResponse(data, content_type="application/pdf")
    else:
        data = book_xlsx(user=request.user, rows=rows, words=words, on=day)
        response = HttpResponse(data, content_type=XLSX_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{format}")
    return response
