"""From the cells of a row to a question record: the words of headers and types, and one builder a type. Pure.

Table formats call `record_of_cells`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exams.interchange.formats.base import Record, Remark, gettext_noop

OPTION_LETTERS = "ABCDEFGHIJKL"

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
UNKNOWN_TYPE = gettext_noop("This type is not known. Use one of the names in the template.")
TYPE_MISSING = gettext_noop("The type is missing.")
STEM_EMPTY = gettext_noop("The question is empty.")
DIFFICULTY_WORD = gettext_noop("Write a number from 1 to 5, or 易, 中, 难.")
BAD_MARKS = gettext_noop("The marks must be a number.")
TOO_FEW_OPTIONS = gettext_noop("At least two options are needed.")
ANSWER_MISSING = gettext_noop("The answer is missing.")
NO_SUCH_OPTION = gettext_noop("The answer names “%(letter)s”, but there is no such option.")
SEVERAL_RIGHT = gettext_noop("A single choice has one right option. For several, write 多选题 as the type.")
TRUE_OR_FALSE = gettext_noop("Write 对 or 错 (true or false).")
NO_BLANKS = gettext_noop("Mark the blanks with ____ in the question.")
BLANK_COUNT = gettext_noop("There are %(n)s blanks; write as many answers, separated by semicolons.")
NO_NUMBER = gettext_noop("Write a number, such as 12.5 or 12.5±0.1.")
NO_PAIR = gettext_noop("Write each pair as left = right.")
NO_ORDER = gettext_noop("Name every item once, such as CABD.")


class CellProblem(Exception):
    """A cell cannot be understood; `column` names it, `text` and `values` say what to write."""

    def __init__(self, column: str, text: str, **values: str | int) -> None:
        super().__init__(text)
        self.column = column
        self.text = text
        self.values = values


def column_of(header: str, /) -> str:
    """Return the column that a header means; empty for one that is not known."""
    return _NAMES.get(header.lower().replace(" ", ""), "")


def record_of_cells(cells: Mapping[str, str], /) -> tuple[Record | None, tuple[Remark, ...], tuple[Remark, ...]]:
    """Return the record that the cells of a row say, by column, with what is wrong and what was guessed.

    With problems the record is a draft of what was understood. Remarks name columns; their row is 0.
    """
    problems: list[Remark] = []

    def note(problem: CellProblem) -> None:
        problems.append(Remark(row=0, field=problem.column, text=problem.text, values=problem.values))

    type_ = _TYPES.get(cells.get("type", "").lower().replace(" ", ""))
    record: dict[str, Any] = {
        "type": type_ or "",
        "content": {"stem": cells.get("stem", "")},
        "key": {},
        "ref": cells.get("ref", ""),
        "topic": [part.strip() for part in re.split(r"[>/＞]", cells.get("topic", "")) if part.strip()],
        "difficulty": 3,
        "marks": "1",
        "tags": [part.strip() for part in re.split(r"[,，、;；]", cells.get("tags", "")) if part.strip()],
        "explanation": cells.get("explanation", ""),
        "source": cells.get("source", ""),
    }
    try:
        if type_ is None:
            raise CellProblem("type", UNKNOWN_TYPE if cells.get("type") else TYPE_MISSING)
        if not cells.get("stem"):
            raise CellProblem("stem", STEM_EMPTY)
        record["content"], record["key"] = _BUILDERS[type_](cells)
    except CellProblem as problem:
        note(problem)
        options = _filled(cells)
        if options and type_ in {None, "single_choice", "multiple_choice"}:
            record["content"]["options"] = options
    for name, read in (("difficulty", _difficulty), ("marks", _marks)):
        try:
            record[name] = read(cells.get(name, ""))
        except CellProblem as problem:
            note(problem)
    return record, tuple(problems), ()


def _difficulty(text: str) -> int:
    if not text:
        return 3
    if text.isdecimal() and 1 <= int(text) <= 5:
        return int(text)
    if text.lower() in _DIFFICULTIES:
        return _DIFFICULTIES[text.lower()]
    raise CellProblem("difficulty", DIFFICULTY_WORD)


def _marks(text: str) -> str:
    if text and not re.fullmatch(r"\d{1,5}(\.\d+)?", text):
        raise CellProblem("marks", BAD_MARKS)
    return text or "1"


def _filled(cells: Mapping[str, str]) -> list[dict[str, str]]:
    filled = [(letter.lower(), cells.get(f"option_{letter.lower()}", "")) for letter in OPTION_LETTERS]
    return [{"id": letter, "text": text} for letter, text in filled if text]


def _options(cells: Mapping[str, str]) -> list[dict[str, str]]:
    options = _filled(cells)
    if len(options) < 2:
        raise CellProblem("option_a", TOO_FEW_OPTIONS)
    return options


def _letters(cells: Mapping[str, str], known: Sequence[str]) -> list[str]:
    letters = [sign.lower() for sign in re.sub(r"[\s,，、;；.。]", "", cells.get("answer", ""))]
    if not letters:
        raise CellProblem("answer", ANSWER_MISSING)
    for letter in letters:
        if letter not in known:
            raise CellProblem("answer", NO_SUCH_OPTION, letter=letter.upper())
    return list(dict.fromkeys(letters))


def _single(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = _options(cells)
    letters = _letters(cells, [option["id"] for option in options])
    if len(letters) != 1:
        raise CellProblem("answer", SEVERAL_RIGHT)
    return {"stem": cells["stem"], "options": options}, {"fractions": {letters[0]: 1}}


def _multiple(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = _options(cells)
    letters = _letters(cells, [option["id"] for option in options])
    return {"stem": cells["stem"], "options": options}, {"correct": sorted(letters)}


def _true_false(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = cells.get("answer", "").lower()
    if answer not in _TRUE | _FALSE:
        raise CellProblem("answer", TRUE_OR_FALSE)
    return {"stem": cells["stem"]}, {"correct": answer in _TRUE}


def _fill_blank(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    stem = cells["stem"]
    if "[[" not in stem:
        numbers = iter(range(1, 100))
        stem = _UNDERSCORES.sub(lambda _found: f"[[b{next(numbers)}]]", stem)
    ids = re.findall(r"\[\[([a-z0-9_-]{1,32})\]\]", stem)
    if not ids:
        raise CellProblem("stem", NO_BLANKS)
    answers = [part.strip() for part in re.split(r"[;；]", cells.get("answer", ""))]
    if len(answers) != len(ids) or not all(answers):
        raise CellProblem("answer", BLANK_COUNT, n=len(ids))
    key = {
        id_: {"answers": [{"text": text.strip()} for text in answer.split("|") if text.strip()]}
        for id_, answer in zip(ids, answers, strict=True)
    }
    return {"stem": stem, "blanks": [{"id": id_} for id_ in ids]}, {"blanks": key}


def _numerical(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    found = re.fullmatch(
        r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?:(?:±|\+/-|\+-)\s*([\d.]+))?\s*(\D{0,20})", cells.get("answer", "")
    )
    if not found:
        raise CellProblem("answer", NO_NUMBER)
    number, tolerance, unit = found[1].replace(",", ""), found[2] or "0", (found[3] or "").strip()
    key = {"answers": [{"value": number, "tolerance": tolerance}], "units": {unit: "1"} if unit else {}}
    return {"stem": cells["stem"], "unit_label": unit}, key


def _short_text(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    answers = [{"text": text.strip()} for text in cells.get("answer", "").split("|") if text.strip()]
    if not answers:
        raise CellProblem("answer", ANSWER_MISSING)
    return {"stem": cells["stem"]}, {"answers": answers}


def _essay(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"stem": cells["stem"]}, {"model_answer": cells.get("answer", "")}


def _matching(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    left, right, pairs = [], [], {}
    for option in _options(cells):
        first, sign, second = option["text"].replace("＝", "=").partition("=")
        if not sign or not first.strip() or not second.strip():
            raise CellProblem(f"option_{option['id']}", NO_PAIR)
        left.append({"id": f"l{option['id']}", "text": first.strip()})
        right.append({"id": f"r{option['id']}", "text": second.strip()})
        pairs[f"l{option['id']}"] = f"r{option['id']}"
    return {"stem": cells["stem"], "left": left, "right": right}, {"pairs": pairs}


def _ordering(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    items = _options(cells)
    order = [item["id"] for item in items]
    if cells.get("answer"):
        letters = _letters(cells, order)
        if len(letters) != len(order):
            raise CellProblem("answer", NO_ORDER)
        order = letters
    return {"stem": cells["stem"], "items": items}, {"order": order}


_BUILDERS: dict[str, Callable[[Mapping[str, str]], tuple[dict[str, Any], dict[str, Any]]]] = {
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
