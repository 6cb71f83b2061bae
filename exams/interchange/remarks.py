"""Remarks as they are kept with an import or export, and how they are told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring.editor_parts import CHOICE_RULES
from exams.authoring.record_problems import RecordProblem, say_remark
from exams.domain.errors import InvalidQuestion
from exams.interchange.field_words import field_words
from exams.interchange.formats.base import Remark
from exams.interchange.formats.outgoing import LOST_FIELDS, LOST_GRADING, LOST_RULE
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
    told = report({**remark, "values": _worded(str(remark.get("text", "")), remark.get("values") or {})})
    if remark.get("text") == LOST_FIELDS:
        # It names its fields itself.
        return told | {"field": ""}
    return told | {"field": field_words(told["field"])}


def _worded(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a loss with the fields and rules they name in the reader's words."""
    words = dict(values)
    if text == LOST_FIELDS:
        words["names"] = _(", ").join(field_words(name) for name in str(values.get("names", "")).split(", "))
    elif text == LOST_GRADING:
        words["name"] = field_words(str(values.get("name", "")))
    elif text == LOST_RULE:
        rule = str(values.get("rule", "")).removeprefix("-")
        words["rule"] = dict(CHOICE_RULES).get(rule, rule)
    return words


def told_by_kind(remarks: Iterable[Mapping[str, Any]], /) -> list[dict[str, Any]]:
    """Return kept remarks that say the same as one, for a page: {field, message, rows}; the most frequent first."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for remark in remarks:
        told = tell(remark)
        rows = kinds.setdefault((told["field"], told["message"]), [])
        if told["row"] not in rows[-1:]:
            rows.append(told["row"])
    found = [{"field": field, "message": message, "rows": rows} for (field, message), rows in kinds.items()]
    return sorted(found, key=lambda kind: -len(kind["rows"]))


def report(remark: Mapping[str, Any], /) -> dict[str, Any]:
    """Return a kept remark for a program: as `tell`, but the field as it is called in every language."""
    return {
        "file": remark.get("file", ""),
        "row": remark.get("row", 0),
        "field": str(remark.get("field", "")),
        "message": say_remark(str(remark.get("text", "")), remark.get("values") or {}),
    }
