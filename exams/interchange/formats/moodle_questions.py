"""Moodle's kinds of question in our record: what GIFT and Moodle XML have in common. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from exams.domain.numbers import parse_decimal
from exams.domain.text import one_line
from exams.interchange.formats.base import ParsedRow, Remark, gettext_noop
from exams.interchange.formats.cloze_syntax import NO_GAP, ClozeGap, UnreadableGap, gap_as_record, parse_cloze
from exams.interchange.formats.fractions import option_ids
from exams.interchange.formats.markup import Declined, TextReader, plain_as_rich

MAXIMUM_OPTIONS = 40
SOURCE_LENGTH = 4_000
TOPIC_LEVELS = 3
TOPIC_LENGTH = 120

DESCRIPTION = gettext_noop("This is a text without a question; put it into the question that it belongs to.")
TOO_FEW_OPTIONS = gettext_noop("A choice needs at least two answers.")
TOO_MANY_OPTIONS = gettext_noop("There are %(count)s answers; at most %(limit)s are possible.")
EMPTY_OPTION = gettext_noop("Answer %(number)s has no text.")
NO_FULL_MARKS = gettext_noop("No answer earns full marks.")
WRONG_SUM = gettext_noop("The right answers add up to %(sum)s per cent, not to 100.")
TOO_FEW_PAIRS = gettext_noop("Matching needs at least one pair, and two different partners.")
NOT_A_NUMBER = gettext_noop("%(text)s is not a number.")
TAKES_MARKS = gettext_noop("Some wrong answers take marks away; here they do so only in papers that allow it.")
DEEP_TOPIC = gettext_noop("The category has more than three levels; the deeper names are joined.")
REPEATED_REF = gettext_noop("The ID %(ref)s stands at another question already; this one comes without it.")
LOST_NAME = gettext_noop("The name of the question, %(name)s, is left out.")

_CONTEXT_NAMES = re.compile(r"\$[a-z0-9]+\$|top", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to be chosen or typed: its text, what fraction it earns, and what is said to it."""

    text: str
    fraction: float
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that earns a fraction: value (`*` any), absolute tolerance, and what is said to it."""

    value: str
    tolerance: str
    fraction: float
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """The heart of a record: type, content and key."""

    type: str
    content: dict[str, Any]
    key: dict[str, Any]


@dataclass
class Frame:
    """What surrounds the parts of a question: its place in the file and the other fields of its record."""

    row: int
    source: str = ""
    name: str = ""
    ref: str = ""
    topic: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    marks: Decimal | None = None
    explanation: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def _checked_options(options: Sequence[Choice]) -> None:
    if len(options) < 2:
        raise Declined(TOO_FEW_OPTIONS, place="content.options")
    if len(options) > MAXIMUM_OPTIONS:
        raise Declined(TOO_MANY_OPTIONS, {"count": len(options), "limit": MAXIMUM_OPTIONS}, "content.options")
    for number, option in enumerate(options, start=1):
        if not option.text.strip():
            raise Declined(EMPTY_OPTION, {"number": number}, "content.options")


def choice_question(reader: TextReader, stem: str, options: Sequence[Choice], *, is_single: bool) -> Parts:
    """Return a single choice, or a multiple choice in which the fractions of what is chosen add up (0 at least, 1 at
    most)."""
    _checked_options(options)
    ids = option_ids(len(options))
    content = {"stem": stem, "options": [{"id": i, "text": o.text} for i, o in zip(ids, options, strict=True)]}
    fractions = {i: o.fraction for i, o in zip(ids, options, strict=True) if o.fraction}
    feedback = {i: o.feedback for i, o in zip(ids, options, strict=True) if o.feedback}
    key: dict[str, Any] = {"fractions": fractions} | ({"feedback": feedback} if feedback else {})
    if is_single:
        if not any(fraction == 1 for fraction in fractions.values()):
            raise Declined(NO_FULL_MARKS, place="key.fractions")
        if any(fraction < 0 for fraction in fractions.values()):
            reader.doubt("key.fractions", TAKES_MARKS)
        return Parts("single_choice", content, key)
    total = sum(fraction for fraction in fractions.values() if fraction > 0)
    if total < 1 - 1e-4:
        raise Declined(WRONG_SUM, {"sum": f"{total * 100:.4g}"}, "key.fractions")
    right = [i for i, fraction in fractions.items() if fraction > 0]
    return Parts("multiple_choice", content, {"correct": right, **key, "rule": "sum_of_fractions"})


def true_false_question(stem: str, *, is_true: bool, said_to_true: str = "", said_to_false: str = "") -> Parts:
    """Return a statement to be judged."""
    feedback = {word: said for word, said in (("true", said_to_true), ("false", said_to_false)) if said}
    return Parts("true_false", {"stem": stem}, {"correct": is_true} | ({"feedback": feedback} if feedback else {}))


def short_text_question(stem: str, answers: Sequence[Choice], *, is_case_sensitive: bool = False) -> Parts:
    """Return a short text: only case may be forgiven, and space at the ends; `*` stands for anything."""
    listed = [
        {"text": one.text, "fraction": one.fraction} | ({"feedback": one.feedback} if one.feedback else {})
        for one in answers
        if one.text.strip()
    ]
    if not any(one["fraction"] == 1 for one in listed):
        raise Declined(NO_FULL_MARKS, place="key.answers")
    key = {"answers": listed, "fold_case": not is_case_sensitive, "fold_width": False, "fold_space": False}
    return Parts("short_text", {"stem": stem}, {**key, "fold_ends": True})


def numerical_question(stem: str, answers: Sequence[Number]) -> Parts:
    """Return a number to be typed; the first answer that is near enough decides."""
    listed = []
    for one in answers:
        if one.value != "*" and parse_decimal(one.value) is None:
            raise Declined(NOT_A_NUMBER, {"text": one.value[:60]}, "key.answers")
        tolerance = one.tolerance.strip() or "0"
        if parse_decimal(tolerance) is None:
            raise Declined(NOT_A_NUMBER, {"text": tolerance[:60]}, "key.answers")
        said = {"feedback": one.feedback} if one.feedback else {}
        listed.append(
            {"value": one.value, "tolerance": _plain_decimal(tolerance.lstrip("-")), "fraction": one.fraction} | said
        )
    if not any(one["fraction"] == 1 for one in listed):
        raise Declined(NO_FULL_MARKS, place="key.answers")
    return Parts("numerical", {"stem": stem}, {"answers": listed})


def _plain_decimal(text: str) -> str:
    value = parse_decimal(text)
    return format(value.normalize(), "f") if value else "0"


def matching_question(stem: str, pairs: Iterable[tuple[str, str]]) -> Parts:
    """Return a matching of (left, right) texts; a pair without a left text is a distractor, and equal right texts are
    one."""
    left: list[str] = []
    partner: list[str] = []
    right: list[str] = []
    for asked, answer in pairs:
        if answer and answer not in right:
            right.append(answer)
        if asked and answer:
            left.append(asked)
            partner.append(answer)
    if not left or len(right) < 2:
        raise Declined(TOO_FEW_PAIRS, place="content")
    if len(left) > 30 or len(right) > MAXIMUM_OPTIONS:
        raise Declined(TOO_MANY_OPTIONS, {"count": max(len(left), len(right)), "limit": 30}, "content")
    left_ids = [f"l{number}" for number in range(1, len(left) + 1)]
    right_ids = {text: f"r{number}" for number, text in enumerate(right, start=1)}
    content = {
        "stem": stem,
        "left": [{"id": i, "text": text} for i, text in zip(left_ids, left, strict=True)],
        "right": [{"id": i, "text": plain_as_rich(text)} for text, i in right_ids.items()],
    }
    pairs_by_id = {i: right_ids[text] for i, text in zip(left_ids, partner, strict=True)}
    return Parts("matching", content, {"pairs": pairs_by_id, "grading": "per_pair"})


ORDER_GRADINGS: Mapping[str, str] = {
    "ALL_OR_NOTHING": "all_or_nothing",
    "ABS": "per_position",
    "ABSOLUTE": "per_position",
    "ABSOLUTE_POSITION": "per_position",
    "REL": "per_pair",
    "RELATIVE": "per_pair",
    "RELATIVE_NEXT_EXCLUDE_LAST": "per_pair",
    "": "per_pair",
}
OTHER_ORDER_GRADING = gettext_noop("The marking %(name)s of an ordering is not one that we have.")
PART_OF_ITEMS = gettext_noop("Only some of the items are drawn for each learner; an ordering here shows all.")
TOO_FEW_ITEMS = gettext_noop("An ordering needs from 2 to 30 items.")


def ordering_question(stem: str, items: Sequence[str], *, grading: str, select: str, count: str) -> Parts:
    """Return an ordering; `grading`, `select` and `count` are the names that Moodle's files use."""
    if not 2 <= len(items) <= 30 or not all(item.strip() for item in items):
        raise Declined(TOO_FEW_ITEMS, place="content.items")
    if select.upper() not in {"", "ALL", "0"} and count.strip().isdecimal() and int(count) < len(items):
        raise Declined(PART_OF_ITEMS, place="content.items")
    rule = ORDER_GRADINGS.get(grading.upper().strip())
    if rule is None:
        raise Declined(OTHER_ORDER_GRADING, {"name": grading[:60]}, "key.grading")
    ids = option_ids(len(items))
    content = {"stem": stem, "items": [{"id": i, "text": text} for i, text in zip(ids, items, strict=True)]}
    return Parts("ordering", content, {"order": list(ids), "grading": rule})


