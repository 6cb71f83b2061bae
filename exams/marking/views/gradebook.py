"""The gradebook of an exam: everybody who may sit it, searched, filtered, sorted and paged; releasing results."""

import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import DomainError
from edu.core.plots.bars import BarPlot, histogram
from exams.delivery.release import hold_result, let_go, release_attempts
from exams.delivery.room import reviewed_paper
from exams.marking.gradebook import GradebookRow, list_candidates, paper_figures
from exams.marking.items import item_rows
from exams.marking.views.entries import exam_page
from exams.models import Appeal, Attempt, Exam, LateBatch, ResultHold
from exams.presentation import ReviewPolicy
from exams.queries.attempts import attempt_view
from exams.services import release_results

PAGE_SIZE = 50
GRADEBOOK_STATES = ("not_started", "running", "waiting", "passed", "failed")
RELEASE_STATES = ("released", "unreleased", "held")
SORTS = ("name", "number", "department", "score", "time", "submitted")


def state_of(attempt: Attempt | None) -> str:
    """Return the state of a candidate: one of GRADEBOOK_STATES."""
    if attempt is None:
        return "not_started"
    if attempt.state in {Attempt.State.OPEN, Attempt.State.PAUSED}:
        return "running"
    if attempt.state != Attempt.State.GRADED:
        return "waiting"
    return "passed" if attempt.passed else "failed"


def state_labels() -> dict[str, tuple[str, str]]:
    """Return label and tone of each state of a candidate."""
    return {
        "not_started": (_("Not started"), ""),
        "running": (_("In progress"), "warning"),
        "waiting": (_("To be marked"), "info"),
        "passed": (_("Passed"), "success"),
        "failed": (_("Not passed"), "danger"),
    }


def release_state(attempt: Attempt | None, held: set[int]) -> str:
    """Return whether the result of a candidate is released, unreleased or held; empty while there is none."""
    if attempt is None or attempt.state != Attempt.State.GRADED:
        return "held" if attempt and attempt.pk in held else ""
    if attempt.released_at is not None:
        return "released"
    return "held" if attempt.pk in held else "unreleased"


class RosterForm(forms.Form):
    """Search and filters of the roster; the state comes from the tabs."""

    q = forms.CharField(label=gettext_lazy("Name, staff number or department"), required=False, max_length=100)
    release = forms.ChoiceField(
        label=gettext_lazy("Release"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("released", gettext_lazy("Released")),
            ("unreleased", gettext_lazy("Not released")),
            ("held", gettext_lazy("Held back")),
        ],
    )
    state = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)


class TermsForm(forms.ModelForm):
    """How an exam is marked, and whether learners may appeal."""

    class Meta:
        model = Exam
        fields = ["marking_is_anonymous", "appeal_days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["marking_is_anonymous"].help_text = _(
            "Names stay out of the marking pages and mark sheets. The gradebook shows them."
        )
        self.fields["appeal_days"].help_text = _(
            "Counted from the release of each result. 0: no appeals. Learners appeal where the review shows marks."
        )
        self.fields["appeal_days"].max_value = 365
        self.fields["appeal_days"].widget.attrs["max"] = 365

    def clean_appeal_days(self) -> int:
        """Return the days; at most a year."""
        days = self.cleaned_data["appeal_days"]
        if days > 365:
            raise forms.ValidationError(_("Give at most 365 days."))
        return days


def _matches(row: GradebookRow, text: str) -> bool:
    where = f"{row.name} {row.staff_number} {row.department}".casefold()
    return all(word in where for word in text.casefold().split())


def _sorted(rows: list[GradebookRow], sort: str) -> list[GradebookRow]:
    """Return the rows in order; `-score` is downwards, and who has no value stands last either way."""
    name, is_down = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        return rows

    def value(row: GradebookRow) -> Any:
        return {
            "name": row.name,
            "number": row.staff_number or None,
            "department": row.department or None,
            "score": row.attempt.percent if row.attempt else None,
            "time": row.used_seconds,
            "submitted": row.attempt.submitted_at if row.attempt else None,
        }[name]

    given = [row for row in rows if value(row) is not None]
    return sorted(given, key=value, reverse=is_down) + [row for row in rows if value(row) is None]


