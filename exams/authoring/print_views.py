"""Papers and chosen questions of a bank as PDF: the questions, and behind them the key where it is asked for."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from edu.documents.pdf import CONTENT_TYPE
from exams.authoring.entries import author_page
from exams.models import Question, QuestionVersion
from exams.policies_authoring import get_editable_bank, get_editable_paper
from exams.printing import print_questions

MAXIMUM_QUESTIONS = 300


def _answer(data: bytes, title: str) -> HttpResponse:
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    name = f"{slugify(title, allow_unicode=True) or 'questions'}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


@author_page
@require_GET
def paper_pdf(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Print the published paper; of a pool, the first questions stand for those drawn. `?key=1` adds the key."""
    row = get_editable_paper(request.user, public_id)
    if row.current_version is None:
        raise Http404
    structure = row.current_version.structure["sections"]
    picks = [
        [(item["version_id"], item["marks"]) for item in section["items"]]
        + [(pk, pool["marks"]) for pool in section["pools"] for pk in pool["version_ids"][: pool["count"]]]
        for section in structure
    ]
    versions = QuestionVersion.objects.in_bulk({pk for own in picks for pk, _marks in own[:MAXIMUM_QUESTIONS]})
    sections = [
        (
            section.get("title", ""),
            section.get("instructions", ""),
            [(versions[pk], m) for pk, m in own if pk in versions],
        )
        for section, own in zip(structure, picks, strict=True)
    ]
    data = print_questions(
        title=row.title, sections=sections, language=get_language() or "en", with_key="key" in request.GET
    )
    return _answer(data, row.title)


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
