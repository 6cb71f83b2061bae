"""Reading a sheet of staff: headers in Chinese or English, rows to fields, mistakes by row. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

FieldName = Literal["real_name", "staff_number", "department", "phone", "email", "job_title"]

HEADERS: Final[dict[FieldName, tuple[str, ...]]] = {
    "real_name": ("姓名", "员工姓名", "名字", "name", "full name", "real name"),
    "staff_number": (
        "工号",
        "员工编号",
        "员工号",
        "staff number",
        "staff no",
        "staff no.",
        "employee id",
        "employee number",
    ),
    "department": ("部门", "所属部门", "department", "dept"),
    "phone": ("手机", "手机号", "手机号码", "电话", "phone", "mobile", "mobile phone"),
    "email": ("邮箱", "电子邮箱", "邮件", "email", "e-mail", "mail"),
    "job_title": ("岗位", "职位", "职务", "position", "job title", "title"),
}
REQUIRED: Final[tuple[FieldName, ...]] = ("real_name", "staff_number")
LIMITS: Final[dict[FieldName, int]] = {
    "real_name": 80,
    "staff_number": 40,
    "department": 120,
    "phone": 30,
    "email": 254,
    "job_title": 80,
}
HEADER_SEARCH_ROWS = 10
"""The header may stand below a title or notes, but not deeper than this."""


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One row of people: `number` as the spreadsheet program shows it, `problems` as codes of PROBLEMS."""

    number: int
    fields: dict[FieldName, str]
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StaffSheet:
    """A sheet that was read: the header's texts and the rows with anything in them."""

    headers: tuple[str, ...]
    rows: tuple[SheetRow, ...]


class HeaderMissing(Exception):
    """No row names the required columns; `missing` lists their fields."""

    def __init__(self, missing: Sequence[FieldName]) -> None:
        super().__init__(", ".join(missing))
        self.missing = tuple(missing)


class TooManyRows(Exception):
    """The sheet has more rows than one import takes."""


def _known_header(text: str) -> FieldName | None:
    wanted = " ".join(text.replace("*", "").replace("（必填）", "").replace("(required)", "").split()).lower()
    for field, names in HEADERS.items():
        if wanted in names:
            return field
    return None


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[FieldName, int]]:
    """Return (index of the header row, field -> column). HeaderMissing when there is none among the first rows."""
    best: tuple[int, dict[FieldName, int]] = (0, {})
    for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        columns: dict[FieldName, int] = {}
        for column, text in enumerate(row):
            field = _known_header(text)
            if field is not None:
                columns.setdefault(field, column)
        if len(columns) > len(best[1]):
            best = (index, columns)
    missing = [field for field in REQUIRED if field not in best[1]]
    if missing:
        raise HeaderMissing(missing)
    return best


def read_sheet(rows: Sequence[Sequence[str]], *, most: int) -> StaffSheet:
    """Return the people of a sheet of texts.

    A problem is a code: missing:<field>, long:<field>, control:<field>, twice:<row number> (the same staff number
    above), twice_phone:<row number>, twice_email:<row number>. HeaderMissing and TooManyRows as their names say.
    """
    top, columns = find_header(rows)
    filled = [(number, row) for number, row in enumerate(rows[top + 1 :], start=top + 2) if any(text for text in row)]
    if len(filled) > most:
        raise TooManyRows
    seen: dict[tuple[FieldName, str], int] = {}
    result = []
    for number, row in filled:
        fields: dict[FieldName, str] = {
            field: " ".join(row[column].split()) if column < len(row) else "" for field, column in columns.items()
        }
        problems = list(_problems(fields))
        unique: tuple[tuple[FieldName, str], ...] = (
            ("staff_number", "twice"),
            ("phone", "twice_phone"),
            ("email", "twice_email"),
        )
        for field, code in unique:
            value = fields.get(field, "")
            if not value:
                continue
            first = seen.setdefault((field, value.lower()), number)
            if first != number:
                problems.append(f"{code}:{first}")
        result.append(SheetRow(number=number, fields=fields, problems=tuple(problems)))
    return StaffSheet(headers=tuple(rows[top]), rows=tuple(result))


def _problems(fields: dict[FieldName, str]) -> list[str]:
    found = [f"missing:{field}" for field in REQUIRED if not fields.get(field)]
    for field, text in fields.items():
        if len(text) > LIMITS[field]:
            found.append(f"long:{field}")
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            found.append(f"control:{field}")
    return found
