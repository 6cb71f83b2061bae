"""Pages around a question: the review with its remarks, the history with differences, and the queue of reviews."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from edu.core.errors import DomainError, InvalidInput, NotFound
from edu.core.ids import find_uuid
from exams.authoring.comments import FIELDS, add_comment, find_thread, list_threads, resolve_thread
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.history import compare_states, get_state, list_states, values_to_restore
from exams.authoring.questions import equals_version, fingerprint_of, is_approved, revert_question
from exams.authoring.review import (
    approve_review,
    ask_for_changes,
    authors_of,
    find_open_review,
    list_reviews,
    submit_for_review,
    withdraw_review,
)
from exams.authoring.tabs import question_tabs
from exams.domain.errors import InvalidQuestion
from exams.models import Question
from exams.policies_authoring import get_editable_question, get_readable_question, is_editor
from exams.presentation import KEYS_ONLY, review_view
from exams.view_models import TYPE_LABELS

PAGE_SIZE = 30


@author_page
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits for the person's review, the oldest first."""
    page_obj = Paginator(list_reviews(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    for review in page_obj.object_list:
        review.type_label = TYPE_LABELS.get(review.question.type, review.question.type)
    context = {"desk": "instructor", "title": _("To review"), "page_obj": page_obj}
    return render(request, "exams/authoring/reviews.html", context)


def _draft_view(question: Question) -> Any | None:
    """Return the draft as a learner reviews it, or None while it is not complete."""
    try:
        return review_view(
            type=question.type,
            content=question.content,
            key=question.key,
            name="draft",
            number="1",
            marks=question.marks,
            policy=KEYS_ONLY,
            explanation=question.explanation,
            source=question.source,
        )
    except (InvalidQuestion, KeyError, TypeError, ValueError):
        return None


@author_page
def review(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show a draft for review: as it is asked, what changed since it was published, what is said about it."""
    question = get_readable_question(request.user, public_id)
    open_review = find_open_review(question)
    differences: list[Any] = []
    if question.current_version is not None and not equals_version(question):
        number = question.current_version.number
        old, new = get_state(question=question, key=f"v{number}"), get_state(question=question, key="now")
        differences = [row for row in compare_states(old, new) if row.is_changed]
    is_own = open_review is not None and (
        request.user.pk == open_review.submitted_by_id or request.user.pk in authors_of(question)
    )
    may_edit = is_editor(request.user, question.bank)
    decided = list(question.reviews.exclude(state="requested").select_related("reviewer", "submitted_by")[:10])
    context = {
        "desk": "instructor",
        "title": question.summary or _("(no text yet)"),
        "type_label": TYPE_LABELS.get(question.type, question.type),
        "question": question,
        "bank": question.bank,
        "may_edit": may_edit,
        "tabs": question_tabs(question, current="review", may_edit=may_edit),
        "view": _draft_view(question),
        "differences": differences,
        "review": open_review,
        "is_stale": open_review is not None and open_review.fingerprint != fingerprint_of(question),
        "may_decide": open_review is not None and not is_own,
        "is_own": is_own,
        "may_publish": may_edit
        and open_review is None
        and question.bank.requires_review
        and not equals_version(question)
        and is_approved(question),
        "may_submit": may_edit and open_review is None and (question.is_withheld or not equals_version(question)),
        "decided": decided,
        "sent_back": decided[0] if decided and decided[0].state == "changes" else None,
        "threads": list_threads(question=question),
        "fields": FIELDS.items(),
    }
    return render(request, "exams/authoring/review.html", context)


@author_post
def decide(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Submit, withdraw, approve, or ask for changes."""
    question = get_readable_question(request.user, public_id)
    verb, words = request.POST.get("do", ""), request.POST.get("comment", "")
    try:
        if verb in {"submit", "withdraw"}:
            question = get_editable_question(request.user, public_id)
            if verb == "submit":
                submit_for_review(question=question, actor=request.user, note=words)
                messages.success(request, _("Submitted. Your colleagues are told."))
            else:
                withdraw_review(question=question, actor=request.user)
                messages.success(request, _("Withdrawn."))
            return redirect("authoring:review", public_id=question.public_id)
        open_review = find_open_review(question)
        if open_review is None:
            raise InvalidInput(_("This question does not wait for a review."))
        open_review.question = question
        if verb == "changes":
            ask_for_changes(review=open_review, actor=request.user, comment=words)
            messages.success(request, _("Sent back. The author is told."))
        elif verb in {"approve", "publish"}:
            approve_review(review=open_review, actor=request.user, comment=words, publish=verb == "publish")
            messages.success(request, _("Approved and published.") if verb == "publish" else _("Approved."))
    except NotFound:
        raise
    except InvalidQuestion:
        messages.error(request, _("The draft is not complete yet: the editor shows what is missing."))
    except DomainError as error:
        say(request, error)
    return redirect("authoring:review", public_id=question.public_id)


@author_post
def comment(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Write a remark, answer one, resolve or reopen a thread."""
    question = get_readable_question(request.user, public_id)
    verb, _colon, key = request.POST.get("do", "").partition(":")
    try:
        thread = find_thread(question=question, public_id=key) if find_uuid(key) else None
        if verb in {"resolve", "reopen"} and thread is not None:
            resolve_thread(thread=thread, actor=request.user, is_resolved=verb == "resolve")
        else:
            add_comment(
                question=question,
                actor=request.user,
                text=request.POST.get("text", ""),
                field=request.POST.get("field", ""),
                thread=thread,
            )
    except DomainError as error:
        say(request, error)
    answer = redirect("authoring:review", public_id=question.public_id)
    answer["Location"] += "#comments"
    return answer


@author_page
def history(request: HttpRequest, public_id: Any) -> HttpResponse:
    """List the kept drafts and published versions, and show two of them side by side."""
    question = get_readable_question(request.user, public_id)
    states = list_states(question=question)
    wanted_old, wanted_new = request.GET.get("from", ""), request.GET.get("to", "") or "now"
    if not wanted_old:
        version = question.current_version
        wanted_old = f"v{version.number}" if version else (states[-1].key if states else "now")
    old, new = get_state(question=question, key=wanted_old), get_state(question=question, key=wanted_new)
    differences = compare_states(old, new)
    may_edit = is_editor(request.user, question.bank)
    context = {
        "desk": "instructor",
        "title": question.summary or _("(no text yet)"),
        "type_label": TYPE_LABELS.get(question.type, question.type),
        "question": question,
        "bank": question.bank,
        "may_edit": may_edit,
        "tabs": question_tabs(question, current="history", may_edit=may_edit),
        "states": states,
        "old": old,
        "new": new,
        "now": get_state(question=question, key="now"),
        "differences": [row for row in differences if row.is_changed],
        "same": [row for row in differences if not row.is_changed],
    }
    return render(request, "exams/authoring/history.html", context)


@author_post
def revert(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Make a former state the draft."""
    question = get_editable_question(request.user, public_id)
    state = get_state(question=question, key=request.POST.get("state", ""))
    try:
        revert_question(question=question, actor=request.user, values=values_to_restore(state))
    except DomainError as error:
        say(request, error)
    else:
        messages.success(request, _("This is the draft now. Publish it when it is right."))
    return redirect("authoring:question", public_id=question.public_id)
