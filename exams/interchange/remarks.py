"""Remarks as they are kept with an import or export, and how they are told."""

from collections.abc import Iterable, Mapping
from typing import Any

from edu.core.errors import DomainError
from exams.authoring.record_problems import RecordProblem, say_remark
from exams.domain.errors import InvalidQuestion
from exams.interchange.field_words import field_words
from exams.interchange.formats.base import Remark
from exams.interchange.storable import storable


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
    """Return a kept remark for a page: {file, row, field, message} in the reader's language."""
    told = report(remark)
    return told | {"field": field_words(told["field"])}


def report(remark: Mapping[str, Any], /) -> dict[str, Any]:
    """Return a kept remark for a program: as `tell`, but the field as it is called in every language."""
    return {
        "file": remark.get("file", ""),
        "row": remark.get("row", 0),
        "field": str(remark.get("field", "")),
        "message": say_remark(str(remark.get("text", "")), remark.get("values") or {}),
    }
