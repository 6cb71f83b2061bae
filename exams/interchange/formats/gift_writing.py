"""Question records as GIFT. Pure; called by the `gift` format."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from exams.domain.text import plain_text
from exams.interchange.formats.base import ExportedRecord, Remark
from exams.interchange.formats.fractions import percent_of
from exams.interchange.formats.markup import TAG, to_html
from exams.interchange.formats.outgoing import (
    LOST_ATTACHMENTS,
    LOST_GRADING,
    LOST_PARTNERS,
    LOST_UNITS,
    NO_SUCH_TYPE,
    LossList,
    Unwritable,
    absolute_numbers,
    choice_fractions,
    title_of,
)

_RESERVED = re.compile(r"[\\:#={}~\n]")
_LEADING_COMMENT = re.compile(r"^//", re.MULTILINE)
_METADATA = re.compile(r"[\]\\]")
_CARRIED = frozenset(["type", "content", "key", "explanation", "ref", "tags", "topic"])


def _escaped(text: str) -> str:
    return _RESERVED.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", text)


def _text(rich: str) -> str:
    """Return rich text in the language, with the name of its format."""
    if not rich:
        return ""
    written, kind = to_html(rich)
    return f"[{kind}]{_escaped(written)}"


def _without_arrow(rich: str) -> str:
    """Return rich text in which no arrow makes pairs of the answers."""
    return rich.replace("->", "-&gt;") if TAG.search(rich) else rich


def _typed(text: str) -> str:
    """Return a word to be typed; what begins like the name of a format is said to be plain."""
    return f"[plain]{_escaped(text)}" if text.startswith("[") else _escaped(text)


def _said(rich: str) -> str:
    return f"#{_text(rich)}" if rich else ""


def _category(topic: Iterable[str]) -> str:
    return "/".join(["$course$", "top", *(name.replace("/", "//") for name in topic)])


def _single(record: Mapping[str, Any], losses: LossList) -> str:
    key = record["key"]
    return _options(record, key["fractions"], key.get("feedback", {}), full="=")


def _multiple(record: Mapping[str, Any], losses: LossList) -> str:
    return _options(record, choice_fractions(record, losses), record["key"].get("feedback", {}), full="~%100%")


def _options(record: Mapping[str, Any], fractions: Mapping[str, float], said: Mapping[str, str], *, full: str) -> str:
    lines: list[str] = []
    options = record["content"]["options"]
    are_all_right = all(fractions.get(option["id"], 0) == 1 for option in options)
    for option in options:
        fraction = fractions.get(option["id"], 0)
        if are_all_right and lines:
            # Answers that all begin with "=" would be words to be typed.
            full = "~%100%"
        sign = full if fraction == 1 else f"~%{percent_of(fraction)}%" if fraction else "~"
        lines.append(f"\t{sign}{_text(option['text'])}{_said(said.get(option['id'], ''))}")
    return "\n" + "\n".join(lines) + "\n"


def _true_false(record: Mapping[str, Any], losses: LossList) -> str:
    key = record["key"]
    said = key.get("feedback", {})
    right, wrong = ("true", "false") if key["correct"] else ("false", "true")
    parts = [_text(said.get(wrong, "")), _text(said.get(right, ""))]
    while parts and not parts[-1]:
        parts.pop()
    return "#".join(["TRUE" if key["correct"] else "FALSE", *parts])


def _short(record: Mapping[str, Any], losses: LossList) -> str:
    key = record["key"]
    if any("->" in one["text"] for one in key["answers"]):
        raise Unwritable(NO_SUCH_TYPE, {"type": str(record["type"])})
    losses.folding(key)
    if not key.get("fold_case", True):
        losses.add("key.fold_case", LOST_GRADING, {"name": "fold_case"})
    lines = []
    for one in key["answers"]:
        said = _said(_without_arrow(one.get("feedback", "")))
        lines.append(f"\t=%{percent_of(one.get('fraction', 1))}%{_typed(one['text'])}{said}\n")
    return "\n" + "".join(lines)


def _number(record: Mapping[str, Any], losses: LossList) -> str:
    key = record["key"]
    if key.get("units") or record["content"].get("unit_label"):
        losses.add("key.units", LOST_UNITS)
    lines = []
    for one, tolerance in absolute_numbers(key["answers"]):
        weight = percent_of(one.get("fraction", 1))
        value = "*" if one["value"] == "*" else f"{one['value']}:{tolerance}"
        lines.append(f"\t=%{weight}%{value}{_said(one.get('feedback', ''))}\n")
    return "#\n" + "".join(lines)


def _matching(record: Mapping[str, Any], losses: LossList) -> str:
    content, key = record["content"], record["key"]
    if content.get("partners"):
        raise Unwritable(LOST_PARTNERS)
    if key.get("grading", "per_pair") != "per_pair":
        losses.add("key.grading", LOST_GRADING, {"name": key["grading"]})
    right = {option["id"]: option["text"] for option in content["right"]}
    lines = [
        f"\t={_text(_without_arrow(o['text']))} -> {_escaped(plain_text(right[key['pairs'][o['id']]]))}\n"
        for o in content["left"]
    ]
    unused = [id_ for id_ in right if id_ not in key["pairs"].values()]
    lines += [f"\t= -> {_escaped(plain_text(right[id_]))}\n" for id_ in unused]
    return "\n" + "".join(lines)


def _ordering(record: Mapping[str, Any], losses: LossList) -> str:
    content, key = record["content"], record["key"]
    gradings = {"all_or_nothing": "ALL_OR_NOTHING", "per_pair": "RELATIVE_NEXT_EXCLUDE_LAST"}
    grading = (gradings | {"per_position": "ABSOLUTE_POSITION"}).get(key.get("grading", "all_or_nothing"))
    if grading is None:
        raise Unwritable(NO_SUCH_TYPE, {"type": "ordering"})
    texts = {item["id"]: item["text"] for item in content["items"]}
    head = f">{len(texts)} ALL VERTICAL {grading} SHOW none\n"
    return head + "".join(f"{_text(texts[id_])}\n" for id_ in key["order"])


def _essay(record: Mapping[str, Any], losses: LossList) -> str:
    lost = [name for name in ("min_words", "max_words") if record["content"].get(name) is not None]
    lost += [name for name in ("rubric", "model_answer") if record["key"].get(name)]
    for name in lost:
        losses.add(f"key.{name}", LOST_GRADING, {"name": name})
    return ""


_WRITERS = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "true_false": _true_false,
    "short_text": _short,
    "numerical": _number,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}


def _written(record: Mapping[str, Any], number: int, losses: LossList) -> str:
    writer = _WRITERS.get(record["type"])
    if writer is None:
        raise Unwritable(NO_SUCH_TYPE, {"type": str(record["type"])})
    body = writer(record, losses)
    comments = "".join(
        f"// [{name}:{_METADATA.sub(lambda found: chr(92) + found[0], value)}]\n"
        for name, value in [("id", record.get("ref", "")), *(("tag", tag) for tag in record.get("tags", ()))]
        if value
    )
    explanation = record.get("explanation", "")
    general = f"\t####{_text(explanation)}\n" if explanation else ""
    stem = _text(record["content"]["stem"])
    losses.fields(record if str(record.get("marks", 1)) != "1" else {**record, "marks": ""}, carried=_CARRIED)
    return f"{comments}::{_escaped(title_of(record, number))}::{stem}{{{body}{general}}}\n\n"


def write_gift(records: Iterable[ExportedRecord], stream: BinaryIO) -> list[Remark]:
    """Write records as UTF-8 GIFT; return what it cannot carry."""
    remarks: list[Remark] = []
    topic: tuple[str, ...] | None = None
    for number, exported in enumerate(records, start=1):
        record = exported.record
        losses = LossList(number)
        try:
            written = _written(record, number, losses)
        except Unwritable as reason:
            losses = LossList(number)
            losses.add("type", reason.text, reason.values)
        else:
            here = tuple(record.get("topic") or ())
            if here != topic and (here or topic):
                stream.write(f"$CATEGORY: {_escaped(_category(here))}\n\n".encode())
            topic = here
            if exported.attachments:
                names = ", ".join(one.name for one in exported.attachments)
                losses.add("content", LOST_ATTACHMENTS, {"names": names})
            stream.write(written.encode())
        remarks += losses.remarks
    return remarks
