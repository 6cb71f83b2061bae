"""Questions as rows of a spreadsheet, and plain sheets: nothing in them is ever a formula or a link. Pure."""

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from exams.domain.registry import get_type
from exams.interchange.formats.base import ExportedRecord, Record, Remark, gettext_noop
from exams.interchange.formats.question_vocabulary import COLUMNS, OPTION_LETTERS, TYPE_NAMES
from exams.interchange.formats.table_passages import Line, grouped, record_of_group
from exams.interchange.formats.table_rows import record_of_cells
from exams.interchange.formats.xlsx_examples import EXAMPLES_EN, EXAMPLES_ZH, PASSAGE_EN, PASSAGE_ZH

NO_ROW = gettext_noop("This type of question does not fit a row; it is left out. Use JSON Lines for it.")
OTHER_MARKING = gettext_noop("Its answer or marking cannot be said in a row; it is left out. Use JSON Lines for it.")
LONG_TEXT = gettext_noop("A text has more than %(limit)s characters; the question is left out.")
LOST_FEEDBACK = gettext_noop("The feedback to single answers is left out.")
LOST_RUBRIC = gettext_noop("The rubric is left out.")
LOST_LENGTHS = gettext_noop("The least and greatest length are left out.")
LOST_PICTURES = gettext_noop("Pictures and sounds are left out.")
LOST_LANGUAGE = gettext_noop("The language of the questions (%(name)s) is left out.")

MAXIMUM_CELL = 32_000
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_ATTACHMENT = re.compile(r"""<(?:img|audio)\b[^<>]*\bsrc=["']?attachment:[^<>]*>(?:</audio>)?""", re.IGNORECASE)
_OPTION_COLUMNS = [f"option_{letter.lower()}" for letter in OPTION_LETTERS]


class _Unwritable(Exception):
    """A record does not fit a row; the text says why."""

    def __init__(self, text: str, **values: str | int) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


def _letters(ids: Sequence[str]) -> dict[str, str]:
    if len(ids) > len(OPTION_LETTERS):
        raise _Unwritable(OTHER_MARKING)
    return {id_: OPTION_LETTERS[place] for place, id_ in enumerate(ids)}


def _choice(content: Mapping[str, Any], right: Iterable[str]) -> dict[str, str]:
    letters = _letters([option["id"] for option in content["options"]])
    cells = {f"option_{letters[option['id']].lower()}": option["text"] for option in content["options"]}
    return cells | {"answer": "".join(sorted(letters[id_] for id_ in right if id_ in letters))}


def _answers(answers: Iterable[Mapping[str, Any]]) -> str:
    texts = [str(answer["text"]) for answer in answers]
    if any(sign in text for text in texts for sign in "|;；"):
        raise _Unwritable(OTHER_MARKING)
    return "|".join(texts)


def _numerical(content: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, str]:
    answer = key["answers"][0]
    tolerance = str(answer.get("tolerance", "0"))
    units = list(key.get("units") or {})
    text = str(answer["value"]) + (f"±{tolerance}" if tolerance != "0" else "")
    return {"answer": f"{text} {units[0]}" if units else text}


def _matching(content: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, str]:
    if content.get("partners"):
        raise _Unwritable(OTHER_MARKING)
    right = {option["id"]: option["text"] for option in content["right"]}
    letters = _letters([option["id"] for option in content["left"]])
    return {
        f"option_{letters[option['id']].lower()}": f"{option['text']} = {right[key['pairs'][option['id']]]}"
        for option in content["left"]
    }


def _ordering(content: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, str]:
    letters = _letters([item["id"] for item in content["items"]])
    cells = {f"option_{letters[item['id']].lower()}": item["text"] for item in content["items"]}
    return cells | {"answer": "".join(letters[id_] for id_ in key["order"])}


