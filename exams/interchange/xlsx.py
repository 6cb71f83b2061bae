"""XLSX as teachers fill it in: one row a question, Chinese or English headers; the template; failed rows back as a
sheet."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from exams.interchange.plan import ParsedRow, RowProblem, UnreadableFile

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
    "numerical": ("计算题", "数值题", "Numerical"),
    "short_text": ("简短回答", "简答（自动判分）", "Short answer"),
    "essay": ("问答题", "简答题", "论述题", "Essay"),
    "matching": ("连线题", "匹配题", "Matching"),
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
    """A cell cannot be understood; `column` names it, the message says what to write."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


def check_package(data: bytes) -> None:
    """Raise UnreadableFile unless the bytes are a plain .xlsx of bounded size without macros and formulas."""
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableFile("This is an old .xls or a protected file. Save it as .xlsx without a password.")
    if not data.startswith(b"PK"):
        raise UnreadableFile("This is not an Excel file. Save the table as .xlsx.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if len(members) > MAXIMUM_MEMBERS or sum(member.file_size for member in members) > MAXIMUM_UNPACKED:
                raise UnreadableFile("The file unpacks to far more than a list of questions. It was not opened.")
            names = {member.filename for member in members}
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise UnreadableFile("The file holds macros. Save it as .xlsx, which cannot.")
            if "xl/workbook.xml" not in names:
                raise UnreadableFile("This is not an Excel file. Save the table as .xlsx.")
            for name in names:
                if name.startswith("xl/worksheets/") and _has_formula(package, name):
                    raise UnreadableFile("The sheet holds formulas. Copy everything and paste it as values.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile("The file is damaged and cannot be opened.") from error


def _has_formula(package: zipfile.ZipFile, name: str) -> bool:
    """Look for a formula element; the stated size may lie, so reading stops at the limit."""
    tail = b""
    total = 0
    with package.open(name) as stream:
        while chunk := stream.read(1 << 16):
            total += len(chunk)
            if total > MAXIMUM_UNPACKED:
                raise UnreadableFile("The file unpacks to far more than a list of questions. It was not opened.")
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
        raise UnreadableFile("The file is damaged and cannot be opened.") from error
    for place, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        keys = [_NAMES.get(_text(cell).lower().replace(" ", ""), "") for cell in row]
        if "stem" in keys and "answer" in keys:
            header = [_text(cell) for cell in row]
            return header, _rows(rows[place + 1 :], keys, first=place + 2)
    if not any(any(_text(cell) for cell in row) for row in rows):
        raise UnreadableFile("The first sheet is empty.")
    raise UnreadableFile("No header was found. The first row has to name the columns, at least “题干” and “答案”.")


def _text(cell: Any) -> str:
    """Return a cell as it reads: whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _rows(rows: Iterable[Sequence[Any]], keys: Sequence[str], *, first: int) -> Iterator[ParsedRow]:
    for number, row in enumerate(rows, start=first):
        texts = [_text(cell) for cell in row]
        if not any(texts):
            continue
        cells = {key: text for key, text in zip(keys, texts, strict=False) if key}
        try:
            yield ParsedRow(row=number, record=_record(cells), cells=tuple(texts))
        except CellProblem as problem:
            label = COLUMNS.get(problem.column, ("", problem.column))[0]
            yield ParsedRow(
                row=number,
                record=None,
                problems=(RowProblem(row=number, field=label, message=problem.message),),
                cells=tuple(texts),
            )


def _record(cells: dict[str, str]) -> dict[str, Any]:
    type_ = _TYPES.get(cells.get("type", "").lower().replace(" ", ""))
    if type_ is None:
        if cells.get("type"):
            raise CellProblem("type", "This type is not known. Use one of the names in the template.")
        raise CellProblem("type", "The type is missing.")
    if not cells.get("stem"):
        raise CellProblem("stem", "The question is empty.")
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
    raise CellProblem("difficulty", "Write a number from 1 to 5, or 易, 中, 难.")


def _marks(text: str) -> str:
    if text and not re.fullmatch(r"\d{1,5}(\.\d+)?", text):
        raise CellProblem("marks", "The marks must be a number.")
    return text or "1"


def _options(cells: dict[str, str]) -> list[dict[str, str]]:
    filled = [(letter.lower(), cells.get(f"option_{letter.lower()}", "")) for letter in OPTION_LETTERS]
    options = [{"id": letter, "text": text} for letter, text in filled if text]
    if len(options) < 2:
        raise CellProblem("option_a", "At least two options are needed.")
    return options


def _letters(cells: dict[str, str], known: Sequence[str]) -> list[str]:
    letters = [sign.lower() for sign in re.sub(r"[\s,，、;；.。]", "", cells.get("answer", ""))]
    if not letters:
        raise CellProblem("answer", "The answer is missing.")
    for letter in letters:
        if letter not in known:
            raise CellProblem("answer", f"The answer names “{letter.upper()}”, but there is no such option.")
    return list(dict.fromkeys(letters))


def _single(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = _options(cells)
    letters = _letters(cells, [option["id"] for option in options])
    if len(letters) != 1:
        raise CellProblem("answer", "A single choice has one right option. For several, write 多选题 as the type.")
    return {"stem": cells["stem"], "options": options}, {"fractions": {letters[0]: 1}}


def _multiple(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = _options(cells)
    letters = _letters(cells, [option["id"] for option in options])
    return {"stem": cells["stem"], "options": options}, {"correct": sorted(letters)}


def _true_false(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = cells.get("answer", "").lower()
    if answer not in _TRUE | _FALSE:
        raise CellProblem("answer", "Write 对 or 错 (true or false).")
    return {"stem": cells["stem"]}, {"correct": answer in _TRUE}


def _fill_blank(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    stem = cells["stem"]
    if "[[" not in stem:
        numbers = iter(range(1, 100))
        stem = _UNDERSCORES.sub(lambda _found: f"[[b{next(numbers)}]]", stem)
    ids = re.findall(r"\[\[([a-z0-9_-]{1,32})\]\]", stem)
    if not ids:
        raise CellProblem("stem", "Mark the blanks with ____ in the question.")
    answers = [part.strip() for part in re.split(r"[;；]", cells.get("answer", ""))]
    if len(answers) != len(ids) or not all(answers):
        raise CellProblem("answer", f"There are {len(ids)} blanks; write as many answers, separated by ;")
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
        raise CellProblem("answer", "Write a number, such as 12.5 or 12.5±0.1.")
    number, tolerance, unit = found[1].replace(",", ""), found[2] or "0", (found[3] or "").strip()
    key = {"answers": [{"value": number, "tolerance": tolerance}], "units": {unit: "1"} if unit else {}}
    return {"stem": cells["stem"], "unit_label": unit}, key


def _short_text(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    answers = [{"text": text.strip()} for text in cells.get("answer", "").split("|") if text.strip()]
    if not answers:
        raise CellProblem("answer", "The answer is missing.")
    return {"stem": cells["stem"]}, {"answers": answers}


def _essay(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"stem": cells["stem"]}, {"model_answer": cells.get("answer", "")}


def _matching(cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    left, right, pairs = [], [], {}
    for option in _options(cells):
        first, sign, second = option["text"].replace("＝", "=").partition("=")
        if not sign or not first.strip() or not second.strip():
            raise CellProblem(f"option_{option['id']}", "Write each pair as left = right.")
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
            raise CellProblem("answer", "Name every item once, such as CABD.")
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

_EXAMPLES_ZH: tuple[dict[str, str], ...] = (
    {
        "type": "单选题",
        "stem": "企业会计确认、计量和报告的基础是？",
        "option_a": "权责发生制",
        "option_b": "收付实现制",
        "option_c": "现金制",
        "option_d": "定期盘存制",
        "answer": "A",
        "explanation": "企业应当以权责发生制为基础。",
        "topic": "第一章 > 会计基础",
        "difficulty": "2",
        "marks": "2",
        "tags": "概念",
        "source": "《企业会计准则——基本准则》第九条",
    },
    {
        "type": "多选题",
        "stem": "下列属于流动资产的有？",
        "option_a": "存货",
        "option_b": "应收账款",
        "option_c": "固定资产",
        "option_d": "货币资金",
        "answer": "ABD",
        "explanation": "固定资产是非流动资产。",
        "topic": "第一章 > 会计要素",
        "difficulty": "中",
        "marks": "2",
    },
    {
        "type": "判断题",
        "stem": "资产=负债+所有者权益。",
        "answer": "对",
        "topic": "第一章 > 会计等式",
        "difficulty": "易",
    },
    {
        "type": "填空题",
        "stem": "会计的基本职能是____和____。",
        "answer": "核算|反映;监督",
        "explanation": "每空用分号隔开，同一空的多个答案用 | 隔开。",
    },
    {"type": "计算题", "stem": "原价 60000 元、残值率 4%、10 年直线法，每月折旧多少元？", "answer": "480±0.01 元"},
    {"type": "简短回答", "stem": "借贷记账法下“有借必有贷”的后半句是？", "answer": "借贷必相等|*借贷必相等*"},
    {
        "type": "简答题",
        "stem": "简述权责发生制的含义。",
        "answer": "凡是当期已经实现的收入和已经发生的费用，不论款项是否收付，都作为当期的收入和费用。",
        "marks": "10",
    },
    {
        "type": "连线题",
        "stem": "把凭证与用途连起来。",
        "option_a": "收款凭证 = 记录收款业务",
        "option_b": "付款凭证 = 记录付款业务",
        "option_c": "转账凭证 = 记录不涉及现金的业务",
    },
    {
        "type": "排序题",
        "stem": "按账务处理的先后排序。",
        "option_a": "填制凭证",
        "option_b": "登记账簿",
        "option_c": "编制报表",
        "answer": "ABC",
    },
)
_EXAMPLES_EN: tuple[dict[str, str], ...] = (
    {"type": "Single choice", "stem": "Which measure is least moved by one extreme value?", "option_a": "the median", "option_b": "the mean", "option_c": "the range", "answer": "A", "explanation": "Only the middle of the ordered values counts.", "topic": "Chapter 1 > Centre", "difficulty": "2", "marks": "2", "tags": "concept"},
    {"type": "Multiple choice", "stem": "Which of these are measures of spread?", "option_a": "the range", "option_b": "the mode", "option_c": "the standard deviation", "answer": "AC", "topic": "Chapter 1 > Spread", "difficulty": "medium"},
    {"type": "True or false", "stem": "A standard deviation can be negative.", "answer": "false"},
    {"type": "Fill in the blanks", "stem": "Mean, ____ and ____ describe the centre.", "answer": "median;mode|modal value", "explanation": "Blanks are separated by ; and alternatives by |."},
    {"type": "Numerical", "stem": "What is the mean of 2, 4 and 9?", "answer": "5±0.01"},
    {"type": "Short answer", "stem": "What is the middle value of ordered data called?", "answer": "median|the median"},
    {"type": "Essay", "stem": "When would you report the median instead of the mean?", "answer": "When the data are skewed or hold outliers.", "marks": "10"},
    {"type": "Matching", "stem": "Match each term with its meaning.", "option_a": "mean = sum divided by count", "option_b": "mode = most frequent value", "option_c": "range = largest minus smallest"},
    {"type": "Ordering", "stem": "Put the steps of an experiment in order.", "option_a": "state the question", "option_b": "collect data", "option_c": "draw a conclusion", "answer": "ABC"},
)  # fmt: skip


def write_template(*, is_chinese: bool) -> bytes:
    """Return the template: headers in one language and an example row for each type that fits a row."""
    place = 0 if is_chinese else 1
    examples = _EXAMPLES_ZH if is_chinese else _EXAMPLES_EN
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
