"""Aiken: a stem, lettered answers and `ANSWER: X`, one question after another. A file format; found by the registry."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from exams.domain.text import one_line
from exams.interchange.formats.base import ExportedRecord, Format, ParsedRow, Remark, Source, gettext_noop
from exams.interchange.formats.encodings import encoding_of, read_lines
from exams.interchange.formats.markup import TextReader, plain_as_rich
from exams.interchange.formats.moodle_questions import (
    MAXIMUM_OPTIONS,
    Choice,
    Declined,
    Frame,
    choice_question,
    declined_row,
    row_of,
)
from exams.interchange.formats.outgoing import LOST_ATTACHMENTS, NO_SUCH_TYPE, LossList

NO_ANSWER = gettext_noop("The line ANSWER: is missing after the answers.")
NO_STEM = gettext_noop("There are answers here without a question before them.")
NO_OPTIONS = gettext_noop("There is an ANSWER: here without lettered answers before it.")
NO_SUCH_LETTER = gettext_noop("ANSWER: names %(letter)s, which is not among the answers.")
NOT_A_LETTER = gettext_noop("ANSWER: %(text)s is not the letter of an answer.")
REPEATED_LETTER = gettext_noop("The letter %(letter)s stands before two answers.")
SEVERAL_LETTERS = gettext_noop("ANSWER: names several letters; it was read as a choice of several.")
STEM_APART = gettext_noop(
    "There are empty lines before the answers; all the text above them was taken for the question."
)
TEXT_AT_END = gettext_noop("This text belongs to no question: neither answers nor ANSWER: follow.")

_OPTION = re.compile(r"\(?([A-Z])[.)][ \t]*(.*)")
_SMALL_OPTION = re.compile(r"\(?([a-z])[.)](?:[ \t]+(.*)|$)")
_LETTER_AND_TEXT = re.compile(r"([A-Z])[.)](?:[ \t].*)?")
_ANSWER = re.compile(r"ANSWER[ \t]*:[ \t]*(.*)", re.IGNORECASE)
_FEEDBACK = re.compile(r"(?:FEEDBACK|GFEED)[ \t]*[:.][ \t]*(.*)", re.IGNORECASE)
_MAXIMUM_SIZE = 500_000
_DETECT_ANSWER = re.compile(rb"(?mi)^\s*ANSWER[ \t]*:[ \t]*[A-Z](?:[.)][^\n]*)?\s*$")
_DETECT_PAPER = re.compile(
    rb"(?mi)^\s*(?:EXPLANATION|DIFFICULTY|TAGS)[ \t]*:|^\s*ANSWER[ \t]*:[ \t]*(?:TRUE|FALSE)\s*$"
)
_DETECT_NUMBER = re.compile(rb"(?m)^\s*\d{1,3}[.)][ \t]+\S")
_DETECT_OPTION = re.compile(rb"(?mi)^\s*\(?[A-Z][.)]")


@dataclass
class _Draft:
    """A question while its lines come in."""

    line: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    letters: str | None = None
    explanation: str = ""
    is_apart: bool = False
    has_apart: bool = False
    size: int = 0


def _option(line: str, before: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the letter and the text of an answer; a small letter is one only in its turn."""
    if found := _OPTION.fullmatch(line):
        return found[1], found[2].strip()
    found = _SMALL_OPTION.fullmatch(line)
    turn = chr(ord(before[-1][0]) + 1) if before else "A"
    return (turn, (found[2] or "").strip()) if found and found[1].upper() == turn else None


def _drafts(lines: Iterable[str]) -> Iterator[_Draft]:
    draft = _Draft()
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if draft.letters is not None:
            if line and (said := _FEEDBACK.fullmatch(line)):
                draft.explanation = said[1]
                draft.source.append(raw)
                continue
            if line:
                yield draft
                draft = _Draft()
        if not line:
            draft.is_apart = bool(draft.stem)
            continue
        answer, option = _ANSWER.fullmatch(line), _option(line, draft.options)
        is_next_stem = draft.options and not answer and not option
        if is_next_stem or draft.size > _MAXIMUM_SIZE:
            yield draft
            draft = _Draft()
        draft.line = draft.line or number
        draft.source.append(raw)
        draft.size += len(raw)
        if answer:
            draft.letters = answer[1].strip()
        elif option:
            draft.options.append(option)
        else:
            draft.has_apart = draft.has_apart or draft.is_apart
            draft.stem.append(line)
        draft.is_apart = False
    if draft.source:
        yield draft


