"""Remarks as they are kept with an import or export, and how they are told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from edu.core.errors import DomainError
from exams.authoring.record_problems import RecordProblem, say_remark
from exams.domain.errors import InvalidQuestion
from exams.interchange.formats.base import Remark
from exams.interchange.storable import storable

COLUMN_WORDS = {
    "type": gettext_lazy("Type"),
    "content": gettext_lazy("Question"),
    "content.stem": gettext_lazy("Question"),
    "content.options": gettext_lazy("Options"),
    "key": gettext_lazy("Answer"),
    "explanation": gettext_lazy("Explanation"),
    "topic": gettext_lazy("Topic"),
    "difficulty": gettext_lazy("Difficulty"),
    "marks": gettext_lazy("Marks"),
    "tags": gettext_lazy("Tags"),
    "source": gettext_lazy("Source"),
    "ref": gettext_lazy("Reference"),
}


def column_words(field: str) -> str:
    """Return a dotted path into a record as the column it comes from; a column's own header stays as it is."""
    parts = field.split(".")
    for length in (2, 1):
        if words := COLUMN_WORDS.get(".".join(parts[:length])):
            return str(words)
    return field


def kept(remarks: Iterable[Remark], *, row: int, file: str) -> list[dict[str, Any]]:
    """Return remarks as plain JSON values; those without a place get the place of their row."""
    return [
        {
            "file": remark.file or file,
            "row": remark.row or row,
            "field": storable(remark.field),
            "text": storable(remark.text),
            "values": {name: storable(value) for name, value in remark.values.items()},
        }
        for remark in remarks
    ]


def remarks_of_error(error: DomainError) -> list[Remark]:
    """Return what an error of records or of the exam domain says, as remarks without a place."""
    if isinstance(error, InvalidQuestion):
        return [Remark(row=0, field=problem.field, text=problem.message) for problem in error.problems]
    if isinstance(error, RecordProblem):
        return [Remark(row=0, field=error.field or "", text=error.text, values=error.values)]
    return [Remark(row=0, field=error.field or "", text=error.message)]


def tell(remark: Mapping[str, Any], /) -> dict[str, Any]:
    """Return a kept remark for a page or a report: {file, row, field, message} in the reader's language."""
    return {
        "file": remark.get("file", ""),
        "row": remark.get("row", 0),
        "field": column_words(str(remark.get("field", ""))),
        "message": say_remark(str(remark.get("text", "")), remark.get("values") or {}),
    }
