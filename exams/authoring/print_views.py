"""Papers and chosen questions of a bank as PDF: the questions, and behind them the key where it is asked for."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from edu.documents.pdf import CONTENT_TYPE
from exams.authoring.drawn import DrawnPaper, draw_structure, read_seed
from exams.authoring.entries import author_page
from exams.authoring.paper_preview_views import structure_to_show
from exams.authoring.paper_printing import print_answer_sheet, print_paper
from exams.models import Paper, Question
from exams.policies_authoring import get_editable_bank, get_editable_paper
from exams.printing import print_questions

MAXIMUM_QUESTIONS = 300


def _answer(data: bytes, title: str) -> HttpResponse:
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    name = f"{slugify(title, allow_unicode=True) or 'questions'}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def _drawn(request: HttpRequest, row: Paper) -> DrawnPaper:
    """Return the paper of `?seed=`, of the draft with `?draft=1`; Http404 when there is nothing to draw."""
    is_draft = request.GET.get("draft") == "1" or row.current_version is None
    structure, _why_not = structure_to_show(row, is_draft=is_draft)
    if structure is None:
        raise Http404
    return draw_structure(structure, seed=read_seed(request.GET.get("seed", "")))


@author_page
@require_GET
def paper_pdf(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Print the paper of a seed (`?seed=`, else another one); `?key=1` adds the key, `?draft=1` takes the draft."""
    row = get_editable_paper(request.user, public_id)
    drawn = _drawn(request, row)
    data = print_paper(paper=row, drawn=drawn, language=get_language() or "en", with_key="key" in request.GET)
    return _answer(data, row.title)


@author_page
@require_GET
def answer_sheet_pdf(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Print the answer sheet for the paper of a seed: boxes for choices, lines for what is written."""
    row = get_editable_paper(request.user, public_id)
    drawn = _drawn(request, row)
    data = print_answer_sheet(paper=row, drawn=drawn, language=get_language() or "en")
    return _answer(data, f"{row.title}-{_('answer sheet')}")


@author_page
@require_GET
def bank_pdf(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Print published questions of a bank: those named by `q` (public ids), or the first MAXIMUM_QUESTIONS. `?key=1`
    adds the key."""
    bank = get_editable_bank(request.user, public_id)
    rows = Question.objects.filter(bank=bank, status=Question.Status.PUBLISHED, current_version__isnull=False)
    wanted = [_uuid(text) for text in request.GET.getlist("q")]
    if wanted:
        rows = rows.filter(public_id__in=[one for one in wanted if one])
    found = rows.select_related("current_version").order_by("topic__path", "pk")[:MAXIMUM_QUESTIONS]
    questions = [(row.current_version, row.marks) for row in found if row.current_version is not None]
    data = print_questions(
        title=bank.name,
        sections=[("", "", questions)],
        language=get_language() or "en",
        with_key="key" in request.GET,
    )
    return _answer(data, bank.name)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
