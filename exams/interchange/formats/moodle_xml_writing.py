"""Question records as Moodle XML. Pure; called by the `moodle_xml` format."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal
from typing import Any, BinaryIO
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from exams.domain.blanks import markers_in
from exams.domain.text import plain_text
from exams.interchange.formats.base import ExportedRecord, Remark
from exams.interchange.formats.cloze_syntax import write_cloze
from exams.interchange.formats.fractions import percent_of
from exams.interchange.formats.markup import to_html
from exams.interchange.formats.outgoing import (
    LOST_GAP,
    LOST_GRADING,
    LOST_PARTNERS,
    LOST_UNITS,
    NO_SUCH_TYPE,
    LossList,
    Unwritable,
    absolute_numbers,
    choice_fractions,
    marks_of,
    title_of,
)

_FORMATS = {"html": "html", "moodle": "moodle_auto_format"}
_ATTACHED = re.compile(r"""(\bsrc=["'])attachment:([^"'<>\s]+)""")
_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _Writer:
    """Writes one question: the pieces of its element, its files and its losses."""

    def __init__(self, exported: ExportedRecord, number: int) -> None:
        self.record = exported.record
        self.content: Mapping[str, Any] = exported.record["content"]
        self.key: Mapping[str, Any] = exported.record["key"]
        self.files = {one.name: one.data for one in exported.attachments}
        self.number = number
        self.losses = LossList(number)
        self.pieces: list[str] = []

    def add(self, name: str, value: object) -> None:
        """Add an element of one value."""
        self.pieces.append(f"<{name}>{_safe(str(value))}</{name}>\n")

    def text(self, name: str, value: str, attributes: str = "", inside: str = "") -> None:
        """Add an element with plain <text>."""
        self.pieces.append(f"<{name}{attributes}><text>{_safe(value)}</text>{inside}</{name}>\n")

    def rich(self, name: str, value: str, attributes: str = "", inside: str = "") -> str:
        """Return an element with rich <text> and the files it names."""
        written, kind = to_html(value)
        named = dict.fromkeys(name_ for _src, name_ in _ATTACHED.findall(written))
        written = _ATTACHED.sub(lambda found: f"{found[1]}@@PLUGINFILE@@/{quote(found[2])}", written)
        files = "".join(_file_element(one, self.files[one]) for one in named if one in self.files)
        return f'<{name} format="{_FORMATS[kind]}"{attributes}><text>{_safe(written)}</text>{files}{inside}</{name}>\n'

    def answer(self, text: str, fraction: float, said: str, *, is_rich: bool, inside: str = "") -> None:
        """Add an answer."""
        attributes = f' fraction="{percent_of(fraction)}"'
        inside += self.rich("feedback", said) if said else ""
        if is_rich:
            self.pieces.append(self.rich("answer", text, attributes, inside))
        else:
            self.text("answer", text, attributes, inside)


def _file_element(name: str, data: bytes) -> str:
    return f'<file name={quoteattr(name)} path="/" encoding="base64">{base64.b64encode(data).decode()}</file>'


def _safe(text: str) -> str:
    return escape(_INVALID.sub("", text))


def _options(writer: _Writer, fractions: Mapping[str, float], *, is_single: bool) -> str:
    writer.add("single", "true" if is_single else "false")
    writer.add("shuffleanswers", "true")
    writer.add("answernumbering", "ABCD")
    said = writer.key.get("feedback", {})
    for option in writer.content["options"]:
        writer.answer(option["text"], fractions.get(option["id"], 0), said.get(option["id"], ""), is_rich=True)
    return "multichoice"


def _single(writer: _Writer) -> str:
    return _options(writer, writer.key["fractions"], is_single=True)


def _multiple(writer: _Writer) -> str:
    return _options(writer, choice_fractions(writer.record, writer.losses), is_single=False)


def _true_false(writer: _Writer) -> str:
    said = writer.key.get("feedback", {})
    for word in ("true", "false"):
        is_right = (word == "true") == writer.key["correct"]
        writer.answer(word, float(is_right), said.get(word, ""), is_rich=False)
    return "truefalse"


def _short(writer: _Writer) -> str:
    writer.losses.folding(writer.key)
    writer.add("usecase", int(not writer.key.get("fold_case", True)))
    for one in writer.key["answers"]:
        writer.answer(one["text"], one.get("fraction", 1), one.get("feedback", ""), is_rich=False)
    return "shortanswer"


def _numerical(writer: _Writer) -> str:
    for one, tolerance in absolute_numbers(writer.key["answers"]):
        inside = f"<tolerance>{tolerance}</tolerance>"
        said = one.get("feedback", "")
        writer.answer(str(one["value"]), one.get("fraction", 1), said, is_rich=False, inside=inside)
    units = writer.key.get("units", {})
    if units:
        written = []
        for name, factor in units.items():
            multiplier = Context(prec=40).divide(Decimal(1), Decimal(factor))
            if multiplier * Decimal(factor) != 1:
                writer.losses.add("key.units", LOST_UNITS)
            value = format(multiplier.normalize(), "f")
            written.append(f"<unit><multiplier>{value}</multiplier><unit_name>{_safe(name)}</unit_name></unit>")
        writer.pieces.append(f"<units>{''.join(written)}</units>\n")
        _unit_grading(writer)
    elif writer.content.get("unit_label"):
        writer.losses.add("content.unit_label", LOST_UNITS)
    return "numerical"


def _unit_grading(writer: _Writer) -> None:
    key = writer.key
    penalty = key.get("unit_penalty")
    if penalty == 0 and not key.get("unit_required"):
        writer.add("unitgradingtype", 0)
        return
    # Without a penalty of its own a wrong unit earns nothing: all of the mark is lost.
    writer.add("unitgradingtype", 2 if key.get("unit_penalty_of") == "maximum" else 1)
    writer.add("unitpenalty", 1 if penalty is None else penalty)
    if penalty is None and not key.get("unit_required"):
        writer.losses.add("key.unit_required", LOST_GRADING, {"name": "unit_required"})


def _essay(writer: _Writer) -> str:
    writer.add("responseformat", "editor")
    writer.add("responserequired", 1)
    writer.add("attachments", 0)
    for ours, theirs in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
        if writer.content.get(ours) is not None:
            writer.add(theirs, writer.content[ours])
    for name in ("rubric", "model_answer"):
        if writer.key.get(name):
            writer.losses.add(f"key.{name}", LOST_GRADING, {"name": name})
    return "essay"


def _file_upload(writer: _Writer) -> str:
    writer.add("responseformat", "noinline")
    writer.add("attachments", writer.content.get("maximum_files", 1))
    writer.add("attachmentsrequired", 1)
    names = {"picture": "image", "code": ".py"}
    writer.add("filetypeslist", ",".join(names.get(kind, kind) for kind in writer.content.get("kinds", ())))
    return "essay"


def _matching(writer: _Writer) -> str:
    if writer.content.get("partners"):
        raise Unwritable(LOST_PARTNERS)
    if writer.key.get("grading", "per_pair") != "per_pair":
        writer.losses.add("key.grading", LOST_GRADING, {"name": writer.key["grading"]})
    right = {option["id"]: plain_text(option["text"]) for option in writer.content["right"]}
    pairs = writer.key["pairs"]
    writer.add("shuffleanswers", "true")
    for option in writer.content["left"]:
        inside = f"<answer><text>{_safe(right[pairs[option['id']]])}</text></answer>"
        writer.pieces.append(writer.rich("subquestion", option["text"], inside=inside))
    for id_, text in right.items():
        if id_ not in pairs.values():
            inside = f"<answer><text>{_safe(text)}</text></answer>"
            writer.pieces.append(writer.rich("subquestion", "", inside=inside))
    return "matching"


def _categorisation(writer: _Writer) -> str:
    """Items with their categories are a matching in which partners repeat; it is marked alike."""
    writer.losses.add("type", LOST_GRADING, {"name": "categorisation"})
    names = {option["id"]: plain_text(option["text"]) for option in writer.content["categories"]}
    for item in writer.content["items"]:
        inside = f"<answer><text>{_safe(names[writer.key['placement'][item['id']]])}</text></answer>"
        writer.pieces.append(writer.rich("subquestion", item["text"], inside=inside))
    return "matching"


def _ordering(writer: _Writer) -> str:
    gradings = {"all_or_nothing": "ALL_OR_NOTHING", "per_pair": "RELATIVE_NEXT_EXCLUDE_LAST"}
    grading = (gradings | {"per_position": "ABSOLUTE_POSITION"}).get(writer.key.get("grading", "all_or_nothing"))
    if grading is None:
        raise Unwritable(NO_SUCH_TYPE, {"type": "ordering"})
    for name, value in (("layouttype", "VERTICAL"), ("selecttype", "ALL"), ("gradingtype", grading)):
        writer.add(name, value)
    texts = {item["id"]: item["text"] for item in writer.content["items"]}
    for place, id_ in enumerate(writer.key["order"], start=1):
        writer.pieces.append(writer.rich("answer", texts[id_], f' fraction="{place}"'))
    return "ordering"


def _gaps(writer: _Writer) -> str:
    name = "gaps" if writer.record["type"] == "cloze" else "blanks"
    keys = writer.key[name]
    if writer.key.get("order_free"):
        writer.losses.add("key.order_free", LOST_GRADING, {"name": "order_free"})
    for id_, key in keys.items():
        if key.get("answers"):
            writer.losses.folding(key, f"key.{name}.{id_}")
    total = sum(key.get("weight", 1) for key in keys.values())
    if marks_of(writer.record) != total:
        writer.losses.add("marks", LOST_GRADING, {"name": "marks"})
    stem = writer.content["stem"]
    by_id = {gap["id"]: gap for gap in writer.content[name]}
    ordered = [by_id[id_] for id_ in markers_in(stem) if id_ in by_id]
    try:
        written = write_cloze(to_html(stem)[0], ordered, keys)
    except ValueError:
        raise Unwritable(LOST_GAP) from None
    writer.pieces.append(_with_text(writer.rich("questiontext", stem), stem, written))
    return "cloze"


def _with_text(element: str, stem: str, written: str) -> str:
    """Put the cloze text in the place of the stem's own in its element."""
    at = element.index("<text>") + len("<text>")
    plain = _ATTACHED.sub(lambda found: f"{found[1]}@@PLUGINFILE@@/{quote(found[2])}", written)
    return element[:at] + _safe(plain) + element[element.index("</text>") :]


_WRITERS: Mapping[str, Callable[[_Writer], str]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "true_false": _true_false,
    "short_text": _short,
    "numerical": _numerical,
    "essay": _essay,
    "file_upload": _file_upload,
    "matching": _matching,
    "categorisation": _categorisation,
    "ordering": _ordering,
    "cloze": _gaps,
    "fill_blank": _gaps,
}


def _written(exported: ExportedRecord, number: int) -> tuple[str, list[Remark]]:
    writer = _Writer(exported, number)
    record = exported.record
    write = _WRITERS.get(record["type"])
    try:
        if write is None:
            raise Unwritable(NO_SUCH_TYPE, {"type": str(record["type"])})
        kind = write(writer)
    except Unwritable as reason:
        losses = LossList(number)
        losses.add("type", reason.text, reason.values)
        return "", losses.remarks
    body, writer.pieces = writer.pieces, []
    writer.text("name", title_of(record, number))
    if kind != "cloze":
        writer.pieces.append(writer.rich("questiontext", writer.content["stem"]))
        writer.add("defaultgrade", format(marks_of(record).normalize(), "f"))
    if record.get("explanation"):
        writer.pieces.append(writer.rich("generalfeedback", record["explanation"]))
    writer.add("hidden", 0)
    if record.get("ref"):
        writer.add("idnumber", record["ref"])
    if record.get("tags"):
        tags = "".join(f"<tag><text>{_safe(tag)}</text></tag>" for tag in record["tags"])
        body.append(f"<tags>{tags}</tags>\n")
    writer.losses.fields(record)
    return f'<question type="{kind}">\n{"".join(writer.pieces + body)}</question>\n', writer.losses.remarks


def write_moodle_xml(records: Iterable[ExportedRecord], stream: BinaryIO) -> list[Remark]:
    """Write records as Moodle XML in UTF-8; return what it cannot carry."""
    remarks: list[Remark] = []
    topic: tuple[str, ...] = ()
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    for number, exported in enumerate(records, start=1):
        written, losses = _written(exported, number)
        remarks += losses
        here = tuple(exported.record.get("topic") or ())
        if written and here != topic:
            path = "/".join(["$course$", "top", *(name.replace("/", "//") for name in here)])
            category = f"<category><text>{_safe(path)}</text></category>"
            stream.write(f'<question type="category">\n{category}\n</question>\n'.encode())
            topic = here
        stream.write(written.encode())
    stream.write(b"</quiz>\n")
    return remarks
