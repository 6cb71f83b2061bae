"""Pages of practice: what there is to practise, the session, its result, the records."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edu.core.errors import DomainError, NotFound
from exams.answer_files import form_with_files, sitting_of_session
from exams.models import PracticeAnswer, PracticeSession, QuestionVersion, Topic
from exams.practice.access import (
    bank_door,
    get_practisable_bank,
    get_practisable_paper,
    list_banks_for,
    list_papers_for,
    open_bank_ids,
    open_paper_ids,
    paper_door,
)
from exams.practice.answers import answer_question, assess_answer, finish_session
from exams.practice.book import count_open_entries
from exams.practice.forms import StartForm
from exams.practice.goal_views import today_card
from exams.practice.progress import list_bank_progress, list_chapters
from exams.practice.room import ItemPage, item_page, read_response, result_page
from exams.practice.sessions import get_session
from exams.practice.starts import start_chapter_practice, start_paper_practice
from exams.presentation import is_answered
from exams.reporting import take_report


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show banks and papers that the learner may practise, and what she left unfinished."""
    user = request.user
    banks = list_banks_for(user)
    open_ids = open_bank_ids(user, banks)
    papers = list(list_papers_for(user))
    papers_open = open_paper_ids(user, papers)
    return render(
        request,
        "exams/practice/index.html",
        {
            "desk": "learner",
            "title": _("Practice"),
            "banks": sorted(
                list_bank_progress(user_id=user.pk, banks=banks, open_ids=open_ids), key=lambda row: not row.is_open
            ),
            "papers": sorted(papers, key=lambda row: row.pk not in papers_open),
            "open_paper_ids": papers_open,
            "running": PracticeSession.objects.filter(user=user, finished_at__isnull=True).order_by("-active_at")[:5],
            "wrong_count": count_open_entries(user_id=user.pk),
            **today_card(request),
        },
    )