def cloze_question(reader: TextReader, text: str, read: Any) -> tuple[Parts, int]:
    """Return a cloze and its marks, the sum of the gaps' weights. `read` makes rich text of the stem, in which the
    gaps are markers by then."""
    try:
        pieces = parse_cloze(text)
    except UnreadableGap as fault:
        raise Declined(fault.text, fault.values, "content.stem") from None
    gaps = [piece for piece in pieces if isinstance(piece, ClozeGap)]
    if not gaps:
        raise Declined(NO_GAP, place="content.stem")
    if len(gaps) > 50:
        raise Declined(TOO_MANY_OPTIONS, {"count": len(gaps), "limit": 50}, "content.gaps")
    stem: list[str] = []
    contents: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    for piece in pieces:
        if isinstance(piece, str):
            stem.append(piece)
            continue
        id_ = f"g{len(contents) + 1}"
        content, keys[id_] = gap_as_record(piece, id_)
        contents.append(content)
        stem.append(f"[[{id_}]]")
        if piece.kind == "choice" and any(one.fraction < 0 for one in piece.alternatives):
            reader.doubt("key.gaps", TAKES_MARKS)
    parts = Parts("cloze", {"stem": read("".join(stem)), "gaps": contents}, {"gaps": keys})
    return parts, sum(gap.weight for gap in gaps)


