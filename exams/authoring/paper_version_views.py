"""The published versions of a paper: which exams use which, and what two of them differ in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from exams.authoring.entries import author_page
from exams.authoring.paper_editor import paper_tabs
from exams.authoring.publishing import newer_versions, version_ids_of
from exams.domain.paper_differences import FixedPlace, PaperDifferences, compare_papers
from exams.models import Exam, Paper, PaperVersion, QuestionVersion
from exams.policies_authoring import get_editable_paper, list_editable_exams
from exams.view_models import TYPE_LABELS

SHOWN_VERSIONS = 50


@dataclass(frozen=True, kw_only=True)
class QuestionName:
    """How a question version is named in a comparison."""

    question_id: int
    public_id: str
    summary: str
    type_label: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What two versions differ in, with the names of the questions by version id."""

    old: PaperVersion
    new: PaperVersion
    found: PaperDifferences
    names: Mapping[int, QuestionName]

    def _named(self, place: FixedPlace) -> dict[str, Any]:
        return {"place": place, "name": self.names.get(place.version_id)}

    @property
    def added(self) -> list[dict[str, Any]]:
        """Questions that came."""
        return [self._named(place) for place in self.found.added]

    @property
    def removed(self) -> list[dict[str, Any]]:
        """Questions that went."""
        return [self._named(place) for place in self.found.removed]

    @property
    def changed(self) -> list[dict[str, Any]]:
        """Questions that stand in both, but otherwise."""
        return [
            {
                "change": one,
                "name": self.names.get(one.new.version_id),
                "old_number": name.number if (name := self.names.get(one.old.version_id)) else None,
            }
            for one in self.found.changed
        ]


def compare_versions(*, old: PaperVersion, new: PaperVersion) -> Comparison:
    """Return what two versions of a paper differ in; one query."""
    ids = version_ids_of(old.structure) | version_ids_of(new.structure)
    rows = QuestionVersion.objects.filter(pk__in=ids).values_list(
        "pk", "number", "type", "question_id", "question__public_id", "question__summary"
    )
    names = {
        pk: QuestionName(
            question_id=question_id,
            public_id=str(public_id),
            summary=summary,
            type_label=str(TYPE_LABELS.get(type_, type_)),
            number=number,
        )
        for pk, number, type_, question_id, public_id, summary in rows
    }
    question_of = {pk: name.question_id for pk, name in names.items()}
    return Comparison(
        old=old, new=new, found=compare_papers(old.structure, new.structure, question_of=question_of), names=names
    )


@author_page
def versions(request: HttpRequest, public_id: Any) -> HttpResponse:
    """List the versions with the exams that use them; `?from=1&to=2` compares two."""
    row = get_editable_paper(request.user, public_id)
    found = list(
        PaperVersion.objects.filter(paper=row)
        .select_related("published_by")
        .defer("structure")
        .order_by("-number")[:SHOWN_VERSIONS]
    )
    mine = set(list_editable_exams(request.user).filter(paper=row).values_list("pk", flat=True))
    exams = list(Exam.objects.filter(paper=row).order_by("-opens_at").only(
        "pk", "public_id", "title", "status", "opens_at", "paper_id", "paper_version_id"
    ))  # fmt: skip
    for version in found:
        version.exams = [exam for exam in exams if exam.paper_version_id == version.pk]
        for exam in version.exams:
            exam.is_mine = exam.pk in mine
    context = {
        "desk": "instructor",
        "title": row.title,
        "paper": row,
        "versions": found,
        "waiting": [exam for exam in exams if exam.paper_version_id is None and exam.pk in mine],
        "newer": newer_versions(row.current_version.structure) if row.current_version else {},
        "tabs": paper_tabs(row, current="versions"),
    }
    if len(found) > 1:
        context["comparison"] = _comparison(row, request.GET, found)
    return render(request, "exams/authoring/paper_versions.html", context)


def _comparison(paper: Paper, data: Mapping[str, str], found: list[PaperVersion]) -> Comparison | None:
    """Compare the versions that the address names, or else the two newest."""
    numbers = {version.number for version in found}
    pair = [
        int(text) if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) in numbers else default
        for text, default in ((data.get("from", ""), found[1].number), (data.get("to", ""), found[0].number))
    ]
    rows = {row.number: row for row in PaperVersion.objects.filter(paper=paper, number__in=pair)}
    return compare_versions(old=rows[pair[0]], new=rows[pair[1]])
