"""XLSX as teachers fill it in: one row a question, Chinese or English headers; the template; failed rows back as a
sheet."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from exams.interchange.plan import ParsedRow, RowProblem, UnreadableFile
from exams.interchange.xlsx_examples import EXAMPLES_EN, EXAMPLES_ZH

MAXIMUM_UNPACKED = 80 * 1024 * 1024
MAXIMUM_MEMBERS = 2_000
OPTION_LETTERS = "ABCDEFGH"
HEADER_SEARCH_ROWS = 10

COLUMNS: dict[str, tuple[str, str]] = {
    "type": ("题型", "Type"),
    "stem": ("题干", "Question"),
    **{f"option_{letter.lower()}": (f"选项{letter}", f"Option {letter}") for letter in OPTION_LETTERS},
    "answer": ("答案", "Answer"),
    "explanation": ("解析", "Explanation"),
    "topic": ("章节", "Topic"),
    "difficulty": ("难度", "Difficulty"),
    "marks": ("分值", "Marks"),
    "tags": ("标签", "Tags"),
    "source": ("来源", "Source"),
    "ref": ("编号", "Reference"),
}
_NAMES = {name.lower().replace(" ", ""): key for key, names in COLUMNS.items() for name in names}
TYPE_NAMES: dict[str, tuple[str, ...]] = {
    "single_choice": ("单选题", "单选", "单项选择题", "选择题", "Single choice"),
    "multiple_choice": ("多选题", "多选", "多项选择题", "Multiple choice"),
    "true_false": ("判断题", "判断", "True or false"),
    "fill_blank": ("填空题", "填空", "Fill in the blanks"),
    "numerical": ("数值题", "计算题", "Numerical"),
    "short_text": ("短答题", "简短回答", "简答（自动判分）", "Short answer"),
    "essay": ("问答题", "简答题", "论述题", "Essay"),
    "matching": ("配对题", "连线题", "匹配题", "Matching"),
    "ordering": ("排序题", "Ordering"),
}
_TYPES = {name.lower().replace(" ", ""): key for key, names in TYPE_NAMES.items() for name in (key, *names)}
_DIFFICULTIES = {
    "很易": 1,
    "易": 2,
    "较易": 2,
    "中": 3,
    "中等": 3,
    "较难": 4,
    "难": 4,
    "很难": 5,
    "easy": 2,
    "medium": 3,
    "hard": 4,
}
_TRUE = {"对", "正确", "是", "√", "✓", "t", "true", "yes", "y", "1"}
_FALSE = {"错", "错误", "否", "×", "✗", "x", "f", "false", "no", "n", "0"}
_UNDERSCORES = re.compile(r"_{2,}|（\s+）|\(\s{2,}\)")


class CellProblem(Exception):
    """A cell cannot be understood; `column` names it, `code` and `values` say what to write (see
    exams.authoring.record_problems)."""

    def __init__(self, column: str, code: str, **values: object) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}


def check_package(data: bytes) -> None:
    """Raise UnreadableFile unless the bytes are a plain .xlsx of bounded size without macros and formulas."""
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableFile(_("This is an old .xls or a protected file. Save it as .xlsx without a password."))
    if not data.startswith(b"PK"):
        raise UnreadableFile(_("This is not an Excel file. Save the table as .xlsx."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if len(members) > MAXIMUM_MEMBERS or sum(member.file_size for member in members) > MAXIMUM_UNPACKED:
                raise UnreadableFile(_("The file unpacks to far more than a list of questions. It was not opened."))
            names = {member.filename for member in members}
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise UnreadableFile(_("The file holds macros. Save it as .xlsx, which cannot."))
            if "xl/workbook.xml" not in names:
                raise UnreadableFile(_("This is not an Excel file. Save the table as .xlsx."))
            for name in names:
                if name.startswith("xl/worksheets/") and _has_formula(package, name):
                    raise UnreadableFile(_("The sheet holds formulas. Copy everything and paste it as values."))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile(_("The file is damaged and cannot be opened.")) from error


def _has_formula(package: zipfile.ZipFile, name: str) -> bool:
    """Look for a formula element; the stated size may lie, so reading stops at the limit."""
    tail = b""
    total = 0
    with package.open(name) as stream:
        while chunk := stream.read(1 << 16):
            total += len(chunk)
            if total > MAXIMUM_UNPACKED:
                raise UnreadableFile(_("The file unpacks to far more than a list of questions. It was not opened."))
            window = tail + chunk
            if b"<f>" in window or b"<f " in window:
                return True
            tail = chunk[-4:]
    return False


def parse(data: bytes) -> tuple[list[str], Iterator[ParsedRow]]:
    """Return the header and the rows of the first sheet; UnreadableFile says what is wrong with the file as a
    whole."""
    check_package(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False) if workbook.sheet_names else []
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise UnreadableFile(_("The file is damaged and cannot be opened.")) from error
    for place, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        keys = [_NAMES.get(_text(cell).lower().replace(" ", ""), "") for cell in row]
        if "stem" in keys and "answer" in keys:
            header = [_text(cell) for cell in row]
            return header, _rows(rows[place + 1 :], keys, names=dict(zip(keys, header, strict=True)), first=place + 2)
    if not any(any(_text(cell) for cell in row) for row in rows):
        raise UnreadableFile(_("The first sheet is empty."))
    raise UnreadableFile(_("No header was found. The first row has to name the columns, at least “题干” and “答案”."))


def _text(cell: Any) -> str:
    """Return a cell as it reads: whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _rows(
    rows: Iterable[Sequence[Any]], keys: Sequence[str], *, names: dict[str, str], first: int
) -> Iterator[ParsedRow]:
    for number, row in enumerate(rows, start=first):
        texts = [_text(cell) for cell in row]
        if not any(texts):
            continue
        cells = {key: text for key, text in zip(keys, texts, strict=False) if key}
        try:
            yield ParsedRow(row=number, record=_record(cells), cells=tuple(texts))
        except CellProblem as problem:
            label = names.get(problem.column) or COLUMNS[problem.column][0]
            yield ParsedRow(
                row=number,
                record=None,
                problems=(RowProblem(row=number, field=label, code=problem.code, values=problem.values),),
                cells=tuple(texts),
            )


