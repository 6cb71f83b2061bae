"""A paper as learners see it, drawn for a seed: the draft or the published version."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from edu.core.errors import Conflict
from exams.authoring.drawn import draw_structure, new_seed, read_seed
from exams.authoring.entries import author_page
from exams.authoring.paper_editor import paper_tabs
from exams.authoring.publishing import draft_structure
from exams.models import Paper
from exams.policies_authoring import get_editable_paper
from exams.presentation import ask_view, number_text


def structure_to_show(paper: Paper, *, is_draft: bool) -> tuple[dict[str, Any] | None, str]:
    """Return the published structure, or the draft solved now, or None and why there is nothing to draw."""
    if not is_draft:
        version = paper.current_version
        return (version.structure, "") if version else (None, _("This paper is not published yet."))
    try:
        return draft_structure(paper=paper), ""
    except Conflict as error:
        return None, _(error.message)


@author_page
def preview(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the paper of a seed: `?seed=` repeats a draw, else another one is drawn; `?draft=1` shows the draft."""
    row = get_editable_paper(request.user, public_id)
    is_draft = request.GET.get("draft") == "1" or row.current_version is None
    structure, why_not = structure_to_show(row, is_draft=is_draft)
    drawn = draw_structure(structure, seed=read_seed(request.GET.get("seed", ""))) if structure else None
    sections = [
        {
            "title": section.title,
            "instructions": section.instructions,
            "count": len(section.questions),
            "total": number_text(section.total),
            "questions": [
                ask_view(
                    type=one.version.type,
                    content=one.version.content,
                    name=f"q{one.number}",
                    number=str(one.number),
                    marks=one.marks,
                    slot=one.number,
                )
                for one in section.questions
            ],
        }
        for section in (drawn.sections if drawn else ())
    ]
    context = {
        "desk": "instructor",
        "title": row.title,
        "paper": row,
        "is_draft": is_draft,
        "drawn": drawn,
        "sections": sections,
        "why_not": why_not,
        "next_seed": new_seed(),
        "tabs": paper_tabs(row, current="preview"),
    }
    return render(request, "exams/authoring/paper_preview.html", context)