@exam_page("GET")
def gradebook(request: HttpRequest, exam: Exam) -> HttpResponse:
    """Show everybody who may sit an exam with what came of it, the spread of marks, and how questions performed."""
    every = list_candidates(exam=exam)
    held = set(ResultHold.objects.filter(attempt__exam=exam).values_list("attempt_id", flat=True))
    form = RosterForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    wanted, sort = given.get("state", ""), given.get("sort", "")
    found = [row for row in every if _matches(row, given.get("q", ""))]
    if given.get("release"):
        found = [row for row in found if release_state(row.attempt, held) == given["release"]]
    counts = {name: sum(state_of(row.attempt) == name for row in found) for name in GRADEBOOK_STATES}
    shown = _sorted([row for row in found if wanted in ("", state_of(row.attempt))], sort)
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    percents = [float(row.attempt.percent) for row in every if row.attempt and row.attempt.percent is not None]
    passed = sum(state_of(row.attempt) == "passed" for row in every)
    labels = state_labels()
    items = item_rows(exam=exam)
    kept = {name: given[name] for name in ("q", "release", "sort") if given.get(name)}
    context = {
        "title": exam.title,
        "desk": "instructor",
        "exam": exam,
        "form": form if form.is_bound else RosterForm(),
        "page_obj": page,
        "rows": [_line(row, labels, held) for row in page],
        "counts": counts,
        "tabs": [{"label": _("All"), "url": _query(kept), "current": not wanted, "count": len(found)}]
        + [
            {
                "label": labels[name][0],
                "url": _query(kept | {"state": name}),
                "current": wanted == name,
                "count": counts[name],
            }
            for name in GRADEBOOK_STATES
        ],
        "sorts": _sort_links(kept | ({"state": wanted} if wanted else {}), sort),
        "plot": _distribution(percents, exam) if percents else None,
        "graded": len(percents),
        "mean": sum(percents) / len(percents) if percents else None,
        "pass_rate": 100 * passed / len(percents) if percents else None,
        "figures": paper_figures(exam=exam),
        "items": [item for item in items if item.figures],
        "sparse_items": [item for item in items if not item.figures],
        "late": list(
            LateBatch.objects.filter(attempt__exam=exam, decision="")
            .select_related("attempt__user")
            .defer("attempt__paper", "attempt__responses")
        ),
        "open_appeals": Appeal.objects.filter(exam=exam, state=Appeal.State.OPEN).count(),
        "can_release": exam.release != Exam.Release.AT_ONCE,
        "unreleased": sum(release_state(row.attempt, held) == "unreleased" for row in every),
        "held": len(held),
    }
    return render(request, "exams/marking/gradebook.html", context)


def _line(row: GradebookRow, labels: dict[str, tuple[str, str]], held: set[int]) -> dict[str, Any]:
    state = state_of(row.attempt)
    release = release_state(row.attempt, held)
    return {
        "row": row,
        "state": state,
        "label": labels[state][0],
        "tone": labels[state][1],
        "release": release,
        "release_label": {
            "released": _("released"),
            "unreleased": _("not released"),
            "held": _("held back"),
        }.get(release, ""),
    }


def _query(values: dict[str, str]) -> str:
    return f"?{urlencode(values)}" if values else "?"


def _sort_links(kept: dict[str, str], sort: str) -> dict[str, dict[str, str]]:
    """Return for each column where its header leads and how it is sorted now (`aria`)."""
    links = {}
    for name in SORTS:
        first, second = (f"-{name}", name) if name in {"score", "submitted"} else (name, f"-{name}")
        others = {key: text for key, text in kept.items() if key != "sort"}
        links[name] = {
            "url": _query(others | {"sort": second if sort == first else first}),
            "aria": "ascending" if sort == name else "descending" if sort == f"-{name}" else "",
        }
    return links


def _distribution(percents: list[float], exam: Exam) -> BarPlot:
    return histogram(
        values=percents, low=0, high=100, bins=10, mark=float(exam.pass_percent), mark_label=_("Pass mark")
    )


