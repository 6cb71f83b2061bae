"""Pages of questions and answers."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import queries as courses
from edu.accounts.queries import public_name
from edu.accounts.throttle import check_rate
from edu.community import services
from edu.community.course_of import course_or_404
from edu.community.forms import AnswerForm, QuestionForm, ReportForm
from edu.community.models import Question
from edu.community.policies import is_moderator, may_take_part, require_part, teaches
from edu.community.queries import list_answers, list_questions
from edu.community.talk import get_answer, get_question
from edu.core.errors import DomainError, NotFound

PAGE_SIZE = 20
WRITES_AN_HOUR = 30


def _limit(request: HttpRequest) -> None:
    check_rate(key=f"community:{request.user.pk}", limit=WRITES_AN_HOUR, window_seconds=3600)


def _found(read: Callable[..., Any], **arguments: Any) -> Any:
    """Return what `read` finds, or answer 404."""
    try:
        return read(**arguments)
    except NotFound as error:
        raise Http404 from error


def _refuse(form: forms.Form, error: DomainError) -> None:
    """Write an error of the domain beside its field; what is not there answers 404."""
    if isinstance(error, NotFound):
        raise Http404 from error
    form.add_error(error.field if error.field in form.fields else None, error.message)


def question_row(row: Question) -> dict[str, Any]:
    """Return a question as lists show it."""
    return {
        "title": row.title,
        "url": reverse("community:question", args=[row.public_id]),
        "name": public_name(user=row.author),
        "lesson": row.lesson.title,
        "answer_count": row.answer_count,
        "is_solved": row.accepted_answer_id is not None,
        "created_at": row.created_at,
    }


@login_required
@never_cache
@require_GET
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """List the questions of a course, newest first."""
    card = course_or_404(slug=slug, user=request.user)
    if not may_take_part(request.user, course_id=card.id):
        raise Http404
    query = request.GET.get("q", "").strip()[:100]
    page = Paginator(list_questions(course_id=card.id, query=query), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Questions and answers"),
        "course": card,
        "query": query,
        "page_obj": page,
        "questions": [question_row(row) for row in page.object_list],
        "may_announce": teaches(request.user, course_id=card.id),
    }
    return render(request, "community/course.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask something about a lesson."""
    lesson = courses.find_lesson(public_id=public_id)
    if lesson is None:
        raise Http404
    _found(
        lambda: require_part(request.user, course_id=lesson.course_id, product_key=lesson.product_key),
    )
    form = QuestionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        _limit(request)
        if form.is_valid():
            try:
                row = services.ask_question(author=request.user, lesson_public_id=public_id, **form.cleaned_data)
            except DomainError as error:
                _refuse(form, error)
            else:
                messages.success(request, _("Your question is there. You are told when somebody answers."))
                return redirect("community:question", row.public_id)
    context = {"title": _("Ask a question"), "lesson": lesson, "form": form}
    return render(request, "community/ask.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a question with its answers; take an answer."""
    row = _found(get_question, user=request.user, public_id=public_id)
    form = AnswerForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        _limit(request)
        if form.is_valid():
            try:
                services.answer_question(author=request.user, question_public_id=public_id, **form.cleaned_data)
            except DomainError as error:
                _refuse(form, error)
            else:
                messages.success(request, _("Your answer is there."))
                return redirect(f"{reverse('community:question', args=[public_id])}#answers")
    lesson = courses.find_lesson(lesson_id=row.lesson_id)
    moderates = is_moderator(request.user, course_id=row.course_id)
    context = {
        "title": row.title,
        "question": row,
        "name": public_name(user=row.author),
        "lesson": lesson,
        "answers": list_answers(question=row, user_id=request.user.pk),
        "form": form,
        "is_own": row.author_id == request.user.pk,
        "moderates": moderates,
        "may_accept": row.author_id == request.user.pk or teaches(request.user, course_id=row.course_id),
    }
    return render(request, "community/question.html", context, status=status)


def _edit(
    request: HttpRequest,
    *,
    form: forms.Form,
    change: Callable[..., Any],
    title: str,
    back: str,
    done: str,
) -> HttpResponse:
    """Show a form that changes one thing, and change it."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                change(**form.cleaned_data)
            except DomainError as error:
                _refuse(form, error)
            else:
                messages.success(request, done)
                return redirect(back)
    return render(request, "community/edit.html", {"title": title, "form": form, "back": back}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def change_question(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change one's own question."""
    row = _found(get_question, user=request.user, public_id=public_id)
    if row.author_id != request.user.pk:
        raise Http404
    return _edit(
        request,
        form=QuestionForm(request.POST or None, initial={"title": row.title, "body": row.body}),
        change=lambda **values: services.edit_question(user=request.user, public_id=public_id, **values),
        title=_("Edit your question"),
        back=reverse("community:question", args=[public_id]),
        done=_("Saved."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def change_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change one's own answer."""
    row = _found(get_answer, user=request.user, public_id=public_id)
    if row.author_id != request.user.pk:
        raise Http404
    return _edit(
        request,
        form=AnswerForm(request.POST or None, initial={"body": row.body}),
        change=lambda **values: services.edit_answer(user=request.user, public_id=public_id, **values),
        title=_("Edit your answer"),
        back=reverse("community:question", args=[row.question.public_id]),
        done=_("Saved."),
    )


@login_required
@require_POST
def remove_question(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Withdraw a question."""
    row = _found(services.delete_question, user=request.user, public_id=public_id)
    messages.success(request, _("The question is withdrawn."))
    lesson = courses.find_lesson(lesson_id=row.lesson_id)
    return redirect(lesson.url if lesson else "learning:home")


@login_required
@require_POST
def remove_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Withdraw an answer."""
    row = _found(services.delete_answer, user=request.user, public_id=public_id)
    messages.success(request, _("The answer is withdrawn."))
    return redirect("community:question", row.question.public_id)


@login_required
@require_POST
def accept(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Mark an answer as the one that solved the question, or take the mark back."""
    row = _found(get_answer, user=request.user, public_id=public_id)
    try:
        services.accept_answer(user=request.user, answer_public_id=public_id)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('community:question', args=[row.question.public_id])}#answers")


@login_required
@require_http_methods(["GET", "POST"])
def report_question(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Report a question."""
    _found(get_question, user=request.user, public_id=public_id)
    return _edit(
        request,
        form=ReportForm(request.POST or None),
        change=lambda **values: services.report(user=request.user, question_public_id=public_id, **values),
        title=_("Report the question"),
        back=reverse("community:question", args=[public_id]),
        done=_("Thank you. The teachers look at it."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def report_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Report an answer."""
    row = _found(get_answer, user=request.user, public_id=public_id)
    return _edit(
        request,
        form=ReportForm(request.POST or None),
        change=lambda **values: services.report(user=request.user, answer_public_id=public_id, **values),
        title=_("Report the answer"),
        back=reverse("community:question", args=[row.question.public_id]),
        done=_("Thank you. The teachers look at it."),
    )
