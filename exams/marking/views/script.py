"""Marking one question: the next answer, a chosen one, and what the marker does beside giving a mark."""

import re
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from exams.marking.anonymity import find_attempt_id, names_of, number_of
from exams.marking.leases import ResultKey, extend_leases, lease_next, release_leases, take_lease
from exams.marking.mark import MANUAL, mark_by_hand, marked_by_hand, undo_last_mark
from exams.marking.notes import (
    count_uses,
    flags_of,
    list_comments,
    remove_comment,
    remove_flags,
    save_comment,
    set_flag,
)
from exams.marking.scripts import read_points, script_of
from exams.marking.views.entries import exam_page
from exams.marking.waiting import marking_progress
from exams.models import Exam, ItemResult, Question, ScriptFlag

PAGE_SIZE = 50
_KEY = re.compile(r"([0-9]{1,18})-([0-9]{1,9})")
SHOWN = ("unmarked", "mine", "flagged", "marked", "all")


def _question_or_404(question_id: uuid.UUID) -> Question:
    question = Question.objects.filter(public_id=question_id).first()
    if question is None:
        raise Http404
    return question


def _row_or_404(exam: Exam, question: Question, posted: str) -> ItemResult:
    """Return the answer a form names; 404 for one of another exam or question."""
    row = ItemResult.objects.filter(pk__in=_keys(posted), exam_id=exam.pk, question_id=question.pk).first()
    if row is None:
        raise Http404
    return row


def _keys(text: str) -> list[ResultKey]:
    """Return the answers that a page names, by their `key_text`; ten at most."""
    return [(int(found[1]), int(found[2])) for part in text.split(",")[:10] if (found := _KEY.fullmatch(part))]


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _frame(request: HttpRequest, exam: Exam, question: Question, row: ItemResult, **more: Any) -> dict[str, Any]:
    """Return what a script is drawn with."""
    return {
        "exam": exam,
        "asked": question,
        "script": script_of(exam=exam, row=row, user=request.user, now=now_utc(), posted=more.get("posted") or None),
        "flags": flags_of(user=request.user, row=row),
        "posted": {},
        "error": "",
    } | more


def _page(request: HttpRequest, exam: Exam, question: Question, row: ItemResult, **more: Any) -> HttpResponse:
    context = _frame(request, exam, question, row, **more) | {
        "title": _("Marking: %(exam)s") % {"exam": exam.title},
        "desk": "instructor",
        "comments": list_comments(exam=exam, question_id=question.pk),
        "progress": marking_progress(user=request.user, exam=exam, question_id=question.pk, now=now_utc()),
    }
    return render(request, "exams/marking/mark.html", context, status=422 if more.get("error") else 200)


@never_cache
@exam_page("GET", "POST")
def mark(request: HttpRequest, exam: Exam, question_id: uuid.UUID) -> HttpResponse:
    """Show the next answer of a question, without a name, and take its mark.

    Scripts ask with `part` for the next answer alone (`beside`: those on the page already; 204 when none is free)
    and post for JSON.
    """
    question = _question_or_404(question_id)
    now = now_utc()
    if request.method == "POST":
        return _post(request, exam, question)
    beside = _keys(request.GET.get("beside", ""))
    row = lease_next(user=request.user, exam_id=exam.pk, question_id=question.pk, now=now, beside=beside)
    if "part" in request.GET:
        if row is None:
            return HttpResponse(status=204)
        return render(request, "exams/marking/_script.html", _frame(request, exam, question, row))
    if row is None:
        messages.info(request, _("Nothing waits here any more, or a colleague has it open."))
        return redirect("marking:answers", public_id=exam.public_id, question_id=question.public_id)
    return _page(request, exam, question, row, is_flow=True)


@never_cache
@exam_page("GET", "POST")
def answer(request: HttpRequest, exam: Exam, question_id: uuid.UUID, number: str) -> HttpResponse:
    """Show one answer by its candidate number, marked or not; a mark that stands is changed with a reason."""
    question = _question_or_404(question_id)
    if request.method == "POST":
        return _post(request, exam, question)
    attempt_id = find_attempt_id(exam=exam, number=number)
    row = ItemResult.objects.filter(attempt_id=attempt_id, exam_id=exam.pk, question_id=question.pk).first()
    if attempt_id is None or row is None:
        raise Http404
    if row.state == "pending":
        take_lease(user=request.user, row=row, now=now_utc())
    return _page(request, exam, question, row)