@login_required
@require_GET
def bank(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the chapters of a bank with the learner's progress; what is locked says what opens it."""
    row = _or_404(get_practisable_bank, request.user, public_id)
    door = bank_door(request.user, row)
    return render(
        request,
        "exams/practice/bank.html",
        {
            "desk": "learner",
            "title": row.name,
            "bank": row,
            "door": door,
            "chapters": list_chapters(user_id=request.user.pk, bank=row, door=door),
            "form": StartForm(),
        },
    )


def _or_404(find: Any, *args: Any) -> Any:
    try:
        return find(*args)
    except NotFound as error:
        raise Http404(error.message) from error


@login_required
@require_POST
def start_bank(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Begin chapter practice with the chosen order, number, types and difficulty."""
    row = _or_404(get_practisable_bank, request.user, public_id)
    form = StartForm(request.POST)
    back = redirect("practice:bank", public_id=row.public_id)
    if not form.is_valid():
        messages.error(request, _("Choose one of the offered values."))
        return back
    topic = None
    if form.cleaned_data["topic"]:
        topic = Topic.objects.filter(bank=row, public_id=form.cleaned_data["topic"]).first()
        if topic is None:
            raise Http404
    try:
        session = start_chapter_practice(
            user=request.user,
            bank=row,
            topic=topic,
            order=form.cleaned_data["order"] or "in_order",
            count=form.cleaned_data["count"] or 20,
            types=[form.cleaned_data["type"]] if form.cleaned_data["type"] else [],
            difficulties=[int(form.cleaned_data["difficulty"])] if form.cleaned_data["difficulty"] else [],
            feedback=form.cleaned_data["feedback"] or "at_once",
            asks_certainty=form.cleaned_data["asks_certainty"],
        )
    except DomainError as error:
        messages.error(request, _(error.message))
        return back
    return redirect("practice:session", public_id=session.public_id)


@login_required
def paper(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show a paper that may be practised, or what opens it; a post begins the practice."""
    row = _or_404(get_practisable_paper, request.user, public_id)
    if request.method == "POST":
        feedback = "at_once" if request.POST.get("feedback") == "at_once" else "at_end"
        try:
            session = start_paper_practice(
                user=request.user, paper=row, feedback=feedback, asks_certainty="asks_certainty" in request.POST
            )
        except DomainError as error:
            messages.error(request, _(error.message))
            return redirect("practice:paper", public_id=row.public_id)
        return redirect("practice:session", public_id=session.public_id)
    return render(
        request,
        "exams/practice/paper.html",
        {
            "desk": "learner",
            "title": row.title,
            "paper": row,
            "door": paper_door(request.user, row),
            "tries": PracticeSession.objects.filter(user=request.user, paper=row).order_by("-id")[:10],
        },
    )


def _own_session(request: HttpRequest, public_id: Any) -> PracticeSession:
    try:
        return get_session(user_id=request.user.pk, public_id=public_id)
    except NotFound as error:
        raise Http404(error.message) from error


def _index_of(request: HttpRequest, session: PracticeSession, value: str | None) -> int | None:
    if value is None or not value.isascii() or not value.isdecimal():
        return None
    number = int(value) - 1
    return number if 0 <= number < len(session.items) else None


def _show(request: HttpRequest, page: ItemPage, *, asks_blank: bool = False) -> HttpResponse:
    template = "exams/practice/_item.html" if getattr(request, "htmx", False) else "exams/practice/session.html"
    return render(request, template, {"page": page, "title": page.session.title, "asks_blank": asks_blank})


@login_required
@require_GET
def session(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show one question of the session: where the learner stopped, or the one asked for by `n`."""
    row = _own_session(request, public_id)
    if row.finished_at is not None and "n" not in request.GET:
        return redirect("practice:result", public_id=row.public_id)
    return _show(request, item_page(session=row, index=_index_of(request, row, request.GET.get("n"))))


@login_required
@require_POST
def answer(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take the answer to one question and show its feedback, or the next question when feedback comes at the end.

    An empty answer is asked about first: it counts as a blank only when the learner says so.
    """
    row = _own_session(request, public_id)
    place = _index_of(request, row, request.POST.get("n"))
    if place is None:
        raise Http404
    page = item_page(session=row, index=place)
    form, refusals = form_with_files(sitting=sitting_of_session(row), form=request.POST, files=request.FILES)
    for refusal in refusals:
        messages.error(request, _(refusal.message))
    response = read_response(page, form)
    if page.answer is None and not is_answered(response) and "blank" not in request.POST:
        return _show(request, page, asks_blank=True)
    seconds = request.POST.get("seconds", "")
    try:
        answer_question(
            session=row,
            index=place,
            version=page.version,
            response=response,
            seconds=int(seconds) if seconds.isascii() and seconds.isdecimal() else 0,
        )
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect(f"{reverse('practice:session', args=[row.public_id])}?n={place + 1}")
    target = place
    if row.feedback == "at_end":
        target = min(place + 1, len(row.items) - 1)
    row.refresh_from_db()
    if getattr(request, "htmx", False):
        return _show(request, item_page(session=row, index=target))
    return redirect(f"{reverse('practice:session', args=[row.public_id])}?n={target + 1}")


@login_required
@require_POST
def assess(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take the learner's own judgement of her essay."""
    row = _own_session(request, public_id)
    place = _index_of(request, row, request.POST.get("n"))
    if place is None:
        raise Http404
    try:
        assess_answer(
            session=row,
            index=place,
            fraction={"right": 1.0, "partly": 0.5, "wrong": 0.0}.get(request.POST.get("judgement", ""), -1.0),
        )
    except DomainError as error:
        messages.error(request, _(error.message))
    return redirect(f"{reverse('practice:session', args=[row.public_id])}?n={place + 1}")


@login_required
@require_POST
def report(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take the learner's word that something is wrong with a question of her session that she has answered."""
    row = _own_session(request, public_id)
    place = _index_of(request, row, request.POST.get("n"))
    answered = place is not None and PracticeAnswer.objects.filter(session=row, index=place).exists()
    if place is None or not answered:
        raise Http404
    version = QuestionVersion.objects.filter(pk=row.items[place]["version_id"]).first()
    if version is None:
        raise Http404
    back = f"{reverse('practice:session', args=[row.public_id])}?n={place + 1}"
    take_report(request, version=version, url=back)
    return redirect(back)


@login_required
@require_POST
def finish(request: HttpRequest, public_id: Any) -> HttpResponse:
    """End the session and show its result."""
    row = _own_session(request, public_id)
    finish_session(session=row)
    return redirect("practice:result", public_id=row.public_id)


@login_required
@require_GET
def result(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show score, every question with its verdict and review."""
    row = _own_session(request, public_id)
    if row.finished_at is None:
        return redirect("practice:session", public_id=row.public_id)
    return render(
        request, "exams/practice/result.html", {"desk": "learner", "title": row.title, **result_page(session=row)}
    )


@login_required
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """List the learner's practice, newest first."""
    rows = PracticeSession.objects.filter(user=request.user).select_related("bank", "topic", "paper").order_by("-id")
    page_obj = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(
        request,
        "exams/practice/records.html",
        {"desk": "learner", "title": _("Practice records"), "page_obj": page_obj},
    )
