"""The question types of Moodle XML in our record. Pure; called by `moodle_xml`.

Hints and the penalty for another try belong to Moodle's modes of many tries and have no counterpart here.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any
from xml.etree.ElementTree import Element, tostring

from exams.domain.numbers import parse_decimal
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.cloze_syntax import NO_GAP
from exams.interchange.formats.fractions import exact_fraction, option_ids
from exams.interchange.formats.markup import TextFormat, TextReader
from exams.interchange.formats.moodle_questions import (
    BAD_FRACTION,
    DESCRIPTION,
    MAXIMUM_GAP_OPTIONS,
    NOT_A_NUMBER,
    TOO_MANY_OPTIONS,
    Choice,
    Declined,
    Number,
    Parts,
    choice_question,
    cloze_question,
    matching_question,
    numerical_question,
    ordering_question,
    short_text_question,
    true_false_question,
)

FORMATS: Mapping[str, TextFormat] = {
    "": "html",
    "html": "html",
    "moodle_auto_format": "moodle",
    "plain_text": "plain",
    "markdown": "markdown",
}
_NO_FILES: Mapping[str, bytes] = {}

LOST_HINTS = gettext_noop("Hints for further tries are left out.")
LOST_COMBINED = gettext_noop("The feedback for a right, partly right or wrong whole is left out.")
LOST_FIXED_ORDER = gettext_noop("The answers of this question keep their order; here the exam decides about shuffling.")
LOST_TEMPLATE = gettext_noop("The text that the answer begins with is left out.")
LOST_GRADER_NOTES = gettext_noop("The notes for markers are left out.")
LOST_FILES_WITH_TEXT = gettext_noop("Files may be handed in beside the text; here only the text is asked for.")
LOST_DRAGGING = gettext_noop("The words are chosen from lists instead of being dragged.")
FILES_AND_TEXT = gettext_noop("A text and files are asked for together; ask for one of them.")
BAD_FILE = gettext_noop("The file %(name)s is damaged.")
UNKNOWN_WORD = gettext_noop("The gap %(gap)s names a word that is not in the list.")
SMALL_GROUP = gettext_noop("The gap %(gap)s has only one word to choose from.")
INEXACT_UNIT = gettext_noop("The unit %(name)s has no finite factor, and no tolerance allows for that.")
BAD_UNIT = gettext_noop("The unit %(name)s has no usable factor.")
MARKUP_OUTSIDE = gettext_noop("A text holds tags that are neither escaped nor in CDATA; it was read as HTML.")
NO_ANSWER = gettext_noop("The question does not say whether it is true or false.")


_STRUCTURE = frozenset(["text", "file", "feedback", "answer"])


def _taken_apart(element: Element) -> bool:
    """Put the tags that a text holds into it as HTML; tell whether there were any."""
    has_tags = False
    for name in ("text", "questiontext", "generalfeedback", "feedback"):
        for one in list(element.iter(name)):
            if not len(one) or (name != "text" and any(child.tag in _STRUCTURE for child in one)):
                continue
            one.text = (one.text or "") + "".join(tostring(child, encoding="unicode", method="html") for child in one)
            for child in list(one):
                one.remove(child)
            has_tags = True
    return has_tags


class Question:
    """A <question> element with the texts read through one TextReader."""

    def __init__(self, element: Element, reader: TextReader) -> None:
        self.element = element
        self.reader = reader
        self.type = (element.get("type") or "").strip().lower()
        if _taken_apart(element):
            reader.doubt("content", MARKUP_OUTSIDE)

    def plain(self, path: str, default: str = "") -> str:
        """Return the text at a path, stripped."""
        return (self.element.findtext(path) or default).strip()

    def is_on(self, path: str, *, default: bool = False) -> bool:
        """Return a switch: 1, true, or an empty element."""
        found = self.element.find(path)
        if found is None:
            return default
        return (found.text or "").strip().lower() in {"", "1", "true", "yes"}

    def rich(self, element: Element | None, place: str) -> str:
        """Return the rich text of an element that holds <text> and <file> children."""
        if element is None:
            return ""
        text = element.findtext("text")
        if text is None:
            text = element.text or ""
        if not text or text.isspace():
            return ""
        kind = FORMATS.get((element.get("format") or "").strip().lower(), "html")
        return self.reader.rich(text, kind, place, self.files(element))

    def files(self, element: Element) -> Mapping[str, bytes]:
        """Return the embedded files of an element by path."""
        files = _NO_FILES
        for file in element.iterfind("file"):
            name = (file.get("path") or "/").strip("/") + "/" + (file.get("name") or "file")
            try:
                data = base64.b64decode(file.text or "")
            except (binascii.Error, ValueError):
                self.reader.lose("content", BAD_FILE, {"name": name.strip("/")[:100]})
                continue
            files = {**files, name.lstrip("/"): data}
        return files

    def stem(self) -> str:
        """Return the question text, with the picture that Moodle 1.9 put behind it."""
        stem = self.rich(self.element.find("questiontext"), "content.stem")
        return stem + self.old_picture()

    def old_picture(self) -> str:
        """Return the picture of the old <image> fields; nothing where there is none."""
        name, data = self.plain("image"), self.plain("image_base64")
        if not name or not data:
            return ""
        try:
            kept = self.reader.attach(name, base64.b64decode(data))
        except (binascii.Error, ValueError):
            self.reader.lose("content.stem", BAD_FILE, {"name": name[:100]})
            return ""
        return f'<br><img src="attachment:{kept}" alt="">'

    def fraction(self, answer: Element) -> float:
        """Return what an answer earns."""
        written = (answer.get("fraction") or answer.findtext("fraction") or "0").strip() or "0"
        try:
            fraction = exact_fraction(written)
        except ValueError:
            raise Declined(BAD_FRACTION, {"text": written[:40]}, "key") from None
        if not -1 <= fraction <= 1:
            raise Declined(BAD_FRACTION, {"text": written[:40]}, "key")
        return fraction

    def choices(self, *, is_rich: bool) -> list[Choice]:
        """Return the answers; their texts are rich for a choice and plain for what is typed."""
        found = []
        for answer in self.element.iterfind("answer"):
            text = self.rich(answer, "content.options") if is_rich else (answer.findtext("text") or "").strip()
            said = self.rich(answer.find("feedback"), "key.feedback")
            found.append(Choice(text, self.fraction(answer), said))
        return found

    def note_common_losses(self) -> None:
        """Note what belongs to many types and has no place here."""
        if any((hint.findtext("text") or "").strip() for hint in self.element.iterfind("hint")):
            self.reader.lose("hint", LOST_HINTS)
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
            said = self.plain(f"{name}/text")
            if said and said not in _USUAL_FEEDBACK:
                self.reader.lose(name, LOST_COMBINED)


_USUAL_FEEDBACK = frozenset(
    f"{start}Your answer is {how}.{end}"
    for how in ("correct", "partially correct", "incorrect")
    for start, end in (("", ""), ("<p>", "</p>"))
)


def _multichoice(question: Question) -> Parts:
    if not question.is_on("shuffleanswers", default=True):
        question.reader.lose("shuffleanswers", LOST_FIXED_ORDER)
    options = question.choices(is_rich=True)
    return choice_question(question.reader, question.stem(), options, is_single=question.is_on("single", default=True))


def _all_or_nothing(question: Question) -> Parts:
    """The multiple choice of a plug-in of the Open University: just the right ones, or nothing."""
    options = question.choices(is_rich=True)
    right = [option.fraction > 0 for option in options]
    share = 1 / max(1, sum(right))
    shared = [Choice(o.text, share if is_right else 0, o.feedback) for o, is_right in zip(options, right, strict=True)]
    parts = choice_question(question.reader, question.stem(), shared, is_single=False)
    key = {name: value for name, value in parts.key.items() if name != "fractions"}
    return Parts(parts.type, parts.content, key | {"rule": "all_or_nothing"})


def _true_false(question: Question) -> Parts:
    said: dict[str, str] = {}
    worth: dict[str, float] = {}
    for answer in question.element.iterfind("answer"):
        word = (answer.findtext("text") or "").strip().lower()
        worth[word] = question.fraction(answer)
        said[word] = question.rich(answer.find("feedback"), "key.feedback")
    if not worth.keys() <= {"true", "false"} or 1.0 not in worth.values() or list(worth.values()).count(1.0) > 1:
        raise Declined(NO_ANSWER, place="key.correct")
    is_true = worth.get("true", 0) == 1
    return true_false_question(
        question.stem(), is_true=is_true, said_to_true=said.get("true", ""), said_to_false=said.get("false", "")
    )


def _short_answer(question: Question) -> Parts:
    is_case_sensitive = question.plain("usecase", "0") not in {"0", "false", ""}
    return short_text_question(question.stem(), question.choices(is_rich=False), is_case_sensitive=is_case_sensitive)


def _numerical(question: Question) -> Parts:
    numbers = [
        Number(
            (answer.findtext("text") or "").strip(),
            (answer.findtext("tolerance") or "0").strip(),
            question.fraction(answer),
            question.rich(answer.find("feedback"), "key.answers"),
        )
        for answer in question.element.iterfind("answer")
    ]
    parts = numerical_question(question.stem(), numbers)
    units = _units(question, is_exact=any(one.tolerance in {"", "0"} for one in numbers))
    return Parts(parts.type, parts.content, parts.key | units)


def _units(question: Question, *, is_exact: bool) -> dict[str, Any]:
    """Return the units of a number and what a wrong one costs. A unit's multiplier says how many of it make one."""
    factors: dict[str, str] = {}
    for unit in question.element.iterfind("units/unit"):
        name = (unit.findtext("unit_name") or "").strip()
        multiplier = parse_decimal(unit.findtext("multiplier") or "")
        if not name:
            continue
        if not multiplier:
            raise Declined(BAD_UNIT, {"name": name[:60]}, "key.units")
        factor = Context(prec=40).divide(Decimal(1), multiplier)
        if is_exact and factor * multiplier != 1:
            raise Declined(INEXACT_UNIT, {"name": name[:60]}, "key.units")
        factors[name] = format(factor.normalize(), "f")
    if not factors:
        return {}
    grading = question.plain("unitgradingtype", "0")
    penalty = parse_decimal(question.plain("unitpenalty", "0.1")) or Decimal(0)
    if grading == "0":
        return {"units": factors, "unit_penalty": 0.0}
    if not 0 <= penalty <= 1:
        raise Declined(NOT_A_NUMBER, {"text": str(penalty)[:40]}, "key.unit_penalty")
    share_of = "maximum" if grading == "2" else "mark"
    return {"units": factors, "unit_required": True, "unit_penalty": float(penalty), "unit_penalty_of": share_of}