def _post(request: HttpRequest, exam: Exam, question: Question) -> HttpResponse:
    """Take a mark, or another act of the form: put back, put off."""
    row = _row_or_404(exam, question, request.POST.get("result", ""))
    here: dict[str, Any] = {"public_id": exam.public_id, "question_id": question.public_id}
    act = request.POST.get("act", "mark")
    if act == "release":
        release_leases(user=request.user, keys=[row.pk])
        return redirect("marking:answers", **here)
    if act == "later":
        set_flag(user=request.user, row=row, kind=ScriptFlag.Kind.LATER, now=now_utc())
        release_leases(user=request.user, keys=[row.pk])
        return JsonResponse({"ok": True}) if _wants_json(request) else redirect("marking:mark", **here)
    error = _take_mark(request, exam, row)
    if _wants_json(request):
        if error:
            return JsonResponse({"ok": False, "error": error}, status=422)
        progress = marking_progress(user=request.user, exam=exam, question_id=question.pk, now=now_utc())
        return JsonResponse({"ok": True, "marked": progress.marked, "total": progress.total})
    if error:
        row.refresh_from_db()
        return _page(request, exam, question, row, posted=request.POST, error=error, is_flow=True)
    messages.success(request, _("Marked."))
    return redirect("marking:mark", **here)


def _take_mark(request: HttpRequest, exam: Exam, row: ItemResult) -> str:
    """Store the posted mark; return what is wrong with it, or nothing."""
    now = now_utc()
    script = script_of(exam=exam, row=row, user=request.user, now=now)
    fractions, points, wrong = read_points(script, request.POST)
    if wrong:
        return wrong
    comment = request.POST.get("comment", "")
    try:
        mark_by_hand(
            user=request.user,
            attempt_id=row.attempt_id,
            slot=row.slot,
            now=now,
            fractions=fractions,
            points=points,
            comment=comment,
            reason=request.POST.get("reason", ""),
            seen=request.POST.get("seen") or None,
        )
    except DomainError as error:
        return {
            "held_by_another": _("A colleague has this answer open. Take the next one."),
            "changed_meanwhile": _("This answer was marked in the meantime. Open it again to see that mark."),
            "invalid_input": _("Each line earns between nothing and all of its points.")
            if error.field != "reason"
            else _(error.message),
        }.get(error.code, _(error.message))
    count_uses(exam=exam, question_id=row.question_id, comment=comment)
    return ""


@never_cache
@exam_page("POST")
def lease(request: HttpRequest, exam: Exam, question_id: uuid.UUID) -> HttpResponse:
    """Hold on to the answers in hand (`results`), or give them back (`act` release), as the page's scripts do."""
    rows = ItemResult.objects.filter(pk__in=_keys(request.POST.get("results", "")), exam_id=exam.pk)
    keys = list(rows.values_list("attempt_id", "slot"))
    if request.POST.get("act") == "release":
        release_leases(user=request.user, keys=keys)
        return HttpResponse(status=204)
    return JsonResponse({"held": extend_leases(user=request.user, keys=keys, now=now_utc())})


@never_cache
@exam_page("POST")
def flag(request: HttpRequest, exam: Exam, question_id: uuid.UUID) -> HttpResponse:
    """Ask for a second opinion on an answer, or say that it was given (`act` remove)."""
    row = _row_or_404(exam, _question_or_404(question_id), request.POST.get("result", ""))
    is_set = request.POST.get("act") != "remove"
    if is_set:
        set_flag(
            user=request.user,
            row=row,
            kind=ScriptFlag.Kind.SECOND_OPINION,
            now=now_utc(),
            note=request.POST.get("note", ""),
        )
    else:
        remove_flags(user=request.user, row=row, kind=ScriptFlag.Kind.SECOND_OPINION)
    if _wants_json(request):
        return JsonResponse({"flagged": is_set})
    number = number_of(exam=exam, attempt_id=row.attempt_id).replace(" ", "-")
    return redirect("marking:answer", public_id=exam.public_id, question_id=question_id, number=number)


@never_cache
@exam_page("POST")
def undo(request: HttpRequest, exam: Exam, question_id: uuid.UUID) -> HttpResponse:
    """Take the marker's last mark of a question back and show that answer again."""
    question = _question_or_404(question_id)
    row = undo_last_mark(user=request.user, exam_id=exam.pk, question_id=question.pk, now=now_utc())
    if row is None:
        if _wants_json(request):
            return JsonResponse({"error": _("There is no mark of yours to take back here.")}, status=409)
        messages.info(request, _("There is no mark of yours to take back here."))
        return redirect("marking:mark", public_id=exam.public_id, question_id=question_id)
    number = number_of(exam=exam, attempt_id=row.attempt_id).replace(" ", "-")
    url = reverse("marking:answer", args=[exam.public_id, question_id, number])
    if _wants_json(request):
        return render(request, "exams/marking/_script.html", _frame(request, exam, question, row))
    messages.success(request, _("The mark was taken back. Mark the answer again."))
    return redirect(url)


