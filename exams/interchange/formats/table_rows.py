"""A row of a table as a question record: by the columns of the template and what else tables call them. Pure; the XLSX
and delimited formats read through here."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from exams.interchange.formats.base import Remark, gettext_noop
from exams.interchange.formats.question_block import Block, build
from exams.interchange.formats.question_vocabulary import (
    COLUMNS,
    MAXIMUM_OPTIONS,
    TYPE_HINTS,
    TYPE_NAMES,
    folded,
    truth_of,
)
from exams.interchange.formats.table_columns import column_keys, has_numbered_options, is_header

__all__ = [
    "COLUMNS",
    "TYPE_NAMES",
    "block_of_cells",
    "column_keys",
    "has_numbered_options",
    "is_header",
    "record_of_cells",
    "split_options",
]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"[:MAXIMUM_OPTIONS]
_OPTION_CELLS = [(letter.upper(), f"option_{letter}") for letter in _LETTERS]
_OPTION_START = re.compile(r"(?:^|(?<=[\s;；|，,。]))[（(]?([A-Z])[.．、:：)）]\s*")
_QUOTED = re.compile(r"'((?:[^'\\\n]){1,2000})'|\"((?:[^\"\\\n]){1,2000})\"")
_QUOTED_LIST = re.compile(rf"\[\s*(?:(?:{_QUOTED.pattern})[\s,]*){{2,26}}\]")
_OPTION_GLUED = re.compile(r"([A-Z])[.．、:：)）]\s*")
_TOPIC_SIGN = re.compile(r"[>/＞]")
_TAG_SIGN = re.compile(r"[,，、;；]")
_EXTRA_CELLS = gettext_noop("The row has %(count)s cells more than the header; they were left out: %(text)s")
_NO_FLAG = gettext_noop("Whether option %(letter)s is right cannot be read; write TRUE or FALSE.")
_COUNTED = gettext_noop("The answer %(text)s was taken for the numbers of the options: %(letters)s.")
_EITHER_WAY = gettext_noop(
    "The answer %(text)s could be the number of an option or the text of another. Write its letter."
)
_WRITTEN = gettext_noop("No answer is given; the options were taken for the accepted answers: %(text)s")
_SUB_QUESTION = gettext_noop(
    "This row is one of several questions under a passage; such rows are read from .xlsx and .csv only."
)
_OPTION_NAME = re.compile(r"(?:option|choice|answer|选项)\s?(\d{1,2})", re.IGNORECASE)
_SAYING = ("stem", "answer")
_LOST_COLUMN = gettext_noop("The column “%(name)s” is not known; what it says was left out.")


def unknown_columns(headers: Sequence[str], keys: Sequence[str], /, *, row: int) -> list[Remark]:
    """Return a remark for each named column that is not read."""
    return [
        Remark(row=row, field=header, text=_LOST_COLUMN, values={"name": header[:80]})
        for header, key in zip(headers, keys, strict=True)
        if header.strip() and not key
    ]


def extra_cells(texts: Sequence[str], keys: Sequence[str], /, *, row: int) -> list[Remark]:
    """Return a remark about what stands in a row beyond the last column of the header."""
    extra = [text for text in texts[len(keys) :] if text.strip()]
    values: dict[str, str | int] = {"count": len(extra), "text": " | ".join(extra)[:200]}
    return [Remark(row=row, field="", text=_EXTRA_CELLS, values=values)] if extra else []


def template_cells(cells: Mapping[str, str], /) -> tuple[str, ...]:
    """Return the cells of a row in the columns of the template, so that it can be mended there."""
    said = dict(cells)
    if "options" in said and not any(said.get(f"option_{letter}") for letter in _LETTERS):
        said |= {f"option_{letter.lower()}": text for letter, text in split_options(said["options"])}
    if said.get("topic_2"):
        said["topic"] = " > ".join(filter(None, (said.get("topic", ""), said["topic_2"])))
    return tuple(said.get(key, "") for key in COLUMNS)


def split_options(text: str, /) -> list[tuple[str, str]]:
    """Return the options of one cell: lettered (`A. … B. …`), or one a line or between | or ;."""
    if _QUOTED_LIST.fullmatch(text.strip()):
        pieces = [one[1] or one[2] for one in _QUOTED.finditer(text)]
        if len(pieces) > 1:
            return [(letter.upper(), piece) for letter, piece in zip(_LETTERS, pieces, strict=False)]
    for pattern in (_OPTION_START, _OPTION_GLUED):
        found: list[re.Match[str]] = []
        for one in pattern.finditer(text):
            if ord(one[1]) == ord("A") + len(found):
                found.append(one)
        if len(found) > 1 and not text[: found[0].start()].strip():
            ends = [one.start() for one in found[1:]] + [len(text)]
            return [(one[1], text[one.end() : end].strip(" \t\n;；|")) for one, end in zip(found, ends, strict=True)]
    for sign in ("\n", "|", "；", ";"):
        pieces = [piece.strip() for piece in text.split(sign) if piece.strip()]
        if len(pieces) > 1:
            return [(letter.upper(), piece) for letter, piece in zip(_LETTERS, pieces, strict=False)]
    return [("A", text.strip())] if text.strip() else []


def without_letters(options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return options without the letters that each of their cells repeats (`A、…` under 选项A)."""
    found = [_OPTION_START.match(text) for _letter, text in options]
    letters = [one[1] if one else "" for one in found]
    if len(options) < 2 or letters != [letter for letter, _text in options]:
        return options
    bare = [(letter, text[one.end() :]) for one, (letter, text) in zip(found, options, strict=True) if one]
    return bare if all(text.strip() for _letter, text in bare) else options