def _record(cells: dict[str, str]) -> dict[str, Any]:
    type_ = _TYPES.get(cells.get("type", "").lower().replace(" ", ""))
    if type_ is None:
        if cells.get("type"):
            raise CellProblem("type", "unknown_type")
        raise CellProblem("type", "type_missing")
    if not cells.get("stem"):
        raise CellProblem("stem", "stem_empty")
    content, key = _BUILDERS[type_](cells)
    return {
        "type": type_,
        "content": content,
        "key": key,
        "ref": cells.get("ref", ""),
        "topic": [part.strip() for part in re.split(r"[>/＞]", cells.get("topic", "")) if part.strip()],
        "difficulty": _difficulty(cells.get("difficulty", "")),
        "marks": _marks(cells.get("marks", "")),
        "tags": [part.strip() for part in re.split(r"[,，、;；]", cells.get("tags", "")) if part.strip()],
        "explanation": cells.get("explanation", ""),
        "source": cells.get("source", ""),
    }


def _difficulty(text: str) -> int:
    if not text:
        return 3
    if text.isdecimal() and 1 <= int(text) <= 5:
        return int(text)
    if text.lower() in _DIFFICULTIES:
        return _DIFFICULTIES[text.lower()]
    raise CellProblem("difficulty", "difficulty_word")


def _marks(text: str) -> str:
    if text and not re.fullmatch(r"\d{1,5}(\.\d+)?", text):
        raise CellProblem("marks", "bad_marks")
    return text or "1"


def _options(cells: dict[str, str]) -> list[dict[str, str]]:
    filled = [(letter.lower(), cells.get(f"option_{letter.lower()}", "")) for letter in OPTION_LETTERS]
    options = [{"id": letter, "text": text} for letter, text in filled if text]
    if len(options) < 2:
        raise CellProblem("option_a", "too_few_options")
    return options


def _letters(cells: dict[str, str], known: Sequence[str]) -> list[str]:
    letters = [sign.lower() for sign in re.sub(r"[\s,，、;；.。]", "", cells.get("answer", ""))]
    if not letters:
        raise CellProblem("answer", "answer_missing")
    for letter in letters:
        if letter not in known:
            raise CellProblem("answer", "no_such_option", letter=letter.upper())
    return list(dict.fromkeys(letters))


