"""A question that a JSON bank writes as one text: number, stem and options together, or a passage with its questions.
Pure; for `foreign_json`."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from exams.interchange.formats.base import ParsedRow, gettext_noop
from exams.interchange.formats.line_grammar import numbered, option_marks, take_marks
from exams.interchange.formats.paper_drafts import Draft
from exams.interchange.formats.paper_lines import Paper
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.question_block import Block
from exams.interchange.formats.question_vocabulary import TYPE_HINTS, folded
from exams.interchange.formats.rich_line import Rich, joined, plain_as_rich

_MARKS_EACH = gettext_noop("The marks (%(marks)s) were taken for each of the %(count)s questions.")
_LETTERS = re.compile(r"[（(]?[A-Za-z](?:[\s,，、]?[A-Za-z]){0,9}[)）]?[.。]?")
_ANY_NUMBER = re.compile(
    r"(?:^|(?<=[\s。．.;；?？!！]))(?:(\d{1,3})(?:\s?[.．、](?=\D)|(?<=\n\d\d)\s(?=[A-Z]))|[（(](\d{1,2})[)）])"
)


def block_of_text(block: Block, lines: Sequence[Rich], answers: Sequence[str], /) -> Block:
    """Return the block with what its text holds: options, marks, or the questions of a passage, and the answers given
    to them in order."""
    if len(answers) > 1:
        parts = _split_by_numbers(lines, len(answers))
        if parts is not None:
            return _passage(block, parts[0], parts[1], answers)
    is_choice = not answers or all(_LETTERS.fullmatch(answer.strip()) for answer in answers)
    only = _only_question(lines) if is_choice else None
    if only is not None:
        only.fields["answer"] = [Rich(" ".join(answers))] if answers else []
        inner = only.block()
        if inner.options or (inner.answer and not answers):
            block.stem, block.options = inner.stem, inner.options
            block.marks = block.marks or inner.marks
            block.doubts += inner.doubts
            if not answers and inner.answer:
                block.answer = inner.answer
    if only is None and lines:
        marks, _rest = take_marks(joined(lines).strip())
        block.marks = block.marks or marks
    if len(answers) == 1:
        block.answer = plain_as_rich(_formulas(answers[0]))
    else:
        block.answers = tuple(answers)
    return block


def _formulas(text: str) -> str:
    from exams.interchange.formats.chinese_text import with_formulas

    return with_formulas(text)


def _only_question(lines: Sequence[Rich]) -> Draft | None:
    """Return the one question that a text is; None where it is none or several."""
    place = next((at for at, line in enumerate(lines) if line.text.strip()), None)
    if place is None:
        return None
    first = lines[place]
    number = numbered(first.text)
    marked = number is not None and not number.is_tight
    text = first if marked else Rich("1. ") + first
    paper = Paper([Line(1, text), *(Line(2 + at, line) for at, line in enumerate(lines[place + 1 :]))], is_single=True)
    items = [item for item in paper.read() if not isinstance(item, ParsedRow)]
    if len(items) != 1 or not isinstance(items[0], Draft):
        return None
    return items[0]


def _starts(text: str, count: int) -> list[tuple[int, int, int]] | None:
    """Return (number, start, end) of `count` numbers in unbroken order, each with options before the next; the last
    such run of the text."""
    found = [(int(one[1] or one[2]), one.start(), one.end(), bool(one[1])) for one in _ANY_NUMBER.finditer(text)]
    for first in range(len(found) - 1, -1, -1):
        run = [found[first]]
        for other in found[first + 1 :]:
            if other[0] == run[-1][0] + 1 and other[3] == run[0][3] and len(run) < count:
                run.append(other)
        if len(run) == count:
            ends = [one[1] for one in run[1:]] + [len(text)]
            if all(len(option_marks(text[one[2] : end])) > 1 for one, end in zip(run, ends, strict=True)):
                return [(number, start, end) for number, start, end, _plain in run]
    return None


def _split_by_numbers(lines: Sequence[Rich], count: int) -> tuple[Rich, list[tuple[int, Rich]]] | None:
    """Return the passage and its numbered questions, as many as there are answers; None where the text is not so."""
    whole = joined(lines)
    starts = _starts(whole.text, count)
    if starts is None:
        return None
    ends = [start for _number, start, _end in starts[1:]] + [len(whole.text)]
    parts = [(number, whole[begin:end].strip()) for (number, _start, begin), end in zip(starts, ends, strict=True)]
    return whole[: starts[0][1]].strip(), parts


def _passage(block: Block, passage: Rich, parts: Sequence[tuple[int, Rich]], answers: Sequence[str]) -> Block:
    marks = block.marks
    for (number, text), answer in zip(parts, answers, strict=True):
        lines = _lines(text)
        draft = _only_question([Rich(f"{number}. ") + lines[0], *lines[1:]])
        part = draft.block() if draft is not None else Block(row=block.row, stem=text.render())
        part.row = block.row
        part.stem = part.stem if part.stem.strip() else f"{number}."
        part.answer = plain_as_rich(answer)
        part.type_hint = block.type_hint if TYPE_HINTS.get(folded(block.type_hint)) else ""
        block.parts.append(part)
    block.stem = passage.render() or "　"
    block.type_hint = ""
    _share_marks(block, marks)
    return block


def _lines(text: Rich) -> list[Rich]:
    lines, at = [], 0
    for piece in text.text.split("\n"):
        lines.append(text[at : at + len(piece)])
        at += len(piece) + 1
    return lines


def _share_marks(block: Block, marks: str) -> None:
    """Give each question of a passage its marks: as its text states; otherwise what the entry states counts for each
    where its answers are a list."""
    block.marks = ""
    if any(part.marks for part in block.parts):
        return
    try:
        each = Decimal(marks)
    except InvalidOperation:
        return
    for part in block.parts:
        part.marks = f"{each:f}"
    block.doubt("marks", _MARKS_EACH, {"marks": marks, "count": len(block.parts)})
