"""What every format shares: parsed rows become a plan with all problems, by row and field, in words a teacher
understands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as field_of
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from edu.core.errors import DomainError, InvalidInput
from exams.authoring.record_problems import DOMAIN, RecordProblem
from exams.authoring.records import record_as_mapping, record_from_mapping
from exams.domain.errors import InvalidQuestion
from exams.models import Bank, Question

MAXIMUM_ROWS = 20_000


class UnreadableFile(InvalidInput):
    """This file cannot be read as a list of questions."""

    code = "unreadable_file"


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """What is wrong with a row: which row of the file (from 1), which column or field, and the code of what to do
    about it with its values (see exams.authoring.record_problems)."""

    row: int
    field: str
    code: str
    values: Mapping[str, str] = field_of(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ParsedRow:
    """One row of a file: its number, the record it says, what was wrong already while reading, and its raw cells."""

    row: int
    record: Mapping[str, Any] | None
    problems: tuple[RowProblem, ...] = ()
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlannedRow:
    """A sound record of the plan; `duplicate_of` names the row or question that already says the same."""

    row: int
    record: dict[str, Any]
    content_hash: str
    summary: str
    duplicate_of: str = ""


@dataclass(kw_only=True)
class ImportPlan:
    """Everything found out about a file before anything is written."""

    rows: list[PlannedRow] = field_of(default_factory=list)
    problems: list[RowProblem] = field_of(default_factory=list)
    failed: list[dict[str, Any]] = field_of(default_factory=list)
    header: list[str] = field_of(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values for the batch row."""
        return asdict(self)

    @property
    def new_rows(self) -> list[PlannedRow]:
        """Return the rows that would be created."""
        return [row for row in self.rows if not row.duplicate_of]


Parser = Callable[[bytes], tuple[list[str], Iterable[ParsedRow]]]


def plan_rows(*, bank: Bank, header: list[str], parsed: Iterable[ParsedRow]) -> ImportPlan:
    """Check every row; a faulty one never hides the next. Duplicates are found within the file and in the bank, by
    hash.

    UnreadableFile when there are more than MAXIMUM_ROWS rows. Queries: one a thousand rows.
    """
    from exams.authoring.checks import content_hash_of, summary_of

    plan = ImportPlan(header=header)
    seen: dict[str, int] = {}
    refs: dict[str, int] = {}
    for count, item in enumerate(parsed, start=1):
        if count > MAXIMUM_ROWS:
            raise UnreadableFile(_("The file has more than %(n)s rows. Split it.") % {"n": MAXIMUM_ROWS})
        problems = list(item.problems)
        record = None
        if item.record is not None and not problems:
            record, problems = _checked(item)
        if record is not None and record["ref"] and record["ref"] in refs:
            problems.append(
                RowProblem(
                    row=item.row,
                    field="ref",
                    code="same_reference",
                    values={"n": str(refs[record["ref"]])},
                )
            )
            record = None
        if record is None:
            plan.problems += problems
            plan.failed.append(
                {
                    "row": item.row,
                    "cells": list(item.cells),
                    "problems": [{"code": found.code, "values": dict(found.values)} for found in problems],
                }
            )
            continue
        digest = content_hash_of(type=record["type"], content=record["content"], key=record["key"])
        if record["ref"]:
            refs[record["ref"]] = item.row
        plan.rows.append(
            PlannedRow(
                row=item.row,
                record=record,
                content_hash=digest,
                summary=summary_of(type=record["type"], content=record["content"]),
                duplicate_of=f"row {seen[digest]}" if digest in seen else "",
            )
        )
        seen.setdefault(digest, item.row)
    _mark_known(bank, plan)
    return plan


def _checked(item: ParsedRow) -> tuple[dict[str, Any] | None, list[RowProblem]]:
    try:
        with override("en"):  # what has no code of its own is kept in English and translated when it is read
            return record_as_mapping(record_from_mapping(item.record or {})), []
    except InvalidQuestion as error:
        return None, [
            RowProblem(row=item.row, field=problem.field, code=DOMAIN, values={"text": problem.message})
            for problem in error.problems
        ]
    except RecordProblem as error:
        return None, [RowProblem(row=item.row, field=error.field or "", code=error.problem, values=error.values)]
    except DomainError as error:
        return None, [RowProblem(row=item.row, field=error.field or "", code=DOMAIN, values={"text": error.message})]


def _mark_known(bank: Bank, plan: ImportPlan) -> None:
    """Mark rows whose content the bank has already."""
    hashes = [row.content_hash for row in plan.rows]
    known: dict[str, str] = {}
    for start in range(0, len(hashes), 1000):
        rows = Question.objects.filter(bank=bank, content_hash__in=hashes[start : start + 1000]).exclude(
            status=Question.Status.RETIRED
        )
        known |= {digest: str(public_id) for digest, public_id in rows.values_list("content_hash", "public_id")}
    plan.rows = [
        row
        if row.duplicate_of or row.content_hash not in known
        else PlannedRow(**{**asdict(row), "duplicate_of": "bank"})
        for row in plan.rows
    ]