def block_of_cells(cells: Mapping[str, str], /, *, row: int = 1, is_numbered: bool = False) -> Block:
    """Return the parts of a question from its cells by column; `is_numbered` says that the options have numbers for
    names."""
    filled = [(letter, cells[key]) for letter, key in _OPTION_CELLS if key in cells]
    options = without_letters([(letter, text) for letter, text in filled if text.strip()])
    options = options or split_options(cells.get("options", ""))
    answer = cells.get("answer", "")
    wrong = [text for key, text in cells.items() if key.startswith("wrong_") and text.strip()]
    if wrong and not options and answer.strip():
        options, answer = among_wrong(answer, wrong)
    topic = [part.strip() for part in _TOPIC_SIGN.split(cells.get("topic", "")) if part.strip()]
    if cells.get("topic_2", "").strip():
        topic.append(cells["topic_2"].strip())
    block = Block(
        row=row,
        stem=cells.get("stem", ""),
        options=options,
        answer=answer,
        explanation=cells.get("explanation", ""),
        difficulty=cells.get("difficulty", ""),
        topic=topic,
        type_hint=cells.get("type", ""),
        marks=cells.get("marks", ""),
        tags=[part.strip() for part in _TAG_SIGN.split(cells.get("tags", "")) if part.strip()],
        source=cells.get("source", ""),
        ref=cells.get("ref", ""),
        is_table=True,
        needs_type="type" in cells,
    )
    for place in ("passage", "sub_stem"):
        if cells.get(place, "").strip():
            block.problem(place, _SUB_QUESTION)
    if any(key.startswith("right_") for key in cells):
        _answer_by_flags(block, cells)
    if is_numbered:
        _answer_by_number(block)
    _answer_by_options(block)
    return block


def among_wrong(right: str, wrong: Sequence[str], /) -> tuple[list[tuple[str, str]], str]:
    """Return the right answer and the wrong ones as options, in the order of their texts so that the place betrays
    nothing, and the letter of the right one."""
    texts = sorted([right, *wrong[: MAXIMUM_OPTIONS - 1]])
    options = [(letter.upper(), text) for letter, text in zip(_LETTERS, texts, strict=False)]
    return options, options[texts.index(right)][0]


def _answer_by_flags(block: Block, cells: Mapping[str, str]) -> None:
    """Take the answer from columns that say of each option whether it is right."""
    if block.answer.strip():
        return
    right = []
    for letter, _text in block.options:
        said = cells.get(f"right_{letter.lower()}", "").strip()
        truth = truth_of(said) if said else False
        if truth is None:
            block.problem(f"right_{letter.lower()}", _NO_FLAG, {"letter": letter})
        elif truth:
            right.append(letter)
    block.answer = "".join(right)


def _answer_by_number(block: Block) -> None:
    """Read an answer that counts the options (`2,4`) or names their columns (`Option 3`) as their letters."""
    pieces = [piece.strip() for piece in re.split(r"[,，、;；|\n]", block.answer) if piece.strip()]
    named = [_OPTION_NAME.fullmatch(piece) for piece in pieces]
    numbers = [
        int(one[1]) if one else int(piece) if piece.isdecimal() else 0 for piece, one in zip(pieces, named, strict=True)
    ]
    letters = {place: letter for place, (letter, _text) in enumerate(block.options, start=1)}
    places = {ord(letter) - ord("A") + 1: letter for letter, _text in block.options} or letters
    if not numbers or not all(number in places for number in numbers):
        return
    by_number = [places[number] for number in numbers]
    texts = {text.strip(): letter for letter, text in block.options}
    by_text = [texts.get(piece) for piece in pieces]
    if all(by_text) and by_text != by_number:
        block.problem("answer", _EITHER_WAY, {"text": block.answer[:40]})
        return
    if not all(by_text) and not all(named):
        block.doubt("answer", _COUNTED, {"text": block.answer[:40], "letters": "".join(by_number)})
    block.answer = "".join(by_number)


def _answer_by_options(block: Block) -> None:
    """Take the texts of options for the answers of a question that is to be written, where no answer is given."""
    known = TYPE_HINTS.get(folded(block.type_hint), "")
    if block.answer.strip() or known not in ("short_text", "fill_blank") or not block.options:
        return
    block.answer = "|".join(text.strip() for _letter, text in block.options)
    block.options = []
    block.doubt("answer", _WRITTEN, {"text": block.answer[:200]})


def record_of_cells(
    cells: Mapping[str, str], /, *, row: int = 1, is_numbered: bool = False
) -> tuple[dict[str, Any] | None, tuple[Remark, ...], tuple[Remark, ...]]:
    """Return the record of a row by its cells, its problems and its doubts.

    `cells` are texts by column (`column_keys`). A record that comes with problems is a draft; None where there is
    neither a question nor an option or answer. A table without a column for the type has it guessed, with a doubt
    where another is as likely.
    """
    built = build(block_of_cells(cells, row=row, is_numbered=is_numbered))
    is_said = any(text.strip() for key, text in cells.items() if key in _SAYING or key.startswith("option"))
    return built.record if is_said else None, built.problems, built.doubts