def _answer_cells(type_: str, content: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of options and answer; KeyError or IndexError for what a row cannot say."""
    match type_:
        case "single_choice":
            return _choice(content, [id_ for id_, fraction in key["fractions"].items() if fraction == 1])
        case "multiple_choice":
            return _choice(content, key["correct"])
        case "true_false":
            return {"answer": "对" if key["correct"] else "错"}
        case "fill_blank":
            return {"answer": ";".join(_answers(key["blanks"][blank["id"]]["answers"]) for blank in content["blanks"])}
        case "numerical":
            return _numerical(content, key)
        case "short_text":
            return {"answer": _answers(key["answers"])}
        case "essay":
            return {"answer": str(key.get("model_answer", ""))}
        case "matching":
            return _matching(content, key)
        case "ordering":
            return _ordering(content, key)
    raise _Unwritable(NO_ROW)


_DECORATION = {"feedback", "explanations", "rubric", "min_words", "max_words"}


def _without_decoration(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_decoration(inner) for name, inner in value.items() if name not in _DECORATION}
    return [_without_decoration(inner) for inner in value] if isinstance(value, list | tuple) else value


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(name, name): _renamed(inner, names) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def _comparable(record: Record) -> Any:
    """Return content and key with all defaults written out, ids by their places, and without what is said as a loss."""
    kind = get_type(record["type"])
    content = kind.parse_content(record["content"]).model_dump(mode="json")
    key = kind.parse_key(record["key"]).model_dump(mode="json")
    names: dict[str, str] = {}
    for group in ("options", "left", "right", "items"):
        options = content.get(group) or []
        if group == "right":  # a row says the partners in the order of the left side
            pairs = key.get("pairs") or {}
            places = {pairs.get(option["id"]): place for place, option in enumerate(content.get("left") or [])}
            options.sort(key=lambda option: places.get(option["id"], 99))
        names |= {option["id"]: f"{group}-{place}" for place, option in enumerate(options)}
    if "correct" in key and isinstance(key["correct"], list):
        key["correct"] = sorted(key["correct"])
    if "fractions" in key:
        key["fractions"] = {id_: fraction for id_, fraction in key["fractions"].items() if fraction}
    if record["type"] in {"fill_blank", "numerical", "short_text", "essay", "true_false"}:
        names = {}
    return _without_decoration(_renamed([content, key], names))


def _common_cells(record: Record) -> dict[str, str]:
    """Return the cells that questions of every type have."""
    return {
        "explanation": record.get("explanation", ""),
        "topic": " > ".join(record.get("topic") or ()),
        "difficulty": str(record.get("difficulty", 3)),
        "marks": format(float(record.get("marks", 1)), "g"),
        "tags": "、".join(record.get("tags") or ()),
        "source": record.get("source", ""),
        "ref": record.get("ref", ""),
    }


def cells_of_record(record: Record) -> tuple[dict[str, str], list[str]]:
    """Return the cells of a row and what is lost; _Unwritable when a row cannot say the answer exactly."""
    type_, content, key = record["type"], record["content"], record["key"]
    if type_ not in TYPE_NAMES:
        raise _Unwritable(NO_ROW)
    try:
        cells = {
            "type": TYPE_NAMES[type_][0],
            "stem": content["stem"],
            **_answer_cells(type_, content, key),
            **_common_cells(record),
        }
        again, problems, _doubts = record_of_cells({name: str(text).strip() for name, text in cells.items()})
        if problems or again is None or _comparable(again) != _comparable(record):
            raise _Unwritable(OTHER_MARKING)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _Unwritable(OTHER_MARKING) from error
    return cells, _losses(record, cells)


PASSAGE_NAME = "材料题"
PART_NAME = "小题：%s"


def rows_of_record(record: Record) -> tuple[list[dict[str, str]], list[str]]:
    """Return the rows of a question, several for a passage with its questions, and what is lost; _Unwritable where
    rows cannot say it exactly."""
    if record["type"] != "material":
        cells, lost = cells_of_record(record)
        return [cells], lost
    try:
        rows, lost = _passage_rows(record)
        lines = [Line(at, {name: text.strip() for name, text in row.items()}) for at, row in enumerate(rows, start=1)]
        groups = list(grouped(lines, COLUMNS))
        again, built = record_of_group(groups[0])
        if len(groups) != 1 or built.problems or built.doubts or again is None:
            raise _Unwritable(OTHER_MARKING)
        if _comparable_passage(again) != _comparable_passage(record):
            raise _Unwritable(OTHER_MARKING)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _Unwritable(OTHER_MARKING) from error
    return rows, lost


def _passage_rows(record: Record) -> tuple[list[dict[str, str]], list[str]]:
    """Return a row of the passage and one of each question; their marks, or those of the whole where all weigh the
    same."""
    content, key = record["content"], record["key"]
    weights = [float(question.get("marks", 1)) for question in content["questions"]]
    total = float(record.get("marks", 1))
    is_own = abs(sum(weights) - total) < 0.001
    if not is_own and len(set(weights)) > 1:
        raise _Unwritable(OTHER_MARKING)
    head = _common_cells(record) | {"type": PASSAGE_NAME, "stem": content["stem"]}
    head["marks"] = "" if is_own else head["marks"]
    lost = _losses({**record, "key": {}, "content": {}}, head)
    rows = [head]
    for question, weight in zip(content["questions"], weights, strict=True):
        part = {
            "type": question["type"],
            "content": question["content"],
            "key": key["questions"][question["id"]],
            "explanation": (key.get("explanations") or {}).get(question["id"], ""),
            "marks": weight,
        }
        cells, more = cells_of_record(part)
        lost += more
        for name in ("topic", "difficulty", "tags", "source", "ref"):
            cells[name] = ""
        rows.append(
            cells | {"type": PART_NAME % cells["type"], "marks": cells["marks"] if is_own else ""},
        )
    return rows, lost


def _comparable_passage(record: Record) -> Any:
    """Return a passage with its questions, their weights as shares, ids by their places."""
    content, key = record["content"], record["key"]
    weights = [float(question.get("marks", 1)) for question in content["questions"]]
    texts = key.get("explanations") or {}
    return [
        content["stem"],
        key.get("grading", "per_question"),
        float(record.get("marks", 1)),
        [
            [
                question["type"],
                round(weight / sum(weights), 6),
                texts.get(question["id"], ""),
                _comparable({**question, "key": key["questions"][question["id"]]}),
            ]
            for question, weight in zip(content["questions"], weights, strict=True)
        ],
    ]


def _losses(record: Record, cells: dict[str, str]) -> list[str]:
    losses = []
    key, content = record["key"], record["content"]
    if any(key.get("feedback", {}).values()) or any(answer.get("feedback") for answer in key.get("answers", ())):
        losses.append(LOST_FEEDBACK)
    if any(answer.get("feedback") for blank in key.get("blanks", {}).values() for answer in blank.get("answers", ())):
        losses.append(LOST_FEEDBACK)
    if key.get("rubric"):
        losses.append(LOST_RUBRIC)
    if content.get("min_words") or content.get("max_words"):
        losses.append(LOST_LENGTHS)
    has_pictures = False
    for name, text in cells.items():
        cells[name], count = _ATTACHMENT.subn("", str(text))
        has_pictures = has_pictures or bool(count)
        if len(cells[name]) > MAXIMUM_CELL:
            raise _Unwritable(LONG_TEXT, limit=MAXIMUM_CELL)
    if has_pictures:
        losses.append(LOST_PICTURES)
    return losses


class _Book:
    """A workbook written row by row to a file of its own."""

    def __init__(self, path: Path, *, name: str, header: Sequence[str]) -> None:
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(path), {**plain, "constant_memory": True, "tmpdir": str(path.parent)})
        self._sheet = self._book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31] or "1")
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        # What begins like a formula is marked as text, so that no program ever computes it; the text itself stays.
        self._quoted = self._book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        bold = self._book.add_format({"bold": True, "bg_color": "#F3EAD3", "border": 1})
        self._sheet.set_column(0, 0, 12)
        self._sheet.set_column(1, 1, 48)
        self._sheet.set_column(2, max(2, len(header)), 18)
        self._sheet.freeze_panes(1, 0)
        for column, text in enumerate(header):
            self._sheet.write_string(0, column, str(text), bold)
        self._row = 0

    def add(self, texts: Sequence[str]) -> None:
        """Write a row."""
        self._row += 1
        for column, text in enumerate(texts):
            if text := str(text)[:32_767]:
                style = self._quoted if text.startswith(_FORMULA_SIGNS) else self._wrap
                self._sheet.write_string(self._row, column, text, style)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


def write_sheet(*, header: Sequence[str], rows: Iterable[Sequence[str]], name: str) -> bytes:
    """Return a workbook of plain texts: nothing in it is ever a formula or a link, whatever the cells say."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        book = _Book(path, name=name, header=header)
        for row in rows:
            book.add(row)
        book.close()
        return path.read_bytes()


def example_rows(language: str, /) -> tuple[list[str], list[list[str]]]:
    """Return the template's header in one language, and its rows: an example of each type that fits a row, and of a
    passage with its questions."""
    is_chinese = language.startswith("zh")
    place = 0 if is_chinese else 1
    columns = [key for key in COLUMNS if key not in _OPTION_COLUMNS[8:]]
    examples = (*EXAMPLES_ZH, *PASSAGE_ZH) if is_chinese else (*EXAMPLES_EN, *PASSAGE_EN)
    rows = [[example.get(key, "") for key in columns] for example in examples]
    return [COLUMNS[key][place] for key in columns], rows


def example(language: str, /) -> bytes:
    """Return the template as a workbook."""
    header, rows = example_rows(language)
    return write_sheet(header=header, rows=rows, name="试题" if language.startswith("zh") else "Questions")


def write(records: Iterable[ExportedRecord], stream: BinaryIO) -> list[Remark]:
    """Write one row a question, a passage and its questions on several; return what rows cannot carry. Questions whose
    answer a row cannot say exactly are left out and named."""
    losses: list[Remark] = []
    languages: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.xlsx"
        book = _Book(path, name="试题", header=[names[0] for names in COLUMNS.values()])
        for number, exported in enumerate(records, start=1):
            try:
                rows, lost = rows_of_record(exported.record)
            except _Unwritable as reason:
                losses.append(Remark(row=number, field="", text=reason.text, values=reason.values))
                continue
            losses += [Remark(row=number, field="", text=text) for text in dict.fromkeys(lost)]
            if (language := exported.record.get("language")) and language not in languages:
                languages.add(language)
                losses.append(Remark(row=number, field="language", text=LOST_LANGUAGE, values={"name": language}))
            for cells in rows:
                book.add([cells.get(key, "") for key in COLUMNS])
        book.close()
        with path.open("rb") as written:
            while chunk := written.read(1 << 16):
                stream.write(chunk)
    return losses