@exam_page("POST")
def comments(request: HttpRequest, exam: Exam, question_id: uuid.UUID) -> HttpResponse:
    """Keep a comment for the question's other answers, or forget one (`remove`)."""
    question = _question_or_404(question_id)
    error = ""
    if request.POST.get("remove", "").isdecimal():
        remove_comment(exam=exam, question_id=question.pk, comment_id=int(request.POST["remove"]))
    else:
        try:
            save_comment(
                user=request.user,
                exam=exam,
                question_id=question.pk,
                text=request.POST.get("comment", ""),
                now=now_utc(),
            )
        except DomainError as refused:
            error = _(refused.message)
    if _wants_json(request):
        context = {
            "exam": exam,
            "asked": question,
            "comments": list_comments(exam=exam, question_id=question.pk),
            "comment_error": error,
        }
        return render(request, "exams/marking/_comments.html", context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    return redirect("marking:mark", public_id=exam.public_id, question_id=question_id)


@never_cache
@exam_page("GET")
def answers(request: HttpRequest, exam: Exam, question_id: uuid.UUID) -> HttpResponse:
    """List the answers of a question that people mark: unmarked, her own, flagged, all; and who holds which."""
    question = _question_or_404(question_id)
    now = now_utc()
    rows = ItemResult.objects.filter(marked_by_hand(), exam_id=exam.pk, question_id=question.pk)
    flagged = set(
        ScriptFlag.objects.filter(
            exam_id=exam.pk, question_id=question.pk, kind=ScriptFlag.Kind.SECOND_OPINION
        ).values_list("attempt_id", flat=True)
    )
    kinds = {
        "unmarked": rows.filter(state="pending"),
        "mine": rows.filter(grader=MANUAL, marker_id=request.user.pk).exclude(state="pending"),
        "flagged": rows.filter(attempt_id__in=flagged),
        "marked": rows.exclude(state="pending"),
        "all": rows,
    }
    wanted = request.GET.get("show", "all")
    wanted = wanted if wanted in SHOWN else "all"
    labels = {
        "all": _("All"),
        "unmarked": _("Unmarked"),
        "mine": _("Marked by me"),
        "flagged": _("Second opinion"),
        "marked": _("Marked"),
    }
    page = Paginator(kinds[wanted].order_by("pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    people = {row.marker_id for row in found if row.marker_id}
    if not exam.marking_is_anonymous:
        people |= {row.user_id for row in found}
    names = names_of(user_ids=people)
    lines = []
    for row in found:
        number = number_of(exam=exam, attempt_id=row.attempt_id)
        is_held = row.state == "pending" and row.lease_until_at and row.lease_until_at > now
        lines.append(
            {
                "row": row,
                "candidate": number if exam.marking_is_anonymous else names.get(row.user_id, number),
                "url": reverse("marking:answer", args=[exam.public_id, question_id, number.replace(" ", "-")]),
                "is_flagged": row.attempt_id in flagged,
                "holder": names.get(row.marker_id, "") if is_held and row.marker_id != request.user.pk else "",
                "is_mine_in_hand": bool(is_held and row.marker_id == request.user.pk),
                "marker": names.get(row.marker_id, "") if row.state != "pending" else "",
            }
        )
    context = {
        "title": question.summary,
        "desk": "instructor",
        "exam": exam,
        "asked": question,
        "lines": lines,
        "page_obj": page,
        "show": wanted,
        "tabs": [
            {
                "label": labels[kind],
                "url": f"?show={kind}",
                "current": kind == wanted,
                "count": page.paginator.count if kind == wanted else "",
            }
            for kind in ("all", "unmarked", "mine", "flagged", "marked")
        ],
        "progress": marking_progress(user=request.user, exam=exam, question_id=question.pk, now=now),
    }
    return render(request, "exams/marking/answers.html", context)


@never_cache
@exam_page("GET")
def candidate(request: HttpRequest, exam: Exam, number: str) -> HttpResponse:
    """List all answers of one candidate that people mark; where marking is anonymous there is no such page."""
    attempt_id = None if exam.marking_is_anonymous else find_attempt_id(exam=exam, number=number)
    if attempt_id is None:
        raise Http404
    rows = list(ItemResult.objects.filter(marked_by_hand(), attempt_id=attempt_id).order_by("slot"))
    questions = Question.objects.only("id", "summary", "public_id").in_bulk({row.question_id for row in rows})
    names = names_of(user_ids={row.user_id for row in rows})
    context = {
        "title": next(iter(names.values()), number),
        "desk": "instructor",
        "exam": exam,
        "lines": [
            (
                row,
                questions[row.question_id].summary,
                reverse("marking:answer", args=[exam.public_id, questions[row.question_id].public_id, number]),
            )
            for row in rows
            if row.question_id in questions
        ],
    }
    return render(request, "exams/marking/candidate.html", context)
