"""GIFT, the question text of Moodle: read by `gift_syntax`, written by `gift_writing`. A file format; found by the
registry."""

import re
from collections.abc import Iterator
from decimal import Decimal

from exams.domain.numbers import parse_decimal
from exams.interchange.formats.base import Format, ParsedRow, Source, gettext_noop
from exams.interchange.formats.encodings import encoding_of, read_lines
from exams.interchange.formats.fractions import exact_fraction
from exams.interchange.formats.gift_examples import example
from exams.interchange.formats.gift_syntax import MATCHING_ARROW, GiftAnswer, GiftQuestion, GiftText, parse_gift
from exams.interchange.formats.gift_writing import write_gift
from exams.interchange.formats.markup import TextReader
from exams.interchange.formats.moodle_questions import (
    BAD_FRACTION,
    DEEP_TOPIC,
    DESCRIPTION,
    NOT_A_NUMBER,
    Choice,
    Declined,
    Frame,
    Number,
    Parts,
    choice_question,
    cloze_question,
    declined_row,
    matching_question,
    numerical_question,
    ordering_question,
    row_of,
    short_text_question,
    topic_of,
    true_false_question,
    unique_ref,
)

GUESSED_ENCODING = gettext_noop("The file does not say its encoding; it was read as %(name)s.")
LOOKS_LIKE_WEIGHT = gettext_noop("%(text)s begins like a weight, but a weight reads %%50%% or %%-33.33333%%.")
LOOKS_LIKE_JUDGEMENT = gettext_noop("%(text)s is read as a word to be typed; true or false is written T or F.")
READ_AS_GAPS = gettext_noop("The answers are written as gaps of a Cloze text; the question was read as one.")
_ANSWER_MARK = re.compile(rb"(\\[a-zA-Z]*|[_^}])?\{\s*(?:[=~]|#\s*[=0-9.+-]|(?:T|F|TRUE|FALSE)\s*[}#])")
_LIKE_A_WEIGHT = re.compile(r"%\s*[+-]?[0-9]")
_ESSAY = re.compile(rb"\S[ \t]*\{\s*\}[ \t]*\r?(?:\n[ \t]*\r?\n|\n?\Z)")
_SURE_MARK = re.compile(rb"(?m)^[ \t]*(?:::[^\n]{1,300}?::|\$CATEGORY:)")


def _rich(reader: TextReader, text: GiftText | None, place: str) -> str:
    return reader.rich(text.text, text.format, place) if text and text.text else ""


def _fraction(answer: GiftAnswer, otherwise: float) -> float:
    if not answer.weight:
        return otherwise
    sign = "-" if answer.weight.startswith("-") else ""
    fraction = exact_fraction(sign + answer.weight.lstrip("-"))
    if not -1 <= fraction <= 1:
        raise Declined(BAD_FRACTION, {"text": f"{answer.weight}%"}, "key")
    return fraction


def _doubt_weights(reader: TextReader, question: GiftQuestion) -> None:
    for one in question.answers:
        if not one.weight and _LIKE_A_WEIGHT.match(one.text.text):
            reader.doubt("key", LOOKS_LIKE_WEIGHT, {"text": one.text.text[:40]})


def _choices(reader: TextReader, question: GiftQuestion) -> list[Choice]:
    _doubt_weights(reader, question)
    return [
        Choice(
            _rich(reader, one.text, "content.options"),
            _fraction(one, 1.0 if one.sign == "=" else 0.0),
            _rich(reader, one.feedback, "key.feedback"),
        )
        for one in question.answers
    ]


def _number(reader: TextReader, one: GiftAnswer) -> Number:
    written = one.text.text.strip()
    fraction, said = _fraction(one, 1.0), _rich(reader, one.feedback, "key.answers")
    if ".." in written:
        low, _dots, high = (part.strip() for part in written.partition(".."))
        least, most = parse_decimal(low), parse_decimal(high)
        if least is None or most is None:
            raise Declined(NOT_A_NUMBER, {"text": written[:60]}, "key.answers")
        middle = (least + most) / 2
        return Number(format(middle, "f"), format(abs(most - middle), "f"), fraction, said)
    value, _colon, tolerance = (part.strip() for part in written.partition(":"))
    return Number(value, tolerance or "0", fraction, said)