def _matching(question: Question) -> Parts:
    if not question.is_on("shuffleanswers", default=True):
        question.reader.lose("shuffleanswers", LOST_FIXED_ORDER)
    pairs = [
        (question.rich(sub, "content.left"), (sub.findtext("answer/text") or "").strip())
        for sub in question.element.iterfind("subquestion")
    ]
    return matching_question(question.stem(), pairs)


def _essay(question: Question) -> Parts:
    files = question.plain("attachments", "0")
    required = question.plain("attachmentsrequired", "0")
    response = question.plain("responseformat", "editor")
    if question.plain("graderinfo/text"):
        question.reader.lose("graderinfo", LOST_GRADER_NOTES)
    if response == "noinline":
        count = int(files) if files.isdecimal() and files != "0" else 10
        asked: dict[str, Any] = {"stem": question.stem(), "maximum_files": min(10, count)}
        return Parts("file_upload", asked | _file_kinds(question.plain("filetypeslist")), {})
    if required not in {"", "0"}:
        raise Declined(FILES_AND_TEXT, place="content")
    if files not in {"", "0"}:
        question.reader.lose("attachments", LOST_FILES_WITH_TEXT)
    if question.plain("responsetemplate/text"):
        question.reader.lose("responsetemplate", LOST_TEMPLATE)
    content: dict[str, Any] = {"stem": question.stem()}
    for ours, theirs in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
        limit = question.plain(theirs)
        if limit.isdecimal() and int(limit):
            content[ours] = int(limit)
    return Parts("essay", content, {})