@exam_page("POST")
def release(request: HttpRequest, exam: Exam) -> HttpResponse:
    """Release the results of an exam by hand: all, or those ticked (`attempts`)."""
    if request.POST.get("scope") == "selected":
        chosen = _uuids(request.POST.getlist("attempts"))
        if not chosen:
            messages.error(request, _("Tick the results first."))
            return redirect("marking:gradebook", public_id=exam.public_id)
        released = release_attempts(exam=exam, public_ids=chosen, actor=request.user, now=now_utc())
    else:
        released = release_results(exam=exam, actor=request.user, now=now_utc())
    messages.success(request, _("Results released: %(n)d.") % {"n": released})
    return redirect("marking:gradebook", public_id=exam.public_id)


def _uuids(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts[:2000]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _attempt_or_404(exam: Exam, attempt_id: uuid.UUID) -> Attempt:
    attempt = Attempt.objects.filter(exam=exam, public_id=attempt_id).select_related("exam", "user").first()
    if attempt is None:
        raise Http404
    return attempt


@exam_page("POST")
def hold(request: HttpRequest, exam: Exam, attempt_id: uuid.UUID) -> HttpResponse:
    """Hold a single result back with a reason, or let it go (`act` release)."""
    attempt = _attempt_or_404(exam, attempt_id)
    try:
        if request.POST.get("act") == "release":
            is_out = let_go(attempt=attempt, actor=request.user, now=now_utc())
            said = _("The result is released.") if is_out else _("The result is no longer held back.")
            messages.success(request, said)
        else:
            reason = request.POST.get("reason", "")
            hold_result(attempt=attempt, actor=request.user, reason=reason, now=now_utc())
            messages.success(request, _("The result is held back."))
    except DomainError as error:
        messages.error(request, _(error.message))
    return redirect("marking:record", public_id=exam.public_id, attempt_id=attempt_id)


@exam_page("GET")
def preview(request: HttpRequest, exam: Exam, attempt_id: uuid.UUID) -> HttpResponse:
    """Show what the learner will see of a result once it is released: the same view models, the same policy."""
    attempt = _attempt_or_404(exam, attempt_id)
    if attempt.state != Attempt.State.GRADED:
        messages.info(request, _("There is nothing to see before everything is marked."))
        return redirect("marking:record", public_id=exam.public_id, attempt_id=attempt_id)
    policy = ReviewPolicy.from_fields(exam.review_policy)
    shows = {
        _("marks"): policy.marks,
        _("her answers"): policy.answers,
        _("right answers"): policy.keys,
        _("explanations"): policy.explanations,
    }
    can_review = any(shows.values())
    context = {
        "title": _("What the learner sees"),
        "desk": "instructor",
        "exam": exam,
        "row": attempt,
        "attempt": attempt_view(attempt, exam),
        "passed": attempt.passed,
        "pass_score": (attempt.maximum or Decimal(0)) * exam.pass_percent / 100,
        "policy": policy,
        "shown": [label for label, is_shown in shows.items() if is_shown],
        "hidden": [label for label, is_shown in shows.items() if not is_shown],
        "paper": reviewed_paper(attempt, policy=policy) if can_review else None,
    }
    return render(request, "exams/marking/preview.html", context)


@exam_page("GET", "POST")
def terms(request: HttpRequest, exam: Exam) -> HttpResponse:
    """Set how an exam is marked: with or without names; and how long learners may appeal."""
    form = TermsForm(request.POST or None, instance=exam)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            Exam.objects.filter(pk=exam.pk).update(**form.cleaned_data)
            record(
                actor=request.user,
                action="exam.marking_terms",
                object_kind="exam",
                object_id=exam.public_id,
                object_label=exam.title,
                changes=dict(form.cleaned_data),
                organization_id=exam.organization_id,
            )
        messages.success(request, _("Saved."))
        return redirect("marking:gradebook", public_id=exam.public_id)
    context = {"title": _("Marking and appeals"), "desk": "instructor", "exam": exam, "form": form}
    return render(request, "exams/marking/terms.html", context, status=422 if form.errors else 200)