def topic_of(path: str, /) -> tuple[tuple[str, ...], bool]:
    """Return the topic a category path stands for, and whether it had to be shortened; `//` is a slash in a name."""
    names = [name.replace("\ue020", "/").strip() for name in path.replace("//", "\ue020").split("/")]
    while names and (not names[0] or _CONTEXT_NAMES.fullmatch(names[0])):
        names.pop(0)
    names = [" ".join(name.split()) for name in names if name]
    is_deep = len(names) > TOPIC_LEVELS
    if is_deep:
        names = [*names[: TOPIC_LEVELS - 1], " / ".join(names[TOPIC_LEVELS - 1 :])]
    return tuple(name[:TOPIC_LENGTH] for name in names), is_deep


def unique_ref(reader: TextReader, ref: str, seen: set[str], /) -> str:
    """Return the reference of a question, or nothing with a doubt where another question of the file has it: a second
    one would be taken for a new version of the first."""
    ref = ref.strip()[:80]
    if not ref:
        return ""
    if ref in seen:
        reader.doubt("ref", REPEATED_REF, {"ref": ref})
        return ""
    seen.add(ref)
    return ref


def row_of(reader: TextReader, frame: Frame, parts: Parts) -> ParsedRow:
    """Return the row of a question that was understood."""
    record: dict[str, Any] = {"type": parts.type, "content": parts.content, "key": parts.key}
    if frame.ref:
        record["ref"] = frame.ref
    if frame.topic:
        record["topic"] = list(frame.topic)
    if frame.tags:
        record["tags"] = list(frame.tags)
    if frame.marks is not None:
        record["marks"] = format(frame.marks.normalize(), "f")
    if frame.explanation:
        record["explanation"] = frame.explanation
    stem = parts.content["stem"]
    if frame.name and not _begins(stem, frame.name):
        reader.lose("name", LOST_NAME, {"name": frame.name[:100]})
    return ParsedRow(
        row=frame.row,
        record=record,
        doubts=tuple(reader.doubts.values()),
        losses=tuple(reader.losses.values()),
        attachments=tuple(reader.attachments.values()),
        source=frame.source[:SOURCE_LENGTH],
    )


def _begins(stem: str, name: str) -> bool:
    """Tell whether a name is but the beginning of the stem, as systems make it up."""
    short = name.rstrip(".… ").strip()
    return stem.startswith(short) or one_line(stem).startswith(short)


def declined_row(reader: TextReader, frame: Frame, reason: Declined, record: dict[str, Any] | None = None) -> ParsedRow:
    """Return the row of a question that is not taken, and why."""
    problem = Remark(row=frame.row, field=reason.place, text=reason.text, values=reason.values)
    return ParsedRow(
        row=frame.row,
        record=record,
        problems=(problem,),
        doubts=tuple(reader.doubts.values()),
        losses=tuple(reader.losses.values()),
        source=frame.source[:SOURCE_LENGTH],
    )