def _file_kinds(listed: str) -> dict[str, Any]:
    groups = {
        "image": "picture", "web_image": "picture", "document": "document", "spreadsheet": "document",
        "presentation": "document", "audio": "audio", "web_audio": "audio", "video": "video", "web_video": "video",
        "archive": "archive", ".pdf": "document", ".doc": "document", ".docx": "document", ".jpg": "picture",
        ".png": "picture", ".mp3": "audio", ".mp4": "video", ".zip": "archive", ".py": "code",
    }  # fmt: skip
    kinds = dict.fromkeys(groups[name] for name in listed.replace(",", " ").split() if name in groups)
    return {"kinds": list(kinds)} if kinds else {}


def _cloze(question: Question) -> Parts:
    element = question.element.find("questiontext")
    text = (element.findtext("text") or "") if element is not None else ""
    files = question.files(element) if element is not None else _NO_FILES
    kind = FORMATS.get(((element.get("format") if element is not None else "") or "").lower(), "html")

    def read(stem: str) -> str:
        return question.reader.rich(stem, kind, "content.stem", files) + question.old_picture()

    parts, total = cloze_question(question.reader, text, read)
    question.element.set("marks", str(total))
    return parts


def _words(question: Question) -> Parts:
    """Gaps to be filled from lists of words: [[n]] is the n-th word, chosen among those of its group."""
    words = [
        (question.rich(option, "content.gaps"), (option.findtext("group") or "1").strip())
        for name in ("selectoption", "dragbox")
        for option in question.element.iterfind(name)
    ]
    if question.type == "ddwtos":
        question.reader.lose("content.gaps", LOST_DRAGGING)
    gaps: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}

    def gap(found: re.Match[str]) -> str:
        number, id_ = int(found[1]), f"g{len(gaps) + 1}"
        if not 1 <= number <= len(words):
            raise Declined(UNKNOWN_WORD, {"gap": found[0]}, "content.stem")
        group = words[number - 1][1]
        offered = [at for at, (word, g) in enumerate(words, start=1) if g == group and word]
        if number not in offered:
            raise Declined(UNKNOWN_WORD, {"gap": found[0]}, "content.stem")
        if len(offered) < 2:
            raise Declined(SMALL_GROUP, {"gap": found[0]}, "content.gaps")
        if len(offered) > MAXIMUM_GAP_OPTIONS:
            values = {"count": len(offered), "limit": MAXIMUM_GAP_OPTIONS}
            raise Declined(TOO_MANY_OPTIONS, values, "content.gaps")
        ids = dict(zip(offered, option_ids(len(offered)), strict=True))
        options = [{"id": ids[at], "text": words[at - 1][0]} for at in offered]
        gaps.append({"id": id_, "kind": "choice", "options": options})
        keys[id_] = {"fractions": {ids[number]: 1.0}}
        return f"[[{id_}]]"

    stem = re.sub(r"\[\[([0-9]{1,3})\]\]", gap, question.stem())
    if not gaps:
        raise Declined(NO_GAP, place="content.stem")
    return Parts("cloze", {"stem": stem, "gaps": gaps}, {"gaps": keys})


def _ordering(question: Question) -> Parts:
    items = [question.rich(answer, "content.items") for answer in question.element.iterfind("answer")]
    return ordering_question(
        question.stem(),
        items,
        grading=question.plain("gradingtype"),
        select=question.plain("selecttype"),
        count=question.plain("selectcount", "0"),
    )


def _description(question: Question) -> Parts:
    raise Declined(DESCRIPTION)


READERS: dict[str, Callable[[Question], Parts]] = {
    "multichoice": _multichoice,
    "multichoiceset": _all_or_nothing,
    "truefalse": _true_false,
    "shortanswer": _short_answer,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "essay": _essay,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _words,
    "ddwtos": _words,
    "ordering": _ordering,
    "description": _description,
}