def _letters(draft: _Draft, known: list[str]) -> list[str]:
    written = (draft.letters or "").upper()
    if named := _LETTER_AND_TEXT.fullmatch(written):
        written = named[1]
    letters = [part.strip() for part in re.split(r"[,;/ ]+", written) if part.strip()]
    if not letters or any(len(letter) != 1 or not letter.isalpha() for letter in letters):
        raise Declined(NOT_A_LETTER, {"text": (draft.letters or "")[:60]}, "key")
    for letter in letters:
        if letter not in known:
            raise Declined(NO_SUCH_LETTER, {"letter": letter}, "key")
    return letters


def _row(draft: _Draft) -> ParsedRow:
    reader = TextReader(row=draft.line)
    frame = Frame(row=draft.line, source="\n".join(draft.source), explanation=plain_as_rich(draft.explanation))
    try:
        if draft.options and not draft.stem:
            raise Declined(NO_STEM, place="content.stem")
        if draft.letters is None:
            raise Declined(NO_ANSWER if draft.options else TEXT_AT_END, place="key")
        if not draft.options:
            raise Declined(NO_OPTIONS, place="content.options")
        known = [letter for letter, _text in draft.options]
        for letter in known:
            if known.count(letter) > 1:
                raise Declined(REPEATED_LETTER, {"letter": letter}, "content.options")
        letters = _letters(draft, known)
        if len(letters) > 1:
            reader.doubt("key", SEVERAL_LETTERS)
        if draft.has_apart:
            reader.doubt("content.stem", STEM_APART)
        share = 1 / len(letters)
        options = [Choice(plain_as_rich(text), share if letter in letters else 0.0) for letter, text in draft.options]
        parts = choice_question(reader, plain_as_rich("\n".join(draft.stem)), options, is_single=len(letters) == 1)
        if len(letters) > 1:
            # Aiken knows no rule for several answers, so the paper's decides.
            for name in ("fractions", "rule"):
                del parts.key[name]
        return row_of(reader, frame, parts)
    except Declined as reason:
        return declined_row(reader, frame, reason)


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions of an Aiken file; `row` is the line a question begins at."""
    encoding = source.options.get("encoding") or encoding_of(source.path)
    for draft in _drafts(read_lines(source.path, encoding)):
        yield _row(draft)


def write(records: Iterable[ExportedRecord], stream: BinaryIO) -> list[Remark]:
    """Write the single choices among the records as UTF-8; return what is left out."""
    remarks: list[Remark] = []
    for number, exported in enumerate(records, start=1):
        record, losses = exported.record, LossList(number)
        options = record["content"].get("options", ())
        fractions = record["key"].get("fractions", {})
        right = [at for at, option in enumerate(options) if fractions.get(option["id"]) == 1]
        if record["type"] != "single_choice" or len(options) > min(26, MAXIMUM_OPTIONS) or len(right) != 1:
            losses.add("type", NO_SUCH_TYPE, {"type": str(record["type"])})
        else:
            losses.fields(record, carried=frozenset(["type", "content", "key"]))
            if exported.attachments:
                names = ", ".join(one.name for one in exported.attachments)
                losses.add("content", LOST_ATTACHMENTS, {"names": names})
            lines = [one_line(record["content"]["stem"])]
            lines += [f"{chr(65 + at)}) {one_line(option['text'])}" for at, option in enumerate(options)]
            lines += [f"ANSWER: {chr(65 + right[0])}", "", ""]
            stream.write("\n".join(lines).encode())
        remarks += losses.remarks
    return remarks


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ANSWER lines."""
    flat = head.replace(b"\x00", b"")
    if _DETECT_ANSWER.search(flat) and _DETECT_OPTION.search(flat) and not flat.lstrip().startswith(b"<"):
        # Numbered questions, words that Aiken does not have and no ANSWER in capitals make it a question paper.
        is_paper = _DETECT_PAPER.search(flat) and _DETECT_NUMBER.search(flat) and b"ANSWER" not in flat
        return 0.4 if is_paper else 0.8
    return 0.3 if name.endswith((".aiken", ".aiken.txt")) else 0.0


FORMAT = Format(
    name="aiken",
    label=gettext_noop("Aiken"),
    endings=(".txt",),
    detect=detect,
    read=read,
    write=write,
    order=45,
)
