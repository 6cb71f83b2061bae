"""A row of a table as a question record: by the columns of the template and what else tables call them. Pure; the XLSX
and delimited formats read through here."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from exams.interchange.formats.base import Remark, gettext_noop
from exams.interchange.formats.question_block import Block, build
from exams.interchange.formats.question_vocabulary import COLUMNS, MAXIMUM_OPTIONS, TYPE_NAMES, column_of

__all__ = ["COLUMNS", "TYPE_NAMES", "block_of_cells", "column_keys", "is_header", "record_of_cells", "split_options"]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"[:MAXIMUM_OPTIONS]
_OPTION_CELLS = [(letter.upper(), f"option_{letter}") for letter in _LETTERS]
_OPTION_START = re.compile(r"(?:^|(?<=[\s;；|，,。]))[（(]?([A-Z])[.．、:：)）]\s*")
_QUOTED = re.compile(r"'((?:[^'\\\n]){1,2000})'|\"((?:[^\"\\\n]){1,2000})\"")
_QUOTED_LIST = re.compile(rf"\[\s*(?:(?:{_QUOTED.pattern})[\s,]*){{2,26}}\]")
_OPTION_GLUED = re.compile(r"([A-Z])[.．、:：)）]\s*")
_TOPIC_SIGN = re.compile(r"[>/＞]")
_TAG_SIGN = re.compile(r"[,，、;；]")
_EXTRA_CELLS = gettext_noop("The row has %(count)s cells more than the header; they were left out: %(text)s")
_SAYING = ("stem", "answer")
_LOST_COLUMN = gettext_noop("The column “%(name)s” is not known; what it says was left out.")


def column_keys(headers: Sequence[str], /) -> list[str]:
    """Return the column each header names; empty for one that is not known or that came before."""
    keys: list[str] = []
    for header in headers:
        key = column_of(header)
        keys.append("" if key in keys else key)
    return keys


def is_header(keys: Sequence[str], /) -> bool:
    """Tell whether these columns make a table of questions: the question, and its answer or options."""
    return "stem" in keys and ("answer" in keys or "option_a" in keys or "options" in keys)


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


def block_of_cells(cells: Mapping[str, str], /, *, row: int = 1) -> Block:
    """Return the parts of a question from its cells by column."""
    filled = [(letter, cells[key]) for letter, key in _OPTION_CELLS if key in cells]
    options = without_letters([(letter, text) for letter, text in filled if text.strip()])
    options = options or split_options(cells.get("options", ""))
    topic = [part.strip() for part in _TOPIC_SIGN.split(cells.get("topic", "")) if part.strip()]
    if cells.get("topic_2", "").strip():
        topic.append(cells["topic_2"].strip())
    return Block(
        row=row,
        stem=cells.get("stem", ""),
        options=options,
        answer=cells.get("answer", ""),
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


def record_of_cells(
    cells: Mapping[str, str], /, *, row: int = 1
) -> tuple[dict[str, Any] | None, tuple[Remark, ...], tuple[Remark, ...]]:
    """Return the record of a row by its cells, its problems and its doubts.

    `cells` are texts by column (`column_keys`). A record that comes with problems is a draft; None where there is
    neither a question nor an option or answer. A table without a column for the type has it guessed, with a doubt
    where another is as likely.
    """
    built = build(block_of_cells(cells, row=row))
    is_said = any(text.strip() for key, text in cells.items() if key in _SAYING or key.startswith("option"))
    return built.record if is_said else None, built.problems, built.doubts
