"""Moodle XML, question by question in bounded memory. A file format; found by the registry."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element, tostring

from exams.domain.numbers import parse_decimal
from exams.interchange.formats import xml_stream
from exams.interchange.formats.base import Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.markup import TextReader
from exams.interchange.formats.moodle_calculated import calculated
from exams.interchange.formats.moodle_questions import (
    DEEP_TOPIC,
    SOURCE_LENGTH,
    Declined,
    Frame,
    declined_row,
    row_of,
    topic_of,
    unique_ref,
)
from exams.interchange.formats.moodle_xml_types import READERS, Question
from exams.interchange.formats.moodle_xml_writing import write_moodle_xml

UNKNOWN_TYPE = gettext_noop("Questions of the type %(name)s cannot be imported.")
BREAKS_OFF = gettext_noop("The file is damaged at line %(line)s, column %(column)s; what follows could not be read.")
CATEGORY_TEXT = gettext_noop("The description of the category is left out.")
BAD_MARKS = gettext_noop("The marks, %(text)s, are no number from 0 to 10,000.")

_PICTURE_PLACES = gettext_noop("Placing pictures or words on a picture cannot be imported.")
REASONS: Mapping[str, str] = {
    "random": gettext_noop("This draws another question at random; make a rule of a paper of it."),
    "randomsamatch": gettext_noop("This draws short answers at random; it holds no question of its own."),
    "stack": gettext_noop("A STACK question is marked by a computer algebra system, which there is not here."),
    "ddimageortext": _PICTURE_PLACES,
    "ddmarker": _PICTURE_PLACES,
    "coderunner": gettext_noop("A CodeRunner question is marked by running a program, which is not done here."),
    "pmatch": gettext_noop("The pattern language of a pattern match question is not understood here."),
    "regexp": gettext_noop("The hints of a regular expression question have no counterpart here."),
    "oumultiresponse": gettext_noop("The marking of this multiple response is not one that we have."),
    "kprime": gettext_noop("The marking of statements in pairs of columns is not one that we have."),
    "mtf": gettext_noop("The marking of statements in pairs of columns is not one that we have."),
    "formulas": gettext_noop("A Formulas question computes with variables in a way that is not understood here."),
    "algebra": gettext_noop("Algebraic equality is not checked here."),
    "recordrtc": gettext_noop("Recording sound or pictures in the browser is not offered here."),
}


def _marks(question: Question) -> Decimal | None:
    written = question.element.get("marks") or question.plain("defaultgrade")
    if not written:
        return None
    marks = parse_decimal(written)
    if marks is None or not 0 <= marks <= 10_000:
        raise Declined(BAD_MARKS, {"text": written[:40]}, "marks")
    return marks


def _tags(element: Element) -> tuple[str, ...]:
    found = [(tag.findtext("text") or "").strip() for tag in element.iterfind("tags/tag")]
    return tuple(tag for tag in found if tag)


def _row(reader: TextReader, element: Element, topic: tuple[str, ...], refs: set[str]) -> ParsedRow:
    question = Question(element, reader)
    frame = Frame(
        row=reader.row,
        name=" ".join(question.plain("name/text").split()),
        ref=unique_ref(reader, question.plain("idnumber"), refs),
        topic=topic,
        tags=_tags(element),
    )
    try:
        read = READERS.get(question.type)
        if read is None and question.type.startswith("calculated"):
            read = calculated
        if read is None:
            reason = REASONS.get(question.type)
            raise Declined(reason) if reason else Declined(UNKNOWN_TYPE, {"name": question.type[:40] or "-"}, "type")
        parts = read(question)
        frame.explanation = question.rich(element.find("generalfeedback"), "explanation")
        frame.marks = _marks(question)
        frame.source = f"{frame.name}\n{question.plain('questiontext/text')[:SOURCE_LENGTH]}".strip()
        question.note_common_losses()
        return row_of(reader, frame, parts)
    except Declined as reason:
        for file in element.iter("file"):
            file.text = "…"
        frame.source = tostring(element, encoding="unicode")
        return declined_row(reader, frame, reason)


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions; `row` counts them from 1, categories apart. Of a damaged file what stands before the
    damage, and a row that says where it is."""
    topic: tuple[str, ...] = ()
    losses: list[tuple[str, str]] = []
    refs: set[str] = set()
    number = 0
    try:
        for _line, element in xml_stream.elements(source.path, root="quiz", name="question"):
            if element is None:
                number += 1
                values: dict[str, str | int] = {"limit": xml_stream.MAXIMUM_ELEMENT // (1024 * 1024)}
                problem = Remark(row=number, field="", text=xml_stream.TOO_LARGE, values=values)
                yield ParsedRow(row=number, record=None, problems=(problem,))
                continue
            if (element.get("type") or "").strip() == "category":
                topic, is_deep = topic_of(element.findtext("category/text") or "")
                losses = [("topic", DEEP_TOPIC)] if is_deep else []
                if (element.findtext("info/text") or "").strip():
                    losses.append(("topic", CATEGORY_TEXT))
                continue
            number += 1
            reader = TextReader(row=number)
            for place, text in losses:
                reader.lose(place, text)
            yield _row(reader, element, topic, refs)
            losses = [loss for loss in losses if loss[1] != CATEGORY_TEXT]
    except xml_stream.BrokenXml as broken:
        values = {"line": broken.line, "column": broken.column}
        if not number:
            raise UnreadableFile(xml_stream.NOT_XML, values) from None
        problem = Remark(row=number + 1, field="", text=BREAKS_OFF, values=values)
        yield ParsedRow(row=number + 1, record=None, problems=(problem,))


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its root element."""
    flat = head.replace(b"\x00", b"")
    if b"<quiz" in flat and b"<assessment" not in flat:
        return 1.0 if b"<question" in flat else 0.8
    if b"<question type=" in flat:
        return 0.9
    return 0.1 if name.endswith((".moodle.xml", ".mxml")) else 0.0


FORMAT = Format(
    name="moodle_xml",
    label=gettext_noop("Moodle XML"),
    endings=(".xml",),
    detect=detect,
    read=read,
    write=write_moodle_xml,
    order=50,
)
