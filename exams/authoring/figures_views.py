"""Pages of how a question is used and performs, and of what learners report."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edu.core.errors import DomainError
from edu.core.plots.axes import Datum
from edu.core.plots.bars import bar_plot
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.reports import answer_report, get_report, list_reports
from exams.authoring.tabs import question_tabs
from exams.authoring.usage import list_uses, sets_naming
from exams.domain.statistics import MINIMUM_N
from exams.domain.text import one_line
from exams.models import ItemResult, Question, QuestionReport, QuestionStatistics
from exams.permissions import managed_exams
from exams.policies_authoring import (
    get_readable_question,
    is_editor,
    list_editable_exams,
    list_editable_papers,
)
from exams.practice.decided import find_practice_decision
from exams.regrading.change_sets import is_asked_in_exams
from exams.regrading.keys import key_text
from exams.uses import list_uses_elsewhere
from exams.view_models import LETTERS, TYPE_LABELS

PAGE_SIZE = 30


@author_page
def figures(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show where a question is used and how each of its versions performed; the same number of queries however much
    it is used."""
    question = get_readable_question(request.user, public_id)
    may_edit = is_editor(request.user, question.bank)
    rows = list(
        QuestionStatistics.objects.filter(question=question).select_related("version").order_by("-version__number")
    )
    uses, others = list_uses(
        question=question,
        papers=list_editable_papers(request.user),
        exams=list_editable_exams(request.user),
    )
    elsewhere, others_elsewhere = list_uses_elsewhere(question_id=question.pk, user=request.user)
    context = {
        "desk": "instructor",
        "title": question.summary or _("(no text yet)"),
        "type_label": TYPE_LABELS.get(question.type, question.type),
        "question": question,
        "bank": question.bank,
        "tabs": question_tabs(question, current="figures", may_edit=may_edit),
        "uses": uses,
        "other_papers": others,
        "elsewhere": elsewhere,
        "sets": sets_naming(bank_id=question.bank_id, questions=Question.objects.filter(pk=question.pk))
        if may_edit
        else (),
        "others_elsewhere": others_elsewhere,
        "figures": [_dressed(row) | {"judges_anew": may_edit and _judges_anew(row, question)} for row in rows],
        "may_edit": may_edit,
        "needed": MINIMUM_N,
        "can_regrade": is_asked_in_exams(request.user, question_id=question.pk),
        "reports": QuestionReport.objects.filter(question=question).select_related("reporter", "version")[:20]
        if may_edit
        else (),
    }
    return render(request, "exams/authoring/figures.html", context)


def _judges_anew(row: QuestionStatistics, question: Question) -> bool:
    """Whether answers of practice to a version were judged by another key than today's version has, and nothing was
    decided about them yet."""
    version, current = row.version, question.current_version
    if current is None or version.pk == current.pk or not row.practice_count or version.type != current.type:
        return False
    if find_practice_decision(version, question) is not None:
        return False
    return version.key != current.key and key_text(version, version.key) != key_text(current, current.key)


def _percent(value: float | None) -> int | None:
    return None if value is None else round(value * 100)


SHORT_ANSWER = 5
"""So many characters of an answer fit below its bar."""


def _part_words(id_: str) -> str:
    """Return which sub-question, blank or gap an answer was given to: `q2` becomes (2); nothing for other ids."""
    return f"({id_[1:]})" if id_[:1] in "qbg" and id_[1:].isdecimal() else ""


def _dressed(row: QuestionStatistics) -> dict[str, Any]:
    """Return the figures of a version as the page shows them: per cents, a plot and a table of answers."""
    true_false = {"true": _("right"), "false": _("wrong")}
    parts = [
        {**part, "words": true_false.get(part["label"]) or one_line(part["label"])[:60] or part["id"]}
        for part in row.parts
    ]
    is_short = all(len(part["words"]) <= SHORT_ANSWER for part in parts)
    for place, part in enumerate(parts, start=1):
        # Options have the letters of their places; long answers are numbered, so that bars can be told apart.
        if "upper_count" in part:
            part["bar"] = LETTERS[place - 1] if place <= len(LETTERS) else str(place)
            part["mark"] = f"{part['bar']} ·"
        elif is_short:
            part["bar"], part["mark"] = part["words"], _part_words(str(part["id"]))
        else:
            part["bar"], part["mark"] = str(place), f"{place}. {_part_words(str(part['id']))}".strip()
    return {
        "row": row,
        "missing": max(0, MINIMUM_N - row.exam_count),
        "facility": _percent(row.facility),
        "facility_low": _percent(row.facility_low),
        "facility_high": _percent(row.facility_high),
        "practice_facility": _percent(row.practice_facility),
        "health": dict(Question.Health.choices).get(row.health, ""),
        "parts": parts,
        "plot": bar_plot(data=[Datum(label=part["bar"], value=part["count"]) for part in parts]) if parts else None,
    }


@author_page
def reports(request: HttpRequest) -> HttpResponse:
    """List what learners reported about the author's questions: open ones, or those answered."""
    state = "answered" if request.GET.get("state") == "answered" else "open"
    page_obj = Paginator(list_reports(request.user, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    tabs = [
        {"label": pgettext("report of a question", "Open"), "url": "?", "current": state == "open"},
        {"label": pgettext("reports", "Answered"), "url": "?state=answered", "current": state == "answered"},
    ]
    context = {
        "desk": "instructor",
        "title": _("Reported questions"),
        "page_obj": page_obj,
        "regradable": set(
            ItemResult.objects.filter(
                question_id__in=[row.question_id for row in page_obj],
                exam_id__in=managed_exams(request.user).values("pk"),
            ).values_list("question_id", flat=True)
        ),
        "tabs": tabs,
        "state": state,
    }
    return render(request, "exams/authoring/reports.html", context)


@author_post
def answer(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Answer a report; the learner is told."""
    report = get_report(request.user, public_id)
    try:
        answer_report(report=report, actor=request.user, reply=request.POST.get("reply", ""))
    except DomainError as error:
        say(request, error)
    else:
        messages.success(request, _("Answered. The learner is told."))
    return redirect("authoring:reports")