def _parts(reader: TextReader, question: GiftQuestion) -> Parts:
    stem = _rich(reader, question.stem, "content.stem")
    if question.kind == "description":
        raise Declined(DESCRIPTION)
    if question.kind == "essay":
        return Parts("essay", {"stem": stem}, {})
    if question.kind == "multichoice":
        return choice_question(reader, stem, _choices(reader, question), is_single=question.is_single)
    if question.kind == "truefalse":
        wrong = _rich(reader, question.wrong_feedback, "key.feedback")
        right = _rich(reader, question.right_feedback, "key.feedback")
        said = (right, wrong) if question.is_true else (wrong, right)
        return true_false_question(stem, is_true=question.is_true, said_to_true=said[0], said_to_false=said[1])
    if question.kind == "numerical":
        numbers = [_number(reader, one) for one in question.answers]
        if question.wrong_feedback:
            numbers.append(Number("*", "0", 0.0, _rich(reader, question.wrong_feedback, "key.answers")))
        return numerical_question(stem, numbers)
    if question.kind == "match":
        if question.fault:
            raise Declined(MATCHING_ARROW)
        return matching_question(
            stem, [(_rich(reader, one.text, "content.left"), one.partner) for one in question.answers]
        )
    if question.kind == "ordering":
        count, select, _layout, grading = (*question.settings, "", "", "", "")[:4]
        items = [_rich(reader, one.text, "content.items") for one in question.answers]
        return ordering_question(stem, items, grading=grading, select=select, count=count)
    _doubt_weights(reader, question)
    answers = [
        Choice(one.text.text, _fraction(one, 1.0), _rich(reader, one.feedback, "key.answers"))
        for one in question.answers
    ]
    for one in answers:
        if one.text.lower() in {"true", "false", "t", "f"}:
            reader.doubt("key.answers", LOOKS_LIKE_JUDGEMENT, {"text": one.text})
    return short_text_question(stem, answers)


def _cloze(reader: TextReader, stem: GiftText) -> tuple[Parts, int]:
    reader.doubt("content.gaps", READ_AS_GAPS)
    return cloze_question(reader, stem.text, lambda text: reader.rich(text, stem.format, "content.stem"))


def _row(reader: TextReader, question: GiftQuestion, topic: tuple[str, ...], refs: set[str]) -> ParsedRow:
    frame = Frame(
        row=question.line,
        source=question.source,
        name=question.title or "",
        ref=unique_ref(reader, question.id, refs),
        topic=topic,
        tags=question.tags,
    )
    try:
        if question.fault:
            raise Declined(question.fault, question.values)
        frame.explanation = _rich(reader, question.general_feedback, "explanation")
        if question.kind == "cloze":
            parts, total = _cloze(reader, question.stem)
            frame.marks = Decimal(total)
            return row_of(reader, frame, parts)
        return row_of(reader, frame, _parts(reader, question))
    except Declined as reason:
        return declined_row(reader, frame, reason)


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions of a GIFT file; `row` is the line a question begins at."""
    encoding = source.options.get("encoding") or encoding_of(source.path)
    topic: tuple[str, ...] = ()
    is_deep = False
    refs: set[str] = set()
    is_encoding_said = False
    for question in parse_gift(read_lines(source.path, encoding)):
        if question.kind == "category":
            topic, is_deep = topic_of(question.title or "")
            continue
        reader = TextReader(row=question.line)
        if is_deep:
            reader.lose("topic", DEEP_TOPIC)
        if encoding == "cp1252" and not is_encoding_said:
            reader.doubt("", GUESSED_ENCODING, {"name": encoding})
            is_encoding_said = True
        yield _row(reader, question, topic, refs)


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending, or by the braces of its answers."""
    if name.endswith((".gift", ".gift.txt")):
        return 0.95
    if not name.endswith(".txt") or b"<?xml" in head[:200]:
        return 0.0
    flat = head.replace(b"\x00", b"")
    # Braces behind a command, an index or a brace are those of a formula.
    has_answers = any(not found[1] for found in _ANSWER_MARK.finditer(flat))
    if _SURE_MARK.search(flat) or has_answers:
        return 0.78 if _SURE_MARK.search(flat) else 0.6
    return 0.2 if _ESSAY.search(flat) else 0.0


FORMAT = Format(
    name="gift",
    label=gettext_noop("GIFT (Moodle text)"),
    endings=(".gift", ".txt"),
    detect=detect,
    read=read,
    write=write_gift,
    example=example,
    order=40,
)
