"""Pages of a practice session: its questions, answers, finish and result."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.answer_files import form_with_files, sitting_of_session
from exams.models import PracticeAnswer, PracticeSession, QuestionVersion
from exams.practice.answers import answer_question, assess_answer, finish_session
from exams.practice.retry import retry_session
from exams.practice.room import ItemPage, item_page, read_response, result_page
from exams.practice.room_words import room_of
from exams.practice.samples import find_sample_offer
from exams.practice.sessions import get_session
from exams.presentation import is_answered
from exams.reporting import take_report


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
    room = room_of(page, now=now_utc())
    return render(
        request,
        "exams/practice/session.html",
        {"page": page, "title": page.session.title, "asks_blank": asks_blank, "room": room},
    )


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
        request,
        "exams/practice/result.html",
        {
            "desk": "learner",
            "title": row.title,
            "sample": find_sample_offer(request.user, row),
            **result_page(session=row),
        },
    )


@login_required
@require_POST
def retry(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Begin a practice of what was not right in a finished one."""
    row = _own_session(request, public_id)
    try:
        session = retry_session(session=row)
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect("practice:result", public_id=row.public_id)
    return redirect("practice:session", public_id=session.public_id)