def _single(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = _options(cells)
    letters = _letters(cells, [option["id"] for option in options])
    if len(letters) != 1:
        raise CellProblem("answer", "several_right")
    return {"stem": cells["stem"], "options": options}, {"fractions": {letters[0]: 1}}


def _multiple(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = _options(cells)
    letters = _letters(cells, [option["id"] for option in options])
    return {"stem": cells["stem"], "options": options}, {"correct": sorted(letters)}


def _true_false(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = cells.get("answer", "").lower()
    if answer not in _TRUE | _FALSE:
        raise CellProblem("answer", "true_or_false")
    return {"stem": cells["stem"]}, {"correct": answer in _TRUE}


def _fill_blank(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    stem = cells["stem"]
    if "[[" not in stem:
        numbers = iter(range(1, 100))
        stem = _UNDERSCORES.sub(lambda _found: f"[[b{next(numbers)}]]", stem)
    ids = re.findall(r"\[\[([a-z0-9_-]{1,32})\]\]", stem)
    if not ids:
        raise CellProblem("stem", "no_blanks")
    answers = [part.strip() for part in re.split(r"[;；]", cells.get("answer", ""))]
    if len(answers) != len(ids) or not all(answers):
        raise CellProblem("answer", "blank_count", n=len(ids))
    key = {
        id_: {"answers": [{"text": text.strip()} for text in answer.split("|") if text.strip()]}
        for id_, answer in zip(ids, answers, strict=True)
    }
    return {"stem": stem, "blanks": [{"id": id_} for id_ in ids]}, {"blanks": key}


def _numerical(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    found = re.fullmatch(
        r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?:(?:±|\+/-|\+-)\s*([\d.]+))?\s*(\D{0,20})", cells.get("answer", "")
    )
    if not found:
        raise CellProblem("answer", "no_number")
    number, tolerance, unit = found[1].replace(",", ""), found[2] or "0", (found[3] or "").strip()
    key = {"answers": [{"value": number, "tolerance": tolerance}], "units": {unit: "1"} if unit else {}}
    return {"stem": cells["stem"], "unit_label": unit}, key


def _short_text(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    answers = [{"text": text.strip()} for text in cells.get("answer", "").split("|") if text.strip()]
    if not answers:
        raise CellProblem("answer", "answer_missing")
    return {"stem": cells["stem"]}, {"answers": answers}


def _essay(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"stem": cells["stem"]}, {"model_answer": cells.get("answer", "")}


def _matching(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    left, right, pairs = [], [], {}
    for option in _options(cells):
        first, sign, second = option["text"].replace("＝", "=").partition("=")
        if not sign or not first.strip() or not second.strip():
            raise CellProblem(f"option_{option['id']}", "no_pair")
        left.append({"id": f"l{option['id']}", "text": first.strip()})
        right.append({"id": f"r{option['id']}", "text": second.strip()})
        pairs[f"l{option['id']}"] = f"r{option['id']}"
    return {"stem": cells["stem"], "left": left, "right": right}, {"pairs": pairs}


def _ordering(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    items = _options(cells)
    order = [item["id"] for item in items]
    if cells.get("answer"):
        letters = _letters(cells, order)
        if len(letters) != len(order):
            raise CellProblem("answer", "no_order")
        order = letters
    return {"stem": cells["stem"], "items": items}, {"order": order}


_BUILDERS: dict[str, Callable[[dict[str, str]], tuple[dict[str, Any], dict[str, Any]]]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "true_false": _true_false,
    "fill_blank": _fill_blank,
    "numerical": _numerical,
    "short_text": _short_text,
    "essay": _essay,
    "matching": _matching,
    "ordering": _ordering,
}


def write_template(*, is_chinese: bool) -> bytes:
    """Return the template: headers in one language and an example row for each type that fits a row."""
    place = 0 if is_chinese else 1
    examples = EXAMPLES_ZH if is_chinese else EXAMPLES_EN
    rows = [[example.get(key, "") for key in COLUMNS] for example in examples]
    return write_sheet(
        header=[names[place] for names in COLUMNS.values()], rows=rows, name="试题" if is_chinese else "Questions"
    )


def write_sheet(*, header: Sequence[str], rows: Iterable[Sequence[str]], name: str) -> bytes:
    """Return a workbook of plain texts: nothing in it is ever a formula or a link, whatever the cells say."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        sheet = workbook.add_worksheet(name)
        bold = workbook.add_format({"bold": True, "bg_color": "#F3EAD3", "border": 1})
        wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        for column, text in enumerate(header):
            sheet.write_string(0, column, text, bold)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, str(text)[:32_000], wrap)
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, 1, 48)
        sheet.set_column(2, max(2, len(header)), 18)
        sheet.freeze_panes(1, 0)
    return stream.getvalue()
