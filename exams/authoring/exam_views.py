"""Pages of exams as instructors make them: the list, the form, scheduling and archiving."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from edu.accounts.throttle import client_address
from edu.core.clock import now_utc
from edu.core.errors import DomainError
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.exam_form import ExamForm
from exams.authoring.exams import archive_exam, copy_exam, save_exam, schedule_exam
from exams.models import Attempt, Exam
from exams.permissions import managed_exams
from exams.policies_authoring import get_editable_exam, get_editable_paper, list_editable_exams

PAGE_SIZE = 30
DEFAULT_WINDOW = timedelta(days=7)


def phase_of(exam: Exam) -> str:
    """Return where an exam stands now: draft, coming, open, closed or archived."""
    if exam.status != Exam.Status.SCHEDULED:
        return str(exam.status)
    now = now_utc()
    if now < exam.opens_at:
        return "coming"
    return "open" if now < exam.closes_at else "closed"


@author_page
def exams(request: HttpRequest) -> HttpResponse:
    """List the author's exams with their state and how many sat them."""
    waiting = Q(attempts__state=Attempt.State.NEEDS_MARKING)
    rows = (
        list_editable_exams(request.user)
        .select_related("paper", "organization")
        .annotate(attempt_count=Count("attempts"), waiting_count=Count("attempts", filter=waiting))
    )
    is_archive = request.GET.get("archived") == "1"
    rows = rows.filter(status=Exam.Status.ARCHIVED) if is_archive else rows.exclude(status=Exam.Status.ARCHIVED)
    page_obj = Paginator(rows.order_by("-opens_at", "-id"), PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page_obj.object_list:
        row.phase = phase_of(row)
    context = {"desk": "instructor", "title": _("Exams"), "page_obj": page_obj, "is_archive": is_archive}
    return render(request, "exams/authoring/exams.html", context)


@author_page
def new_exam(request: HttpRequest) -> HttpResponse:
    """Make an exam: paper, title and opening are enough."""
    initial = {"opens_at": now_utc() + timedelta(days=1), "paper": request.GET.get("paper", "")}
    return _form(request, None, initial)


@author_page
def exam(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Change an exam."""
    return _form(request, get_editable_exam(request.user, public_id), {})


def _form(request: HttpRequest, row: Exam | None, initial: dict[str, Any]) -> HttpResponse:
    instance = Exam.objects.select_related("paper").get(pk=row.pk) if row else None
    address = client_address(request)
    form = ExamForm(request.POST or None, instance=instance, user=request.user, initial=initial, address=address)
    inside = _inside(row)
    felt = form.felt_changes() if inside and request.method == "POST" and form.is_valid() else []
    is_asked = bool(felt) and request.POST.get("confirmed") != "1"
    if request.method == "POST" and form.is_valid() and not is_asked:
        data = form.cleaned_data
        try:
            paper = get_editable_paper(request.user, data["paper"])
            saved = save_exam(
                actor=request.user,
                exam=row,
                paper=paper,
                organization_id=paper.organization_id,
                title=form.title(paper.title),
                opens_at=data["opens_at"],
                closes_at=data["closes_at"] or data["opens_at"] + DEFAULT_WINDOW,
                duration_seconds=(data["duration_minutes"] or 60) * 60,
                **form.exam_fields(),
            )
            if request.POST.get("do") == "schedule":
                schedule_exam(exam=saved, actor=request.user)
                messages.success(request, _("Scheduled. Learners see it now."))
            else:
                messages.success(request, _("Saved."))
            return redirect("authoring:exam", public_id=saved.public_id)
        except DomainError as error:
            field = "duration_minutes" if error.field == "duration_seconds" else error.field
            form.add_error(field if field in form.fields else None, _(error.message))
    context = {
        "desk": "instructor",
        "title": row.title if row else _("New exam"),
        "form": form,
        "exam": row,
        "phase": phase_of(row) if row else "new",
        "has_papers": bool(form.fields["paper"].choices),
        "inside": inside,
        "felt": felt if is_asked else [],
        "accommodated": row.accommodations.count() if row else 0,
        "can_watch": _can_watch(request, row),
    }
    return render(request, "exams/authoring/exam.html", context, status=422 if form.errors or is_asked else 200)


def _can_watch(request: HttpRequest, row: Exam | None) -> bool:
    """Whether the exam has a room that the person may enter."""
    if row is None or row.status == Exam.Status.DRAFT:
        return False
    return managed_exams(request.user).filter(pk=row.pk).exists()


def _inside(row: Exam | None) -> int:
    """Return how many candidates are in an exam now."""
    if row is None:
        return 0
    return row.attempts.filter(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED]).count()


@author_post
def act(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Schedule, archive or copy an exam."""
    row = get_editable_exam(request.user, public_id)
    verb = request.POST.get("do")
    try:
        if verb == "schedule":
            schedule_exam(exam=row, actor=request.user)
            messages.success(request, _("Scheduled. Learners see it now."))
        elif verb == "archive":
            archive_exam(exam=row, actor=request.user)
            messages.success(request, _("Archived. Records stay."))
        elif verb == "copy":
            copy = copy_exam(exam=row, actor=request.user, title=_("Copy of %(title)s") % {"title": row.title})
            return redirect("authoring:exam", public_id=copy.public_id)
    except DomainError as error:
        say(request, error)
    return redirect("authoring:exam", public_id=row.public_id)
