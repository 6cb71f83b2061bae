"""The record of an attempt for staff: what came of it, its timeline, every question, and its script as PDF."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from edu.core.clock import now_utc
from exams.delivery.receipts import receipt_of
from exams.delivery.reopen import ENDED
from exams.fetch import seconds_of
from exams.marking.anonymity import number_of
from exams.marking.script_pdf import STAFF, script_pdf
from exams.marking.timeline import attempt_timeline
from exams.marking.views.entries import attach, exam_page
from exams.marking.views.gradebook import release_state, state_labels, state_of
from exams.models import Appeal, Attempt, Exam, ItemResult, Question, ResultHold

LANGUAGES = ("zh-hans", "en")


def _attempt_or_404(exam: Exam, attempt_id: uuid.UUID) -> Attempt:
    attempt = Attempt.objects.filter(exam=exam, public_id=attempt_id).select_related("exam", "user").first()
    if attempt is None:
        raise Http404
    return attempt


@never_cache
@exam_page("GET")
def record(request: HttpRequest, exam: Exam, attempt_id: uuid.UUID) -> HttpResponse:
    """Show an attempt: state, score and release, its timeline from start to last mark, its questions with marks."""
    attempt = _attempt_or_404(exam, attempt_id)
    hold = ResultHold.objects.filter(attempt=attempt).select_related("held_by").first()
    results = list(ItemResult.objects.filter(attempt_id=attempt.pk).order_by("slot"))
    questions = Question.objects.only("id", "summary", "public_id").in_bulk({row.question_id for row in results})
    appeals: dict[int, list[Appeal]] = {}
    for appeal in Appeal.objects.filter(attempt=attempt):
        appeals.setdefault(appeal.slot, []).append(appeal)
    label, tone = state_labels()[state_of(attempt)]
    seconds = seconds_of(attempt, now=now_utc()) or ()
    used = (attempt.submitted_at - attempt.started_at).total_seconds() if attempt.submitted_at else None
    context = {
        "title": attempt.user.get_full_name() or str(attempt.user),
        "desk": "instructor",
        "exam": exam,
        "attempt": attempt,
        "label": label,
        "tone": tone,
        "used_seconds": used,
        "number": number_of(exam=exam, attempt_id=attempt.pk),
        "hold": hold,
        "has_ended": attempt.state in ENDED and exam.status != Exam.Status.DRAFT,
        "release": release_state(attempt, {attempt.pk} if hold else set()),
        "timeline": attempt_timeline(attempt=attempt),
        "has_seconds": bool(seconds),
        "receipt": receipt_of(attempt) if attempt.saved_at else "",
        "lines": [
            {
                "row": row,
                "question": questions.get(row.question_id),
                "seconds": seconds[row.slot - 1] if len(seconds) >= row.slot else None,
                "appeals": appeals.get(row.slot, []),
                "is_by_hand": row.state == "pending" or row.grader == "manual",
            }
            for row in results
        ],
    }
    return render(request, "exams/marking/record.html", context)


@never_cache
@exam_page("GET")
def script(request: HttpRequest, exam: Exam, attempt_id: uuid.UUID) -> HttpResponse:
    """Download the script of an attempt as PDF, in the reader's language or that of `language`."""
    attempt = _attempt_or_404(exam, attempt_id)
    language = request.GET.get("language", "")
    if language not in LANGUAGES:
        language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    name = attempt.user.get_full_name() or str(attempt.user)
    content = script_pdf(attempt=attempt, policy=STAFF, language=language, name=name)
    response = HttpResponse(content, content_type="application/pdf")
    return attach(response, name=f"{_('Script')}-{exam.title}-{name}", ending=".pdf")
